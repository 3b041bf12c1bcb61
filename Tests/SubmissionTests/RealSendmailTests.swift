import InternetMessage
import Policy
import Submission
import Testing

/// The command line that the real sendmail gets.
@Suite("RealSendmail: what Postfix is asked to do")
struct RealSendmailTests {
  static func words(
    _ argv: [String], fullName: String? = nil, reversePath: ReversePath, recipients: [String]
  ) throws -> [String] {
    let invocation = try Invocation.parse((["x"] + argv).map { [UInt8]($0.utf8) })
    let parsed = try recipients.flatMap {
      try RecipientList.parse([UInt8]($0.utf8), emptyIsError: true)
    }
    let program = RealSendmail(
      path: [], invocation: invocation, reversePath: reversePath,
      fullName: fullName.map { [UInt8]($0.utf8) }, recipients: parsed)
    return program.arguments.map { String(decoding: $0, as: UTF8.self) }
  }

  static let address = AddrSpec(localPart: [UInt8]("a".utf8), domain: [UInt8]("b.example".utf8))

  @Test func `recipients are named behind two hyphens, never left to -t`() throws {
    #expect(
      try Self.words(["-t"], reversePath: .address(Self.address), recipients: ["-q", "x@y", "x@y"])
        == ["sendmail", "-i", "-f", "a@b.example", "--", "-q", "x@y", "x@y"])
  }

  @Test func `the null sender is written so that it cannot be taken for nothing`() throws {
    #expect(
      try Self.words([], reversePath: .null, recipients: ["x@y"])
        == ["sendmail", "-i", "-f", "<>", "--", "x@y"])
  }

  @Test func `what concerns delivery reports is passed on`() throws {
    let argv = ["-N", "success,delay", "-Rhdrs", "-V", "id-1", "-B8BITMIME", "-XV+=", "-v"]
    #expect(
      try Self.words(argv, reversePath: .address(Self.address), recipients: ["x@y"])
        == [
          "sendmail", "-i", "-f", "a@b.example", "-B", "8BITMIME", "-N", "success,delay", "-R",
          "hdrs", "-V", "id-1", "-XV+=", "-v", "--", "x@y",
        ])
  }

  @Test func `a line end in a full name becomes a blank`() throws {
    #expect(
      try Self.words(
        [], fullName: "Joe\nBcc: z@x", reversePath: .address(Self.address), recipients: ["x@y"])
        == ["sendmail", "-i", "-f", "a@b.example", "-F", "Joe Bcc: z@x", "--", "x@y"])
  }

  @Test func `audit hands the caller's words over, and the login where -f is missing`() throws {
    func words(_ argv: [String]) throws -> [String] {
      let bytes = (["x"] + argv).map { [UInt8]($0.utf8) }
      let program = RealSendmail(
        path: [], original: bytes, invocation: try Invocation.parse(bytes),
        login: [UInt8]("alice".utf8), fullName: [UInt8]("Alice A".utf8))
      return program.arguments.map { String(decoding: $0, as: UTF8.self) }
    }
    #expect(
      try words(["-t", "-Ojunk"]) == [
        "sendmail", "-f", "alice", "-F", "Alice A", "-t", "-Ojunk",
      ])
    #expect(
      try words(["-fz@y", "-F", "", "r@x"]) == ["sendmail", "-fz@y", "-F", "", "r@x"])
  }
}
