import InternetMessage

@testable import Ledger
@testable import Policy

/// What the state file must do, written as plainly as it can be: every grant with its time.
struct ReferenceModel {
  private var grants: [(time: UInt64, messages: UInt32, recipients: UInt32)] = []

  mutating func grant(recipients: UInt32, at time: UInt64) { grants.append((time, 1, recipients)) }

  mutating func giveBack(_ index: Int) { grants.remove(at: index) }

  var count: Int { grants.count }

  /// What was granted less than `seconds` before `time`.
  func used(_ resource: QuotaResource, within seconds: UInt64, at time: UInt64) -> UInt64 {
    grants.reduce(0) {
      guard time - $1.time < seconds else { return $0 }
      return $0 + UInt64(resource == .messages ? $1.messages : $1.recipients)
    }
  }

  /// The most that any `seconds` of the whole history hold; such an interval begins with a grant.
  func most(_ resource: QuotaResource, within seconds: UInt64) -> UInt64 {
    var (most, sum, first) = (UInt64(0), UInt64(0), 0)
    func amount(_ index: Int) -> UInt64 {
      UInt64(resource == .messages ? grants[index].messages : grants[index].recipients)
    }
    for last in grants.indices {
      sum += amount(last)
      while grants[last].time - grants[first].time >= seconds {
        sum -= amount(first)
        first += 1
      }
      most = max(most, sum)
    }
    return most
  }
}

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

extension QuotaPeriod {
  /// The interval in which no more than the limit may be granted.
  var promisedSeconds: UInt64 {
    switch self {
    case .hour: 3_600
    case .day: 86_400
    }
  }
}

/// One random history of one user, run against the state file and the reference at once.
struct RandomHistory {
  private var generator: SeededGenerator
  private let limits: QuotaLimits
  private let entry = SenderEntry(uid: 7, user: Array("alice".utf8))
  private let goesBack: Bool
  private var model = ReferenceModel()
  /// What can still be given back, in the order of the model's grants.
  private var charges: [Charge] = []
  private var clock = noon
  /// The clock's way forward, which a step back does not shorten: what the windows age by.
  private var elapsed: UInt64 = 0
  private var stepsBack: UInt64 = 0
  private(set) var permits = 0
  private(set) var refusals = 0
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
      if !goesBack, !charges.isEmpty, generator.chance(4) {
        let index = Int.random(in: charges.indices, using: &generator)
        try ledger.giveBack(charges[index], now: { clock })
        // What has left the windows is not given back; to the reference that makes no difference.
        charges.remove(at: index)
        model.giveBack(index)
      } else {
        try submit(ledger)
      }
    }
    for (resource, period) in Self.pairs {
      guard let limit = limits.limit(of: resource, per: period).value else { continue }
      let most = model.most(resource, within: period.promisedSeconds - slack(period))
      if most > UInt64(limit) { fail("\(most)/\(limit) \(resource) in one \(period)") }
    }
  }

  private static let pairs: [(QuotaResource, QuotaPeriod)] = QuotaResource.allCases.flatMap {
    resource in QuotaPeriod.allCases.map { (resource, $0) }
  }

  private mutating func moveClock() {
    let bounds: [UInt64] = [1, 2, 5, 70, 400, 4_000, 90_000]
    let bound = bounds[Int.random(in: bounds.indices, using: &generator)]
    if goesBack, generator.chance(2) {
      let jumps: [UInt64] = [1, 60, 3_600, 86_400, 31_536_000]
      clock -= jumps[Int.random(in: jumps.indices, using: &generator)]
      stepsBack += 1
    } else {
      let move = UInt64.random(in: 0...bound, using: &generator)
      clock += move
      elapsed += move
    }
  }

  private mutating func submit(_ ledger: borrowing Ledger) throws(LedgerError) {
    let recipients = UInt32.random(in: 1...9, using: &generator)
    let claim = Claim(uid: 7, envelope: nil, from: .addresses([]), recipientCount: recipients)
    let charge = try ledger.charge(uid: 7, now: { clock }, recipients: recipients) { usage, now in
      let rejection = Evaluation.quota(
        of: claim, entry: entry, limits: limits, usage: usage, now: now)
      return rejection.map { .reject($0) } ?? .permit
    }
    switch charge.decision {
    case .permit, .lift:
      permits += 1
      model.grant(recipients: recipients, at: elapsed)
      charges.append(charge)
      checkPermit()
    case .reject(let rejection):
      refusals += 1
      if case .quota(let excess) = rejection.cause { checkRefusal(excess) }
    }
  }

  /// In no interval that ends now is more granted than the limit.
  private mutating func checkPermit() {
    for (resource, period) in Self.pairs {
      guard let limit = limits.limit(of: resource, per: period).value else { continue }
      let seconds = period.promisedSeconds - slack(period)
      let used = model.used(resource, within: seconds, at: elapsed)
      if used > UInt64(limit) { fail("granted \(used)/\(limit) \(resource) per \(period)") }
    }
  }

  /// What a strict window one step longer would permit is not refused.
  private mutating func checkRefusal(_ excess: QuotaExcess) {
    let seconds = excess.period.promisedSeconds + excess.period.stepSeconds + slack(excess.period)
    let used = model.used(excess.resource, within: seconds, at: elapsed)
    if used + UInt64(excess.requested) <= UInt64(excess.limit) {
      fail("refused \(used)+\(excess.requested)/\(excess.limit) \(excess.resource)")
    }
  }

  /// Each step back of the clock may cost one step of precision: where in its step a grant was is not known.
  private func slack(_ period: QuotaPeriod) -> UInt64 {
    min(stepsBack * period.stepSeconds, period.promisedSeconds)
  }

  private mutating func fail(_ text: String) {
    if fault == nil { fault = "\(text) at \(elapsed) s, clock \(clock), \(limits)" }
  }
}
