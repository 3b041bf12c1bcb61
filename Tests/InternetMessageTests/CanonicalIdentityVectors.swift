import InternetMessage
import Testing

/// A From: body of any form, and the form in which it is handed over.
struct RepairedFrom: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let body: [UInt8]
  /// What stands behind `From:` then.
  let written: String
  /// The other addresses that have to be permitted.
  let others: [String]

  init(_ name: String, _ body: String, _ written: String, _ others: String...) {
    self.init(name, bytes: Array(body.utf8), written, others)
  }

  init(_ name: String, bytes: [UInt8], _ written: String, _ others: [String] = []) {
    testDescription = name
    self.body = bytes
    self.written = written
    self.others = others
  }

  static let honest: [RepairedFrom] = [
    .init("slashed name", #""Tom\'s Shop" <info@s.example>"#, #""Tom's Shop" <info@s.example>"#),
    .init(
      "slashed, no quotes", #"Tom\'s Shop <info@s.example>"#, #""Tom's Shop" <info@s.example>"#),
    .init("PHPMailer's TAB", #""Tom\tShop" <info@s.example>"#, #""TomtShop" <info@s.example>"#),
    .init("quotemeta", #""Shop \(EU\)" <info@s.example>"#, #""Shop (EU)" <info@s.example>"#),
    .init(
      "ISO-2022-KR", "=?ISO-2022-KR?B?GyQpQw5HUTE5DyAOO3NBIQ8=?= <info@s.example>",
      "=?utf-8?B?7ZWc6rWtIOyDgeygkA==?= <info@s.example>"),
    .init(
      "HZ", "=?HZ-GB-2312?Q?~{VPND~}?= <info@s.example>", "=?utf-8?B?5Lit5paH?= <info@s.example>"),
    .init(
      "raw UTF-8 in an encoded word", "=?utf-8?Q?Jürgen?= <info@s.example>",
      "=?utf-8?Q?J=C3=BCrgen?= <info@s.example>"),
    .init(
      "raw bytes in an encoded word of another charset",
      bytes: Array("=?shift_jis?Q?Shop=83".utf8) + [0xE2, 0x80, 0x8B]
        + Array("=40x?= <info@s.example>".utf8),
      "<info@s.example>"),
    .init(
      "ArmSCII-8", "=?ArmSCII-8?Q?=B2=B3?= <info@s.example>",
      "=?utf-8?B?1LHVoQ==?= <info@s.example>"),
    .init(
      "UTF-7", "=?utf-7?Q?J+APw-rgen?= <info@s.example>", "=?utf-8?Q?J=C3=BCrgen?= <info@s.example>"
    ),
    .init(
      "UTF-16", "=?utf-16?B?/v8ASgD8?= <info@s.example>", "=?utf-8?B?SsO8?= <info@s.example>"),
    .init(
      "two bytes torn between words",
      "=?gb2312?B?1tA=?= =?gb2312?B?zg==?=\n =?gb2312?B?xA==?= <info@s.example>",
      "=?utf-8?B?5Lit5paH?= <info@s.example>"),
    .init(
      "unknown charset", "=?x-nobody?Q?abc?= Shop <info@s.example>", #""Shop" <info@s.example>"#),
    .init("no charset", "=??Q?abc?= <info@s.example>", "<info@s.example>"),
    .init("broken Base64", "=?utf-8?B?Y2Vv*?= <info@s.example>", "<info@s.example>"),
    .init(
      "own address as name", #""sales@s.example" <info@s.example>"#,
      #""sales@s.example" <info@s.example>"#, "sales@s.example"),
    .init("the address as name", "a@b.example <a@b.example>", #""a@b.example" <a@b.example>"#),
    .init("entity", "Tom &amp; Jerry <info@s.example>", #""Tom &amp; Jerry" <info@s.example>"#),
    .init(
      "comma", "Ada, VP of Engineering <info@s.example>",
      #""Ada, VP of Engineering" <info@s.example>"#),
    .init(
      "comment before the address", "First Last (My Site) <info@s.example>",
      #""First Last (My Site)" <info@s.example>"#),
    .init("comment, bare word", "Fail2Ban (mx) <alice>", #""Fail2Ban (mx)" <alice@o.example>"#),
    .init("comment first", "(Cron Daemon) root", #""Cron Daemon" <root@o.example>"#),
    .init("nested comment", "a@b.example (x (y) z)", #""x (y) z" <a@b.example>"#),
    .init("brackets", "[Shop] News <info@s.example>", #""[Shop] News" <info@s.example>"#),
    .init(
      "at between words", "Pizza @ Home (Berlin) <a@b.example>",
      #""Pizza @ Home (Berlin)" <a@b.example>"#),
    .init("colon", "Shop: News <a@b.example>", #""Shop: News" <a@b.example>"#),
    .init("smiley", "Shop :) <a@b.example>", #""Shop :)" <a@b.example>"#),
    .init("trailing comma", "<a@b.example>, ;", "<a@b.example>"),
    .init("trailing semicolon", "a@b.example;", "<a@b.example>"),
    .init("twice", "a@b.example, A@B.example", "<a@b.example>"),
    .init("group of one", "Team: a@b.example;", #""Team" <a@b.example>"#),
    .init("name behind", "<a@b.example> Shop", #""Shop" <a@b.example>"#),
    .init("name behind a bare address", "a@b.example Shop", #""Shop" <a@b.example>"#),
    .init("mailto", "mailto:a@b.example", "<a@b.example>"),
    .init("markup", "<b>Shop</b> <a@b.example>", #""<b>Shop</b>" <a@b.example>"#),
    .init("quote left open", #""Shop <a@b.example>"#, #""Shop" <a@b.example>"#),
    .init("angle left open", "Shop <a@b.example", #""Shop" <a@b.example>"#),
    .init("all in one word", "=?utf-8?q?Shop_=3Ca=40b.example=3E?=", #""Shop" <a@b.example>"#),
    .init("quoted address", #""a@b.example""#, "<a@b.example>"),
    .init("blanks in the angle", "A, B <a @ b.example>", #""A, B" <a@b.example>"#),
    .init("dot behind the domain", "a@b.example.", "<a@b.example>"),
    .init("backslash in the local part", #"o\'neil@b.example"#, "<o'neil@b.example>"),
    .init("docomo", #""a..b"@d.example,"#, #"<"a..b"@d.example>"#),
    .init(
      "percent sign in a name", "100% Shop! (50%) <a@b.example>",
      #""100% Shop! (50%)" <a@b.example>"#),
    .init("sharp s", "x@stra\u{DF}e.example", "<x@xn--strae-oqa.example>"),
    .init(
      "raw UTF-8, comma", "Иван, ООО <a@b.example>",
      "=?utf-8?B?0JjQstCw0L0sINCe0J7Qng==?= <a@b.example>"),
    .init(
      "raw Latin-1 beside UTF-8",
      bytes: [0x4A, 0xFC] + Array("rg <info@b\u{FC}cher.example>".utf8),
      "<info@b\u{FC}cher.example>"),
    .init(
      "raw Shift_JIS, 5C", bytes: [0x22, 0x95, 0x5C] + Array("\" <a@b.example>".utf8),
      "<a@b.example>"),
    .init(
      "raw ISO-2022-JP", "\u{1B}$B;3ED\u{1B}(B <a@b.example>", "=?utf-8?B?5bGx55Sw?= <a@b.example>"),
    .init(
      "raw ISO-2022-JP with the byte of an at sign", "\u{1B}$B;3EDB@O:\u{1B}(B - <a@b.example>",
      "=?utf-8?B?5bGx55Sw5aSq6YOOIC0=?= <a@b.example>"),
    .init(
      "zero width joiner stays", "a\u{200D}b, c <a@b.example>",
      "=?utf-8?B?YeKAjWIsIGM=?= <a@b.example>"),
    .init(
      "what looks like an encoded word", #""=\?x y" <a@b.example>"#,
      "=?utf-8?B?PT94IHk=?= <a@b.example>"),
  ]

  /// What is told apart, and permitted only to whom all of it belongs.
  static let shown: [RepairedFrom] = [
    .init(
      "a mark that is part of an address", #""~a@b.example" <a@b.example>"#,
      #""~a@b.example" <a@b.example>"#, "~a@b.example"),
    .init(
      "marks around an address", #""'*a@b.example*'" <a@b.example>"#,
      #""'*a@b.example*'" <a@b.example>"#),
    .init(
      "visitor's address as name", #""v@m.example" <a@b.example>"#, #""v@m.example" <a@b.example>"#,
      "v@m.example"),
    .init(
      "blanks within angles", #""Bank < ceo @ bank.example >" <a@b.example>"#,
      #""Bank < ceo @ bank.example >" <a@b.example>"#, "ceo@bank.example"),
    .init(
      "two comments", "a@b.example (ceo@) (bank.example)", #""ceo@ bank.example" <a@b.example>"#,
      "ceo@bank.example"),
    .init(
      "entity", "ceo&#64;bank.example <a@b.example>", #""ceo&#64;bank.example" <a@b.example>"#,
      "ceo@bank.example"),
    .init(
      "comment in a foreign address", "ceo(x)@bank.example <a@b.example>",
      #""ceo(x)@bank.example" <a@b.example>"#, "ceo@bank.example",
      #""ceo(x)"@bank.example"#),
    .init(
      "quotes in a foreign address", #""ceo"@bank.example <a@b.example>"#,
      #""ceo@bank.example" <a@b.example>"#, "ceo@bank.example"),
    .init(
      "UTF-7 at sign", "=?utf-7?Q?ceo+AEA-bank.example?= <a@b.example>",
      #""ceo@bank.example" <a@b.example>"#, "ceo@bank.example"),
    .init(
      "unknown charset is UTF-7 to somebody", "=?x-nobody?Q?ceo+AEA-bank.example?= <a@b.example>",
      "<a@b.example>", "ceo@bank.example"),
    .init(
      "wide at sign in raw GBK",
      bytes: Array("\"ceo".utf8) + [0xA3, 0xC0] + Array("bank.example\" <a@b.example>".utf8),
      "<a@b.example>", ["ceo@bank.example"]),
    .init(
      "mathematical letters", "(ceo@\u{1D41B}ank.example) a@b.example",
      "=?utf-8?B?Y2VvQPCdkJthbmsuZXhhbXBsZQ==?= <a@b.example>", "ceo@bank.example"),
    .init(
      "invisible characters", "(ceo\u{200B}@\u{2060}bank.example) a@b.example",
      "=?utf-8?B?Y2Vv4oCLQOKBoGJhbmsuZXhhbXBsZQ==?= <a@b.example>", "ceo@bank.example"),
    .init(
      "percent hack in a name", "x (ceo%bank.example@b.example) <a@b.example>",
      #""x (ceo%bank.example@b.example)" <a@b.example>"#, "ceo%bank.example@b.example",
      "ceo@bank.example"),
    .init(
      "foreign member behind", "<a@b.example> ceo@bank.example",
      #""ceo@bank.example" <a@b.example>"#, "ceo@bank.example"),
    .init(
      "overrides are dropped", "\"\u{202E}x\u{202C} y\" <a@b.example>", #""x y" <a@b.example>"#),
    .init(
      "compatibility forms in the domain", "x@\u{17F}hop.example", "<x@xn--hop-f3a.example>",
      "x@shop.example"),
  ]

  /// What no user may send, whatever is permitted.
  static let refused: [RefusedFrom] = [
    .init("a@b.example:8080", 11, .malformedDomain),
    .init("a@b.example, c@b.example;", 13, .severalMailboxes),
    .init("<a@b.example> <c@b.example>", 15, .severalMailboxes),
    .init("Team: a@b.example, c@b.example;", 19, .severalMailboxes),
    .init("ceo%evil.example@b.example", 3, .routedLocalPart(0x25)),
    .init("x, y <evil.example!ceo@b.example>", 18, .routedLocalPart(0x21)),
    .init("x, y <@b.example:ceo@z.example>", 6, .sourceRoute),
    .init(#""a@b"@b.example"#, 2, .malformedLocalPart),
    .init(#"x, "a b"@b.example"#, 5, .blankInAddress),
    .init("a..b@b.example", 2, .malformedLocalPart),
    .init("x, y <a@[192.0.2.1]>", 8, .domainLiteral),
    .init("x, y", 4, .missingAddress),
    .init("<>", 2, .missingAddress),
    .init("", 0, .missingAddress),
    .init("\"a\rb\" <a@b.example>", 2, .controlCharacter(0x0D)),
    .init("\"a\0b\" <a@b.example>", 2, .controlCharacter(0)),
    .init("x, y <a@b\u{3002}example>", 9, .malformedDomain),
    .init("x, y <a\u{FF20}c@b.example>", 7, .malformedLocalPart),
    .init("x, y <a\u{200B}@b.example>", 7, .invisibleCharacter(0x200B)),
  ]
}
