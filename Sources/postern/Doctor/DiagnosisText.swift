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
      let members = [
        ("code", JSONText.string(finding.code.rawValue)),
        ("severity", JSONText.string(finding.code.severity.rawValue)),
        ("text", JSONText.string(finding.text)),
        ("evidence", JSONText.array(finding.evidence.map(JSONText.string))),
        ("mend", JSONText.string(finding.remedy)),
      ]
      return JSONText.object(members)
    }
    return JSONText.object([
      ("findings", JSONText.array(objects)),
      ("unexamined", JSONText.array(unexamined.map(JSONText.string))),
    ]) + "\n"
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

/// JSON as RFC 8259 writes it, from texts that may be anybody's.
enum JSONText {
  /// A string.
  static func string(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }

  /// An array of finished values.
  static func array(_ values: [String]) -> String { "[" + values.joined(separator: ",") + "]" }

  /// An object of names and finished values.
  static func object(_ members: [(String, String)]) -> String {
    "{" + members.map { string($0.0) + ":" + $0.1 }.joined(separator: ",") + "}"
  }
}
