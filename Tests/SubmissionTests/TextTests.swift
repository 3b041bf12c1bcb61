import InternetMessage
import Policy
import Submission
import Testing

/// A text, and what makes it.
struct Said: Sendable, CustomTestStringConvertible {
  /// The case of the error's enumeration.
  let testDescription: String
  var entry: String? = "info@shop.example"
  var settings = ""
  var words = ["-t", "-i"]
  /// The header section.
  var header = ""
  let text: String

  init(
    _ name: String, entry: String? = "info@shop.example", settings: String = "",
    words: [String] = ["-t", "-i"], header: String = "", from: String? = nil, to: String? = nil,
    _ text: String
  ) {
    (testDescription, self.entry, self.settings) = (name, entry, settings)
    (self.words, self.text) = (words, text)
    self.header = header
    if let from { self.header = "To: r@x.example\nFrom: \(from)\n" }
    if let to { self.header = "From: info@shop.example\nTo: \(to)\n" }
  }
}

@Suite("The text of each refusal, with an input that makes it")
struct TextTests {
  private static func long(_ count: Int) -> String { String(repeating: "x", count: count) }

  static let headers = [
    Said(
      "notAField", header: "X: y\nno field\n",
      "header line 2, 'no field', is not a header field; write it as Name: value, without a space in "
        + "the name, or move it into the body"),
    Said(
      "blankBeforeColon", settings: "ambiguous_from = reject", header: "X : y\n",
      "header line 1, 'X : y', has a space between field name and colon; remove it"),
    Said(
      "whitespaceOnlyLine", settings: "ambiguous_from = reject", header: "X: y\n \nZ: a\n",
      "header line 2 has only white space; remove it"),
    Said(
      "carriageReturn", header: "X: y\rz\n",
      #"header line 1, 'X: y\x0Dz', has a carriage return (CR) before its end; remove it"#),
    Said(
      "controlCharacter", header: "X: y\u{1}\n",
      #"header line 1, 'X: y\x01', has the control character byte 0x1; encode or remove it"#),
    Said(
      "fieldNameTooLong", header: long(999) + ": y\n",
      "header line 1 has a field name of more than 998 bytes; shorten it"),
    Said(
      "fieldTooLong", header: "X: \(long(50_000))\n",
      "X: on header line 1 is longer than 50000 bytes; shorten it"),
    Said(
      "tooManyFields", header: String(repeating: "X: y\n", count: 20_001),
      "the header section has more than 20000 fields; remove some"),
    Said(
      "repeatedField", header: "From: a@b\nFrom: c@d\n",
      "there is more than one From:; send exactly one"),
    Said(
      "emptyIdentity", header: "Sender: \n",
      "Sender: is empty; put one address there or leave the field out"),
    Said(
      "severalMailboxesWithoutSender", from: "a@b, c@d",
      "From: names several addresses, and there is no Sender:; name one address, or say with Sender: "
        + "which of them sends"),
    Said(
      "deceptiveDisplayName", settings: "ambiguous_from = reject",
      from: "\"ceo@bank.example\" <info@shop.example>",
      "From: shows the address ceo@bank.example as the name of another address; write it as "
        + "From: <info@shop.example>"),
  ]

  /// With `ambiguous_from = reject`, where repairing could not be told.
  static let faults: [(String, String, String)] = [
    ("tooLong", long(990) + " <info@shop.example>", "at byte 993, 'i': longer than 998 bytes"),
    (
      "controlCharacter", "a\u{1B} <info@shop.example>",
      "at byte 2, byte 0x1B: control character byte 0x1B"
    ),
    (
      "specialInDisplayName", "a] <info@shop.example>",
      "at byte 2, ']': ']' in a name without quotes"
    ),
    (
      "unterminatedQuotedString", "\"a <info@shop.example>",
      "at byte 1, '\"': a quote that is not closed"
    ),
    (
      "misplacedBackslash", "\"a\\'b\" <info@shop.example>",
      "at byte 3, '\\': a misplaced backslash"
    ),
    (
      "misplacedComment", "a (b) <info@shop.example>",
      "at byte 7, '<': a comment before or inside the address"
    ),
    (
      "unterminatedComment", "info@shop.example (a", "at byte 19, '(': a comment that is not closed"
    ),
    ("nestedComment", "info@shop.example (a (b))", "at byte 22, '(': a comment inside a comment"),
    (
      "tooManyComments", "info@shop.example" + String(repeating: " (a)", count: 9),
      "at byte 51, '(': more than 8 comments"
    ),
    ("group", "a; b <info@shop.example>", "at byte 2, ';': ':' or ';' outside quotes"),
    ("missingAddress", "a <>", "at byte 4, '>': no address"),
    ("unterminatedAngleAddress", "a <info@shop.example", "at byte 3, '<': '<' without '>'"),
    ("textAfterAddress", "<info@shop.example> a", "at byte 21, 'a': text after the address"),
    ("blankInAddress", "a b", "at byte 2, byte 0x20: a space in the address"),
    ("sourceRoute", "<@a.example:info@shop.example>", "at byte 2, '@': a source route"),
    ("routedLocalPart", "a%b@shop.example", "at byte 2, '%': '%' in the local part"),
    (
      "malformedLocalPart", "a..b@shop.example",
      "at byte 3, '.': a local part that is not a dot-atom"
    ),
    ("severalAtSigns", "a@b@shop.example", "at byte 4, '@': more than one '@'"),
    (
      "encodedWordInAddress", "=?utf-8?q?a?=@shop.example",
      "at byte 1, '=': an encoded word instead of the address"
    ),
    ("malformedDomain", "a@shop_.-example", "at byte 17: an invalid domain name"),
    ("domainLiteral", "a@[192.0.2.1]", "at byte 3, '[': a domain literal"),
    (
      "invisibleCharacter", "a\u{200B}@shop.example",
      "at byte 2, byte 0xE2: the invisible character U+200B in the address"
    ),
    ("addressTooLong", long(1_025), "at byte 1, 'x': an address of more than 1024 bytes"),
    (
      "tooManyMailboxes", String(repeating: "a@b,", count: 50) + "a@b",
      "at byte 200, ',': more than 50 addresses"
    ),
    (
      "malformedEncodedWord", "=?utf-8?x?a?= <info@shop.example>",
      "at byte 1, '=': a broken encoded word"
    ),
    (
      "charset", "=?x-a?q?a?= <info@shop.example>",
      "at byte 1, '=': an encoded word in the charset x-a"
    ),
    (
      "decodedControlCharacter", "=?utf-8?q?a=0Ab?= <info@shop.example>",
      "at byte 1, '=': byte 0xA inside an encoded word"
    ),
  ]

  static let recipients = [
    Said(
      "noAddress", words: ["()"], header: "X: y\n",
      "recipient 1 on the command line, (), cannot be read: no address"),
    Said(
      "controlCharacter", words: ["a\u{1}@b"], header: "X: y\n",
      "recipient 1 on the command line, a\\x01@b, cannot be read: control character byte 0x1"),
    Said(
      "unbalanced", to: "a@b, (c@d",
      "the recipient (c@d in To: cannot be read: '(' that is not closed or not opened"),
    Said(
      "colon", to: "a@b: c@d", "the recipient a@b: c@d in To: cannot be read: ':' outside a group"),
    Said(
      "backslash", to: "a@b, c\\ d@e", "the recipient c\\\\ d@e in To: cannot be read: a backslash"),
    Said(
      "angleAddress", to: "<a@b c@d>",
      "the recipient <a@b c@d> in To: cannot be read: not exactly one address between '<' and '>'"),
    Said("misplacedOperator", to: "@b", "the recipient @b in To: cannot be read: a misplaced '@'"),
    Said(
      "severalAtSigns", to: "a@b, c@@d",
      "the recipient c@@d in To: cannot be read: more than one '@'"),
    Said(
      "malformedDomain", to: "a@\"b\"",
      "the recipient a@\"b\" in To: cannot be read: an invalid domain name"),
    Said(
      "addressTooLong", words: [long(2_049)], header: "X: y\n", "an address of more than 2048 bytes"
    ),
  ]

  static let policies = [
    Said(
      "userSuspended", entry: "a@b suspended=unpaid", from: "a@b",
      "alice is suspended: unpaid; ask the administrator"),
    Said(
      "userUnlisted", entry: nil, from: "a@b",
      "uid:1001 has no entry in the sender map; ask the administrator for one"),
    Said(
      "notAllowed", from: "a@b", "From: a@b is not an address of alice; allowed: info@shop.example"),
    Said(
      "notAllowed", words: ["-t", "-f", "a@b"], from: "info@shop.example",
      "envelope sender (-f) a@b is not an address of alice; allowed: info@shop.example"),
    Said(
      "nullSender", words: ["-t", "-f", ""], from: "info@shop.example",
      "envelope sender (-f) <> is not allowed for alice; ask the administrator for <> in the entry; allowed: info@shop.example"
    ),
    Said(
      "missing", entry: "@shop.example", header: "To: r@x\n",
      "no envelope sender (-f) is given, alice has no default address, and From: has not exactly one; put one address into From:, give -f, or ask the administrator for default=ADDRESS; allowed: @shop.example"
    ),
    Said(
      "shown", from: "\"a@b\" <info@shop.example>",
      "From: shows a@b beside info@shop.example, and it is not an address of alice; write it as From: <info@shop.example>"
    ),
    Said(
      "tooManyRecipients", entry: "info@shop.example recipients_per_message=0",
      from: "info@shop.example",
      "the message has 1 recipients, but alice may send to at most 0 at once; send it to fewer recipients at a time"
    ),
    Said(
      "quota", entry: "info@shop.example messages_per_hour=0", from: "info@shop.example",
      "alice has used 0/0 messages per hour; waiting does not help, ask the administrator"),
    Said(
      "deceptiveFullName", words: ["-F", "a@b", "r@x"], header: "X: y\n",
      "the name given with -F shows a@b beside the sender's address; use a name that does not look like an address"
    ),
    Said(
      "unreadableReversePath", words: ["-t", "-f", "Shop <info@shop.example>, b"],
      from: "info@shop.example",
      "envelope sender (-f) Shop <info@shop.example>, b cannot be used: more than one address; give the address alone: -f info@shop.example"
    ),
    Said(
      "unreadableReversePath", words: ["-t", "-f", "a b"], from: "info@shop.example",
      "envelope sender (-f) a b cannot be used: a space in the address; give one plain address, local@domain, or <> for none"
    ),
    Said("noRecipients", from: "info@shop.example", "").removingTo(
      "there is no recipient in To:, Cc: or Bcc:, and none on the command line; add one"),
    Said(
      "noRecipients", words: ["-i"], from: "info@shop.example",
      "there is no recipient on the command line; add one, or use -t to read them from the header"),
    Said("unsupportedOption", words: ["-oA/x"], "-oA is not allowed here; remove it"),
    Said(
      "unsupportedOption", words: ["-bd"],
      "-bd would start a daemon, which only Postfix's own master is"),
    Said("unsupportedOption", words: ["-bi"], "only root can rebuild the aliases, by newaliases"),
    Said("unknownOption", words: ["-Z"], "there is no option -Z; see sendmail(1)"),
    Said("missingValue", words: ["-f"], "option -f needs a value; see sendmail(1)"),
    Said(
      "headerTooLarge", entry: "info@shop.example header_size_limit=1K",
      header: "X: \(long(2_000))\n",
      "the header section is larger than header_size_limit (1024 bytes); shorten it"),
    Said(
      "messageTooLarge", entry: "info@shop.example message_size_limit=1K",
      header: "X: \(long(2_000))\n",
      "the message is larger than message_size_limit (1024 bytes); shorten it, or send a link"),
  ]

  private func text(_ said: Said, _ settings: String = "") throws -> String {
    let policy = try Decided.policy(said.entry, said.settings + settings)
    let decided = try Decided([UInt8]((said.header + "\nhi\n").utf8), said.words, policy)
    #expect(decided.dryRun.verdict == .reject)
    return decided.text
  }

  @Test(arguments: headers + policies)
  func `a refusal says what was refused, why, and what to do`(said: Said) throws {
    #expect(try text(said) == said.text)
  }

  @Test(arguments: recipients)
  func `a recipient that cannot be read is shown`(said: Said) throws {
    let text = try text(said)
    #expect(text.contains(said.text), "\(text)")
    #expect(text.hasSuffix("; write addresses as local@domain with commas between them"))
  }

  @Test(arguments: faults)
  func `a field that is not plain is shown with its fault and its remedy`(
    name: String, body: String, text expected: String
  ) throws {
    let said = Said(name, settings: "ambiguous_from = reject", from: body, expected)
    let text = try text(said)
    #expect(text.hasPrefix("From: can be read in more than one way \(expected);"), "\(text)")
    #expect(text.contains("write it as From: "))
  }
}

extension Said {
  /// The same without recipients.
  fileprivate func removingTo(_ text: String) -> Said {
    Said(
      testDescription, entry: entry, settings: settings, words: words,
      header: header.replacing("To: r@x.example\n", with: ""), text)
  }
}
