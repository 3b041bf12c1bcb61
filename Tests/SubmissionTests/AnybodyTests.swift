import InternetMessage
import Policy
import Submission
import Testing

@Suite("Users who may send as anybody")
struct AnybodyTests {
  private static let received = ["-oi", "-f", "jo@y.example", "alice@origin.example"]

  /// Header sections of received mail, all of them refused to other users.
  static let headers = [
    "From: Jo <jo@y.example>\nFrom: Shop <a@y.example>\nTo: r@x.example\n",
    "From: Jo (Sales) <jo@y.example>\n",
    "From: Team: a@y.example, b@y.example;\n",
    "From: \"ceo@y.example\" <jo@y.example>\n",
    "From: \u{202E}x <a@[192.0.2.1]>\nSender: <@a,@b:c%d@e>\nResent-From:\n",
    "From: web\nSender: a@b, c@d\n",
    "From: " + String(repeating: "x", count: 5_000) + "\nTo: "
      + String(repeating: "y", count: 60_000) + "\n",
  ]

  @Test(arguments: headers)
  func `identity fields of an entry with * are neither judged nor changed`(header: String) throws {
    let message = [UInt8]((header + "\nhi\n").utf8)
    let decided = try Decided(message, Self.received, Decided.policy("* <>"))
    #expect(decided.decision == "permit", "\(decided.text)")
    #expect(decided.header == header)
    #expect(decided.envelope == "jo@y.example" && decided.recipients == [Self.received[3]])
    let other = try Decided(message, Self.received, Decided.policy("@shop.example"))
    #expect(other.dryRun.verdict == .reject)
  }

  @Test(
    arguments: [
      ("From: Jo <jo@y.example>\nno header field\nTo: x@y\n", nil),
      ("From: a@b\nX: \u{1}\n", nil), ("X: y\n: z\n", nil),
      ("Subject: x\n \nX-A : b\nFrom: a@b\n", "Subject: x\nX-A: b\nFrom: a@b\n"),
    ] as [(String, String?)])
  func `a header section of an entry with * need not be read`(
    header: String, handedOver: String?
  ) throws {
    let message = [UInt8]((header + "\nhi\n").utf8)
    let policy = try Decided.policy("* <>")
    let decided = try Decided(message, Self.received, policy)
    #expect(decided.decision == "permit" && decided.header == handedOver ?? header)
    // With -t somebody has to count the recipients.
    let counted = try Decided(message, ["-t", "r@x.example"], policy)
    #expect(counted.decision == (handedOver == nil ? "header-malformed" : "permit"))
  }

  @Test(arguments: [
    "jo@mail_01.y.example", "a..b@docomo.example", "john.@docomo.example", "a@[192.0.2.1]", "<>",
  ])
  func `an entry with * takes every form of sender`(sender: String) throws {
    let words = ["-oi", "-f", sender, "alice@origin.example"]
    let message = [UInt8]("From: Jo <jo@y.example>\n\nhi\n".utf8)
    #expect(try Decided(message, words, Decided.policy("*")).envelope == sender)
    let decided = try Decided(message, words, Decided.policy("@y.example @docomo.example"))
    #expect(decided.dryRun.verdict == .reject)
  }

  @Test func `an entry with * needs no sender`() throws {
    let message = [UInt8]("To: r@x.example\nSubject: alert\n\nx\n".utf8)
    let decided = try Decided(message, ["-i", "r@x.example"], Decided.policy("* <>"))
    #expect(decided.envelope == "alice@origin.example")
    #expect(decided.body(.from) == "Alice A <alice@origin.example>")
    let named = try Decided(message, ["r@x.example"], Decided.policy("* default=n@o.example"))
    #expect(named.envelope == "n@o.example")
  }

  @Test func `the recipients of an entry with * are counted`() throws {
    let policy = try Decided.policy("* recipients_per_message=1")
    let message = [UInt8]("From: a..b@y.example\nTo: r@x.example\n\nx\n".utf8)
    #expect(try Decided(message, ["-t"], policy).decision == "permit")
    #expect(try Decided(message, ["-t", "s@x.example"], policy).decision == "recipient-limit")
  }

  @Test(arguments: [
    ["-oi", "-f", "jo@mail_01.y.example", "alice@origin.example"],
    ["-G", "-i", "-f", "a..b@docomo.example", "--", "me@origin.example"],
    ["-t", "-i", "-f", "Shop \\<a@b\\>", "-F", "ceo@bank.example"], ["-t", "-f", ""],
  ])
  func `an exempt user's message goes with arguments and bytes as they came`(
    words: [String]
  ) throws {
    let policy = try Decided.policy("", isExempt: true)
    let header = "From: Jo <jo@y.example>\nFrom: x\nSubject: x\n \nno field\nBcc: z@x\n"
    let decided = try Decided([UInt8]((header + "\nhi\r\n").utf8), words, policy)
    #expect(decided.decision == "permit", "\(decided.text)")
    #expect(decided.header == nil, "as it came")
    let name = words.contains("-F") ? [] : ["-F", "Alice A"]
    #expect(decided.arguments == ["sendmail"] + name + words)
  }

  @Test func `an exempt user is held by a suspension, and by refused options`() throws {
    let message = [UInt8]("From: a@b\n\nx\n".utf8)
    let suspended = try Decided.policy("suspended=x", isExempt: true)
    #expect(try Decided(message, ["r@x"], suspended).decision == "user-suspended")
    let policy = try Decided.policy("", isExempt: true)
    #expect(try Decided(message, ["-C/tmp", "r@x"], policy).decision == "unsupported-option")
    #expect(try Decided(message, ["r@x"], policy).arguments.contains("alice"))
  }

  @Test func `an exempt user's header section may be of any size, another's not`() throws {
    let long = "From: a@shop.example\nX: " + String(repeating: "x\n ", count: 150_000) + "y\n\nx\n"
    let exempt = try Decided.policy("", isExempt: true)
    #expect(try Decided([UInt8](long.utf8), ["r@x"], exempt).decision == "permit")
    for entry in ["*", "@shop.example mode=audit"] {
      let decided = try Decided([UInt8](long.utf8), ["r@x"], Decided.policy(entry))
      #expect(decided.decision == "size-limit")
    }
  }

  @Test func `audit hands over what Postfix alone would have put into From:`() throws {
    let policy = try Decided.policy(nil, uid: 0, "mode = audit")
    let decided = try Decided([UInt8]("Subject: x\n\nb\n".utf8), ["r@x.example"], policy)
    #expect(decided.decision == "audit")
    #expect(decided.arguments == ["sendmail", "-f", "root", "-F", "root", "r@x.example"])
  }
}
