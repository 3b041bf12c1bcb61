internal import Policy
internal import Submission

/// Decisions for people and for programs.
///
///     2026-11-27 01:20:03  alice  reject from-not-allowed
///         From: ceo@bank.example  to 3 recipients (gmail.com)  4211 bytes
///         script 1001:x.php  in /var/www/alice/uploads  message-id <1@alice>
///         started by php-fpm: pool alice  cgroup /system.slice/php8.2-fpm.service
///         From: ceo@bank.example is not an address of alice; allowed: alice@example.com
struct LogPrinter {
  let isJSON: Bool
  let refusedOnly: Bool
  let look: QuotaTable.Look

  /// Whether an entry is to be shown.
  func wants(_ entry: LogEntry) -> Bool { !refusedOnly || !entry.isPermitted }

  /// Prints entries.
  ///
  /// - Parameters:
  ///   - entries: The newest last.
  ///   - last: How many of them are shown.
  /// - Throws: `ToolFailure`.
  func write(_ entries: [LogEntry], last: Int) throws(ToolFailure) {
    let shown = entries.filter(wants).suffix(last)
    guard !isJSON else {
      return try Output.write("[" + shown.map(\.json).joined(separator: ",") + "]\n")
    }
    guard !shown.isEmpty else {
      return try Output.write(
        refusedOnly
          ? "no message was refused, as far as the journal reaches\n" : "the journal is empty\n")
    }
    try Output.writeAsItIs(shown.map { lines($0).map { $0 + "\n" }.joined() }.joined())
  }

  /// Prints entries as they come.
  func add(_ entries: [LogEntry]) throws(ToolFailure) {
    let shown = entries.filter(wants)
    guard !shown.isEmpty else { return }
    let text = shown.map { isJSON ? $0.json + "\n" : lines($0).map { $0 + "\n" }.joined() }
    try Output.writeAsItIs(text.joined())
  }

  /// The lines about one decision, without their ends.
  func lines(_ entry: LogEntry) -> [String] {
    let stamp = Diagnostics.shown(time: entry.time).replacing("T", with: " ").dropLast()
    let head =
      "\(stamp)  \(Self.shown(entry.user))  "
      + styled(verdict(entry), entry.isPermitted ? nil : .alarm)
    let details = [facts(entry), origin(entry), starter(entry)].filter { !$0.isEmpty }
    let texts = entry.text.map { TerminalText.wrapped(Self.shown($0), to: look.columns - 4) } ?? []
    return [head] + (details + texts).map { "    " + $0 }
  }

  private func verdict(_ entry: LogEntry) -> String {
    entry.reason.map { "\(entry.verdict) \($0)" } ?? entry.verdict
  }

  private func facts(_ entry: LogEntry) -> String {
    var facts: [String] = []
    if let from = entry.from {
      facts.append("From: \(Self.shown(from))")
    } else if let envelope = entry.envelope {
      facts.append("-f \(envelope.isEmpty ? "<>" : Self.shown(envelope))")
    }
    if let count = entry.recipients {
      let domains = entry.domains.map { " (\(Self.shown($0)))" } ?? ""
      facts.append("to \(count) recipient\(count == 1 ? "" : "s")\(domains)")
    }
    if let size = entry.size { facts.append("\(size) bytes") }
    return facts.joined(separator: "  ")
  }

  private func origin(_ entry: LogEntry) -> String {
    [
      entry.script.map { "script \(Self.shown($0))" },
      entry.directory.map { "in \(Self.shown($0))" },
      entry.messageID.map { "message-id \(Self.shown($0))" },
    ].compactMap { $0 }.joined(separator: "  ")
  }

  private func starter(_ entry: LogEntry) -> String {
    [
      entry.process.map { "started by \(Self.shown($0))" },
      entry.controlGroup.map { "cgroup \(Self.shown($0))" },
    ].compactMap { $0 }.joined(separator: "  ")
  }

  private static func shown(_ text: String) -> String { TerminalText.printable(Array(text.utf8)) }

  private func styled(_ text: String, _ style: TerminalText.Style?) -> String {
    TerminalText.styled(text, look.hasColors ? style : nil)
  }
}
