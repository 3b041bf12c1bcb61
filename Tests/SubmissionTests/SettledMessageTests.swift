import InternetMessage
import Policy
import Submission
import Testing

/// What is handed over of a header section, and what speaks against it.
@Suite("SettledMessage: from header section to hand-over")
struct SettledMessageTests {
  /// Alice may send as alice@ok.example and from shop.example; her account's full name is Alice A.
  static func policy(
    _ patterns: [AddressPattern] = [
      .address(localPart: [UInt8]("alice".utf8), domain: [UInt8]("ok.example".utf8)),
      .domain([UInt8]("shop.example".utf8)),
    ],
    fromPolicy: FromPolicy = .reject, ambiguousFrom: AmbiguousFrom = .repair,
    traces: Bool = false, isExempt: Bool = false
  ) -> SenderPolicy {
    var configuration = Configuration()
    configuration.defaultDomain = [UInt8]("host.example".utf8)
    configuration.fromPolicy = fromPolicy
    configuration.ambiguousFrom = ambiguousFrom
    configuration.addsTraceHeader = traces
    var rules = SenderRules()
    rules.patterns = patterns
    if case .address(let local, let domain)? = patterns.first {
      rules.defaultAddress = AddrSpec(localPart: local, domain: domain)
    }
    let entry = SenderEntry(
      uid: 1001, user: [UInt8]("alice".utf8), login: [UInt8]("alice".utf8),
      fullName: [UInt8]("Alice A".utf8), isExempt: isExempt, rules: rules)
    return SenderPolicy(uid: 1001, configuration: configuration, entry: entry)
  }

  static func handedOver(
    _ header: String, _ words: [String] = ["-t"], _ policy: SenderPolicy = policy()
  ) throws -> String {
    let invocation = try Invocation.parse((["sendmail"] + words).map { [UInt8]($0.utf8) })
    let read = try ReadMessage(
      invocation, HeaderSection(parsing: [UInt8](header.utf8)), policy)
    let message = try read.settled(by: policy)
    let text = String(decoding: message.header(invocation, policy, time: 0), as: UTF8.self)
    // Another one each time.
    guard let made = message.messageID else { return text }
    let field = "Message-Id: " + String(decoding: made, as: UTF8.self) + "\n"
    #expect(text.ranges(of: field).count == 1, "it is added once")
    return text.replacing(field, with: "")
  }

  @Test(arguments: [
    ("From: alice@ok.example\nTo: r@x.example\n", true),
    ("From: alice@ok.example\nTo: r@x.example\nMessage-ID: <1@x>\n", false),
    ("From: alice@ok.example\nResent-To: r@x.example\n", false),
  ])
  func `a message without Message-Id: gets one of its own`(_ header: String, _ isMade: Bool) throws
  {
    let invocation = try Invocation.parse(["sendmail", "-t"].map { [UInt8]($0.utf8) })
    var made: [[UInt8]] = []
    for _ in 1...2 {
      let read = try ReadMessage(
        invocation, HeaderSection(parsing: [UInt8](header.utf8)), Self.policy())
      made += [try read.settled(by: Self.policy()).messageID].compactMap(\.self)
    }
    #expect(made.count == (isMade ? 2 : 0))
    #expect(Set(made).count == made.count)
    for messageID in made {
      let text = String(decoding: messageID, as: UTF8.self)
      #expect(text.wholeMatch(of: /<\d{10}\.\d{1,20}@host\.example>/) != nil, "\(text)")
    }
  }

  @Test(arguments: [(PHPScriptHeader.keep, true), (.remove, false)])
  func `recipients see the script as php_script_header says`(
    _ setting: PHPScriptHeader, _ isSent: Bool
  ) throws {
    let message =
      "From: a@shop.example\nTo: r@x.example\nX-PHP-Originating-Script: 7:x.php\n\nhi\n"
    let decided = try Decided(
      [UInt8](message.utf8), ["-t"],
      Decided.policy("a@shop.example", "php_script_header = \(setting.rawValue)"))
    #expect(decided.header?.contains("X-PHP-Originating-Script: 7:x.php") == isSent)
  }

  static func reason(
    _ header: String, _ words: [String] = ["-t"], _ policy: SenderPolicy = policy()
  ) -> ReasonCode? {
    do {
      _ = try handedOver(header, words, policy)
      return nil
    } catch let refusal as Refusal {
      return refusal.reason
    } catch let error as InvocationError {
      return Refusal.command(error).reason
    } catch {
      return .systemError
    }
  }

  struct Edit: Sendable, CustomTestStringConvertible {
    let name: String
    let header: String
    var words = ["-t"]
    var fromPolicy = FromPolicy.reject
    let expected: String

    var testDescription: String { name }
  }

  @Test(
    arguments: [
      ("alice@ok.example", "-XV", "", ReasonCode?.some(.envelopeNotAllowed)),
      ("alice@ok.example", "-XV+=", "", .some(.envelopeNotAllowed)),
      ("alice@ok.example", "-XV+=", "+", nil),
      ("alice@ok.example", "-XV-=", "+", .some(.envelopeNotAllowed)),
      ("alice@ok.example", "-XV=+", "+", .some(.envelopeNotAllowed)),
      ("alice@ok.example", "-XV", "+", .some(.envelopeNotAllowed)),
      ("alice@ok.example", "-XV", "+-=", nil),
      ("alice+list@ok.example", "-XV+=", "+", nil),
      ("anybody@shop.example", "-XV", "", nil),
      ("anybody@shop.example", "-XV-=", "", nil),
      ("anybody@sub.shop.example", "-XV", "", .some(.envelopeNotAllowed)),
      ("<>", "-XV", "", .some(.envelopeNotAllowed)),
    ])
  func `VERP goes where all that it may make of the sender is permitted`(
    sender: String, option: String, delimiter: String, reason: ReasonCode?
  ) {
    let usual = Self.policy()
    var configuration = usual.configuration
    configuration.recipientDelimiter = [UInt8](delimiter.utf8)
    let policy = SenderPolicy(uid: 1001, configuration: configuration, entry: usual.entry)
    let header = "From: alice@ok.example\n"
    #expect(Self.reason(header, ["-f", sender, option, "desk@sales"], policy) == reason)
    // Without it nothing but the address itself counts.
    let plain: ReasonCode? =
      sender == "<>" || sender.contains("@sub.") ? .envelopeNotAllowed : nil
    if !sender.contains("+") {
      #expect(Self.reason(header, ["-f", sender, "desk@sales"], policy) == plain)
    }
  }

  @Test func `rewriting to the default address makes no VERP of it that is not permitted`() {
    let policy = Self.policy(fromPolicy: .rewrite)
    let header = "From: ceo@bank.example\n"
    #expect(Self.reason(header, ["-f", "ceo@bank.example", "r@x"], policy) == nil)
    #expect(
      Self.reason(header, ["-f", "ceo@bank.example", "-XV", "r@x"], policy) == .envelopeNotAllowed)
    #expect(Self.reason(header, ["-f", "info@shop.example", "-XV", "r@x"], policy) == nil)
  }

  static let edits = [
    Edit(
      name: "an allowed message is not touched",
      header: "From: A <alice@ok.example>\nTo: r@x\n",
      expected: "From: A <alice@ok.example>\nTo: r@x\n"),
    Edit(
      name: "Bcc: goes with -t, however it is written",
      header: "bcc : x@y\n".replacing(" :", with: ":") + "From: alice@ok.example\nBCC:\n z@x\n",
      expected: "From: alice@ok.example\n"),
    Edit(
      name: "Bcc: stays without -t, where Postfix removes it",
      header: "From: alice@ok.example\nBcc: z@x\n", words: ["r@x"],
      expected: "From: alice@ok.example\nBcc: z@x\n"),
    Edit(
      name: "a missing From: is the default address with the account's name", header: "To: r@x\n",
      expected: "To: r@x\nFrom: Alice A <alice@ok.example>\n"),
    Edit(
      name: "a missing From: is the checked envelope sender with -F", header: "To: r@x\n",
      words: ["-t", "-f", "info@shop.example", "-F", "The \"Shop\""],
      expected: "To: r@x\nFrom: \"The \\\"Shop\\\"\" <info@shop.example>\n"),
    Edit(
      name: "what a caller says in Postern's name goes",
      header: "X-Postern: uid=0\nFrom: alice@ok.example\nTo: r@x\nx-postern-original-from: b\n",
      expected: "From: alice@ok.example\nTo: r@x\n"),
    Edit(
      name: "rewrite: a foreign From: goes to Reply-To: and is kept for the record",
      header: "From: Ann <ann@else.example>\nTo: r@x\n", fromPolicy: .rewrite,
      expected: """
        To: r@x
        From: Ann <alice@ok.example>
        Reply-To: Ann <ann@else.example>
        X-Postern-Original-From: Ann <ann@else.example>

        """),
    Edit(
      name: "rewrite: a Reply-To: that is there stays",
      header: "Reply-To: q@x\nFrom: ann@else.example\nTo: r@x\n", fromPolicy: .rewrite,
      expected: """
        Reply-To: q@x
        To: r@x
        From: alice@ok.example
        X-Postern-Original-From: ann@else.example

        """),
    Edit(
      name: "rewrite: what repair cannot mend gives no Reply-To:",
      header: "From: a@x, b@y\nFrom: c@z\nTo: r@x\n", fromPolicy: .rewrite,
      expected: """
        To: r@x
        From: alice@ok.example
        X-Postern-Original-From: a@x, b@y
        X-Postern-Original-From: c@z

        """),
    Edit(
      name: "rewrite: a name that is the old address is not put before the new one",
      header: "From: \"ann@else.example\" <ann@else.example>\nReply-To: q@x\nTo: r@x\n",
      fromPolicy: .rewrite,
      expected: """
        Reply-To: q@x
        To: r@x
        From: alice@ok.example
        X-Postern-Original-From: "ann@else.example" <ann@else.example>

        """),
    Edit(
      name: "rewrite: a foreign Sender: is dropped",
      header: "From: alice@ok.example\nSender: ann@else.example\nTo: r@x\n", fromPolicy: .rewrite,
      expected: "From: alice@ok.example\nTo: r@x\n"),
  ]

  @Test(arguments: edits)
  func `the header section is handed over as it was checked`(edit: Edit) throws {
    let policy = Self.policy(fromPolicy: edit.fromPolicy)
    #expect(try Self.handedOver(edit.header, edit.words, policy) == edit.expected)
  }

  @Test func `an address without a domain gets the one that was checked`() throws {
    let policy = Self.policy([.domain([UInt8]("host.example".utf8))])
    let header = "From: web (x)\nSender: A (B) <web>\nTo: r@x\n"
    #expect(
      try Self.handedOver(header, ["-t", "-f", "a@host.example"], policy)
        == "From: web@host.example (x)\nSender: \"A (B)\" <web@host.example>\nTo: r@x\n")
    // Who may send as anybody is not judged, so that nothing has to be completed.
    #expect(try Self.handedOver(header, ["-t", "-f", "a@b"], Self.policy([.any])) == header)
  }

  @Test func `the trace field comes first and names user, host and time`() throws {
    let text = try Self.handedOver(
      "From: alice@ok.example\nTo: r@x\n", ["-t"], Self.policy(traces: true))
    #expect(text.hasPrefix("X-Postern: uid=1001; host="))
    #expect(text.contains("; time=1970-01-01T00:00:00Z\nFrom: "))
  }

  struct Judged: Sendable, CustomTestStringConvertible {
    let name: String
    let header: String
    var words = ["-t"]
    let reason: ReasonCode?

    var testDescription: String { name }
  }

  static let judged = [
    Judged(name: "own From:", header: "From: alice@ok.example\nTo: r@x\n", reason: nil),
    Judged(
      name: "foreign From:", header: "From: bob@ok.example\nTo: r@x\n", reason: .fromNotAllowed),
    Judged(
      name: "own Sender:", header: "From: a@shop.example\nSender: b@shop.example\nTo: r@x\n",
      reason: nil),
    Judged(
      name: "foreign Sender:", header: "From: a@shop.example\nSender: b@x\nTo: r@x\n",
      reason: .senderNotAllowed),
    Judged(
      name: "foreign Resent-From:",
      header: "From: a@shop.example\nResent-From: b@x\nTo: r@x\n", reason: .resentNotAllowed),
    Judged(
      name: "own -f", header: "From: alice@ok.example\nTo: r@x\n",
      words: ["-t", "-fnews@shop.example"], reason: nil),
    Judged(
      name: "foreign -f", header: "From: alice@ok.example\nTo: r@x\n", words: ["-t", "-fb@x"],
      reason: .envelopeNotAllowed),
    Judged(
      name: "null -f", header: "From: alice@ok.example\nTo: r@x\n", words: ["-t", "-f", ""],
      reason: .envelopeNotAllowed),
    Judged(
      name: "unreadable -f", header: "From: alice@ok.example\nTo: r@x\n", words: ["-t", "-f", ","],
      reason: .envelopeNotAllowed),
    Judged(
      name: "-F that shows a foreign address, without From:", header: "To: r@x\n",
      words: ["-t", "-F", "ceo@bank.example"], reason: .fromAmbiguous),
    Judged(
      name: "-F that shows a foreign address, unused",
      header: "From: alice@ok.example\nTo: r@x\n", words: ["-t", "-F", "ceo@bank.example"],
      reason: nil),
    Judged(name: "nobody to send to", header: "From: alice@ok.example\n", reason: .noRecipients),
  ]

  @Test(arguments: judged)
  func `each identity is judged by the map`(row: Judged) {
    #expect(Self.reason(row.header, row.words) == row.reason)
  }

  /// `-F` is judged beside the sender that was given, then put beside the one that replaces it.
  @Test func `rewrite leaves out a full name that fits only the replaced sender`() throws {
    let words = ["-f", "ceo@bank.example", "-F", "ceo@bank.example", "r@x"]
    #expect(
      try Self.handedOver("", words, Self.policy(fromPolicy: .rewrite))
        == "From: alice@ok.example\n")
    #expect(Self.reason("", words) == .envelopeNotAllowed)
  }

  @Test func `VERP of what Postfix makes the null sender is refused`() {
    let policy = Self.policy([.any, .nullSender])
    #expect(
      Self.reason("To: r@x\n", ["-t", "-XV", "-fmailer-daemon@host.example"], policy) == .usage)
    #expect(Self.reason("To: r@x\n", ["-t", "-XV", "-f", "<>"], policy) == .usage)
    #expect(Self.reason("To: r@x\n", ["-t", "-XV", "-fmailer@host.example"], policy) == nil)
  }

  @Test func `a -C that only sendmail's first pass sees is refused`() {
    #expect(Self.reason("", ["-V", "-O", "-C/tmp/evil", "r@x"]) == .unsupportedOption)
    #expect(Self.reason("", ["-O", "-C/tmp/evil", "r@x"]) == nil)
  }

  @Test func `an exempt user may send as anybody, even unreadably`() {
    let policy = Self.policy(isExempt: true)
    #expect(Self.reason("From: a@x, <b\nTo: r@x\n", ["-t", "-f", "z@y"], policy) == nil)
    #expect(Self.reason("From: a@x, <b\nTo: r@x\n", ["-t", "-f", "z@y"]) == .fromNotAllowed)
  }

  @Test func `rewrite replaces a foreign envelope sender, never Resent-From`() throws {
    let policy = Self.policy(fromPolicy: .rewrite)
    #expect(Self.reason("From: b@x\nTo: r@x\n", ["-t", "-f", "b@x"], policy) == nil)
    #expect(Self.reason("From: b@x\nTo: r@x\n", ["-t", "-f", ",("], policy) == nil)
    #expect(
      Self.reason("From: b@x\nResent-From: b@x\nTo: r@x\n", ["-t"], policy) == .resentNotAllowed)
  }
}
