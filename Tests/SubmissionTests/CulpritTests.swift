import Policy
import Testing

@testable import Ledger
@testable import Submission

@Suite("The culprit that a notice names")
struct CulpritTests {
  private static func decision(_ number: Int, _ line: String) throws -> LoggedDecision {
    try #require(
      LoggedDecision(
        Journal.Record(time: 1_795_460_400 + UInt64(number), line: Array(line.utf8))))
  }

  private static func refused(_ number: Int, script: String) throws -> LoggedDecision {
    try decision(
      number,
      "verdict=reject reason=from-not-allowed uid=7 user=alice from=<ceo@bank.example> "
        + "script=\(script) cwd=/srv/alice/uploads ppid=1 to=gmail.example")
  }

  @Test func `the script and the directory of most messages are named, and ten messages`() throws {
    let decisions =
      try (0..<20).map { try Self.refused($0, script: $0 < 3 ? "a.php" : "x.php") }
      + [Self.decision(30, "verdict=permit reason=none uid=7 user=alice cwd=/srv/alice ppid=1")]
    let lines = Culprit(decisions).lines
    #expect(
      lines.prefix(5) == [
        "", "The last 21 decisions within an hour: 1 permitted, 20 refused.",
        "Script: x.php (17 of 21)", "Directory: /srv/alice/uploads (20 of 21)", "",
      ])
    #expect(
      lines[5]
        == "    2026-11-23T19:00:00Z  reject from-not-allowed  From: ceo@bank.example  to gmail.example"
    )
    #expect(lines[6] == "        script a.php  in /srv/alice/uploads")
    #expect(lines.count == 5 + 2 * 10)
  }

  @Test func `nothing is said where nothing is known`() {
    #expect(Culprit([]).lines.isEmpty)
  }

  @Test func `no byte of a site's begins a line of the mail`() throws {
    let line =
      #"verdict=reject reason=none uid=7 script="a\u000AFrom: x@y\u001B[2J" cwd="/\u000D" ppid=1"#
    for text in try Culprit([Self.decision(1, line)]).lines {
      #expect(text.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F }, "\(text)")
    }
  }
}
