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
    .init("underscore in the domain", "info@my_site.shop.example", "info@my_site.shop.example"),
    .init("Thai U-label", "x@\u{E1C}\u{E39}\u{E49}.example", "x@\u{E1C}\u{E39}\u{E49}.example"),
    .init("utf8mb4", "=?utf8mb4?Q?J=C3=BCrgen?= <a@b.example>", "a@b.example"),
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

  @Test(arguments: [(477, true), (478, true), (479, false), (480, false)])
  func `two mailboxes without a domain leave room for two`(bytes: Int, isRead: Bool) {
    // `Resent-From:`, two at signs and two domains of 253 bytes make 998 with 478 more.
    let half = String(repeating: "x", count: (bytes - 1) / 2)
    let body = Array("\(half),\(half)\(bytes % 2 == 0 ? "y" : "")".utf8)
    #expect(body.count == bytes)
    let list = try? MailboxList.parse(body, field: .resentFrom)
    #expect((list?.count == 2) == isRead)
  }

  @Test(arguments: [(3_746, true), (3_747, false)])
  func `a field without a domain leaves room for one`(bytes: Int, isRead: Bool) {
    let line = "\n " + String(repeating: "z", count: 600)
    var body = "x (" + String(repeating: line, count: 6)
    body += String(repeating: "z", count: bytes - body.utf8.count - 1) + ")"
    #expect(body.utf8.count == bytes)
    let list = try? MailboxList.parse(Array(body.utf8), field: .from)
    #expect((list?.count == 1) == isRead)
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
  func `a line has 998 bytes, with the domain that is put behind a bare local part`() throws {
    let head = "From:".utf8.count
    let domain = Array("@ok.example".utf8)
    let local = [UInt8](repeating: UInt8(ascii: "x"), count: 998 - head - domain.count)
    #expect(try MailboxList.parse(local + domain, field: .from).count == 1)
    #expect(throws: MessageError.unreadableIdentity(.from, at: 993, .tooLong(limit: 998))) {
      try MailboxList.parse([0x78] + local + domain, field: .from)
    }
    let bare = [UInt8](repeating: UInt8(ascii: "x"), count: 998 - head - 254)
    #expect(try MailboxList.parse(bare, field: .from).count == 1)
    #expect(throws: MessageError.self) { try MailboxList.parse([0x78] + bare, field: .from) }
    // Folded lines are as long as each of them.
    let name = [UInt8](repeating: UInt8(ascii: "n"), count: 900)
    let folded = name + Array("\n ".utf8) + name + Array("\n <a@b>".utf8)
    #expect(try MailboxList.parse(folded, field: .from).count == 1)
    // The argument of -f is no line.
    #expect(throws: Never.self) {
      try MailboxList.parse([0x78] + local + domain, field: .returnPath)
    }
  }

  @Test(arguments: [
    ("o\\'neil@x.example", "o'neil@x.example"),
    ("list+r\\=x.example@shop.example", "list+r=x.example@shop.example"),
    ("<b\\=1@x.example>", "b=1@x.example"), ("a@x.example.", "a@x.example"),
    ("<a@x.example.>", "a@x.example"),
  ])
  func `of -f that is taken away which Postfix takes away`(argument: String, address: String) throws
  {
    #expect(try MailboxList.reversePath(Array(argument.utf8))?.written == Array(address.utf8))
  }

  @Test(arguments: [
    "a\\@b@x.example", "a\\ b@x.example", "evil\\!ceo@x.example", "ceo\\%evil@x.example", "a@x..",
    "x@\u{17F}hop.example",
  ])
  func `what means something else without its backslash or dot is refused`(argument: String) {
    #expect(throws: MessageError.self) { try MailboxList.reversePath(Array(argument.utf8)) }
  }
}
