import InternetMessage
import Testing

/// A From: body and what it reads as.
struct FromVector: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let body: [UInt8]
  let addresses: [String]

  init(_ name: String, _ body: String, _ addresses: String...) {
    self.init(name, bytes: Array(body.utf8), addresses)
  }

  init(_ name: String, bytes: [UInt8], _ addresses: [String]) {
    testDescription = name
    body = bytes
    self.addresses = addresses
  }

  static let permitted: [FromVector] = [
    .init("address alone", " a@b.example", "a@b.example"),
    .init("angle only", "<a@b.example>", "a@b.example"),
    .init("blanks in angle", "A < a@b.example >", "a@b.example"),
    .init("percent sign", "100% Shop <a@b.example>", "a@b.example"),
    .init(
      "specials every reader takes for a name", "A & B | C/D + *E*! <a@b.example>", "a@b.example"),
    .init("apostrophe", "Pat O'Brien <pat.o'brien@b.example>", "pat.o'brien@b.example"),
    .init("dots unquoted", "John Q. Public <a@b.example>", "a@b.example"),
    .init("quoted title", "\"Dr. Foo, M.D.\" <a@b.example>", "a@b.example"),
    .init("quoted pair", "\"Foo \\\"Bar\\\" \\\\ Baz\" <a@b.example>", "a@b.example"),
    .init("quoted name without blank", "\"Foo\"<a@b.example>", "a@b.example"),
    .init("B word", "=?UTF-8?B?TcO8bGxlcg==?= <a@b.example>", "a@b.example"),
    .init(
      "several words", "=?UTF-8?Q?M=C3=BCller?=\n =?UTF-8?Q?_Shop?= Ltd. <a@b.example>",
      "a@b.example"),
    .init("word in quotes", "\"=?utf-8?Q?M=C3=BCller?=\" <a@b.example>", "a@b.example"),
    .init("ISO-2022-JP", "=?ISO-2022-JP?B?GyRCOzNFRBsoQg==?= <a@b.example>", "a@b.example"),
    .init("raw UTF-8", "Müller & Söhne <a@b.example>", "a@b.example"),
    .init(
      "raw Latin-1", bytes: Array("M".utf8) + [0xFC] + Array("ller <a@b.example>".utf8),
      ["a@b.example"]),
    .init("folded", "Shop\n\t<a@b.example>", "a@b.example"),
    .init("folded in quotes", "\"Long\n Name\" <a@b.example>", "a@b.example"),
    .init("comment after", "a@b.example (Comment)", "a@b.example"),
    .init("comments after angle", "A <a@b.example> (x) (y)", "a@b.example"),
    .init("U-label", "info@müller.example", "info@müller.example"),
    .init("UTF-8 local part", "Müller <müller@müller.example>", "müller@müller.example"),
    .init("A-label", "a@xn--mller-kva.example", "a@xn--mller-kva.example"),
    .init("WordPress", "WordPress <wordpress@shop.example>", "wordpress@shop.example"),
    .init("phpBB", "=?UTF-8?B?UGhwQkI=?= <forum@b.example>", "forum@b.example"),
    .init("Symfony", "\"Shop, Inc.\" <shop+tag@b.example>", "shop+tag@b.example"),
    .init("Outlook", "\"'a@b.example'\" <a@b.example>", "a@b.example"),
    .init("mail() default", "www-data", "www-data"),
    .init("system", "root (Cron Daemon)", "root"),
    .init("word without domain in angle", "Root <root>", "root"),
    .init("quoted dots", "\"a..b\"@b.example", "\"a..b\"@b.example"),
    .init("quoted needlessly", "\"a.b\"@b.example", "a.b@b.example"),
    .init("VERP", "bounce-1=x=y.example@b.example", "bounce-1=x=y.example@b.example"),
    .init("address among words", "\"ceo@bank.example via Shop\" <a@b.example>", "a@b.example"),
    .init("handle", "\"@shop\" <a@b.example>", "a@b.example"),
    .init("at between words", "\"Pizza @ Home\" <a@b.example>", "a@b.example"),
    .init("two mailboxes", "a@b.example, \"B, C\" <c@b.example>", "a@b.example", "c@b.example"),
    .init("comment, comma", "a@b.example (x, y), c@b.example", "a@b.example", "c@b.example"),
  ]
}

@Suite("Mailbox lists (RFC 5322 §3.4)")
struct MailboxListTests {
  @Test(arguments: FromVector.permitted)
  func `what honest software writes is read`(_ vector: FromVector) throws {
    let mailboxes = try MailboxList.parse(vector.body, field: .from)
    let written = mailboxes.map { String(decoding: $0.addrSpec.written, as: UTF8.self) }
    #expect(written == vector.addresses)
  }

  @Test
  func `places of address and name are those in the body`() throws {
    let body = Array("\"A, B\"\n <a@b.example> (c), root".utf8)
    let mailboxes = try MailboxList.parse(body, field: .from)
    let texts = mailboxes.map { String(decoding: body[$0.addrSpecRange], as: UTF8.self) }
    #expect(texts == ["a@b.example", "root"])
    #expect(mailboxes[0].displayNameRange == 0..<6)
    #expect(mailboxes[1].displayNameRange == nil)
  }

  @Test
  func `the null sender is an empty argument or angle, a comma is not`() throws {
    #expect(try MailboxList.reversePath([]) == nil)
    #expect(try MailboxList.reversePath(Array(" <> ".utf8)) == nil)
    #expect(try MailboxList.reversePath(Array("a@b".utf8))?.written == Array("a@b".utf8))
    for text in [",", "(x", "good@ok, evil@z", "one two@x", "G:;", "evil.example!ceo", "a@ok@z"] {
      #expect(throws: MessageError.self) { try MailboxList.reversePath(Array(text.utf8)) }
    }
  }

  @Test
  func `fifty mailboxes are read, fifty-one are not`() throws {
    let list = Array(repeating: "a@b", count: 50)
    #expect(
      try MailboxList.parse(Array(list.joined(separator: ",").utf8), field: .from).count == 50)
    #expect(throws: MessageError.unreadableIdentity(.from, at: 199, .tooManyMailboxes(limit: 50))) {
      try MailboxList.parse(Array((list + ["a@b"]).joined(separator: ",").utf8), field: .from)
    }
  }

  @Test
  func `a local part alone leaves room for any domain, and with its own domain it may be longer`()
    throws
  {
    let local = [UInt8](repeating: UInt8(ascii: "x"), count: 1_024)
    let domain = Array("@ok.example".utf8)
    #expect(try MailboxList.parse(local, field: .from).first?.addrSpec.localPart == local)
    #expect(throws: MessageError.unreadableIdentity(.from, at: 0, .addressTooLong(limit: 1_024))) {
      try MailboxList.parse([0x78] + local, field: .from)
    }
    let longest = local + Array(repeating: 0x78, count: 2_048 - local.count - domain.count)
    #expect(
      try MailboxList.parse(longest + domain, field: .from).first?.addrSpec.localPart == longest)
    #expect(throws: MessageError.unreadableIdentity(.from, at: 0, .addressTooLong(limit: 2_048))) {
      try MailboxList.parse([0x78] + longest + domain, field: .from)
    }
  }
}
