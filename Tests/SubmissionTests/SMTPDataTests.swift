import LinuxSystem
import Submission
import Testing

/// Where SMTP data end: smuggling needs two programs that disagree about it.
@Suite("SMTP: the end of the data")
struct SMTPDataTests {
  /// What Postfix's stand-alone smtpd makes of bytes behind DATA (`receive_data_message`, `smtp_get_noexcept`), record by
  /// record, as its source says it; nil if the end is not among them.
  static func postfix(_ input: [UInt8]) -> (text: [UInt8], rest: ArraySlice<UInt8>)? {
    var text: [UInt8] = []
    var rest = input[...]
    var wasPartial = false
    while !rest.isEmpty {
      var record = rest.prefix(2_048)
      if let lineFeed = record.firstIndex(of: 0x0A) { record = rest[rest.startIndex...lineFeed] }
      if record.last == 0x0D, rest.dropFirst(record.count).first == 0x0A {
        record = rest.prefix(record.count + 1)
      }
      rest = rest.dropFirst(record.count)
      let isPartial = record.last != 0x0A
      let isDotted = !wasPartial && record.first == 0x2E
      if isDotted { record = record.dropFirst() }
      if isDotted, !isPartial, record.allSatisfy({ $0 == 0x0D || $0 == 0x0A }) {
        return (text, rest)
      }
      text += record
      wasPartial = isPartial
    }
    return nil
  }

  /// What Postern makes of the same bytes, in pieces.
  static func postern(_ pieces: [[UInt8]], roomBytes: Int) -> (text: [UInt8], rest: [String])? {
    let opening = "MAIL FROM:<a@x.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"
    let client = ScriptedClient([Array(opening.utf8)] + pieces)
    var connection = SMTPConnection(client)
    var text: [UInt8]?
    _ = SMTPServer.serve(&connection, Session.settings) { _, connection in
      var bytes: [UInt8] = []
      var room = [UInt8](repeating: 0, count: roomBytes)
      while let count = try? connection.read(into: &room) {
        guard count > 0 else {
          text = text ?? bytes
          break
        }
        bytes += room[..<count]
      }
      return SMTPReply(exitStatus: 0)
    }
    return text.map { ($0, Array(Session.codes(of: client.received).dropFirst(5))) }
  }

  @Test func `they end where Postfix ends them, whatever is sent and however it arrives`() {
    var random = Randomness(seed: 42)
    let tokens: [[UInt8]] = [
      [0x0A], [0x0D], [0x0D, 0x0A], [0x2E], [0x2E, 0x0D, 0x0A], [0x2E, 0x0A], [0x00], [0x78],
      [0x0A, 0x2E], [UInt8](repeating: 0x78, count: 2_046), [UInt8](repeating: 0x0D, count: 2_046),
      [UInt8](repeating: 0x0D, count: 2_047), [UInt8](repeating: 0x78, count: 2_048),
    ]
    var ended = 0
    for round in 0..<1_000 {
      var input: [UInt8] = []
      for _ in 0..<Int.random(in: 1...12, using: &random) {
        input += tokens[Int.random(in: 0..<tokens.count, using: &random)]
      }
      let size = Int.random(in: 1...3_000, using: &random)
      let pieces = stride(from: 0, to: input.count, by: size).map {
        Array(input[$0..<min($0 + size, input.count)])
      }
      let room = [1, 2, 100, 65_536][round % 4]
      let theirs = Self.postfix(input)
      let ours = Self.postern(pieces, roomBytes: room)
      #expect(ours?.text == theirs?.text)
      if theirs != nil { ended += 1 }
    }
    // Both outcomes must really occur.
    #expect((100...900).contains(ended))
  }

  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    let ends: Bool
    var testDescription: String { name }
  }

  static let dot = "."
  static func returns(_ count: Int) -> String { String(repeating: "\r", count: count) }
  static func text(_ count: Int) -> String { String(repeating: "x", count: count) }

  static let rows = [
    Row(name: "CRLF . CRLF ends", input: "a\r\n.\r\n", ends: true),
    Row(name: "LF . LF ends", input: "a\n.\n", ends: true),
    Row(name: "LF . CRLF ends", input: "a\n.\r\n", ends: true),
    Row(name: "CRLF . LF ends", input: "a\r\n.\n", ends: true),
    Row(name: "a dot at the very beginning ends", input: ".\r\n", ends: true),
    Row(name: "CR . CR does not", input: "a\r.\r", ends: false),
    Row(name: "CR . CRLF does not", input: "a\r.\r\n", ends: false),
    Row(name: "CRLF . CR does not", input: "a\r\n.\r", ends: false),
    Row(name: "CRLF . without more does not", input: "a\r\n.", ends: false),
    Row(name: "two dots do not", input: "a\r\n..\r\n", ends: false),
    Row(name: "a dot and NUL do not", input: "a\r\n.\0\r\n", ends: false),
    Row(name: "a dot and a blank do not", input: "a\r\n. \r\n", ends: false),
    Row(name: "a dot and 2047 CRs end", input: ".\(returns(2_047))\n", ends: true),
    Row(name: "a dot and 2048 CRs do not", input: ".\(returns(2_048))\n", ends: false),
    Row(
      name: "a dot at the 2049th byte of a line does not", input: "\(text(2_048)).\r\n", ends: false
    ),
    Row(name: "nor at the 4097th", input: "\(text(4_096)).\r\n", ends: false),
    Row(name: "a dot behind a line of 2048 bytes ends", input: "\(text(2_048))\n.\r\n", ends: true),
  ]

  @Test(arguments: rows) func `a dot ends them or not`(row: Row) {
    let input = Array(row.input.utf8)
    #expect((Self.postfix(input) != nil) == row.ends)
    #expect((Self.postern([input], roomBytes: 65_536) != nil) == row.ends)
    #expect((Self.postern(input.map { [$0] }, roomBytes: 1) != nil) == row.ends)
  }

  @Test func `what follows in the same piece is commands`() throws {
    let input = Array("a\n.\nNOOP\r\nFOO\r\n".utf8)
    let (text, rest) = try #require(Self.postern([input], roomBytes: 3))
    #expect(text == Array("a\n".utf8))
    #expect(rest == ["250 2.0.0", "500 5.5.2"])
  }
}
