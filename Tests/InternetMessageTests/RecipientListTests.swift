import InternetMessage
import Testing

@Suite("Recipient lists, as Postfix's tok822_parse finds them")
struct RecipientListTests {
  private func parse(_ text: String) throws(MessageError) -> String {
    let found = try RecipientList.parse(Array(text.utf8), emptyIsError: false)
    return found.map { String(decoding: $0.written, as: UTF8.self) }.joined(separator: " ")
  }

  @Test(arguments: [
    ("good@ok <evil@z>", "evil@z"), ("\"good@ok\" <evil@z>", "evil@z"),
    ("[good@ok] <evil@z>", "evil@z"), ("<good@ok> <evil@z>", "good@ok evil@z"),
    ("<good@ok> evil@z", "good@ok evil@z"), ("good@ok evil@z", "good@ok evil@z"),
    ("good@ok; evil@z", "good@ok evil@z"), ("good@ok (evil@z)", "good@ok"),
    ("(good@ok) evil@z", "evil@z"), ("G: good@ok, evil@z;", "good@ok evil@z"),
    ("G: good@ok;, evil@z", "good@ok evil@z"), ("undisclosed:; <evil@z>", "evil@z"),
    ("undisclosed-recipients:;", ""), ("Good One", "Good One"),
    ("good(c)@(c)ok . example", "good@ok.example"), ("foo <bar> baz@q", "bar baz@q"),
    ("\"x\"<evil@z>\"y\"", "evil@z y"), (",,,good@ok,,", "good@ok"), ("<>", ""), ("", ""),
    ("=?utf-8?q?=3Cgood=40ok=3E?=", "=?utf-8?q?=3Cgood=40ok=3E?="),
    ("good@ok\u{A0}", "good@ok\u{A0}"), ("a@[1.2.3.4] b", "a@[1.2.3.4] b"),
    ("u%z, z!u, |cmd", "u%z z!u |cmd"), ("\"a b\"@z", "\"a b\"@z"), ("a..b@z", "a..b@z"),
    ("-f, --@z", "-f --@z"), ("a@z., b@z", "a@z. b@z"), ("a@x\n\t, b@y", "a@x b@y"),
    ("x, G: a, \"b\" <c>; d", "x a c d"), ("((a) b) c", "c"),
  ])
  func `what Postfix finds is found`(text: String, recipients: String) throws {
    #expect(try parse(text) == recipients)
  }

  @Test(arguments: [
    ("(good@ok\\) evil@z", 0, RecipientFault.unbalanced(0x28)),
    ("(unclosed <good@ok>", 0, .unbalanced(0x28)),
    ("good@ok: evil@z", 15, .colon), ("a <b>: c;", 5, .colon), ("a; b: c;", 4, .colon),
    ("G: H: a;", 4, .colon), ("<good@ok, evil@z>", 8, .angleAddress),
    ("<@ok:ceo@z>", 4, .angleAddress), ("<a b>", 3, .angleAddress),
    ("<<good@ok>>", 1, .angleAddress), ("\"unclosed <good@ok>", 0, .unbalanced(0x22)),
    ("Good <good@ok", 5, .unbalanced(0x3C)), ("Good good@ok>", 12, .unbalanced(0x3E)),
    ("a) b", 1, .unbalanced(0x29)), ("a] b", 1, .unbalanced(0x5D)), ("[a", 0, .unbalanced(0x5B)),
    ("\"good@ok\"@z", 5, .severalAtSigns), ("good@ok@z", 7, .severalAtSigns),
    ("good\\@ok@z", 4, .backslash), ("good@ok\"", 7, .unbalanced(0x22)),
    ("good@ok \"\"", 8, .noAddress), (".", 0, .noAddress), ("@z", 0, .misplacedOperator(0x40)),
    ("a@z. b@z", 6, .severalAtSigns), ("a@", 0, .malformedDomain), ("a@\"b\"", 2, .malformedDomain),
    ("[1.2.3.4]", 0, .malformedDomain), ("a@b%c", 3, .misplacedOperator(0x25)),
    ("a\u{1B}", 1, .controlCharacter(0x1B)), ("a\0b", 1, .controlCharacter(0)),
    ("\"a\nb\"@z", 2, .controlCharacter(0x0A)),
  ])
  func `what could be fewer or others is refused`(
    text: String, at: Int, fault: RecipientFault
  ) {
    #expect(throws: MessageError.recipient(at: at, fault)) { try parse(text) }
  }

  @Test
  func `a written recipient gives its parts back`() throws {
    let written = "\"q \\\"r\\\\\".s@z"
    let found = try RecipientList.parse(Array(written.utf8), emptyIsError: true)
    #expect(found.map(\.addrSpec.localPart) == [Array("q \"r\\.s".utf8)])
    #expect(found.map(\.addrSpec.domain) == [[0x7A]])
    #expect(try RecipientList.parse(found[0].written, emptyIsError: true) == found)
  }

  @Test
  func `ten thousand recipients are found`() throws {
    let list = (0..<10_000).map { "\"User \($0)\" <user\($0)@example.net>" }
    let found = try RecipientList.parse(
      Array(list.joined(separator: ",\n ").utf8), emptyIsError: true)
    #expect(found.count == 10_000)
    #expect(found.last?.written == Array("user9999@example.net".utf8))
  }

  @Test
  func `a hundred thousand recipients are counted, one more is refused`() throws {
    let list = Array(String(repeating: "a ", count: 100_000).utf8)
    #expect(try RecipientList.parse(list, emptyIsError: true).count == 100_000)
    #expect(throws: MessageError.recipient(at: 200_000, .tooMany(limit: 100_000))) {
      try RecipientList.parse(list + [0x61], emptyIsError: true)
    }
  }

  @Test(arguments: [
    ("o\\'neil@x.example", ["o'neil@x.example"]), ("b\\=1@x.example", ["b=1@x.example"]),
    ("Tom\\'s <a@x.example>", ["a@x.example"]), ("<o\\'neil@x.example>", ["o'neil@x.example"]),
    ("\\o\\'n\\e, b\\=", ["o'ne", "b="]),
    ("Ada\\ \\, L\\\" \\< <a@x.example>, b@x", ["a@x.example", "b@x"]),
  ])
  func `a backslash before an ordinary character, and any in a name, is taken away`(
    list: String, recipients: [String]
  ) throws {
    let found = try RecipientList.parse(Array(list.utf8), emptyIsError: true)
    #expect(found.map { String(decoding: $0.written, as: UTF8.self) } == recipients)
  }

  @Test(arguments: [
    "a\\@b@x", "a\\,b@x", "a\\ b@x", "a\\\"b@x", "a\\!b@x", "a\\%b@x", "a\\.b@x", "a\\", "a\\(b@x",
  ])
  func `a backslash before anything else is refused`(list: String) {
    #expect(throws: MessageError.recipient(at: 1, .backslash)) {
      try RecipientList.parse(Array(list.utf8), emptyIsError: true)
    }
  }
}
