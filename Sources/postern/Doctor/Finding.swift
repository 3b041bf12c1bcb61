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
  /// What a site finds that speaks SMTP to this machine; nil = it was not tried.
  var localSMTP: LocalSMTP?
  /// The codes in `doctor_accept`.
  var accepted: Set<String> = []

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

  /// Whether the administrator accepts a finding: it is shown, and does not count.
  func isAccepted(_ finding: Finding) -> Bool { accepted.contains(finding.code.rawValue) }

  /// How many findings of a severity count.
  func count(_ severity: Severity) -> Int {
    findings.count { $0.code.severity == severity && !isAccepted($0) }
  }

  /// Whether something of a severity was found that is not accepted.
  func has(_ severity: Severity) -> Bool { count(severity) > 0 }

  /// The findings, the worst first, those that are accepted last.
  var sorted: [Finding] {
    [false, true].flatMap { isLast in
      Severity.allCases.flatMap { severity in
        findings.filter { $0.code.severity == severity && isAccepted($0) == isLast }
      }
    }
  }
}
