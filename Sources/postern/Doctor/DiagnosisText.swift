internal import Submission

extension Diagnosis {
  /// The most lines of evidence that one finding shows.
  private static let evidenceLines = 20

  /// The report for people.
  var report: String {
    var text = sorted.map(Self.paragraph).joined(separator: "\n")
    if !findings.isEmpty { text += "\n" }
    for note in unexamined { text += "not examined: \(Self.shown(note))\n" }
    return text + summary + "\n"
  }

  private var summary: String {
    let counts = Severity.allCases.map { severity in
      let count = findings.count { $0.code.severity == severity }
      return "\(count) \(severity.plural(count))"
    }
    return counts.joined(separator: ", ")
  }

  private static func paragraph(_ finding: Finding) -> String {
    var text =
      "\(finding.code.severity.rawValue) \(finding.code.rawValue): \(shown(finding.text))\n"
    for line in finding.evidence.prefix(evidenceLines) { text += "    seen: \(shown(line))\n" }
    if finding.evidence.count > evidenceLines {
      text += "    seen: and \(finding.evidence.count - evidenceLines) more\n"
    }
    return text + "    mend: \(shown(finding.remedy))\n"
  }

  /// The report for programs, one object.
  var json: String {
    let objects = sorted.map { finding in
      JSON.object([
        ("code", .text(finding.code.rawValue)),
        ("severity", .text(finding.code.severity.rawValue)),
        ("text", .text(finding.text)),
        ("evidence", .array(finding.evidence.map(JSON.text))),
        ("mend", .text(finding.remedy)),
      ])
    }
    let report = JSON.object([
      ("findings", .array(objects)), ("unexamined", .array(unexamined.map(JSON.text))),
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
