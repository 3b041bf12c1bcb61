import InternetMessage

@testable import Ledger
@testable import Policy

/// SplitMix64: small, and the same everywhere for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }

  /// Whether something happens that is to happen so many times in a hundred.
  mutating func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &self) < percent }

  mutating func limit(_ range: ClosedRange<UInt32>) -> Limit {
    chance(25) ? .unlimited : .count(UInt32.random(in: range, using: &self))
  }
}

/// One random history of one user, run against the state file and the reference at once.
struct RandomHistory {
  private var generator: SeededGenerator
  private let limits: QuotaLimits
  private let entry = SenderEntry(uid: 7, user: Array("alice".utf8))
  private let goesBack: Bool
  private var model = ReferenceModel()
  /// What can still be given back, with the number of its grant and the clock's steps back before it.
  private var charges: [(grant: Int, setBacks: UInt64, charge: Charge)] = []
  private var clock = noon
  /// The clock's way forward, which a step back does not shorten.
  private var elapsed: UInt64 = 0
  private(set) var permits = 0
  /// Refusals by what was exceeded.
  private(set) var refusals: [String: Int] = [:]
  /// Charges that were given back after the clock had been set back.
  private(set) var lateReturns = 0
  /// The first promise that was broken.
  private(set) var fault: String?

  init(seed: UInt64) {
    generator = SeededGenerator(seed: seed)
    limits = QuotaLimits(
      messagesPerHour: generator.limit(1...12), recipientsPerHour: generator.limit(1...40),
      messagesPerDay: generator.limit(1...60), recipientsPerDay: generator.limit(1...200),
      recipientsPerMessage: .unlimited)
    goesBack = generator.chance(30)
  }

  mutating func run(steps: Int, on ledger: borrowing Ledger) throws(LedgerError) {
    for _ in 0..<steps where fault == nil {
      moveClock()
      switch Int.random(in: 0..<100, using: &generator) {
      case 0:
        try ledger.reset(uid: 7, now: { clock })
        model.grants = [:]
      case 1...5 where !charges.isEmpty: try giveBack(ledger)
      default: try submit(ledger)
      }
    }
  }

  static func name(_ resource: QuotaResource, _ period: QuotaPeriod) -> String {
    "\(resource) per \(period)"
  }

  private mutating func moveClock() {
    let before = clock
    if goesBack, generator.chance(2) {
      let jumps: [UInt64] = [1, 60, 3_600, 86_400, 31_536_000]
      clock -= jumps[Int.random(in: jumps.indices, using: &generator)]
    } else {
      let bounds: [UInt64] = [1, 2, 5, 70, 400, 4_000, 90_000]
      let bound = bounds[Int.random(in: bounds.indices, using: &generator)]
      let move = UInt64.random(in: 0...bound, using: &generator)
      clock += move
      elapsed += move
    }
    if clock / 60 < before / 60 { model.setBacks += 1 }
  }

  private mutating func giveBack(_ ledger: borrowing Ledger) throws(LedgerError) {
    let (grant, setBacks, charge) = charges.remove(
      at: Int.random(in: charges.indices, using: &generator))
    try ledger.giveBack(charge, now: { clock })
    // Whose steps are meant is not known any more when the clock was set back; then it stays counted.
    if setBacks == model.setBacks { model.grants[grant] = nil } else { lateReturns += 1 }
  }

  private mutating func submit(_ ledger: borrowing Ledger) throws(LedgerError) {
    let recipients = UInt32.random(in: 1...9, using: &generator)
    let claim = Claim(uid: 7, envelope: nil, from: .addresses([]), recipientCount: recipients)
    let charge = try ledger.charge(uid: 7, now: { clock }, recipients: recipients) { usage, now in
      let rejection = Evaluation.quota(
        of: claim, entry: entry, limits: limits, usage: usage, now: now)
      return rejection.map { .reject($0) } ?? .permit
    }
    guard case .reject(let rejection) = charge.decision else { return permit(charge, recipients) }
    guard case .quota(let excess) = rejection.cause else { return fail("refused: \(rejection)") }
    refusals[Self.name(excess.resource, excess.period), default: 0] += 1
    let request = request(excess.resource, excess.period, recipients)
    guard let request, model.judge(request).may else { return fail("refused: \(excess)") }
  }

  private mutating func permit(_ charge: Charge, _ recipients: UInt32) {
    for resource in QuotaResource.allCases {
      for period in QuotaPeriod.allCases {
        guard let request = request(resource, period, recipients) else { continue }
        if model.judge(request).must { fail("granted: \(request)") }
      }
    }
    model.grants[permits] = (elapsed, 1, UInt64(recipients))
    charges.append((permits, model.setBacks, charge))
    permits += 1
  }

  /// What a message asks for under a limit; nil if there is none.
  private func request(
    _ resource: QuotaResource, _ period: QuotaPeriod, _ recipients: UInt32
  ) -> Request? {
    limits.limit(of: resource, per: period).value.map { limit in
      Request(
        resource: resource, period: period, limit: UInt64(limit),
        amount: resource == .messages ? 1 : UInt64(recipients), second: elapsed)
    }
  }

  private mutating func fail(_ text: String) {
    if fault == nil { fault = "\(text) at \(elapsed) s, clock \(clock), \(limits)" }
  }
}
