import Glibc
import LinuxSystem
import Testing

@testable import Ledger
@testable import Policy

@Suite("Processes that are killed")
struct KillTests {
  private static let rounds: UInt64 = 4
  private static let workers = 4

  @Test func `processes that are killed at any moment neither lose nor gain a message`()
    async throws
  {
    // The children know this directory by their parent.
    let site = KilledWorker(in: KilledWorker.directory(of: Host.processID()))
    try FileSystem.makeDirectory(site.directory)
    defer { site.remove(rounds: Self.rounds) }
    var (refusals, takeovers) = (UInt64(0), 0)
    for round in 0..<Self.rounds {
      let bystanders = try site.prepare(round: round)
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<Self.workers { group.addTask { await Self.runWorkerUntilItIsKilled() } }
      }
      let ledger = try site.open()
      for uid in KilledWorker.users(of: round) {
        try expectNothingLostOrGained(uid, site, ledger)
        refusals += try site.size(of: "refused", uid)
        if case .record(uid, _) = Slot(reading: try site.words(ofSlot: 0, of: uid)) {
          takeovers += 1
        }
      }
      #expect(try site.bystanders(of: round) == bystanders)
      // Nobody holds a lock any more, and the limit is there to be used up.
      for uid in KilledWorker.users(of: round) {
        while case .permit = try site.submit(uid, ledger).decision {}
        let full = try ledger.usage(uid: uid, now: site.clock)
        #expect(full.hour.used(.messages) == UInt64(KilledWorker.limit))
      }
    }
    #expect(refusals > 0, "the limit was not reached while processes were killed")
    #expect(takeovers > 0, "no slot was taken over while processes were killed")
  }

  private func expectNothingLostOrGained(
    _ uid: UInt32, _ site: KilledWorker, _ ledger: borrowing Ledger
  ) throws {
    let usage = try ledger.usage(uid: uid, now: site.clock)
    #expect(usage.tornSince == nil)
    let granted = try site.granted(to: uid).sorted()
    // Whoever was killed between its charge and its note sent nothing: one message for each kill.
    let unnoted = UInt64(Self.workers)
    let charged = usage.counters.messages
    #expect(charged >= granted.count && charged <= UInt64(granted.count) + unnoted, "user \(uid)")
    let recent = granted.count { $0 + 3_600 > site.clock() }
    #expect(usage.hour.used(.messages) >= recent)
    #expect(usage.hour.used(.messages) <= UInt64(KilledWorker.limit))
    for (first, next) in zip(granted, granted.dropFirst(Int(KilledWorker.limit))) {
      #expect(next - first >= 3_600, "user \(uid)")
    }
  }

  private static func runWorkerUntilItIsKilled() async {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let delay = Int.random(in: 1...150)
      Task.detached {
        Clock.pause(milliseconds: delay)
        kill(getpid(), SIGKILL)
      }
      try KilledWorker(in: KilledWorker.directory(of: Host.parentProcessID())).work()
    }
  }
}
