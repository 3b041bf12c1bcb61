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
}
