import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Suspensions")
struct SuspensionTests {
  private let reason = Array("infected, ticket 4711".utf8)

  @Test func `a suspension tells since when, by whom and why, until it is ended`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try ledger.suspensions.suspension(of: 7) == nil)
    let first = try ledger.suspend(uid: 7, now: { noon }, reason: reason)
    #expect(first.previous == nil)
    let expected = Suspension(since: noon, origin: .administrator, reason: reason)
    #expect(try scratch.open().suspensions.suspension(of: 7) == expected)
    #expect(try ledger.suspensions.suspension(of: 8) == nil)
    let again = try ledger.suspend(uid: 7, now: { noon + 9 }, reason: [0x78])
    #expect(again.previous == expected)
    #expect(try ledger.resume(uid: 7, now: { noon + 10 }).previous?.reason == [0x78])
    #expect(try ledger.suspensions.suspension(of: 7) == nil)
    #expect(try ledger.resume(uid: 7, now: { noon + 11 }).previous == nil)
  }

  @Test func `a suspension for a time binds up to its last second, and no longer`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    _ = try ledger.suspend(uid: 7, now: { noon }, for: 60, reason: reason)
    let expected = Suspension(
      since: noon, until: noon + 60, origin: .administrator, reason: reason)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 59 }) == expected)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 60 }) == nil)
    // An order without a time takes its place, and one with a time that one's.
    #expect(try ledger.suspend(uid: 7, now: { noon + 30 }, reason: [0x78]).previous == expected)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 6_000 })?.reason == [0x78])
    _ = try ledger.suspend(uid: 7, now: { noon + 31 }, for: 1, reason: reason)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 32 }) == nil)
    #expect(try ledger.resume(uid: 7, now: { noon + 32 }).previous == nil)
    #expect(try ledger.suspensions.stored(of: 7) == nil)
  }

  @Test func `an automatic suspension for a time ends, and it takes as many forgeries again`()
    throws
  {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let rule = SuspensionRule(refusals: 2, seconds: 60, reason: reason)
    func refuse(_ seconds: UInt64) throws -> Suspension? {
      try ledger.refuse(
        uid: 7, now: { noon + seconds }, reason: .fromNotAllowed, suspending: rule
      ).suspension
    }
    #expect(try refuse(0) == nil)
    #expect(try refuse(1)?.until == noon + 61)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 60 }) != nil)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 61 }) == nil)
    #expect(try refuse(62) == nil)
    // What is left of the one that has ended does not keep the next from being stored.
    #expect(try refuse(63)?.until == noon + 123)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 122 }) != nil)
  }

  @Test func `an automatic suspension does not shorten an order that has not ended`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let rule = SuspensionRule(refusals: 1, seconds: 60, reason: [0x78])
    _ = try ledger.suspend(uid: 7, now: { noon }, reason: reason)
    let count = try ledger.refuse(
      uid: 7, now: { noon }, reason: .fromNotAllowed, suspending: rule)
    #expect(count.suspension == nil)
    #expect(try ledger.suspensions.suspension(of: 7, now: { noon + 61 })?.reason == reason)
  }

  @Test(arguments: [
    ("automatic 5 9\nwhy\n", 9 as UInt64?, "why"), ("automatic 5\nwhy\n", nil, "why"),
    ("administrator 5 soon\nwhy\n", nil, "the reason was lost"),
    ("administrator 5 9 9\nwhy\n", nil, "the reason was lost"),
    ("administrator 5 9", nil, "the reason was lost"),
  ])
  func `an end that cannot be read is none`(text: String, until: UInt64?, reason: String) {
    let read = Suspensions.read(Array(text.utf8))
    #expect(read.until == until)
    #expect(read.reason == Array(reason.utf8))
  }

  @Test func `an order does not wait for the user's lock`() throws {
    let scratch = try Scratch()
    let holder = try scratch.open()
    try holder.file.lockRecord(offset: LedgerFormat.userLock(of: 7), count: 1)
    let ledger = try Ledger.open(path: scratch.path, patience: 50)
    let first = try ledger.suspend(uid: 7, now: { noon }, reason: reason)
    #expect(first.unrecorded == .held(uid: 7))
    #expect(first.notice == .suspended)
    #expect(try holder.suspensions.suspension(of: 7)?.reason == reason)
    #expect(throws: LedgerError.held(uid: 7)) { try ledger.reset(uid: 7, now: { noon }) }
    let end = try ledger.resume(uid: 7, now: { noon })
    #expect(end.unrecorded == .held(uid: 7))
    #expect(try holder.suspensions.suspension(of: 7) == nil)
    try holder.file.unlockAll()
    #expect(try ledger.suspend(uid: 7, now: { noon }, reason: reason).unrecorded == nil)
  }

  @Test func `a user can be suspended when the file is full`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    var usage = Usage(now: noon)
    usage.add(StepCounts(messages: 1), now: noon)
    for index in 0..<LedgerFormat.probeCount {
      try ledger.write(.record(uid: 1, usage), to: LedgerFormat.slot(index, of: 7))
    }
    let change = try ledger.suspend(uid: 7, now: { noon }, reason: reason)
    #expect(change.unrecorded == .noFreeSlot(uid: 7))
    #expect(change.notice == .suspended)
    #expect(try ledger.suspensions.suspension(of: 7)?.reason == reason)
    #expect(try ledger.resume(uid: 7, now: { noon }).previous?.reason == reason)
    #expect(try ledger.suspensions.suspension(of: 7) == nil)
  }

  @Test func `an automatic suspension does not take the administrator's place`() throws {
    let scratch = try Scratch()
    let suspensions = try scratch.open().suspensions
    let order = Suspension(since: noon, origin: .administrator, reason: reason)
    try suspensions.store(order, for: 7)
    let automatic = Suspension(since: noon, origin: .automatic, reason: [0x78])
    try suspensions.store(automatic, for: 7, replacing: false)
    #expect(try suspensions.suspension(of: 7) == order)
    try suspensions.store(automatic, for: 8, replacing: false)
    #expect(try suspensions.suspension(of: 8) == automatic)
  }

  @Test func `what users without an entry have done together suspends none of them`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let rule = SuspensionRule(refusals: 1, reason: reason)
    let count = try ledger.refuse(
      uid: Ledger.sharedUID, now: { noon }, reason: .fromNotAllowed, suspending: rule)
    #expect(count.suspension == nil)
    #expect(try ledger.suspensions.all().isEmpty)
    #expect(
      try ledger.refuse(uid: 7, now: { noon }, reason: .fromNotAllowed, suspending: rule)
        .suspension != nil)
  }

  @Test func `all who are suspended are listed, and nothing else in the directory`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    #expect(try ledger.suspensions.all().isEmpty)
    for uid: UInt32 in [4_294_967_295, 0, 1001] {
      _ = try ledger.suspend(uid: uid, now: { noon }, reason: reason)
    }
    for name in ["77.new", "readme", "-1", "4294967296"] {
      try scratch.put([1], intoFile: "suspended/\(name)")
    }
    #expect(try ledger.suspensions.all().map(\.uid) == [0, 1001, 4_294_967_295])
  }

  @Test func `a suspension survives whatever happens to its contents`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let whole = Suspensions.text(of: Suspension(since: 1, origin: .automatic, reason: reason))
    var damaged = whole.indices.map { Array(whole[..<$0]) }
    damaged += [[0, 0, 0], whole + whole, Array(repeating: 0x61, count: 9_000)]
    for text in damaged {
      try FileSystem.makeDirectoryUnlessThere(scratch.directory + Array("/suspended".utf8))
      try scratch.put(text, intoFile: "suspended/7")
      let found = try ledger.suspensions.suspension(of: 7)
      #expect(found?.reason == Suspensions.lostReason, "\(text.count) bytes")
    }
    try scratch.put(whole, intoFile: "suspended/7")
    #expect(try ledger.suspensions.suspension(of: 7)?.reason == reason)
  }

  @Test func `a torn record, a reset and a new state file lift no suspension`() throws {
    let scratch = try Scratch()
    _ = try scratch.open().suspend(uid: 7, now: { noon }, reason: reason)
    try scratch.put([1, 2, 3], intoSlot: LedgerFormat.slot(0, of: 7))
    _ = try scratch.open().charge(uid: 7, now: { noon }, recipients: 1, decide: permitAll)
    #expect(try scratch.open().suspensions.suspension(of: 7) != nil)
    try scratch.open().reset(uid: 7, now: { noon })
    #expect(try scratch.open().suspensions.suspension(of: 7) != nil)
    try FileSystem.unlink(scratch.path)
    #expect(try scratch.open().suspensions.suspension(of: 7) != nil)
  }

  @Test func `the slot of a suspended user who is idle can go to another user`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    _ = try ledger.suspend(uid: 7, now: { noon }, reason: reason)
    let later = noon + 400 * 86_400
    let other = 7 + LedgerFormat.slotCount
    _ = try ledger.charge(uid: other, now: { later }, recipients: 1, decide: permitAll)
    #expect(try ledger.records().map(\.uid) == [other])
    #expect(try ledger.suspensions.suspension(of: 7)?.reason == reason)
  }

  @Test func `what cannot be found out is an error, what is not there is none`() throws {
    let scratch = try Scratch()
    let suspensions = Suspensions(beside: scratch.path)
    #expect(try suspensions.suspension(of: 7) == nil)
    try scratch.put([], intoFile: "suspended")
    #expect(throws: LedgerError.self) { try suspensions.suspension(of: 7) }
    #expect(throws: LedgerError.self) { try suspensions.all() }
    try FileSystem.unlink(scratch.directory + Array("/suspended".utf8))
    #expect(try Suspensions(beside: Array("/nonexistent/quota".utf8)).suspension(of: 7) == nil)
  }

  @Test func `refused identities suspend at their number, and no earlier`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let rule = SuspensionRule(refusals: 3, reason: reason)
    func refuse(_ code: ReasonCode, after minutes: UInt64) throws -> Suspension? {
      try ledger.refuse(
        uid: 7, now: { noon + minutes * 60 }, reason: code, suspending: rule
      ).suspension
    }
    #expect(try refuse(.fromNotAllowed, after: 0) == nil)
    #expect(try refuse(.envelopeNotAllowed, after: 1) == nil)
    for code in ReasonCode.allCases where !code.isForeignIdentity {
      #expect(try refuse(code, after: 2) == nil, "\(code)")
    }
    // The first one has left the window.
    #expect(try refuse(.senderNotAllowed, after: 61) == nil)
    let expected = Suspension(since: noon + 3_660, origin: .automatic, reason: reason)
    #expect(try refuse(.resentNotAllowed, after: 61) == expected)
    #expect(try ledger.suspensions.suspension(of: 7) == expected)
    #expect(try refuse(.fromNotAllowed, after: 61) == nil, "it is suspended already")
  }

  @Test func `who is resumed has its refused identities counted anew`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    let rule = SuspensionRule(refusals: 2, reason: reason)
    func refuse() throws -> Suspension? {
      try ledger.refuse(uid: 7, now: { noon }, reason: .fromNotAllowed, suspending: rule).suspension
    }
    #expect(try refuse() == nil)
    #expect(try refuse() != nil)
    #expect(try ledger.resume(uid: 7, now: { noon }).previous != nil)
    #expect(try refuse() == nil)
    #expect(try ledger.usage(uid: 7, now: { noon }).hour.refused == 3)
    #expect(try refuse() != nil)
  }

  @Test func `without a rule no refused identity suspends`() throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    for _ in 0..<50 {
      let count = try ledger.refuse(uid: 7, now: { noon }, reason: .fromNotAllowed)
      #expect(count.suspension == nil && count.notice == nil)
    }
    #expect(try ledger.suspensions.all().isEmpty)
  }
}

extension FileSystem {
  static func makeDirectoryUnlessThere(_ path: [UInt8]) throws {
    do throws(Errno) { try makeDirectory(path) } catch {
      guard error.isAlreadyThere else { throw error }
    }
  }
}
