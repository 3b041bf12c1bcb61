import InternetMessage
import Policy
import Testing

/// A claim of alice with these parts; by default without any identity.
func claim(
  from: [String] = [], sender: String? = nil, resentFrom: [String] = [],
  resentSender: String? = nil, envelope: ReversePath? = .address(address("alice@example.com")),
  recipients: UInt32 = 1
) -> Claim {
  Claim(
    uid: 1001, envelope: envelope, from: .addresses(from.map(address)),
    sender: sender.map(address), resentFrom: resentFrom.map(address),
    resentSender: resentSender.map(address), recipientCount: recipients)
}

var settings: Configuration {
  var configuration = Configuration()
  configuration.defaultDomain = bytes("host.example")
  return configuration
}

@Suite("Evaluation of identities")
struct EvaluationTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let line: String
    let claim: Claim
    let reason: ReasonCode?
    var testDescription: String { name }
    init(_ name: String, _ line: String, _ claim: Claim, _ reason: ReasonCode? = nil) {
      self.name = name
      self.line = line
      self.claim = claim
      self.reason = reason
    }
  }

  private func reason(_ claim: Claim, _ entry: SenderEntry) -> ReasonCode? {
    Evaluation.identity(of: claim, entry: entry, configuration: settings)?.reason
  }

  static let alice = "alice@example.com"
  @Test(arguments: [
    Row("own", alice, claim(from: ["alice@example.com"])),
    Row("other", alice, claim(from: ["bob@example.com"]), .fromNotAllowed),
    Row("case", alice, claim(from: ["ALICE@Example.COM"])),
    Row("no From", alice, claim()),
    Row("bare", "alice@example.com root@host.example", claim(from: ["root"])),
    Row("bare other", alice, claim(from: ["root"]), .fromNotAllowed),
    Row("domain", "\(alice) @shop.example", claim(from: ["any@shop.example"])),
    Row(
      "wrong domain", "\(alice) @shop.example", claim(from: ["any@shop2.example"]),
      .fromNotAllowed),
    Row(
      "subdomain of @domain", "\(alice) @shop.example", claim(from: ["a@x.shop.example"]),
      .fromNotAllowed),
    Row("subdomain", "\(alice) @.shop.example", claim(from: ["a@x.shop.example"])),
    Row("deep subdomain", "\(alice) @.shop.example", claim(from: ["a@y.x.shop.example"])),
    Row(
      "parent of @.domain", "\(alice) @.shop.example", claim(from: ["a@shop.example"]),
      .fromNotAllowed),
    Row(
      "suffix without dot", "\(alice) @.shop.example", claim(from: ["a@xshop.example"]),
      .fromNotAllowed),
    Row("any", "*", claim(from: ["a@x.example"])),
    Row("null alone", "\(alice) <>", claim(from: ["a@x.example"]), .fromNotAllowed),
    Row(
      "several", "\(alice) bob@example.com",
      claim(from: ["alice@example.com", "bob@example.com"], sender: "alice@example.com")),
    Row(
      "one of several", alice,
      claim(from: ["alice@example.com", "bob@example.com"], sender: "alice@example.com"),
      .fromNotAllowed),
    Row("sender", alice, claim(sender: "bob@example.com"), .senderNotAllowed),
    Row("own sender", alice, claim(sender: "alice@example.com")),
    Row("resent from", alice, claim(resentFrom: ["b@x.example"]), .resentNotAllowed),
    Row("own resent from", alice, claim(resentFrom: ["alice@example.com"])),
    Row("resent sender", alice, claim(resentSender: "b@x.example"), .resentNotAllowed),
    Row(
      "envelope", alice, claim(envelope: .address(address("b@x.example"))),
      .envelopeNotAllowed),
    Row("null envelope", alice, claim(envelope: .null), .envelopeNotAllowed),
    Row("null envelope permitted", "\(alice) <>", claim(envelope: .null)),
    Row("null envelope by any", "*", claim(envelope: .null)),
    Row(
      "mailer-daemon is null", "\(alice) @host.example",
      claim(envelope: .address(address("MAILER-daemon@HOST.example"))), .envelopeNotAllowed),
    Row(
      "bare mailer-daemon is null", "\(alice) <>",
      claim(envelope: .address(address("mailer-daemon")))),
    Row(
      "mailer-daemon elsewhere", "\(alice) @example.com",
      claim(envelope: .address(address("mailer-daemon@example.com")))),
    Row("no -f", alice, claim(envelope: nil)),
    Row("no -f, no default", "@example.com", claim(envelope: nil), .envelopeNotAllowed),
    Row("no -f, default=", "@example.com default=x@y.example", claim(envelope: nil)),
    Row("default counts", "@example.com default=x@y.example", claim(from: ["x@y.example"])),
    Row(
      "suspended", "\(alice) suspended=spam", claim(from: ["alice@example.com"]),
      .userSuspended),
    Row(
      "suspended first", "\(alice) suspended=spam", claim(from: ["b@x.example"]),
      .userSuspended),
    Row(
      "From before Sender", alice, claim(from: ["b@x.example"], sender: "b@x.example"),
      .fromNotAllowed),
    Row(
      "Sender before Resent", alice,
      claim(sender: "b@x.example", resentFrom: ["b@x.example"], envelope: .null),
      .senderNotAllowed),
    Row(
      "Resent before envelope", alice, claim(resentFrom: ["b@x.example"], envelope: .null),
      .resentNotAllowed),
  ])
  func `an identity is permitted or refused with its reason`(row: Row) {
    #expect(reason(row.claim, entry(row.line)) == row.reason)
  }

  @Test func `a user without an entry is refused whatever the claim`() {
    let rejection = Evaluation.identity(of: claim(), entry: nil, configuration: settings)
    #expect(rejection?.reason == .userUnlisted)
    #expect(rejection?.user == bytes("uid:1001"))
  }

  @Test func `an ambiguous From is refused before everything but a suspension`() {
    var ambiguous = claim(sender: "b@x.example")
    ambiguous.from = .ambiguous
    #expect(reason(ambiguous, entry("*")) == .fromAmbiguous)
    #expect(reason(ambiguous, entry("* suspended=x")) == .userSuspended)
  }

  @Test func `an extension counts only with a delimiter`() {
    var plus = settings
    plus.recipientDelimiter = bytes("+-")
    let alice = entry("alice@example.com bob+tag@example.com")
    func permits(_ text: String, _ configuration: Configuration) -> Bool {
      Evaluation.identity(of: claim(from: [text]), entry: alice, configuration: configuration)
        == nil
    }
    #expect(permits("alice+x@example.com", plus) && !permits("alice+x@example.com", settings))
    #expect(permits("alice-x+y@example.com", plus))
    #expect(permits("bob+tag@example.com", plus) && permits("bob+tag@example.com", settings))
    #expect(!permits("bob@example.com", plus) && !permits("bob+x@example.com", plus))
    #expect(!permits("+alice@example.com", plus) && !permits("alicex@example.com", plus))
  }

  @Test func `a rejection carries what the text needs`() {
    let rejection = Evaluation.identity(
      of: claim(from: ["ceo@bank.example"]), entry: entry("alice@example.com @shop.example"),
      configuration: settings)
    #expect(rejection?.cause == .notAllowed(.from, .address(address("ceo@bank.example"))))
    #expect(rejection?.user == bytes("alice"))
    #expect(
      rejection?.allowed.map(\.written) == ["alice@example.com", "@shop.example"].map(bytes))
    let missing = Evaluation.identity(
      of: claim(envelope: nil), entry: entry("@shop.example"), configuration: settings)
    #expect(missing?.cause == .notAllowed(.envelope, .missing))
  }

  @Test func `an exempt user sends as anybody, uncounted, unless suspended`() {
    let root = entry("<>", exempt: true)
    let anything = claim(
      from: ["a@x.example"], sender: "b@x.example", resentFrom: ["c@x.example"],
      envelope: .null, recipients: 100_000)
    #expect(reason(anything, root) == nil)
    #expect(root.limits(defaults: settings) == .unlimited)
    #expect(
      Evaluation.quota(
        of: anything, entry: root, limits: QuotaLimits(), usage: Usage(now: 0), now: 0) == nil)
    #expect(
      Evaluation.reversePath(of: claim(envelope: nil), entry: root, configuration: settings)
        == .address(address("alice@host.example")))
    #expect(reason(anything, entry("<> suspended=x", exempt: true)) == .userSuspended)
  }

  @Test func `without a default domain a bare address is nobody's`() {
    var none = settings
    none.defaultDomain = nil
    #expect(
      Evaluation.identity(
        of: claim(from: ["alice"]), entry: entry("@host.example"), configuration: none)?
        .reason == .fromNotAllowed)
  }
}
