import LinuxSystem
import Policy
import Submission
import Testing

/// What sendmail(1) makes of the bytes on its standard input (sendmail.c enqueue(), cleanup_message.c).
@Suite("Intake: one canonical message")
struct IntakeTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let input: String
    var dotEndsInput = false
    let header: String
    let body: String

    var testDescription: String { name }
  }

  static let rows = [
    Row(
      name: "header, empty line, body",
      input: "To: a@x\nSubject: s\n\nbody\n", header: "To: a@x\nSubject: s\n", body: "body\n"),
    Row(
      name: "CRLF becomes LF everywhere",
      input: "To: a@x\r\n\r\nbody\r\n", header: "To: a@x\n", body: "body\n"),
    Row(
      name: "all trailing CRs go",
      input: "To: a@x\r\r\r\n\r\n\rbody\r\r\n", header: "To: a@x\n", body: " body\n"),
    Row(
      name: "a CR inside a body line becomes a space",
      input: "A: b\n\none\rtwo\n", header: "A: b\n", body: "one two\n"),
    Row(
      name: "a CR inside a header line stays, to be refused",
      input: "A: b\rFrom: c\n\n", header: "A: b\rFrom: c\n", body: ""),
    Row(
      name: "an mbox line is dropped, as often as it comes",
      input: "From x\n>From y\n>>From z\nA: b\n\n", header: "A: b\n", body: ""),
    Row(
      name: "From with a blank before the colon is an mbox line on line 1",
      input: "From : good@ok\nFrom: evil@z\n\n", header: "From: evil@z\n", body: ""),
    Row(
      name: "an mbox line after a field stays, to be refused",
      input: "A: b\nFrom x\n\n", header: "A: b\nFrom x\n", body: ""),
    Row(
      name: "a first line that is no field makes everything body",
      input: "hello\nFrom: x\n\nmore\n", header: "", body: "hello\nFrom: x\n\nmore\n"),
    Row(
      name: "a first line that begins with a blank makes everything body",
      input: " x\nFrom: x\n", header: "", body: " x\nFrom: x\n"),
    Row(
      name: "a first line that begins with a CR makes everything body",
      input: "\r x\nFrom: evil\n", header: "", body: "  x\nFrom: evil\n"),
    Row(
      name: "an empty first line ends an empty header section",
      input: "\nFrom: x\n", header: "", body: "From: x\n"),
    Row(name: "nothing at all", input: "", header: "", body: ""),
    Row(
      name: "the end of input ends the header section", input: "A: b", header: "A: b\n", body: ""),
    Row(name: "a last body line without LF stays so", input: "\nx", header: "", body: "x"),
    Row(
      name: "a lone dot ends the body without -i", input: "\na\n.\nb\n", dotEndsInput: true,
      header: "", body: "a\n"),
    Row(
      name: "a lone dot is text with -i", input: "\na\n.\nb\n", header: "", body: "a\n.\nb\n"),
    Row(
      name: "a lone dot with CRs ends the body", input: "\na\r\n.\r\r\nb\n", dotEndsInput: true,
      header: "", body: "a\n"),
    Row(
      name: "a lone dot ends the header section, too",
      input: "A: b\n.\nFrom: c\n", dotEndsInput: true, header: "A: b\n", body: ""),
    Row(
      name: "a dot at the end of input ends it", input: "\na\n.", dotEndsInput: true,
      header: "", body: "a\n"),
    Row(
      name: "a dot and a CR at the end of input are text", input: "\na\n.\r", dotEndsInput: true,
      header: "", body: "a\n."),
    Row(
      name: "two dots are text", input: "\n..\nb\n", dotEndsInput: true, header: "",
      body: "..\nb\n"),
    Row(
      name: "a dot behind a CR is text", input: "\n\r.\nb\n", dotEndsInput: true, header: "",
      body: " .\nb\n"),
    Row(
      name: "a NUL in the body stays", input: "\na\0b\n", header: "", body: "a\0b\n"),
  ]

  /// The pieces in which the input arrives must not matter.
  @Test(arguments: rows, [1, 2, 3, 7, 65_536])
  func `the canonical form is the same however the input is cut`(
    row: Row, pieceBytes: Int
  ) throws {
    let result = try Self.read(
      [UInt8](row.input.utf8), dotEndsInput: row.dotEndsInput, pieceBytes: pieceBytes)
    #expect(String(decoding: result.header, as: UTF8.self) == row.header)
    #expect(String(decoding: result.body, as: UTF8.self) == row.body)
  }

  /// By the definition, a byte at a time: CRs before a LF or the end go, others become spaces.
  private static func canonical(_ body: [UInt8]) -> [UInt8] {
    var canonical: [UInt8] = []
    var returns = 0
    for byte in body {
      if byte == 0x0D {
        returns += 1
        continue
      }
      if byte != 0x0A { canonical += repeatElement(0x20, count: returns) }
      returns = 0
      canonical.append(byte)
    }
    return canonical
  }

  /// Lines longer than what is moved at once, and shorter; CRs at their ends, inside, and in rows.
  @Test(arguments: [1, 5, 16, 64, 1_000, 65_536])
  func `a long body becomes what it becomes byte by byte`(pieceBytes: Int) throws {
    var generator = SystemRandomNumberGenerator()
    for among in [2, 10, 40, 200, 3_000] {
      let body = (0..<10_000).map { _ -> UInt8 in
        switch Int.random(in: 0..<among, using: &generator) {
        case 0: 0x0D
        case 1: Bool.random(using: &generator) ? 0x0A : 0x0D
        default: UInt8.random(in: 0x20...0xFF, using: &generator)
        }
      }
      let result = try Self.read([0x0A] + body, pieceBytes: pieceBytes)
      #expect(result.body == Self.canonical(body))
    }
  }

  @Test func `a From line of 2100 bytes is no mbox line and makes everything body`() throws {
    let line = "From " + String(repeating: "x", count: 2_095)
    let result = try Self.read([UInt8]("\(line)\nTo: a@x\n\n".utf8))
    #expect(result.header.isEmpty)
    #expect(String(decoding: result.body, as: UTF8.self) == "\(line)\nTo: a@x\n\n")
  }

  @Test func `a body line without end is no header section that is too large`() throws {
    let body = [UInt8](repeating: 0x20, count: 600_000)
    #expect(try Self.read(body).body == body)
  }

  @Test func `a header section of the limit passes, one byte more is refused`() throws {
    let field = [UInt8]("A: ".utf8) + [UInt8](repeating: 0x62, count: 1_020)
    #expect(try Self.read(field + [0x0A, 0x0A], headerBytes: 1_024).header.count == 1_024)
    #expect(throws: IntakeError.self) {
      try Self.read(field + [0x62, 0x0A, 0x0A], headerBytes: 1_024)
    }
  }

  @Test func `a message of the limit passes, one byte more is refused`() throws {
    let input = [UInt8](repeating: 0x0A, count: 100_000)
    #expect(try Self.read(input, messageBytes: 100_000).body.count == 99_999)
    #expect(throws: IntakeError.self) { try Self.read(input, messageBytes: 99_999) }
  }

  @Test func `audit keeps the input byte for byte`() throws {
    let bytes = [UInt8]("From x\nA: b\r\n\r\n.\r\nmore\rof it\n".utf8)
    var file = try Self.file(holding: bytes)
    let intake = try Intake(
      reading: &file, dotEndsInput: false, sizes: SizeLimits(), keepsOriginal: true)
    let original = try intake.sealOriginal()
    #expect(try original.readToEnd(limit: 1_000) == bytes)
  }

  @Test func `what was not kept cannot be handed over as it came`() throws {
    var file = try Self.file(holding: [UInt8]("A: b\n\nc\n".utf8))
    let intake = try Intake(
      reading: &file, dotEndsInput: false, sizes: SizeLimits(), keepsOriginal: false)
    do {
      _ = try intake.sealOriginal()
      Issue.record("a message was handed over")
    } catch {
      guard case .system(.notOpen) = error else {
        Issue.record(error)
        return
      }
    }
  }

  static func read(
    _ input: [UInt8], dotEndsInput: Bool = false, pieceBytes: Int = 65_536,
    headerBytes: UInt64 = 262_144, messageBytes: UInt64 = 26_214_400
  ) throws -> (header: [UInt8], body: [UInt8]) {
    var file = try self.file(holding: input)
    let intake = try Intake(
      reading: &file, dotEndsInput: dotEndsInput,
      sizes: SizeLimits(messageBytes: messageBytes, headerBytes: headerBytes),
      keepsOriginal: false, bufferBytes: pieceBytes)
    let header = intake.header
    let size = intake.byteCount
    let message = try intake.seal(header: header)
    let bytes = try message.readToEnd(limit: 30_000_000)
    #expect(bytes.count == Int(size))
    #expect(bytes.starts(with: header + [0x0A]))
    return (header, [UInt8](bytes.dropFirst(header.count + 1)))
  }

  static func file(holding bytes: [UInt8]) throws -> FileDescriptor {
    let file = try FileDescriptor.memfd(name: "input")
    try file.writeAll(bytes)
    try file.seek(to: 0)
    return file
  }
}
