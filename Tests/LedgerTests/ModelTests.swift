import Glibc
import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

/// Random histories: a few in every run, as many as fit into POSTERN_MODEL_SECONDS where that is set.
///
///     POSTERN_MODEL_SECONDS=3600 swift test --filter ModelTests
@Suite("The state file against a reference")
struct ModelTests {
  @Test func `random histories keep both promises: never more, and not less than one step longer`()
    throws
  {
    let minutes = Environment.value("POSTERN_MODEL_SECONDS").map {
      String(decoding: $0, as: UTF8.self)
    }
    let end = minutes.flatMap(UInt64.init).map { Clock.seconds() + $0 }
    let first = UInt64.random(in: .min ... .max / 2)
    var seed = first
    var (permits, refusals) = (0, 0)
    // Fixed seeds come first, so that two runs have something in common.
    for fixed: UInt64 in 1...20 { try run(seed: fixed, &permits, &refusals) }
    while seed < first + 20 || Clock.seconds() < end ?? 0 {
      try run(seed: seed, &permits, &refusals)
      seed += 1
    }
    #expect(permits > 1_000)
    #expect(refusals > 1_000)
  }

  private func run(seed: UInt64, _ permits: inout Int, _ refusals: inout Int) throws {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    var history = RandomHistory(seed: seed)
    try history.run(steps: 250, on: ledger)
    #expect(history.fault == nil, "seed \(seed)")
    permits += history.permits
    refusals += history.refusals
  }

  @Test func `processes that are killed at any moment neither lose nor gain a message`()
    async throws
  {
    // The child knows this directory by its parent.
    let directory = KilledWorker.directory(of: Host.processID())
    try FileSystem.makeDirectory(directory)
    defer { KilledWorker.remove(directory) }
    for _ in 0..<3 {
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<4 { group.addTask { await Self.runWorkerUntilItIsKilled() } }
      }
    }
    let ledger = try Ledger.open(path: directory + Array("/quota".utf8))
    for uid in KilledWorker.users {
      let usage = try ledger.usage(uid: uid, now: { noon })
      #expect(usage.tornSince == nil)
      let charged = usage.hour.used(.messages)
      let granted = try KilledWorker.granted(to: uid, in: directory)
      // Whoever was killed between its charge and its note sent nothing: one message for each kill.
      #expect(charged >= granted && charged <= granted + 12, "user \(uid)")
      #expect(charged <= UInt64(KilledWorker.limit))
      #expect(usage.counters.messages == charged)
    }
    let total = try KilledWorker.users.map { try KilledWorker.granted(to: $0, in: directory) }
    #expect(total.reduce(0, +) > 0)
    // Nobody holds a lock any more, and the limit is there to be used up.
    while case .permit = try KilledWorker.submit(KilledWorker.users[0], ledger) {}
    let full = try ledger.usage(uid: KilledWorker.users[0], now: { noon })
    #expect(full.hour.used(.messages) == UInt64(KilledWorker.limit))
  }

  private static func runWorkerUntilItIsKilled() async {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let delay = Int.random(in: 1...150)
      Task.detached {
        Clock.pause(milliseconds: delay)
        kill(getpid(), SIGKILL)
      }
      try KilledWorker.work(in: KilledWorker.directory(of: Host.parentProcessID()))
    }
  }
}

/// What the killed processes do: charge two users in turn, and note each grant behind it.
enum KilledWorker {
  static let users: [UInt32] = [1_001, 1_001 + LedgerFormat.slotCount]
  static let limit: UInt32 = 20_000

  static func directory(of parent: Int32) -> [UInt8] { Array("/tmp/postern-killed-\(parent)".utf8) }

  static func work(in directory: [UInt8]) throws {
    let ledger = try Ledger.open(path: directory + Array("/quota".utf8))
    let notes = try users.map {
      Note(
        try FileDescriptor.open(
          path: name(of: $0, in: directory), options: [.writeOnly, .create, .append]))
    }
    while true {
      for (index, uid) in users.enumerated() {
        guard case .permit = try submit(uid, ledger) else { continue }
        try notes[index].file.writeAll([0x2E])
      }
    }
  }

  private final class Note {
    let file: FileDescriptor
    init(_ file: consuming FileDescriptor) { self.file = file }
  }

  static func submit(_ uid: UInt32, _ ledger: borrowing Ledger) throws -> Decision {
    try ledger.charge(
      uid: uid, now: { noon }, recipients: 1, decide: LedgerTests.limit(limit)
    ).decision
  }

  static func granted(to uid: UInt32, in directory: [UInt8]) throws -> UInt64 {
    try fileStatus(name(of: uid, in: directory), followingLinks: false).size
  }

  static func remove(_ directory: [UInt8]) {
    for uid in users { try? FileSystem.unlink(name(of: uid, in: directory)) }
    try? FileSystem.unlink(directory + Array("/quota".utf8))
    try? FileSystem.removeDirectory(directory)
  }

  private static func name(of uid: UInt32, in directory: [UInt8]) -> [UInt8] {
    directory + Array("/granted.\(uid)".utf8)
  }
}
