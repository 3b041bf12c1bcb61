import InternetMessage
import Policy
import Submission
import Testing

/// One message as software sends it, and what becomes of it.
struct Sent: Sendable, CustomTestStringConvertible {
  let testDescription: String
  var entry: String? = "info@shop.example @shop.example"
  var settings = ""
  var isExempt = false
  var words = ["-t", "-i"]
  /// Lines of the header section that stand before the body.
  let message: String
  var decision = "permit"
  /// The body of From: that is handed over; nil = not looked at.
  var from: String?
  /// The envelope sender that is handed over.
  var envelope: String?
  var recipients: [String]?
  /// What the text of the refusal holds, each.
  var says: [String] = []

  init(
    _ name: String, entry: String? = "info@shop.example @shop.example", settings: String = "",
    isExempt: Bool = false, words: [String] = ["-t", "-i"], _ message: String,
    _ decision: String = "permit", from: String? = nil, envelope: String? = nil,
    recipients: [String]? = nil, says: String...
  ) {
    testDescription = name
    (self.entry, self.settings, self.isExempt) = (entry, settings, isExempt)
    (self.words, self.message, self.decision) = (words, message, decision)
    (self.from, self.envelope, self.recipients, self.says) = (from, envelope, recipients, says)
  }

  func check() throws {
    let policy = try Decided.policy(entry, isExempt: isExempt, settings)
    let decided = try Decided([UInt8](message.utf8), words, policy)
    #expect(decided.decision == decision, "\(decided.text)")
    if let from { #expect(decided.body(.from) == from) }
    if let envelope { #expect(decided.envelope == envelope) }
    if let recipients { #expect(decided.recipients == recipients) }
    for part in says { #expect(decided.text.contains(part), "\(decided.text)") }
    #expect(!decided.text.contains("PHP"))
  }
}

@Suite("Mail of web software and other programs, as public reports have it")
struct HonestMailTests {
  private static func from(_ body: String) -> String { "To: r@x.example\nFrom: \(body)\n\nhello\n" }

  static let names = [
    Sent(
      "a slashed name", from(#""Tom\'s Shop" <info@shop.example>"#),
      from: #""Tom's Shop" <info@shop.example>"#),
    Sent(
      "PHPMailer's TAB in a name", from(#""Tom\tShop" <info@shop.example>"#),
      from: #""TomtShop" <info@shop.example>"#),
    Sent(
      "mb_language Korean", from("=?ISO-2022-KR?B?GyQpQw5HUTE5DyAOO3NBIQ8=?= <info@shop.example>"),
      from: "=?utf-8?B?7ZWc6rWtIOyDgeygkA==?= <info@shop.example>"),
    Sent(
      "an own address as name", from(#""sales@shop.example" <info@shop.example>"#),
      from: #""sales@shop.example" <info@shop.example>"#),
    Sent(
      "a visitor's address as name", from(#""visitor@mail.example" <info@shop.example>"#),
      "from-ambiguous",
      says: "From: shows visitor@mail.example beside info@shop.example",
      "write it as From: <info@shop.example>"),
    Sent(
      "an HTML entity", from("Tom &amp; Jerry <info@shop.example>"),
      from: #""Tom &amp; Jerry" <info@shop.example>"#),
    Sent(
      "a comma", from("Ada, VP of Engineering <info@shop.example>"),
      from: #""Ada, VP of Engineering" <info@shop.example>"#),
    Sent(
      "a comma, where nothing is repaired", settings: "ambiguous_from = reject",
      from("Miller; Ann <info@shop.example>"), "from-ambiguous",
      says: "at byte 7, ';'", #"write it as From: "Miller; Ann" <info@shop.example>"#),
    Sent(
      "a comment before the address", from("First Last (My Site) <info@shop.example>"),
      from: #""First Last (My Site)" <info@shop.example>"#),
    Sent(
      "a comment, and a bare login", entry: "alice@origin.example",
      words: ["-f", "alice", "r@x.example"],
      from("Fail2Ban (mx) <alice>"), from: #""Fail2Ban (mx)" <alice@origin.example>"#,
      envelope: "alice@origin.example"),
    Sent(
      "the address as name", from("info@shop.example <info@shop.example>"),
      from: #""info@shop.example" <info@shop.example>"#),
    Sent(
      "MySQL's name of a charset", from("=?utf8mb4?Q?J=C3=BCrgen?= <info@shop.example>"),
      from: "=?utf8mb4?Q?J=C3=BCrgen?= <info@shop.example>"),
    Sent(
      "a charset that nobody knows", from("=?x-nobody?Q?J=C3=BCrgen?= <info@shop.example>"),
      from: "<info@shop.example>"),
    Sent(
      "a charset that nobody knows, where nothing is repaired", settings: "ambiguous_from = reject",
      from("=?x-nobody?Q?J=C3=BCrgen?= <info@shop.example>"), "from-ambiguous",
      says: "in the charset x-nobody; encode it in UTF-8, or write it as From: <info@shop.example>"),
    Sent(
      "a port", from("noreply@shop.example:8080"), "from-ambiguous",
      says: "':'", "an invalid domain name"),
    Sent(
      "an underscore in the domain", entry: "@my_site.shop.example",
      from("info@my_site.shop.example"), from: "info@my_site.shop.example",
      envelope: "info@my_site.shop.example"),
    Sent(
      "an underscore in a subdomain of another's", from("info@my_site.shop.example"),
      "from-not-allowed"),
    Sent("a dot behind the domain", from("info@shop.example."), from: "<info@shop.example>"),
    Sent(
      "no address", words: ["-i", "r@x.example"], "From:\nTo: r@x.example\n\nhi\n",
      "from-ambiguous",
      says: "From: is empty"),
    Sent(
      "rewrite keeps the answer's address", entry: "info@shop.example from_policy=rewrite",
      from(#""O\'Brien" <v@mail.example>"#), from: #""O'Brien" <info@shop.example>"#),
    Sent(
      "an encoded word of a wide at sign",
      from("=?gb2312?B?Y2Vvo8BiYW5rLmV4YW1wbGU=?= <info@shop.example>"), "from-ambiguous",
      says: "From: shows ceo@bank.example"),
    Sent(
      "an address behind padding, for readers who go on: the name goes",
      from("=?utf-8?b?VGhlIEJvc3M=Y2VvQGJhbmsuZXhhbXBsZQ==?= <info@shop.example>"),
      from: "<info@shop.example>"),
    Sent(
      "two addresses", from("info@shop.example; evil@z.example"), "from-ambiguous",
      says: "more than one address", "write it as From: \"Name\" <local@domain>"),
    Sent(
      "a foreign address under an own name", from("Ada, VP <ceo@bank.example>"),
      "from-not-allowed", says: "From: ceo@bank.example is not an address of alice"),
  ]

  static let lines = [
    Sent(
      "a line of blanks in To:",
      "To: a@x.example,\n\t b@x.example,\n\t\n\tc@x.example\nFrom: info@shop.example\n\nhi\n",
      recipients: ["a@x.example", "b@x.example", "c@x.example"]),
    Sent(
      "blanks before the colon", "From: info@shop.example\nTo : r@x.example\nSubject : x\n\nhi\n",
      recipients: ["r@x.example"]),
    Sent(
      "blanks before the colon, where nothing is repaired", settings: "ambiguous_from = reject",
      "From: info@shop.example\nTo : r@x.example\n\nhi\n", "header-malformed",
      says: "header line 2, 'To : r@x.example',"),
    Sent(
      "a blank in a field name",
      "To: r@x.example\nFrom: info@shop.example\nContent type: text/html\n\nhi\n",
      "header-malformed", says: "header line 3, 'Content type: text/html', is not a header field"),
    Sent(
      "text at once behind the header", words: ["r@x.example"],
      "Subject: fault\nThe number of errors\nexceeded\n", "header-malformed",
      says: "header line 2, 'The number of errors',"),
    Sent(
      "a control character in Reply-To:",
      "To: r@x.example\nFrom: info@shop.example\nReply-To: \"J\u{B}D\" <v@y.example>\n\nhi\n",
      "header-malformed", says: "header line 3", "control character"),
    Sent(
      "To: of 60 000 bytes", entry: "info@shop.example recipients_per_message=unlimited",
      "From: info@shop.example\nTo: r@x.example"
        + String(repeating: ",\n r@x.example", count: 4_500) + "\n\nhi\n",
      "header-malformed", says: "To: on header line 2 is longer than 50000 bytes"),
    Sent(
      "a slashed name in To:",
      "To: Tom\\'s <a@x.example>\nFrom: info@shop.example\n\nhi\n", recipients: ["a@x.example"]),
    Sent(
      "one bad address among many",
      "To: i@x.example\nFrom: info@shop.example\nBcc: a@x.example, b@@x.example, c@x.example\n\n",
      "recipient-malformed",
      says: "the recipient b@@x.example in Bcc: cannot be read: more than one '@'"),
    Sent(
      "backslashes in recipients", words: ["-i", "--", #"o\'neil@x.example"#, #"b\=1@x.example"#],
      from("info@shop.example"), recipients: ["o'neil@x.example", "b=1@x.example"]),
    Sent(
      "an empty argument", words: ["-i", "r@x.example", ""], from("info@shop.example"),
      "recipient-malformed", says: "recipient 2 on the command line is empty; leave it out"),
    Sent(
      "a backslash before what needs one", words: ["-i", #"a\@b@x.example"#],
      from("info@shop.example"),
      "recipient-malformed", says: #"recipient 1 on the command line, a\\@b@x.example,"#),
    Sent(
      "an option that reads a directory", words: ["-C", "/etc/postfix", "-t"],
      from("info@shop.example"),
      "unsupported-option", says: "-C is not allowed here"),
    Sent(
      "-bi", words: ["-bi"], "", "unsupported-option", says: "only root can rebuild the aliases"),
  ]

  static let envelopes = [
    Sent(
      "VERP of Ruby software",
      words: ["-i", "-f", #"list+r\=x.example@shop.example"#, "r@x.example"],
      from("list+r=x.example@shop.example"), envelope: "list+r=x.example@shop.example"),
    Sent(
      "a dot behind -f", words: ["-t", "-f", "info@shop.example."], from("info@shop.example"),
      envelope: "info@shop.example"),
    Sent(
      "an extension, without a delimiter", entry: "info@shop.example",
      words: ["-t", "-finfo+bounce_6a@shop.example"], from("info@shop.example"),
      "envelope-not-allowed"),
    Sent(
      "an extension, with a delimiter", entry: "info@shop.example",
      settings: "recipient_delimiter = +", words: ["-t", "-finfo+bounce_6a@shop.example"],
      from("info@shop.example"), envelope: "info+bounce_6a@shop.example"),
    Sent(
      "-f with a name as mail() writes it", words: ["-t", "-f", #"Shop \<info@shop.example\>"#],
      from("info@shop.example"), "envelope-not-allowed",
      says: "give the address alone: -f info@shop.example"),
    Sent(
      "the null sender of cronie", words: ["-t", "-f", "<>"],
      from(#""(Cron Daemon)" <info@shop.example>"#),
      "envelope-not-allowed", says: "ask the administrator for <> in the entry"),
    Sent(
      "the null sender, permitted", entry: "info@shop.example <>", words: ["-t", "-f", "<>"],
      from(#""(Cron Daemon)" <info@shop.example>"#), envelope: "<>"),
    Sent(
      "WordPress on an entry of a domain", entry: "@shop.example",
      from("WordPress <wordpress@shop.example>"), envelope: "wordpress@shop.example"),
    Sent(
      "no -f, and a repaired From:", entry: "@shop.example", from("A, B <a@shop.example>"),
      from: #""A, B" <a@shop.example>"#, envelope: "a@shop.example"),
    Sent(
      "no -f, and a From: that is not allowed", entry: "@shop.example", from("w@z.example"),
      "from-not-allowed"),
    Sent(
      "no -f, no From:, no default address", entry: "@shop.example", "To: r@x.example\n\nhi\n",
      "envelope-not-allowed", says: "put one address into From:, give -f, or ask"),
    Sent(
      "no -f, and two authors", entry: "@shop.example",
      "To: r@x.example\nFrom: a@shop.example, b@shop.example\nSender: a@shop.example\n\nhi\n",
      "envelope-not-allowed", says: "From: has not exactly one"),
    Sent(
      "an underscore in default_domain", entry: "alice@web_01.example",
      settings: "", words: ["-i", "r@x.example"], "Subject: x\n\nb\n",
      from: "Alice A <alice@web_01.example>", envelope: "alice@web_01.example"),
    Sent(
      "mailutils' host name", entry: "alice@origin.example",
      words: ["-oi", "-f", "alice@mx.host.example", "-t"], from("Alice <alice@mx.host.example>"),
      "from-not-allowed"),
    Sent(
      "received mail that procmail forwards", entry: "alice@origin.example",
      words: ["-oi", "other@x.example"], from("Jo <jo@x.example>"), "from-not-allowed"),
    Sent(
      "a user without an entry", entry: nil, words: ["-oi", "-f", "jo@y.example", "r@x.example"],
      from("Jo <jo@y.example>"), "user-unlisted"),
  ]

  @Test(arguments: names)
  func `a name in any form is handed over, or the text says how to write it`(sent: Sent) throws {
    try sent.check()
  }

  @Test(arguments: lines)
  func `a header section and recipients are read as Postfix reads them`(sent: Sent) throws {
    try sent.check()
  }

  @Test(arguments: envelopes)
  func `the envelope sender is the one that is meant`(sent: Sent) throws { try sent.check() }
}
