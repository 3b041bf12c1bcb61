import InternetMessage
import LinuxSystem
import Policy
import Testing

@testable import Submission

@Suite("A line of the log is read as it was written")
struct DecisionLineTests {
  private static func address(_ text: String) -> AddrSpec {
    let at = text.lastIndex(of: "@") ?? text.endIndex
    return AddrSpec(
      localPart: Array(text[..<at].utf8),
      domain: at == text.endIndex ? nil : Array(text[text.index(after: at)...].utf8))
  }

  private static func rejection(_ cause: Rejection.Cause) -> Refusal {
    .policy(Rejection(cause: cause, user: Array("alice".utf8)))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let from: [String]
    let sender: String?
    let resent: [String]
    let envelope: ReversePath?
    let script: String?
    /// What is read; nil = the same.
    let read: [String]?
    var testDescription: String { name }

    init(
      _ name: String, from: [String] = [], sender: String? = nil, resent: [String] = [],
      envelope: ReversePath? = nil, script: String? = nil, read: [String]? = nil
    ) {
      (self.name, self.from, self.sender, self.resent) = (name, from, sender, resent)
      (self.envelope, self.script, self.read) = (envelope, script, read)
    }
  }

  static let rows = [
    Row("nothing but the decision"),
    Row(
      "every identity", from: ["a@x.example"], sender: "b@x.example",
      resent: ["c@x.example", "d@x.example"], envelope: .address(address("e@x.example"))),
    Row("the null sender", envelope: .null),
    Row("three authors", from: ["a@x.example", "b@x.example", "c@x.example"]),
    Row(
      "of four authors the log has three",
      from: ["a@x.example", "b@x.example", "c@x.example", "d@x.example"],
      read: ["a@x.example", "b@x.example", "c@x.example"]),
    Row("an author without a domain", from: ["alice"]),
    Row("UTF-8", from: ["jürgen@bücher.example"]),
    Row("a word that looks like a key", from: ["verdict=permit@x.example"]),
    Row(
      "a script with blanks, quotes and line ends",
      script: "7300: a\"b\\c\n verdict=permit \u{1B}[2J"),
    Row("a script that ends like a cut one", script: "contact.php..."),
    Row(
      "an address too long for the log is left out, those before it are not",
      from: ["a@x.example", String(repeating: "b", count: 300) + "@x.example"],
      read: ["a@x.example"]),
  ]

  @Test(arguments: rows)
  func `reading gives back what was logged`(_ row: Row) throws {
    var log = DecisionLog(uid: 7300)
    log.user = Array("alice".utf8)
    log.from = row.from.map(Self.address)
    log.sender = row.sender.map(Self.address)
    log.resent = row.resent.map(Self.address)
    log.envelope = row.envelope
    log.script = row.script.map { Array($0.utf8) }
    log.messageID = Array("<\"1\" 2@x>".utf8)
    log.isMapStale = true
    log.repaired = [.from, .resentSender]
    log.rewritten = Self.address("own@x.example")
    let refusal = Self.rejection(.userUnlisted)
    for verdict in DecisionVerdict.allCases {
      let text = log.line(verdict, verdict == .permit ? nil : refusal)
      let line = try #require(DecisionLine(text[...]))
      #expect(
        String(decoding: text, as: UTF8.self).contains(
          " repaired=from,resent-sender rewritten=<own@x.example> "))
      #expect(line.verdict == verdict)
      #expect(line.reason == (verdict == .permit ? nil : .userUnlisted))
      #expect(line.uid == 7300)
      #expect(line.from == (row.read ?? row.from).map { Array($0.utf8) })
      #expect(line.sender == row.sender.map { Array($0.utf8) })
      #expect(line.resent == row.resent.map { Array($0.utf8) })
      #expect(line.script == log.script)
      #expect(line.namesEnvelope == (row.envelope != nil))
      switch row.envelope {
      case nil: #expect(line.envelope == nil)
      case .null: #expect(line.envelope == [])
      case .address(let address): #expect(line.envelope == address.written)
      case .word(let word): #expect(line.envelope == word)
      }
    }
  }

  @Test(arguments: [
    ("plain", "a/b.php", "a/b.php"), ("a blank", "a b", "\"a b\""),
    ("a second equals sign", "<b+r=x@y>", "\"<b+r=x@y>\""),
    ("a backslash and a quote", "a\\b\"", "\"a\\\\b\\\"\""),
    ("UTF-8", "Zoë 日本", "\"Zoë 日本\""), ("a control", "a\u{1B}[2J", "\"a\\u001B[2J\""),
    ("C1", "a\u{9B}", "\"a\\u00C2\\u009B\""),
    ("what turns text round", "a\u{202E}", "\"a\\u00E2\\u0080\\u00AE\""), ("nothing", "", "\"\""),
  ])
  func `a value is written as logfmt has it, and read again`(
    _ name: String, _ value: String, _ written: String
  ) throws {
    var log = DecisionLog(uid: 7)
    log.script = Array(value.utf8)
    let line = log.line(.permit, nil)
    #expect(String(decoding: line, as: UTF8.self).contains(" script=\(written) "))
    #expect(try #require(DecisionLine(line[...])).script == Array(value.utf8))
  }

  @Test func `a byte that is no UTF-8 is written as one of logfmt's escapes`() throws {
    var log = DecisionLog(uid: 7)
    log.script = [0x61, 0xFF, 0xC3]
    let line = log.line(.permit, nil)
    #expect(String(decoding: line, as: UTF8.self).contains(#" script="a\u00FF\u00C3" "#))
    #expect(try #require(DecisionLine(line[...])).script == log.script)
  }

  @Test(arguments: ReasonCode.allCases)
  func `every reason is read`(_ reason: ReasonCode) {
    let text = Array("verdict=reject reason=\(reason.rawValue) uid=1".utf8)
    #expect(DecisionLine(text[...])?.reason == reason)
  }

  @Test func `a refusal of the machine is read with its text`() throws {
    let refusal = Refusal.installation(.untrusted(path: "/etc/postern/a \"b\".cf"))
    let text = DecisionLog(uid: 1).line(.reject, refusal)
    #expect(try #require(DecisionLine(text[...])).reason == .configInvalid)
  }

  @Test(arguments: [
    ("as it is written", "verdict=audit reason=none uid=1 cwd=/ ppid=2", true),
    ("a key of a later version", "verdict=audit reason=none uid=1 color=red", true),
    ("an empty line", "", false),
    ("another verdict", "verdict=maybe reason=none uid=1", false),
    ("another reason", "verdict=audit reason=whim uid=1", false),
    ("no reason", "verdict=audit uid=1", false),
    ("another order", "reason=none verdict=audit uid=1", false),
    ("a number too large", "verdict=audit reason=none uid=4294967296", false),
    ("a negative number", "verdict=audit reason=none uid=-1", false),
    ("a key twice", "verdict=audit reason=none uid=1 from=<a@b> from=<c@d>", false),
    ("the user's number twice", "verdict=audit reason=none uid=1 uid=0", false),
    ("two blanks", "verdict=audit reason=none uid=1  ppid=2", false),
    ("a blank at the end", "verdict=audit reason=none uid=1 ", false),
    ("a key without a value", "verdict=audit reason=none uid=1 from", false),
    ("an empty value", "verdict=audit reason=none uid=1 from=", false),
    ("an empty value in quotes", "verdict=audit reason=none uid=1 script=\"\"", true),
    ("a quote that is not closed", "verdict=audit reason=none uid=1 script=\"a", false),
    ("text behind a quote", "verdict=audit reason=none uid=1 script=\"a\"b", false),
    ("a quote within a plain value", "verdict=audit reason=none uid=1 script=a\"b", false),
    ("an escape that is none", "verdict=audit reason=none uid=1 script=\\n", false),
    ("half an escape", "verdict=audit reason=none uid=1 script=\\x4", false),
    ("an escape in lower case", "verdict=audit reason=none uid=1 script=\\x4a", false),
    ("a raw control character", "verdict=audit reason=none uid=1 script=\"a\u{1B}b\"", false),
    ("raw UTF-8", "verdict=audit reason=none uid=1 script=ü", false),
    ("raw UTF-8 in quotes", "verdict=audit reason=none uid=1 script=\"ü\"", true),
    ("a byte of logfmt", "verdict=audit reason=none uid=1 script=\"\\u00FF\"", true),
    ("a byte of 0.1.0", "verdict=audit reason=none uid=1 script=\"\\xFF\"", true),
    ("what is never written", "verdict=audit reason=none uid=1 script=\"\\u0100\"", false),
  ])
  func `only what the program writes is read`(_ name: String, _ text: String, _ isLine: Bool) {
    #expect((DecisionLine(Array(text.utf8)[...]) != nil) == isLine)
  }

  @Test(
    arguments: [
      ("a forged message", rejection(.userUnlisted), .warning),
      ("too many connections", .connection(.tooMany(limit: 3)), .warning),
      ("nobody's connection", .connection(.noOwner(client: "192.0.2.1:25")), .warning),
      ("a system call", .system(Errno(number: 5, call: "read")), .error),
      ("an installation", .installation(.notPrivileged), .error),
    ] as [(String, Refusal, SystemLog.Severity)])
  func `only what must be repaired is an error, and no caller can make one at will`(
    _ name: String, _ refusal: Refusal, _ expected: SystemLog.Severity
  ) {
    #expect(DecisionLog.severity(.reject, refusal) == expected)
    #expect(DecisionLog.severity(.audit, refusal) == .info)
  }
}
