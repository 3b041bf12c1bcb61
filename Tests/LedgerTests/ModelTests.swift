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
    // These are the same in every run, so that what they reach can be asked for.
    let fixed = try (1...20).map { try run(seed: $0) }
    #expect(fixed.map(\.permits).reduce(0, +) > 1_000)
    #expect(fixed.map(\.lateReturns).reduce(0, +) > 0)
    for resource in QuotaResource.allCases {
      for period in QuotaPeriod.allCases {
        let name = RandomHistory.name(resource, period)
        #expect(fixed.compactMap { $0.refusals[name] }.reduce(0, +) > 10, "\(name)")
      }
    }
    let seconds = Environment.value("POSTERN_MODEL_SECONDS").map {
      String(decoding: $0, as: UTF8.self)
    }
    let end = seconds.flatMap(UInt64.init).map { Clock.seconds() + $0 } ?? 0
    let first = UInt64.random(in: .min ... .max / 2)
    var seed = first
    while seed < first + 20 || Clock.seconds() < end {
      _ = try run(seed: seed)
      seed += 1
    }
  }

  private func run(seed: UInt64) throws -> RandomHistory {
    let scratch = try Scratch()
    let ledger = try scratch.open()
    var history = RandomHistory(seed: seed)
    try history.run(steps: 250, on: ledger)
    #expect(history.fault == nil, "seed \(seed)")
    return history
  }
}
