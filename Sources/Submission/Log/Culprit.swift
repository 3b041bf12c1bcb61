internal import Ledger
internal import LinuxSystem
internal import Policy

/// What a user has tried to send within the last hour, as far as its journal reaches: the script,
/// the directory, and some of the messages.
struct Culprit: Sendable {
  private let decisions: [LoggedDecision]

  /// How far it looks back, in seconds.
  private static let seconds: UInt64 = 3_600
  /// How many messages are named one by one.
  private static let namedMessages = 10
  /// The most characters of a value.
  private static let shownBytes = 120

  /// Reads a user's journal; one that cannot be read says nothing.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - configuration: Names the state file, beside which it is.
  ///   - now: Seconds since 1970.
  init(of uid: UInt32, in configuration: Configuration, now: UInt64) {
    let journal = Journal(beside: configuration.quotaFile)
    let records = (try? journal.excerpt(of: uid).records) ?? []
    self.init(records.compactMap(LoggedDecision.init).filter { $0.time &+ Self.seconds >= now })
  }

  init(_ decisions: [LoggedDecision]) { self.decisions = decisions }

  /// The messages that are named one by one.
  var named: [LoggedDecision] { Array(decisions.prefix(Self.namedMessages)) }

  /// The lines of a notice, an empty one first; none where nothing is known.
  var lines: [String] {
    guard !decisions.isEmpty else { return [] }
    let refused = decisions.count { $0.line.verdict == .reject }
    var lines = [
      "",
      "The last \(decisions.count) decisions within an hour: \(decisions.count - refused) permitted, \(refused) refused.",
    ]
    lines += Self.most("Script", decisions.map { $0.line.script })
    lines += Self.most("Directory", decisions.map { $0.line.directory })
    lines.append("")
    lines += named.flatMap(Self.lines)
    return lines
  }

  /// The value that most messages have.
  private static func most(_ name: String, _ values: [[UInt8]?]) -> [String] {
    var best: (value: [UInt8], count: Int)?
    var seen: [[UInt8]] = []
    for case let value? in values where !seen.contains(value) {
      seen.append(value)
      let count = values.count { $0 == value }
      if count > best?.count ?? 0 { best = (value, count) }
    }
    guard let best else { return [] }
    return ["\(name): \(shown(best.value)) (\(best.count) of \(values.count))"]
  }

  private static func lines(_ decision: LoggedDecision) -> [String] {
    let line = decision.line
    var facts = "\(Diagnostics.shown(time: decision.time))  \(line.verdict.rawValue)"
    if let reason = line.reason { facts += " \(reason.rawValue)" }
    if let authors = line.authors { facts += "  From: \(shown(authors))" }
    if let domains = line.recipientDomains { facts += "  to \(shown(domains))" }
    var origin: [String] = []
    if let script = line.script { origin.append("script \(shown(script))") }
    if let directory = line.directory { origin.append("in \(shown(directory))") }
    if line.script == nil, let process = line.process {
      origin.append("started by \(shown(process))")
    }
    return ["    " + facts] + (origin.isEmpty ? [] : ["        " + origin.joined(separator: "  ")])
  }

  private static func shown(_ bytes: [UInt8]) -> String {
    Diagnostics.shown(bytes, limit: shownBytes)
  }
}
