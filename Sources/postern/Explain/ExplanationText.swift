internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// An explanation for people: steps in the order in which they happen.
struct ExplanationText {
  /// Longer lists are cut; JSON has them whole.
  private static let listed = 20
  /// The width of the first column.
  private static let column = 12

  private let explanation: Explanation
  private var dryRun: DryRun { explanation.dryRun }
  private var policy: SenderPolicy { dryRun.policy }

  init(_ explanation: Explanation) { self.explanation = explanation }

  var text: String {
    let steps: [(String, [String])] = [
      ("user", user), ("called as", [words(explanation.argv)]), ("understood", understood),
      ("header", header), ("identities", identities), ("recipients", recipients),
      ("size", size), ("quota", quota), ("changes", changes), ("runs", runs),
      ("decision", decision), ("to change", advice),
    ]
    return steps.map { label, lines in Self.block(label, lines) }.joined()
  }

  private static func block(_ label: String, _ lines: [String]) -> String {
    lines.enumerated().map { number, line in
      let start = number == 0 ? label : ""
      return start + String(repeating: " ", count: column - start.count) + line + "\n"
    }.joined()
  }

  private func words(_ words: [[UInt8]]) -> String {
    let shown = words.prefix(Self.listed).map { word in
      let text = Diagnostics.shown(word, limit: 200)
      return word.isEmpty || text.contains(" ") ? "'\(text)'" : text
    }
    let rest = words.count - shown.count
    return shown.joined(separator: " ") + (rest > 0 ? " and \(rest) more" : "")
  }

  private var user: [String] {
    let entry = policy.entry == nil ? ", no entry in the map" : policy.isExempt ? ", exempt" : ""
    let map = policy.isMapStale ? ["senders or postern.cf has changed since the map was built"] : []
    return ["\(explanation.user.description), mode \(policy.mode.rawValue)\(entry)"] + map
  }

  private var understood: [String] {
    guard let invocation = dryRun.invocation else { return [] }
    var lines = [
      invocation.verifyOnly ? "verify addresses without a message (-bv)" : "submit a message",
      "envelope sender (-f): " + (invocation.sender.map { words([$0]) } ?? "not given"),
    ]
    if let name = invocation.fullName { lines.append("full name (-F): " + words([name])) }
    let named = invocation.recipients.isEmpty ? "none" : words(invocation.recipients)
    lines.append("recipients on the command line: \(named)")
    lines.append(
      "recipients are also read from the header (-t): "
        + (invocation.extractRecipients ? "yes" : "no"))
    if invocation.dotEndsInput { lines.append("a line of one dot ends the message (no -i)") }
    return lines
  }

  private var header: [String] {
    guard dryRun.section != nil else { return [] }
    let fields = explanation.fields.prefix(Self.listed).map { name, body in
      "\(name): \(Diagnostics.shown(body, limit: 200))"
    }
    func count(_ field: KnownField) -> String {
      "\(field.name): " + (explanation.count(of: field).map { "\($0)" } ?? "unreadable")
    }
    return fields + ["addresses in " + [.to, .cc, .bcc].map(count).joined(separator: ", ")]
  }

  private var identities: [String] {
    let rows = explanation.identities.prefix(Self.listed).map { finding in
      let address = finding.address.map { Diagnostics.shown($0.written) } ?? "<>"
      let permit = finding.permit.map(Self.text) ?? "no pattern permits it"
      return ("\(finding.role.title) \(address)", permit)
    }
    let width = rows.map(\.0.count).max() ?? 0
    return rows.map { identity, permit in
      identity + String(repeating: " ", count: width - identity.count) + "  " + permit
    }
  }

  private static func text(for permit: Permit) -> String {
    switch permit {
    case .exemption: "permitted: the user is exempt"
    case .defaultAddress: "permitted: the default address"
    case .pattern(let pattern): "permitted by \(Diagnostics.shown(pattern.written))"
    }
  }

  private var recipients: [String] {
    guard let recipients = dryRun.message?.envelope.recipients else { return [] }
    return ["\(recipients.count): \(words(recipients.map(\.written)))"]
  }

  private var size: [String] {
    guard let bytes = dryRun.byteCount else { return [] }
    let limits = policy.sizes
    let header = dryRun.section.map {
      ", header section \($0.bytes.count)/\(limits.headerBytes)"
    }
    return ["\(bytes)/\(limits.messageBytes) bytes\(header ?? "")"]
  }

  private var quota: [String] {
    guard let row = explanation.quota else { return ["unknown: the state file cannot be used"] }
    func use(_ count: QuotaRow.Count) -> String {
      "\(count.used)/" + (count.limit.map { "\($0)" } ?? "unlimited")
    }
    func line(_ name: String, _ windows: QuotaRow.Windows) -> String {
      "\(name): \(use(windows.hour)) in the last hour, \(use(windows.day)) in the last day"
    }
    let free = row.nextFree.map { ["next free at \(Diagnostics.shown(time: $0))"] } ?? []
    return [line("messages", row.messages), line("recipients", row.recipients)] + free
  }

  private var changes: [String] {
    let changes = explanation.changes
    let removed = changes.removed.prefix(Self.listed).map {
      "- \(Diagnostics.shown($0, limit: 200))"
    }
    return removed
      + changes.added.prefix(Self.listed).map { "+ \(Diagnostics.shown($0, limit: 200))" }
  }

  private var runs: [String] { explanation.command.map { [words($0)] } ?? [] }

  private var decision: [String] {
    guard let refusal = dryRun.refusal, let line = explanation.line else {
      return ["permitted"]
    }
    guard dryRun.verdict == .reject else {
      return [
        "permitted because of mode = audit (\(refusal.reason.rawValue))", "with enforce: \(line)",
      ]
    }
    return [
      "refused (\(refusal.reason.rawValue)), exit status \(explanation.exitStatus)",
      "the policy sees: \(line)",
    ]
  }

  private var advice: [String] {
    [
      explanation.advice.developer.map { "the site: \($0)" },
      explanation.advice.administrator.map { "the administrator: \($0)" },
    ].compactMap { $0 }
  }
}
