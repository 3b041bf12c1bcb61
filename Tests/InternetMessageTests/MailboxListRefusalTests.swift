import InternetMessage
import Testing

/// A From: body, and where and why it is refused.
struct RefusedFrom: Sendable, CustomTestStringConvertible {
  let body: [UInt8]
  let at: Int
  let fault: IdentityFault
  var testDescription: String { String(decoding: body, as: UTF8.self) }

  init(_ body: String, _ at: Int, _ fault: IdentityFault) {
    (self.body, self.at, self.fault) = (Array(body.utf8), at, fault)
  }

  static let vectors: [RefusedFrom] = [
    .init("ceo%evil.example@b.example", 3, .routedLocalPart(0x25)),
    .init("<evil.example!ceo>", 13, .routedLocalPart(0x21)),
    .init("<@ok.example:ceo@z>", 1, .sourceRoute),
    .init("\"good@ok\"@z", 5, .malformedLocalPart),
    .init("\"a b\"@z", 2, .blankInAddress),
    .init("\"a%b\"@z", 2, .routedLocalPart(0x25)),
    .init("\"\"@z", 1, .malformedLocalPart),
    .init("\"Foo\"", 5, .malformedLocalPart),
    .init("G: good@ok, evil@z;", 1, .group),
    .init("undisclosed:; <evil@z>", 11, .group),
    .init("good@ok: evil@z", 7, .group),
    .init("good@ok; evil@z", 7, .group),
    .init("good@ok <evil@z>", 4, .specialInDisplayName(0x40)),
    .init("[good@ok] <evil@z>", 0, .specialInDisplayName(0x5B)),
    .init("<good@ok> <evil@z>", 10, .textAfterAddress),
    .init("<good@ok> evil@z", 10, .textAfterAddress),
    .init("good@ok evil@z", 7, .blankInAddress),
    .init("good@ok (why) x", 14, .textAfterAddress),
    .init("(good@ok) evil@z", 0, .misplacedComment),
    .init("Good (c) <evil@z>", 9, .misplacedComment),
    .init("good(c)@ok", 7, .textAfterAddress),
    .init("(good@ok\\) evil@z", 0, .misplacedComment),
    .init("a@b (x(y))", 6, .nestedComment),
    .init("a@b (x\\)", 6, .misplacedBackslash),
    .init("a@b (x", 4, .unterminatedComment),
    .init("\"unclosed <good@ok>", 0, .unterminatedQuotedString),
    .init("\"a\\b\" <a@b>", 2, .misplacedBackslash),
    .init("Good <good@ok", 5, .unterminatedAngleAddress),
    .init("Good good@ok>", 4, .blankInAddress),
    .init("<<good@ok>>", 1, .textAfterAddress),
    .init("good\\@ok@z", 4, .misplacedBackslash),
    .init("good@ok@z", 7, .severalAtSigns),
    .init("Good One", 4, .blankInAddress),
    .init("good@ok . example", 7, .blankInAddress),
    .init("=?utf-8?q?=3Cgood=40ok=3E?=", 0, .encodedWordInAddress),
    .init("=?utf-8?q?a?=@ok", 0, .encodedWordInAddress),
    .init("good@ok\"", 7, .unterminatedQuotedString),
    .init("foo <bar> baz@q", 10, .textAfterAddress),
    .init("\"x\"<evil@z>\"y\"", 11, .textAfterAddress),
    .init(",good@ok", 0, .missingAddress),
    .init("good@ok,", 8, .missingAddress),
    .init("<>", 1, .missingAddress),
    .init("a@", 2, .malformedDomain),
    .init("a@b.", 4, .malformedDomain),
    .init("a@-b", 4, .malformedDomain),
    .init("x@\u{17F}hop.example", 2, .malformedDomain),
    .init("x@stra\u{DF}e.example", 2, .malformedDomain),
    .init("x@cafe\u{301}.example", 2, .malformedDomain),
    .init("x@\u{1D41B}ank.example", 2, .malformedDomain),
    .init("x@\u{FB01}rma.example", 2, .malformedDomain),
    .init("x@STRA\u{1E9E}E.example", 2, .malformedDomain),
    .init("a@[1.2.3.4]", 2, .domainLiteral),
    .init("@b", 0, .malformedLocalPart),
    .init(".a@b", 0, .malformedLocalPart),
    .init("a.@b", 2, .malformedLocalPart),
    .init("good@ok\u{A0}", 7, .invisibleCharacter(0xA0)),
    .init("\u{200B}good@ok", 0, .invisibleCharacter(0x200B)),
    .init("a\u{3164}@ok", 1, .invisibleCharacter(0x3164)),
    .init("a\u{FF20}b@ok", 1, .malformedLocalPart),
    .init("a@o\u{3002}k", 3, .malformedDomain),
    .init("a@b\nc", 3, .controlCharacter(0x0A)),
    .init("a@b (x) (c@) (d.example)", 13, .misplacedComment),
    .init("\"\u{202E}moc\" <a@b>", 0, .invisibleCharacter(0x202E)),
    .init("=?utf-8?q?=E2=81=A7x?= <a@b>", 0, .invisibleCharacter(0x2067)),
    .init("=?gbk?q?=81?= <a@b>", 0, .malformedEncodedWord),
    .init("=?hz-gb-2312?q?x?= <a@b>", 0, .charset(Array("hz-gb-2312".utf8))),
    .init("A \u{1B}(B <a@b>", 2, .controlCharacter(0x1B)),
    .init("=?utf-7?q?x?= <a@b>", 0, .charset(Array("utf-7".utf8))),
    .init("=?UTF-16LE?b?eA==?= <a@b>", 0, .charset(Array("UTF-16LE".utf8))),
    .init("=?utf-8?b?Y2Vv*?= <a@b>", 0, .malformedEncodedWord),
    .init("=?utf-8?x?y?= <a@b>", 0, .malformedEncodedWord),
    .init("=?utf-8?q?a=00b?= <a@b>", 0, .decodedControlCharacter(0)),
    .init("=?utf-8?b?YQpi?= <a@b>", 0, .decodedControlCharacter(0x0A)),
  ]
}

@Suite("What is no mailbox list for us")
struct MailboxListRefusalTests {
  @Test(arguments: RefusedFrom.vectors)
  func `what readers could read differently is refused where it begins`(
    _ vector: RefusedFrom
  ) throws {
    #expect(throws: MessageError.unreadableIdentity(.from, at: vector.at, vector.fault)) {
      try MailboxList.parse(vector.body, field: .from)
    }
  }

  @Test(arguments: [
    "\"ceo@bank.example\"", "\" 'ceo@bank.example' \"", "\"<ceo@bank.example>\"",
    "\"CEO <ceo@bank.example>\"", "\"CEO <ceo@bank.example\"", "\"ceo\" \"@bank.example\"",
    "=?utf-8?q?ceo=40bank.example?=", "=?utf-8?b?Y2VvQGJhbmsuZXhhbXBsZQ==?=",
    "\"=?utf-8?q?ceo=40bank.example?=\"", "=?utf-8?q?ceo=40?=\n =?utf-8?q?bank.example?=",
    "=?utf-8?q?CEO_=3Cceo=40bank.example=3E?=", "\"ceo @ bank.example\"",
    "\"ceo@bank.example, boss@bank.example\"", "ceo\u{FF20}bank.example",
    "\"ceo@bank\u{200B}.example\"", "\"\u{201C}ceo@bank.example\u{201D}\"",
    "\"mailto:ceo@bank.example\"", "=?iso-8859-1?q?ceo=40bank.example=A0?=",
    "=?iso-2022-jp?q?ceo=1B=28B=40bank.example?=", "\"\u{2709} ceo@bank.example\"",
    "\"ceo@b.example\"", "\"alice@example.co\"", "$\u{FF20}bank.example", "\"'@bank.example\"",
    "\"_@bank.example\"", "\"Bank < ceo @ bank.example >\"",
    "=?gb2312?B?Y2Vvo8BiYW5rLmV4YW1wbGU=?=", "=?big5?B?Y2VvoklCYW5rLmV4YW1wbGU=?=",
    "=?shift_jis?B?Y2VvgZdiYW5rLmV4YW1wbGU=?=", "=?euc-jp?B?Y2VvofdiYW5rLmV4YW1wbGU=?=",
    "=?euc-kr?B?Y2Vvo8BiYW5rLmV4YW1wbGU=?=", "=?gb18030?B?Y2Vvo8BiYW5rLmV4YW1wbGU=?=",
    "=?iso-2022-jp?B?Y2VvGyRCIXcbKEJiYW5rLmV4YW1wbGU=?=",
    "\"ceo@\u{1D41B}\u{1D41A}nk.example\"",
    "\"ceo@bank.example \u{307}\"", "\"ceo@bank.example \u{2D1}\"",
    "\"ceo@bank.example \u{2062}x\"",
  ])
  func `a name that reads as another address is refused`(_ name: String) {
    let body = Array((name + " <alice@example.com>").utf8)
    let error = #expect(throws: MessageError.self) { try MailboxList.parse(body, field: .from) }
    guard case .deceptiveDisplayName(.from, at: 0, shown: _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
  }

  @Test(arguments: [
    "\"Alice@Example.com\"", "\"Alice <alice@example.com>\"",
    "=?utf-8?q?alice=40example.com?=", "\"alice@example.com via ceo@bank.example\"",
    "\"Mail ceo@bank.example\"", "=?shift_jis?b?g3SDQINDg4s=?=", "\"@bank.example\"",
    "\"'@' bank.example\"", "\"$ @ bank\"",
  ])
  func `a name that shows the real address, or words, is harmless`(_ name: String) throws {
    let body = Array((name + " <alice@example.com>").utf8)
    #expect(try MailboxList.parse(body, field: .from).count == 1)
  }

  @Test
  func `comments are judged as names are`() throws {
    let good = Array("alice@example.com (alice@example.com)".utf8)
    #expect(try MailboxList.parse(good, field: .from).count == 1)
    let evil = Array("alice@example.com (ceo@bank.example)".utf8)
    let shown = Array("ceo@bank.example".utf8)
    #expect(throws: MessageError.deceptiveDisplayName(.from, at: 19, shown: shown)) {
      try MailboxList.parse(evil, field: .from)
    }
  }
}
