import InternetMessage
import Policy
import Testing

@Suite("What permits each identity")
struct IdentityFindingTests {
  private func told(_ claim: Claim, _ entry: SenderEntry?) -> [String] {
    Evaluation.findings(of: claim, entry: entry, configuration: settings).map { finding in
      let address = String(decoding: finding.address?.written ?? bytes("<>"), as: UTF8.self)
      let permit =
        switch finding.permit {
        case nil: "nothing"
        case .exemption: "exemption"
        case .defaultAddress: "default"
        case .pattern(let pattern): String(decoding: pattern.written, as: UTF8.self)
        }
      return "\(finding.role) \(address) \(permit)"
    }
  }

  private let everything = claim(
    from: ["info@shop.example", "evil@z.example"], sender: "a@www.sub.example",
    resentFrom: ["alice@example.com"], resentSender: "b@sub.example", envelope: .null)

  @Test func `every identity is told, not only the first that is refused`() {
    let alice = entry("alice@example.com @shop.example @.sub.example <>")
    #expect(
      told(everything, alice) == [
        "from info@shop.example @shop.example", "from evil@z.example nothing",
        "sender a@www.sub.example @.sub.example",
        "resentFrom alice@example.com alice@example.com", "resentSender b@sub.example nothing",
        "envelope <> <>",
      ])
  }

  @Test func `an unlisted user is permitted nothing`() {
    #expect(told(everything, nil).allSatisfy { $0.hasSuffix(" nothing") })
    #expect(told(claim(envelope: nil), nil).isEmpty)
  }

  @Test func `an exemption, and an address that is only the default, are told as such`() {
    #expect(
      told(claim(), entry("alice@example.com", exempt: true)) == [
        "envelope alice@example.com exemption"
      ])
    let alice = entry("@shop.example default=alice@example.com")
    #expect(told(claim(envelope: nil), alice) == ["envelope alice@example.com default"])
  }

  @Test func `a missing envelope sender without a default is no identity`() {
    #expect(told(claim(envelope: nil), entry("@shop.example")).isEmpty)
  }

  @Test func `what is told agrees with the judgement`() {
    for line in [
      "*", "<> @shop.example", "alice@example.com", "@example.com default=a@shop.example",
    ] {
      for claim in [
        claim(from: ["a@shop.example"]), claim(from: ["alice@example.com"], envelope: .null),
        claim(sender: "x@z.example"), claim(resentFrom: ["alice@example.com"]),
      ] {
        let rejection = Evaluation.identity(of: claim, entry: entry(line), configuration: settings)
        let findings = Evaluation.findings(
          of: claim, entry: entry(line), configuration: settings)
        #expect((rejection == nil) == findings.allSatisfy { $0.permit != nil })
      }
    }
  }
}
