import Policy
import Testing

@Suite("Reason codes")
struct ReasonCodeTests {
  @Test(
    arguments: [
      ("from-not-allowed", 77), ("sender-not-allowed", 77), ("resent-not-allowed", 77),
      ("envelope-not-allowed", 77), ("user-unlisted", 77), ("user-suspended", 77),
      ("quota-messages", 69), ("quota-recipients", 69), ("recipient-limit", 65),
      ("size-limit", 65), ("header-malformed", 65), ("from-ambiguous", 65),
      ("recipient-malformed", 65), ("no-recipients", 65), ("unsupported-option", 64),
      ("usage", 64), ("store-unavailable", 71), ("handoff-failed", 71), ("system-error", 71),
      ("config-invalid", 78), ("not-privileged", 78),
    ] as [(String, Int32)])
  func `a code has the exit status of the documentation`(code: String, status: Int32) {
    #expect(ReasonCode(rawValue: code)?.exitStatus == status)
  }

  @Test func `no code is missing in the table above, and none exits 75 or 0`() {
    #expect(ReasonCode.allCases.count == 21)
    #expect(ReasonCode.allCases.allSatisfy { $0.exitStatus != 75 && $0.exitStatus != 0 })
  }

  @Test func `audit lifts what the message is refused for, but no suspension and no size`() {
    let waived = ReasonCode.allCases.filter(\.isWaivedByAudit)
    #expect(
      waived == [
        .fromNotAllowed, .senderNotAllowed, .resentNotAllowed, .envelopeNotAllowed,
        .userUnlisted, .quotaMessages, .quotaRecipients, .recipientLimit, .headerMalformed,
        .fromAmbiguous, .recipientMalformed, .noRecipients,
      ])
  }
}
