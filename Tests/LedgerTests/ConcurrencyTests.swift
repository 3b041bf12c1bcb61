import LinuxSystem
import Synchronization
import Testing

@testable import Ledger
@testable import Policy

// Locks belong to an opening of the file, so that threads with their own ones exclude each other
// exactly as processes do.
@Suite("Charging at the same time")
struct ConcurrencyTests {
  @Test func `sixteen at once are granted exactly the limit of one user`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    let granted = try await withThrowingTaskGroup(of: Int.self) { group in
      for _ in 0..<16 {
        group.addTask {
          let ledger = try Ledger.open(path: path)
          var granted = 0
          for _ in 0..<20 {
            let charge = try ledger.charge(
              uid: 1001, now: { noon }, recipients: 1, decide: limit(100))
            if charge.decision == .permit { granted += 1 }
          }
          return granted
        }
      }
      return try await group.reduce(0, +)
    }
    #expect(granted == 100)
    let usage = try scratch.open().usage(uid: 1001, now: { noon })
    #expect(usage.hour.used(.messages) == 100)
    #expect(usage.hour.refused == 220)
  }

  @Test func `sixteen users with one first slot lose no message`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index: UInt32 in 0..<16 {
        group.addTask {
          let ledger = try Ledger.open(path: path)
          for _ in 0..<20 {
            _ = try ledger.charge(
              uid: 5 + index * LedgerFormat.slotCount, now: { noon }, recipients: 1,
              decide: permitAll)
          }
        }
      }
      try await group.waitForAll()
    }
    let ledger = try scratch.open()
    #expect(try ledger.records().count == 16)
    for index: UInt32 in 0..<16 {
      let usage = try ledger.usage(uid: 5 + index * LedgerFormat.slotCount, now: { noon })
      #expect(usage.hour.used(.messages) == 20)
    }
  }

  @Test func `users who idle and return at different clocks keep each other's counts`() async throws
  {
    let scratch = try Scratch()
    let path = scratch.path
    // Each round is two days after the one before, so that every record is idle and up for taking.
    for round: UInt64 in 0..<20 {
      let now = noon + round * 172_800
      try await withThrowingTaskGroup(of: Void.self) { group in
        for index: UInt32 in 0..<8 {
          group.addTask {
            let ledger = try Ledger.open(path: path)
            for _ in 0..<3 {
              _ = try ledger.charge(
                uid: 5 + index * LedgerFormat.slotCount, now: { now }, recipients: 1,
                decide: permitAll)
            }
          }
        }
        try await group.waitForAll()
      }
      let ledger = try scratch.open()
      for index: UInt32 in 0..<8 {
        let usage = try ledger.usage(uid: 5 + index * LedgerFormat.slotCount, now: { now })
        #expect(usage.hour.used(.messages) == 3)
      }
    }
  }

  @Test func `a user whose lock is held delays nobody else, and can be looked at`() throws {
    let scratch = try Scratch()
    let holder = try scratch.open()
    let ledger = try scratch.open()
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    try holder.file.lockRecord(offset: LedgerFormat.userLock(of: 7), count: 1)
    try holder.file.lockRecord(
      offset: LedgerFormat.offset(of: LedgerFormat.slot(0, of: 7)),
      count: UInt64(LedgerFormat.slotBytes))
    _ = try ledger.charge(uid: 8, now: { noon }, recipients: 1, decide: permitAll)
    let colliding = 7 + LedgerFormat.slotCount
    _ = try ledger.charge(uid: colliding, now: { noon }, recipients: 1, decide: permitAll)
    #expect(try ledger.usage(uid: 7, now: { noon }).hour.used(.messages) == 1)
    #expect(try ledger.usage(uid: colliding, now: { noon }).hour.used(.messages) == 1)
  }

  @Test
  func `a turn ends with its process's opening, and nobody waits for it without a bound`() throws {
    let scratch = try Scratch()
    let isMissing = try Turn.wait(for: 7, in: scratch.path) == nil
    #expect(isMissing, "there is no file yet")
    let ledger = try scratch.open()
    let turn = try Turn.wait(for: 7, in: scratch.path)
    #expect(throws: LedgerError.held(uid: 7)) {
      _ = try Turn.wait(for: 7, in: scratch.path, patience: 30)
    }
    try Turn.wait(for: 8, in: scratch.path)?.end()
    // It is not the user's lock.
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    turn?.end()
    try Turn.wait(for: 7, in: scratch.path, patience: 0)?.end()
  }

  @Test func `a charge waits for the user's lock, and not without a bound`() throws {
    let scratch = try Scratch()
    let holder = try scratch.open()
    try holder.file.lockRecord(offset: LedgerFormat.userLock(of: 7), count: 1)
    let ledger = try Ledger.open(path: scratch.path, patience: 30)
    #expect(throws: LedgerError.held(uid: 7)) {
      try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    }
    try holder.file.unlockAll()
    _ = try ledger.charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
  }

  @Test func `sixteen that find no file create one and lose nothing`() async throws {
    let scratch = try Scratch()
    let path = scratch.path
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<16 {
        group.addTask {
          let ledger = try Ledger.open(path: path)
          _ = try ledger.charge(uid: 1001, now: { noon }, recipients: 1, decide: permitAll)
        }
      }
      try await group.waitForAll()
    }
    let usage = try scratch.open().usage(uid: 1001, now: { noon })
    #expect(usage.hour.used(.messages) == 16)
  }
}
