import InternetMessage
import Policy
import Testing

@Suite("from_policy = rewrite")
struct RewriteTests {
  let alice = entry("alice@example.com bob@example.com")
  let own = ReversePath.address(address("alice@example.com"))

  private func plan(_ claim: Claim, _ entry: SenderEntry?) throws(Rejection) -> Rewrite {
    try Evaluation.rewrite(claim, entry: entry, configuration: settings)
  }

  private func reason(_ claim: Claim, _ entry: SenderEntry?) -> ReasonCode? {
    do throws(Rejection) {
      _ = try plan(claim, entry)
      return nil
    } catch { return error.reason }
  }

  @Test func `what is allowed stays as it is`() throws {
    let plan = try plan(
      claim(from: ["bob@example.com"], envelope: .address(address("bob@example.com"))), alice)
    #expect(
      !plan.replacesFrom && !plan.dropsSender
        && plan.envelope == .address(address("bob@example.com")))
  }

  @Test func `a foreign or ambiguous From is replaced`() throws {
    var ambiguous = claim()
    ambiguous.from = .ambiguous
    #expect(try plan(ambiguous, alice).replacesFrom)
    let foreign = try plan(claim(from: ["ceo@bank.example"]), alice)
    #expect(foreign.replacesFrom && !foreign.dropsSender)
    #expect(foreign.address == address("alice@example.com"))
  }

  @Test func `a foreign Sender is dropped`() throws {
    let plan = try plan(claim(from: ["bob@example.com"], sender: "ceo@bank.example"), alice)
    #expect(plan.dropsSender && !plan.replacesFrom)
  }

  @Test func `several authors do not stay behind without their Sender`() throws {
    let authors = ["alice@example.com", "bob@example.com"]
    #expect(try plan(claim(from: authors, sender: "ceo@bank.example"), alice).replacesFrom)
    #expect(try !plan(claim(from: authors, sender: "bob@example.com"), alice).replacesFrom)
  }

  @Test func `an envelope that is foreign, null or missing becomes the default address`() throws {
    #expect(try plan(claim(envelope: .address(address("ceo@bank.example"))), alice).envelope == own)
    #expect(try plan(claim(envelope: .null), alice).envelope == own)
    #expect(try plan(claim(envelope: nil), alice).envelope == own)
    #expect(try plan(claim(envelope: .null), entry("a@b.example <>")).envelope == .null)
  }

  @Test func `Resent, suspension and a missing entry are never rewritten`() {
    #expect(reason(claim(resentFrom: ["ceo@bank.example"]), alice) == .resentNotAllowed)
    #expect(reason(claim(resentFrom: ["bob@example.com"]), alice) == nil)
    #expect(reason(claim(), entry("a@b.example suspended=x")) == .userSuspended)
    #expect(reason(claim(), nil) == .userUnlisted)
  }

  @Test func `without a default address there is nothing to rewrite to`() {
    let nobody = entry("@example.com")
    #expect(reason(claim(from: ["ceo@bank.example"]), nobody) == .fromNotAllowed)
    #expect(reason(claim(envelope: .null), nobody) == .envelopeNotAllowed)
    #expect(reason(claim(envelope: nil), nobody) == .envelopeNotAllowed)
    #expect(reason(claim(from: ["x@example.com"]), nobody) == nil)
  }
}
