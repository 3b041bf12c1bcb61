internal import Submission

extension Diagnosis {
  /// The most lines of evidence that one finding shows.
  private static let evidenceLines = 20

  /// The report for people.
  var report: String {
    var text = sorted.map(paragraph).joined(separator: "\n")
    if !findings.isEmpty { text += "\n" }
    if let localSMTP { text += "smtp-local: \(Self.shown(localSMTP.text))\n" }
    for note in unexamined { text += "not examined: \(Self.shown(note))\n" }
    return text + summary + "\n"
  }

  private var summary: String {
    var counts = Severity.allCases.map { "\(count($0)) \($0.plural(count($0)))" }
    let acceptedCount = findings.count(where: isAccepted)
    if acceptedCount > 0 { counts.append("\(acceptedCount) accepted") }
    // What nobody looked at is no proof of anything.
    let rest = unexamined.isEmpty ? [] : ["\(unexamined.count) not examined"]
    return (counts + rest).joined(separator: ", ")
  }

  private func paragraph(_ finding: Finding) -> String {
    let prefix = isAccepted(finding) ? "accepted " : ""
    let head = "\(prefix)\(finding.code.severity.rawValue) \(finding.code.rawValue)"
    var text = "\(head): \(Self.shown(finding.text))\n"
    for line in finding.evidence.prefix(Self.evidenceLines) {
      text += "    seen: \(Self.shown(line))\n"
    }
    if finding.evidence.count > Self.evidenceLines {
      text += "    seen: and \(finding.evidence.count - Self.evidenceLines) more\n"
    }
    return text + "    mend: \(Self.shown(finding.remedy))\n"
  }

  /// The report for programs, one object.
  var json: String {
    let objects = sorted.map { finding in
      JSON.object([
        ("code", .text(finding.code.rawValue)),
        ("severity", .text(finding.code.severity.rawValue)),
        ("accepted", .bool(isAccepted(finding))),
        ("text", .text(finding.text)),
        ("evidence", .array(finding.evidence.map(JSON.text))),
        ("mend", .text(finding.remedy)),
      ])
    }
    let report = JSON.object([
      ("findings", .array(objects)), ("unexamined", .array(unexamined.map(JSON.text))),
      ("smtp_local", .optional(localSMTP) { .text($0.state.rawValue) }),
    ])
    return report.line + "\n"
  }

  private static func shown(_ text: String) -> String {
    Diagnostics.shown(text.utf8, limit: 600)
  }
}

extension Severity {
  /// `1 hole`, `2 holes`; advice is not counted in pieces.
  fileprivate func plural(_ count: Int) -> String {
    switch self {
    case .hole: count == 1 ? "hole" : "holes"
    case .fault: count == 1 ? "fault" : "faults"
    case .advice: count == 1 ? "piece of advice" : "pieces of advice"
    }
  }
}
