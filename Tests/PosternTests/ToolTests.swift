import InternetMessage
import Submission
import Testing

@testable import postern

@Suite("The tool's command line")
struct ToolTests {
  private static let foreign = Explain.command
  private static let own = Suspend.command

  private func arguments(_ words: [String], _ command: Command) throws -> Arguments {
    try Arguments(words.map { Array($0.utf8) }[...], of: command)
  }

  @Test(arguments: [
    ("behind --", ["--user", "a", "--", "-t", "--json"], ["-t", "--json"]),
    ("from the first word on that is no option", ["--user=a", "-t", "--json"], ["-t", "--json"]),
    ("-h is the other program's", ["--user", "a", "-h", "x"], ["-h", "x"]),
    ("none", ["--json", "--user", "a"], []),
  ])
  func `another program's words are left as they are`(
    _ name: String, _ words: [String], _ operands: [String]
  ) throws {
    let read = try arguments(words, Self.foreign)
    #expect(read.operands == operands.map { Array($0.utf8) })
    #expect(read.value(of: "--user") == Array("a".utf8))
  }

  @Test(arguments: [
    ("a value that is missing", ["--user"]), ("an option that is required", ["-t"]),
    ("an option that does not exist", ["--user", "a", "--jsn"]),
    ("a value that is not wanted", ["--user", "a", "--json=1"]),
  ])
  func `what cannot be meant is refused`(_ name: String, _ words: [String]) {
    #expect(throws: ToolFailure.self) { try arguments(words, Self.foreign) }
  }

  @Test func `options and operands of a command of our own may be mixed`() throws {
    let read = try arguments(["alice", "--reason", "ticket 1"], Self.own)
    #expect(read.operands == [Array("alice".utf8)])
    #expect(read.value(of: "--reason") == Array("ticket 1".utf8))
    #expect(try arguments(["-h"], Self.own).wantsHelp)
  }

  @Test(
    arguments: [
      ("USER", .users), ("[USER...]", .users), ("LOG...", .files), ("FILE", .files),
      ("bash|zsh|fish", .words(["bash", "zsh", "fish"])), ("TEXT", .nothing), ("", .nothing),
    ] as [(String, CompletionKind)])
  func `a placeholder says what completes it`(_ placeholder: String, _ kind: CompletionKind) {
    #expect(CompletionKind(placeholder) == kind)
  }

  @Test(arguments: [
    ("a command for a terminal", "a\u{1B}[31m", #"a\x1B[31m"#, #""a\u001b[31m""#),
    ("the same in one character", "a\u{9B}31m", #"a\xC2\x9B31m"#, #""a\u009b31m""#),
    ("DEL", "a\u{7F}", #"a\x7F"#, #""a\u007f""#),
    ("a change of direction", "a\u{202E}b", #"a\xE2\x80\xAEb"#, #""a\u202eb""#),
    ("an isolate", "a\u{2066}b", #"a\xE2\x81\xA6b"#, #""a\u2066b""#),
    ("a tag", "a\u{E0041}", #"a\xF3\xA0\x81\x81"#, #""a\udb40\udc41""#),
    ("letters of all the world", "ä€字😀", "ä€字😀", "\"ä€字😀\""),
    ("lines and tabs", "a\tb\n", "a\tb\n", #""a\u0009b\u000a""#),
  ])
  func `what is printed obeys nobody`(_ name: String, text: String, shown: String, json: String) {
    #expect(SafeText.text(Array(text.utf8)) == shown, "\(name)")
    #expect(JSON.text(text).line == json, "\(name)")
  }

  @Test func `bytes that are no UTF-8 are shown as they are`() {
    #expect(
      SafeText.text([0x61, 0xFF, 0xC3, 0x62, 0xE2, 0x80, 0x0A]) == "a\\xFF\\xC3b\\xE2\\x80\n")
  }

  @Test func `a word of senders that a terminal would obey is not exported`() {
    #expect(MapExport.word(Array("jörg@shop.example".utf8)) == "jörg@shop.example")
    #expect(MapExport.word(Array("x\u{9B}31m@shop.example".utf8)) == nil)
    #expect(MapExport.word(Array("x\u{202E}@shop.example".utf8)) == nil)
    #expect(MapExport.word([0x62, 0xFF, 0x40, 0x61]) == nil)
  }

  @Test func `JSON is written with its escapes`() {
    let value = JSON.object([
      ("a", .array([.null, .bool(true), .number(7), .string([0x22, 0x5C, 0x0A, 0xFF])])),
      ("b", .written(Array("{}".utf8))),
    ])
    #expect(value.line == #"{"a":[null,true,7,"\"\\\u000a\#u{FFFD}"],"b":{}}"#)
  }
}

@Suite("Changes of a header section")
struct HeaderChangesTests {
  private func changes(_ before: String, _ after: String?) throws -> HeaderChanges {
    HeaderChanges(
      from: try HeaderSection(parsing: Array(before.utf8)), to: after.map { Array($0.utf8) })
  }

  @Test func `fields that are gone, new or other are told, those that only moved are not`() throws {
    let found = try changes("A: 1\nBcc: x\nB: 2\nB: 2\n", "X: 9\nB: 2\nA: 1\n\t3\n")
    #expect(
      found.removed.map { String(decoding: $0, as: UTF8.self) } == ["A: 1", "Bcc: x", "B: 2"])
    #expect(found.added.map { String(decoding: $0, as: UTF8.self) } == ["X: 9", "A: 1\t3"])
  }

  @Test func `a message that is handed over as it came has none`() throws {
    #expect(try changes("A: 1\n", nil) == HeaderChanges(from: nil, to: nil))
  }
}
