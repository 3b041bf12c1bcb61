import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Records and slots")
struct SlotTests {
  /// A usage with a different number in every place.
  private var full: Usage {
    func steps(_ count: Int, _ base: UInt32) -> [StepCounts] {
      (0..<UInt32(count)).map { index in
        StepCounts(
          messages: base + index, recipients: .max - base - index, refused: 7 * (base + index),
          foreign: 11 * (base + index))
      }
    }
    var usage = Usage(now: noon)
    if let hour = SlidingWindow(.hour, newestStep: 11, steps: steps(61, 1_000)),
      let day = SlidingWindow(.day, newestStep: 12, steps: steps(25, 2_000))
    {
      usage.hour = hour
      usage.day = day
    }
    func numbers(_ count: Int, _ base: UInt64) -> [UInt64] {
      (0..<UInt64(count)).map { .max - base - $0 }
    }
    func seconds(_ base: UInt64) -> [UInt64] { (0..<5).map { UInt64(UInt32.max) - base - $0 } }
    if let notices = Notices(last: 31, byKind: seconds(40), warnings: seconds(60)),
      let counters = Counters(
        messages: 51, recipients: 52, refused: numbers(24, 100), waived: numbers(24, 200))
    {
      usage.notices = notices
      usage.counters = counters
    }
    return usage
  }

  @Test func `a record is read as it was written`() {
    var usage = full
    for (last, torn) in [(nil, nil), (1, nil), (nil, 2), (3, 4)] as [(UInt64?, UInt64?)] {
      usage.lastMessage = last
      usage.tornSince = torn
      let slot = Slot.record(uid: 0xFEDC_BA98, usage)
      #expect(slot.bytes.count == Slot.byteCount)
      #expect(Slot(reading: slot.bytes) == slot)
    }
    #expect(Slot(reading: Slot.tombstone(since: noon).bytes) == .tombstone(since: noon))
    #expect(Slot(reading: Slot.free.bytes) == .free)
  }

  @Test func `a reset and a generation are read as they were written`() {
    var usage = Usage(
      hour: full.hour, day: full.day, lastMessage: 1, tornSince: 2, resetAt: nil,
      generation: (1 << 30) - 1, notices: full.notices, counters: full.counters)
    let last = Slot.record(uid: .max, usage)
    #expect(Slot(reading: last.bytes) == last)
    usage.reset(now: noon)
    #expect(usage.generation == 0)
    let first = Slot.record(uid: .max, usage)
    #expect(Slot(reading: first.bytes) == first)
    // A record of a time without generations.
    #expect(first.words[1] >> 32 == 0)
  }

  @Test func `a record with one changed byte is unreadable`() {
    let bytes = Slot.record(uid: 1001, full).bytes
    for index in bytes.indices {
      var changed = bytes
      changed[index] ^= 0x20
      #expect(Slot(reading: changed) == .unreadable, "byte \(index)")
    }
  }

  @Test func `a record that was cut anywhere is unreadable`() {
    let bytes = Slot.record(uid: 1001, full).bytes
    for count in 1..<bytes.count where bytes[count...].contains(where: { $0 != 0 }) {
      let cut = Array(bytes[..<count]) + Array(repeating: 0, count: bytes.count - count)
      #expect(Slot(reading: cut) == .unreadable, "after \(count)")
      #expect(Slot(reading: Array(bytes[..<count])) == .unreadable)
    }
  }

  @Test func `a slot of another version is unreadable`() {
    for slot in [Slot.record(uid: 1001, full), .tombstone(since: noon)] {
      for version: UInt64 in [0, 1, 2, 3, UInt64(UInt32.max)] {
        var words = slot.words
        words[0] = words[0] & 0xFFFF_FFFF | version << 32
        words[234] = Checksum.words(words, count: 234)
        #expect(Slot(reading: words) == (version == 2 ? slot : .unreadable))
      }
    }
  }

  @Test func `no slot crosses a page, and a path visits no slot twice`() {
    for slot: UInt32 in [0, 1, 2, LedgerFormat.slotCount - 1] {
      let start = LedgerFormat.offset(of: slot)
      #expect(start / 4_096 == (start + UInt64(Slot.byteCount) - 1) / 4_096)
    }
    #expect(LedgerFormat.offset(of: LedgerFormat.slotCount) == LedgerFormat.fileBytes)
    for uid: UInt32 in [0, 1, 1001, 262_144, .max] {
      let path = (0..<LedgerFormat.probeCount).map { LedgerFormat.slot($0, of: uid) }
      #expect(Set(path).count == LedgerFormat.probeCount)
      #expect(path[0] == uid % LedgerFormat.slotCount)
    }
  }

  @Test func `an idle record gives its slot to another user, an active one does not`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let first: UInt32 = 7
    let second = 7 + LedgerFormat.slotCount
    let third = 7 + 2 * LedgerFormat.slotCount
    _ = try ledger.charge(uid: first, now: { noon }, recipients: 1, decide: permitAll)
    let active = noon + 86_400
    _ = try ledger.charge(uid: second, now: { active }, recipients: 1, decide: permitAll)
    #expect(try ledger.records().map(\.uid) == [first, second])
    let idle = noon + 90_000
    _ = try ledger.charge(uid: third, now: { idle }, recipients: 1, decide: permitAll)
    #expect(try ledger.records().map(\.uid) == [second, third])
    #expect(try ledger.usage(uid: second, now: { idle }).day.used(.messages) == 1)
  }

  @Test func `a user all of whose slots are taken is refused, and served when one is idle`() throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    var usage = Usage(now: noon)
    usage.add(StepCounts(messages: 1), now: noon)
    for index in 0..<LedgerFormat.probeCount {
      try ledger.write(.record(uid: 1, usage), to: LedgerFormat.slot(index, of: 7))
    }
    #expect(throws: LedgerError.noFreeSlot(uid: 7)) {
      try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    }
    try ledger.write(.record(uid: 1, Usage(now: noon)), to: LedgerFormat.slot(63, of: 7))
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    #expect(try ledger.usage(uid: 7, now: { noon }).hour.used(.messages) == 1)
  }

  @Test func `a record behind free slots is found, which others only seemed to take`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let holder = try scratch.open()
    for index in 0..<LedgerFormat.freeSlotsSeen {
      let offset = LedgerFormat.offset(of: LedgerFormat.slot(index, of: 7))
      try holder.file.lockRecord(offset: offset, count: 1)
    }
    #expect(throws: LedgerError.busy(uid: 7)) {
      try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    }
    let last = LedgerFormat.slot(LedgerFormat.freeSlotsSeen - 1, of: 7)
    try holder.file.unlockRecord(offset: LedgerFormat.offset(of: last), count: 1)
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    try holder.file.unlockAll()
    let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    #expect(charge.usage.hour.used(.messages) == 2)
  }

  @Test func `an active record is found behind an idle one of the same user`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let holder = try scratch.open()
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    let later = noon + 172_800
    // Another user's process has found the record idle and stands still while it takes it over.
    let home = LedgerFormat.offset(of: LedgerFormat.slot(0, of: 7))
    try holder.file.lockRecord(offset: home, count: 1)
    _ = try ledger.charge(uid: 7, now: { later }, recipients: 1, decide: limit(1))
    try holder.file.unlockAll()
    let charge = try ledger.charge(uid: 7, now: { later }, recipients: 1, decide: limit(1))
    #expect(charge.decision == rejection)
    #expect(try ledger.records().map(\.uid) == [7])
  }

  // The older of two records once granted afresh when the clock came back to its time.
  @Test func `a clock that goes back revives no older record of a user`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let holder = try scratch.open()
    func charge(at now: UInt64) throws -> Decision {
      try ledger.charge(uid: 7, now: { now }, recipients: 1, decide: limit(3)).decision
    }
    #expect(try charge(at: noon) == .permit)
    let later = noon + 172_800
    let home = LedgerFormat.slot(0, of: 7)
    try holder.file.lockRecord(offset: LedgerFormat.offset(of: home), count: 1)
    let idle = try scratch.bytes(ofSlot: home)
    for _ in 0..<2 { #expect(try charge(at: later) == .permit) }
    // Who holds it may be about to write to it.
    #expect(try scratch.bytes(ofSlot: home) == idle)
    try holder.file.unlockAll()
    #expect(try charge(at: later) == .permit)
    for back in [later - 86_400, noon + 60, noon, 0] {
      #expect(try charge(at: back) == rejection, "\(back)")
    }
    let emptied = try scratch.bytes(ofSlot: home)
    guard case .record(7, let usage) = Slot(reading: emptied) else {
      Issue.record("a slot on a path must not become free")
      return
    }
    #expect(usage.hour.isEmpty && usage.day.isEmpty)
  }
}
