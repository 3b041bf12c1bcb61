import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Torn records")
struct TornTests {
  @Test func `a record torn at any byte counts as used up, and heals within the window`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(5))
    let slot = LedgerFormat.slot(0, of: 7)
    let whole = try scratch.bytes(ofSlot: slot)
    let second = LedgerFormat.slot(1, of: 7)
    for index in whole.indices {
      var torn = whole
      torn[index] ^= 0xFF
      try scratch.put(torn, intoSlot: slot)
      try scratch.put(Slot.free.bytes, intoSlot: second)
      let seen = try ledger.usage(uid: 7, now: { noon })
      #expect(seen.used(.messages, per: .hour, limit: .count(5), now: noon) == 5)
      let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(5))
      #expect(charge.decision == rejection, "byte \(index)")
    }
    let almost = noon + QuotaPeriod.hour.windowSeconds - 1
    let refused = try ledger.charge(uid: 7, now: { almost }, recipients: 1, decide: limit(5))
    #expect(refused.decision == rejection)
    let healed = try ledger.charge(uid: 7, now: { almost + 1 }, recipients: 1, decide: limit(5))
    #expect(healed.decision == .permit)
    let nextDay = noon + QuotaPeriod.day.windowSeconds
    #expect(try ledger.usage(uid: 7, now: { nextDay }).tornSince == nil)
  }

  @Test func `the owner of a torn record is found out whoever comes first`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let (owner, other) = (UInt32(7), 7 + LedgerFormat.slotCount)
    _ = try ledger.charge(uid: owner, now: { noon }, recipients: 1, decide: limit(5))
    var torn = try scratch.bytes(ofSlot: LedgerFormat.slot(0, of: owner))
    torn[100] ^= 1
    try scratch.put(torn, intoSlot: LedgerFormat.slot(0, of: owner))
    for uid in [other, owner] {
      let charge = try ledger.charge(uid: uid, now: { noon }, recipients: 1, decide: limit(5))
      #expect(charge.decision == rejection)
    }
  }

  @Test func `a user with a whole record is not harmed by a torn one before it`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let (owner, other) = (UInt32(7), 7 + LedgerFormat.slotCount)
    for uid in [owner, other] {
      _ = try ledger.charge(uid: uid, now: { noon }, recipients: 1, decide: limit(5))
    }
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(0, of: owner))
    let charge = try ledger.charge(uid: other, now: { noon }, recipients: 1, decide: limit(5))
    #expect(charge.decision == .permit)
    #expect(charge.usage.hour.used(.messages) == 2)
    let refused = try ledger.charge(uid: owner, now: { noon }, recipients: 1, decide: limit(5))
    #expect(refused.decision == rejection)
  }

  /// Charges 5 of 5 into the second slot of user 7, whose idle record in the first one another process holds.
  private func leaveIdleRecordBehind(_ scratch: borrowing Scratch, now: UInt64) throws {
    let ledger = try scratch.open()
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    let holder = try scratch.open()
    try holder.file.lockRecord(
      offset: LedgerFormat.offset(of: LedgerFormat.slot(0, of: 7)), count: 1)
    for _ in 0..<5 {
      let charge = try ledger.charge(uid: 7, now: { now }, recipients: 1, decide: limit(5))
      #expect(charge.decision == .permit)
    }
  }

  // An idle record was once taken for a proof that the torn one was another's.
  @Test func `a torn record behind the user's own idle one counts as used up, and heals`() throws {
    let scratch = try Scratch()
    let later = noon + 172_800
    try leaveIdleRecordBehind(scratch, now: later)
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(1, of: 7))
    let ledger = try scratch.open()
    let seen = try ledger.usage(uid: 7, now: { later })
    #expect(seen.used(.messages, per: .hour, limit: .count(5), now: later) == 5)
    for _ in 0..<2 {
      let charge = try ledger.charge(uid: 7, now: { later }, recipients: 1, decide: limit(5))
      #expect(charge.decision == rejection)
    }
    let healed = later + QuotaPeriod.hour.windowSeconds
    let charge = try ledger.charge(uid: 7, now: { healed }, recipients: 1, decide: limit(5))
    #expect(charge.decision == .permit)
  }

  @Test func `a record that is being written behind the user's own idle one is waited for`() throws
  {
    let scratch = try Scratch()
    let later = noon + 172_800
    try leaveIdleRecordBehind(scratch, now: later)
    let second = LedgerFormat.slot(1, of: 7)
    let whole = try scratch.bytes(ofSlot: second)
    try scratch.put([1, 2, 3], intoSlot: second)
    let ledger = try scratch.open()
    let writer = try scratch.open()
    try writer.file.lockRecord(offset: LedgerFormat.offset(of: second), count: 1)
    #expect(throws: LedgerError.busy(uid: 7)) {
      try ledger.charge(uid: 7, now: { later }, recipients: 1, decide: limit(5))
    }
    try scratch.put(whole, intoSlot: second)
    try writer.file.unlockAll()
    let charge = try ledger.charge(uid: 7, now: { later }, recipients: 1, decide: limit(5))
    #expect(charge.decision == rejection)
  }

  @Test func `a record written in part is the old one, the new one or unreadable`()
    throws
  {
    let slot = LedgerFormat.slot(0, of: 7)
    for recipients: UInt32 in [1, 300] {
      let scratch = try Scratch()
      let ledger = try scratch.open()
      _ = try ledger.charge(uid: 7, now: { noon }, recipients: recipients, decide: permitAll)
      let old = try scratch.bytes(ofSlot: slot)
      _ = try ledger.charge(uid: 7, now: { noon + 61 }, recipients: 1, decide: permitAll)
      let new = try scratch.bytes(ofSlot: slot)
      for cut in 0...new.count {
        // After a power loss either end of the write may be what reached the disk.
        for mixed in [new[..<cut] + old[cut...], old[..<cut] + new[cut...]] {
          let read = Slot(reading: Array(mixed))
          let isWhole = Array(mixed) == old || Array(mixed) == new
          #expect(isWhole ? read != .unreadable : read == .unreadable, "byte \(cut)")
        }
      }
      try scratch.put(Array(new[..<64] + old[64...]), intoSlot: slot)
      let charge = try ledger.charge(
        uid: 7, now: { noon + 62 }, recipients: 1, decide: limit(5))
      #expect(charge.decision == rejection)
    }
  }

  @Test
  func `a record of which some sectors were written is the old one, the new one or unreadable`()
    throws
  {
    let slot = LedgerFormat.slot(0, of: 7)
    let sector = 512
    #expect(LedgerFormat.offset(of: slot) % UInt64(sector) == 0)
    let scratch = try Scratch()
    let ledger = try scratch.open()
    var generator = SeededGenerator(seed: 8)
    var (clock, unreadable) = (noon, 0)
    for _ in 0..<200 {
      let old = try scratch.bytes(ofSlot: slot)
      clock += UInt64.random(in: 0...5_000, using: &generator)
      _ = try ledger.charge(
        uid: 7, now: { clock }, recipients: .random(in: 1...300, using: &generator),
        decide: generator.chance(20) ? limit(0) : permitAll)
      let new = try scratch.bytes(ofSlot: slot)
      // Four sectors, so that all subsets of them can be had.
      for written in 0..<1 << ((new.count + sector - 1) / sector) {
        let mixed = new.indices.map { written >> ($0 / sector) & 1 == 1 ? new[$0] : old[$0] }
        let read = Slot(reading: mixed)
        if mixed == old || mixed == new {
          #expect(read != .unreadable)
        } else {
          #expect(read == .unreadable, "sectors \(written) at \(clock)")
          unreadable += 1
        }
      }
    }
    #expect(unreadable > 1_000)
  }

  @Test func `a reset lifts what a torn record has blocked`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(0, of: 7))
    let refused = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(5))
    #expect(refused.decision == rejection)
    try ledger.reset(uid: 7, now: { noon })
    let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(5))
    #expect(charge.decision == .permit)
  }

  @Test func `after a reset the torn record of another does not count against the user either`()
    throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let (owner, other) = (UInt32(7), 7 + LedgerFormat.slotCount)
    for uid in [owner, other] {
      _ = try ledger.charge(uid: uid, now: { noon }, recipients: 1, decide: limit(5))
    }
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(0, of: owner))
    _ = try ledger.charge(uid: other, now: { noon }, recipients: 1, decide: limit(5))
    try ledger.reset(uid: other, now: { noon + 60 })
    for now in [noon + 60, noon + 3_600] {
      let charge = try ledger.charge(uid: other, now: { now }, recipients: 1, decide: limit(5))
      #expect(charge.decision == .permit)
    }
  }

  @Test func `the slot of a torn record can be used again after the longest window`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let home = LedgerFormat.slot(0, of: 7)
    try scratch.put([1, 2, 3], intoSlot: home)
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(5))
    #expect(Slot(reading: try scratch.bytes(ofSlot: home)) == .tombstone(since: noon))
    let later = noon + QuotaPeriod.day.windowSeconds
    let other = 7 + LedgerFormat.slotCount
    _ = try ledger.charge(uid: other, now: { later }, recipients: 1, decide: limit(5))
    guard case .record(other, _) = Slot(reading: try scratch.bytes(ofSlot: home)) else {
      Issue.record("the slot is not used")
      return
    }
  }
}
