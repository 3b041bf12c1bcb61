import InternetMessage
import Policy
import Submission
import Testing

/// What is handed over of a header section, and what speaks against it.
@Suite("Draft: from header section to hand-over")
struct DraftTests {
  /// Alice may send as alice@ok.example and from shop.example; her account's full name is Alice A.
  static func site(
    _ patterns: [AddressPattern] = [
      .address(localPart: [UInt8]("alice".utf8), domain: [UInt8]("ok.example".utf8)),
      .domain([UInt8]("shop.example".utf8)),
    ],
    fromPolicy: FromPolicy = .reject, traces: Bool = false, isExempt: Bool = false
  ) -> Site {
    var configuration = Configuration()
    configuration.defaultDomain = [UInt8]("host.example".utf8)
    configuration.fromPolicy = fromPolicy
    configuration.addsTraceHeader = traces
    var rules = SenderRules()
    rules.patterns = patterns
    if case .address(let local, let domain)? = patterns.first {
      rules.defaultAddress = AddrSpec(localPart: local, domain: domain)
    }
    let entry = SenderEntry(
      uid: 1001, user: [UInt8]("alice".utf8), login: [UInt8]("alice".utf8),
      fullName: [UInt8]("Alice A".utf8), isExempt: isExempt, rules: rules)
    return Site(uid: 1001, configuration: configuration, entry: entry)
  }

  static func handedOver(
    _ header: String, _ words: [String] = ["-t"], _ site: Site = site()
  ) throws -> String {
    let invocation = try Invocation.parse((["sendmail"] + words).map { [UInt8]($0.utf8) })
    var draft = try Draft(invocation, HeaderSection(parsing: [UInt8](header.utf8)), site)
    if let refusal = draft.objection(site) { throw refusal }
    return String(decoding: draft.editedHeader(invocation, site, time: 0), as: UTF8.self)
  }

  static func reason(
    _ header: String, _ words: [String] = ["-t"], _ site: Site = site()
  ) -> ReasonCode? {
    do {
      _ = try handedOver(header, words, site)
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
      name: "rewrite: an ambiguous From: gives no Reply-To:",
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
    let site = Self.site(fromPolicy: edit.fromPolicy)
    #expect(try Self.handedOver(edit.header, edit.words, site) == edit.expected)
  }

  @Test func `an address without a domain gets the one that was checked`() throws {
    let site = Self.site([.any])
    #expect(
      try Self.handedOver("From: web (x)\nTo: r@x\n", ["-t", "-f", "a@b.example"], site)
        == "From: web@host.example (x)\nTo: r@x\n")
  }

  @Test func `the trace field comes first and names user, host and time`() throws {
    let text = try Self.handedOver(
      "From: alice@ok.example\nTo: r@x\n", ["-t"], Self.site(traces: true))
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
      try Self.handedOver("", words, Self.site(fromPolicy: .rewrite))
        == "From: alice@ok.example\n")
    #expect(Self.reason("", words) == .envelopeNotAllowed)
  }

  @Test func `VERP of what Postfix makes the null sender is refused`() {
    let site = Self.site([.any, .nullSender])
    #expect(
      Self.reason("To: r@x\n", ["-t", "-XV", "-fmailer-daemon@host.example"], site) == .usage)
    #expect(Self.reason("To: r@x\n", ["-t", "-XV", "-f", "<>"], site) == .usage)
    #expect(Self.reason("To: r@x\n", ["-t", "-XV", "-fmailer@host.example"], site) == nil)
  }

  @Test func `a -C that only sendmail's first pass sees is refused`() {
    #expect(Self.reason("", ["-V", "-O", "-C/tmp/evil", "r@x"]) == .unsupportedOption)
    #expect(Self.reason("", ["-O", "-C/tmp/evil", "r@x"]) == nil)
  }

  @Test func `an exempt user may send as anybody, even unreadably`() {
    let site = Self.site(isExempt: true)
    #expect(Self.reason("From: a@x, <b\nTo: r@x\n", ["-t", "-f", "z@y"], site) == nil)
    #expect(Self.reason("From: a@x, <b\nTo: r@x\n", ["-t", "-f", "z@y"]) == .fromAmbiguous)
  }

  @Test func `rewrite replaces a foreign envelope sender, never Resent-From`() throws {
    let site = Self.site(fromPolicy: .rewrite)
    #expect(Self.reason("From: b@x\nTo: r@x\n", ["-t", "-f", "b@x"], site) == nil)
    #expect(Self.reason("From: b@x\nTo: r@x\n", ["-t", "-f", ",("], site) == nil)
    #expect(
      Self.reason("From: b@x\nResent-From: b@x\nTo: r@x\n", ["-t"], site) == .resentNotAllowed)
  }
}
