/// Something that `postern doctor` found.
struct Finding: Equatable {
  /// What kind it is.
  let code: FindingCode
  /// One line: what is wrong and what follows from it.
  let text: String
  /// What was seen: `file:line: text`, a value, the words of a server.
  let evidence: [String]
  /// The command that mends it, or what to change where no command can know.
  let remedy: String

  init(_ code: FindingCode, _ text: String, evidence: [String], remedy: String) {
    self.code = code
    self.text = text
    self.evidence = evidence
    self.remedy = remedy
  }
}

/// What examinations have found so far.
struct Diagnosis {
  /// The findings, in the order of the examinations.
  private(set) var findings: [Finding] = []
  /// What could not be examined, and why: never left out silently.
  private(set) var unexamined: [String] = []

  /// Adds findings.
  mutating func add(_ found: [Finding]) { findings += found }

  /// Adds a finding, if there is one.
  mutating func add(_ found: Finding?) {
    if let found { findings.append(found) }
  }

  /// Notes what was not examined.
  mutating func skip(_ what: String, because reason: String) {
    unexamined.append("\(what): \(reason)")
  }

  /// Whether somebody can get around the gate.
  var hasHole: Bool { findings.contains { $0.code.severity == .hole } }

  /// The findings, the worst first.
  var sorted: [Finding] {
    Severity.allCases.flatMap { severity in findings.filter { $0.code.severity == severity } }
  }
}
