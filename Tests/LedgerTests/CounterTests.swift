import Testing

@testable import Ledger
@testable import Policy

@Suite("Counters")
struct CounterTests {
  @Test func `counters only grow: neither giving back, a reset nor time takes from them`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 3, decide: permitAll)
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 4) { _, _ in .waive(.fromAmbiguous) }
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 5) { _, _ in rejection }
    _ = try ledger.refuse(uid: 7, now: { noon }, reason: .sizeLimit)
    _ = try ledger.refuse(uid: 7, now: { noon }, reason: .sizeLimit)
    func expectAll(at second: UInt64) throws {
      let counters = try ledger.usage(uid: 7, now: { second }).counters
      #expect(counters.messages == 2)
      #expect(counters.recipients == 7)
      #expect(counters.refused(.quotaMessages) == 1)
      #expect(counters.refused(.sizeLimit) == 2)
      #expect(counters.waived(.fromAmbiguous) == 1)
      #expect(counters.refused.reduce(0, +) == 3)
      #expect(counters.waived.reduce(0, +) == 1)
    }
    try expectAll(at: noon)
    try ledger.giveBack(charge, now: { noon })
    try expectAll(at: noon)
    try ledger.reset(uid: 7, now: { noon })
    try expectAll(at: noon + 86_400 * 30)
  }

  @Test func `every reason has a place of its own, which never changes`() {
    // The order in the state file: append to it, and change nothing.
    let order: [ReasonCode] = [
      .fromNotAllowed, .senderNotAllowed, .resentNotAllowed, .envelopeNotAllowed, .userUnlisted,
      .userSuspended, .quotaMessages, .quotaRecipients, .recipientLimit, .sizeLimit,
      .headerMalformed, .fromAmbiguous, .recipientMalformed, .noRecipients, .unsupportedOption,
      .usage, .storeUnavailable, .handoffFailed, .systemError, .configInvalid, .notPrivileged,
    ]
    #expect(order.map(\.counterIndex) == Array(order.indices))
    #expect(ReasonCode.allCases.count == order.count)
    #expect(order.count <= Counters.reasonCount)
  }

  @Test func `all records are read in one pass, aged to the present`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let users: [UInt32] = [0, 1001, 263_144, 4_294_967_294]
    for (index, uid) in users.enumerated() {
      for minute in 0...UInt64(index) {
        _ = try ledger.charge(
          uid: uid, now: { noon + minute * 60 }, recipients: 1, decide: permitAll)
      }
    }
    let records = try ledger.records(now: noon + 240)
    #expect(records.map(\.uid) == users)
    for (index, record) in records.enumerated() {
      let perMinute = record.usage.hour.steps.map(\.messages)
      let expected = (0...4).map { age in UInt32(4 - age <= index ? 1 : 0) }
      #expect(Array(perMinute.prefix(5)) == expected)
      #expect(record.usage == (try ledger.usage(uid: record.uid, now: { noon + 240 })))
    }
  }
}
