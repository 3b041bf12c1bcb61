import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Charging")
struct ChargeTests {
  @Test func `a permitted message is charged with its recipients`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let charge = try ledger.charge(uid: 1001, now: { noon }, recipients: 3, decide: permitAll)
    #expect(charge.decision == .permit)
    let usage = try ledger.usage(uid: 1001, now: { noon })
    #expect(usage == charge.usage)
    #expect(usage.hour.used(.messages) == 1)
    #expect(usage.day.used(.recipients) == 3)
    #expect(usage.lastMessage == noon)
  }

  @Test func `a refused message charges nothing and is counted as refused`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    _ = try ledger.charge(uid: 1001, now: { noon }, recipients: 3) { _, _ in rejection }
    _ = try ledger.refuse(uid: 1001, now: { noon }, reason: .headerMalformed)
    let usage = try ledger.usage(uid: 1001, now: { noon })
    #expect(usage.hour.used(.messages) == 0)
    #expect(usage.day.used(.recipients) == 0)
    #expect(usage.hour.refused == 2)
    #expect(usage.lastMessage == nil)
  }

  @Test func `the limit is reached exactly and frees itself when the first message ages out`()
    throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    for _ in 0..<5 {
      let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(5))
      #expect(charge.decision == .permit)
    }
    let soon = noon + 3_600
    let refused = try ledger.charge(uid: 7, now: { soon }, recipients: 1, decide: limit(5))
    #expect(refused.decision == rejection)
    let later = noon + 3_660
    let again = try ledger.charge(uid: 7, now: { later }, recipients: 1, decide: limit(5))
    #expect(again.decision == .permit)
  }

  @Test func `a clock that jumps back grants nothing`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: limit(1))
    for back in [noon - 60, noon - 86_400, 0] {
      let charge = try ledger.charge(uid: 7, now: { back }, recipients: 1, decide: limit(1))
      #expect(charge.decision == rejection)
    }
  }

  @Test func `a clock set back grants nothing for an hour, set forward what its hour permits`()
    throws
  {
    for jump: UInt64 in [60, 3_600, 86_400, 31_536_000] {
      let back = try Scratch()
      let forward = try Scratch()
      func isPermitted(_ scratch: borrowing Scratch, at now: UInt64) throws -> Bool {
        let charge = try scratch.open().charge(
          uid: 7, now: { now }, recipients: 1, decide: limit(1))
        return charge.decision == .permit
      }
      #expect(try isPermitted(back, at: noon))
      for later: UInt64 in [0, 1_800, 3_539] {
        #expect(try !isPermitted(back, at: noon - jump + later), "\(jump) back, \(later) later")
      }
      // It heals: nobody waits for the time at which the clock was wrong.
      let healed = noon - jump + QuotaPeriod.hour.windowSeconds + 60
      #expect(try isPermitted(back, at: healed), "\(jump) back")

      #expect(try isPermitted(forward, at: noon))
      // Nothing tells a clock set forward from time that has passed; what it granted counts on the way back.
      let hasPassed = jump >= QuotaPeriod.hour.windowSeconds
      #expect(try isPermitted(forward, at: noon + jump) == hasPassed, "\(jump) forward")
      #expect(try !isPermitted(forward, at: noon), "\(jump) forward and back")
    }
  }

  @Test func `a charge that is given back can be used again, a refusal stays counted`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let charge = try ledger.charge(uid: 7, now: { noon }, recipients: 9, decide: limit(1))
    let refused = try ledger.charge(uid: 7, now: { noon }, recipients: 9, decide: limit(1))
    #expect(refused.decision == rejection)
    try ledger.giveBack(charge, now: { noon + 70 })
    try ledger.giveBack(refused, now: { noon + 70 })
    let usage = try ledger.usage(uid: 7, now: { noon + 70 })
    #expect(usage.hour.used(.recipients) == 0)
    #expect(usage.hour.refused == 1)
    let again = try ledger.charge(uid: 7, now: { noon + 70 }, recipients: 9, decide: limit(1))
    #expect(again.decision == .permit)
  }

  /// Charges of one message each, and what else happens, at seconds from `noon`; the first one is given back.
  struct GiveBack: Sendable, CustomTestStringConvertible {
    enum Event: Sendable {
      case charge(Int)
      case reset(Int)
    }
    let testDescription: String
    let events: [Event]
    let second: Int
    /// Messages that are still counted in the hour, from the newest minute on.
    let left: [Int: UInt32]

    init(_ name: String, _ events: [Event], at second: Int, left: [Int: UInt32]) {
      (testDescription, self.events, self.second, self.left) = (name, events, second, left)
    }
  }

  // A charge was once found again by the clock alone, so that another one of that minute could be taken.
  @Test(arguments: [
    GiveBack("at once", [.charge(0)], at: 0, left: [:]),
    GiveBack("within its minute", [.charge(0), .charge(1)], at: 2, left: [0: 1]),
    GiveBack("minutes later", [.charge(0), .charge(61)], at: 130, left: [1: 1]),
    GiveBack("an hour later", [.charge(0), .charge(3_659)], at: 3_660, left: [1: 1]),
    GiveBack(
      "the clock set back within its minute", [.charge(9), .charge(0)], at: 9, left: [0: 1]),
    GiveBack("reset between", [.charge(0), .reset(1), .charge(1)], at: 2, left: [0: 1]),
    GiveBack(
      "reset twice between", [.charge(0), .reset(1), .reset(1), .charge(1)], at: 2, left: [0: 1]),
    GiveBack(
      "clock back and forward between", [.charge(0), .charge(-600), .charge(0)], at: 0,
      left: [10: 2, 0: 1]),
    GiveBack("clock back between", [.charge(0), .charge(-600)], at: -600, left: [0: 2]),
    GiveBack("clock back at the give-back", [.charge(0)], at: -60, left: [0: 1]),
    GiveBack(
      "clock back by a year", [.charge(0), .charge(-31_536_000), .charge(0)], at: 0,
      left: [0: 1]),
  ])
  func `a charge is given back to the step it was charged to, or not at all`(_ row: GiveBack) throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    func clock(_ second: Int) -> UInt64 { UInt64(Int(noon) + second) }
    var charges: [Charge] = []
    for event in row.events {
      switch event {
      case .charge(let second):
        charges.append(
          try ledger.charge(uid: 7, now: { clock(second) }, recipients: 1, decide: permitAll))
      case .reset(let second): try ledger.reset(uid: 7, now: { clock(second) })
      }
    }
    try ledger.giveBack(charges[0], now: { clock(row.second) })
    let usage = try ledger.usage(uid: 7, now: { clock(row.second) })
    for (age, step) in usage.hour.steps.enumerated() {
      #expect(step.messages == row.left[age] ?? 0, "\(age) minutes ago")
    }
  }

  @Test func `a reset forgets one user and no other`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    for uid: UInt32 in [7, 8] {
      _ = try ledger.charge(uid: uid, now: { noon }, recipients: 1, decide: permitAll)
    }
    try ledger.reset(uid: 7, now: { noon })
    let usage = try ledger.usage(uid: 7, now: { noon })
    #expect(usage.hour.isEmpty && usage.day.isEmpty && usage.lastMessage == nil)
    #expect(usage.counters.messages == 1)
    #expect(try ledger.usage(uid: 8, now: { noon }).hour.used(.messages) == 1)
  }

  @Test func `the users with a record are listed once each, whatever their UIDs`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try ledger.records().map(\.uid) == [])
    let users: [UInt32] = [0, 1, 1000, 263_144, 4_294_967_294]
    for uid in users + users {
      _ = try ledger.charge(uid: uid, now: { noon }, recipients: 1, decide: permitAll)
    }
    #expect(try ledger.records().map(\.uid) == users)
  }

  @Test func `the clock is read while the user's lock is held`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let other = try scratch.open()
    let lock = LedgerFormat.userLock(of: 7)
    var wasHeld = false
    _ = try ledger.charge(
      uid: 7,
      now: {
        wasHeld = (try? other.file.tryLockRecord(offset: lock, count: 1)) == false
        return noon
      }, recipients: 1, decide: permitAll)
    #expect(wasHeld)
    #expect(try other.file.tryLockRecord(offset: lock, count: 1))
  }
}
