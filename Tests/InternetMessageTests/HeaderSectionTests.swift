import InternetMessage
import Testing

@Suite("Header section (RFC 5322 §2.2)")
struct HeaderSectionTests {
  @Test
  func `fields, places and folding are those of the lines`() throws {
    let section = try HeaderSection(parsing: Array("From: a@b\nX-Y:\n 1\n\t2 \nTo: c".utf8))
    #expect(section.fields.map(\.known) == [.from, nil, .to])
    #expect(section.fields.map(\.range) == [0..<10, 10..<22, 22..<27])
    #expect(section.fields.map(\.bodyRange) == [5..<9, 14..<21, 25..<27])
    #expect(section.fields.map(\.line) == [1, 2, 5])
    #expect(section.name(of: section.fields[1]) == Array("X-Y".utf8))
    #expect(section.body(of: section.fields[1]) == Array("\n 1\n\t2 ".utf8))
    #expect(section.unfoldedBody(of: section.fields[1]) == Array("1\t2".utf8))
    #expect(section.all(.to).count == 1 && section.all(.cc).isEmpty)
  }

  @Test
  func `nothing is a section without fields`() throws {
    #expect(try HeaderSection(parsing: []).fields.isEmpty)
  }

  @Test(arguments: [
    ("A: x\n\n", MessageError.notAField(line: 2)),
    (" A: x\n", .notAField(line: 1)),
    ("A: x\n \t\nB: y\n", .whitespaceOnlyLine(line: 2)),
    ("A: x\nB : y\n", .blankBeforeColon(line: 2)),
    ("A: x\nB\t: y\n", .blankBeforeColon(line: 2)),
    ("A: x\nB y: z\n", .notAField(line: 2)),
    ("A: x\n: z\n", .notAField(line: 2)),
    ("A: x\nB\n", .notAField(line: 2)),
    ("A: x\rB\n", .carriageReturn(line: 1)),
    ("A: x\n\r", .carriageReturn(line: 2)),
    ("A: \0\n", .controlCharacter(line: 1, byte: 0)),
    ("A: \u{7F}\n", .controlCharacter(line: 1, byte: 0x7F)),
    ("A: x\n \u{8}\n", .controlCharacter(line: 2, byte: 8)),
    ("X\u{E9}: x\n", .notAField(line: 1)),
  ])
  func `a line that readers take differently is refused`(text: String, error: MessageError) {
    #expect(throws: error) { try HeaderSection(parsing: Array(text.utf8)) }
    #expect(error.kind == .header)
  }

  @Test
  func `TAB, ESC and 8-bit bytes are text`() throws {
    #expect(try HeaderSection(parsing: Array("A:\tx\u{1B}(B\u{E9}\n".utf8)).fields.count == 1)
  }

  @Test
  func `a name of 998 bytes is read, of 999 is not`() throws {
    let name = String(repeating: "x", count: 998)
    #expect(try HeaderSection(parsing: Array((name + ":\n").utf8)).fields.count == 1)
    #expect(throws: MessageError.fieldNameTooLong(line: 1, limit: 998)) {
      try HeaderSection(parsing: Array((name + "x:\n").utf8))
    }
  }

  @Test(arguments: [
    ("From: x", true), ("From : x", true), ("a:", true), ("<\"(@;x:", true),
    ("From\(String(repeating: " ", count: 2_043)):", true),
    ("From\(String(repeating: " ", count: 2_044)):", false),
    (" a: x", false), ("a b: x", false), (": x", false), ("nonsense", false), ("", false),
    ("a\r: x", false), ("\u{E9}: x", false), ("\0a: x", false),
  ])
  func `the first line is a header where Postfix says so`(line: String, isHeader: Bool) {
    let bytes = Array(line.utf8)
    #expect(HeaderSection.beginsField(bytes.span) == isHeader)
  }

  @Test(arguments: [
    ("From", 4_000), ("Resent-Sender", 4_000), ("To", 50_000), ("X-Y", 50_000),
  ])
  func `a field of the limit is handed over, one byte more is not`(
    name: String, limit: Int
  ) throws {
    let body = String(repeating: "x", count: limit - name.utf8.count - 2)
    let fits = try HeaderSection(parsing: Array((name + ":" + body + "\n").utf8))
    try fits.checkFieldLengths(removingBlindCopies: false)
    let over = try HeaderSection(parsing: Array((name + ":" + body + "x\n").utf8))
    #expect(throws: MessageError.fieldTooLong(line: 1, name: Array(name.utf8), limit: limit)) {
      try over.checkFieldLengths(removingBlindCopies: true)
    }
  }

  @Test
  func `a long Bcc is fine where it is removed, and only there`() throws {
    let bcc = "Bcc:" + String(repeating: "x", count: 50_000) + "\n"
    let section = try HeaderSection(parsing: Array(bcc.utf8))
    try section.checkFieldLengths(removingBlindCopies: true)
    #expect(throws: MessageError.self) {
      try section.checkFieldLengths(removingBlindCopies: false)
    }
  }

  @Test(arguments: [
    ("To: a@x,\n\t \n\tb@x\n", "To: a@x,\n\tb@x\n"),
    ("Subject: x\n \nFrom: a@b\n", "Subject: x\nFrom: a@b\n"),
    ("From \t: a@b\nX: y", "From: a@b\nX: y"), ("X: y\n \n", "X: y\n"),
    ("resent-SENDER : a@b\n", "resent-SENDER: a@b\n"), ("To : a@x\n", "To: a@x\n"),
    ("X: y\n", "X: y\n"),
  ])
  func `blank lines, and blanks before the colon, are mended`(
    section: String, repaired: String
  ) throws {
    let header = try HeaderSection(repairing: Array(section.utf8))
    #expect(header.bytes == Array(repaired.utf8))
    #expect(throws: Never.self) { try HeaderSection(parsing: Array(repaired.utf8)) }
  }

  @Test(arguments: [
    (": x\n", MessageError.notAField(line: 1)), ("a b : x\n", .notAField(line: 1)),
    (" \nTo: a@x\n", .whitespaceOnlyLine(line: 1)), (" x\nTo: a@x\n", .notAField(line: 1)),
    ("X: y\n \nnonsense\n", .notAField(line: 2)), ("X: y\n\nZ: a\n", .notAField(line: 2)),
    ("X: y\n \u{1}\n \n", .controlCharacter(line: 2, byte: 1)),
  ])
  func `nothing else of a header section is mended`(section: String, error: MessageError) {
    #expect(throws: error) { try HeaderSection(repairing: Array(section.utf8)) }
  }
}
