import Policy
import Testing

@Suite("Sliding window")
struct SlidingWindowTests {
  /// The reference: every event with the age of its step, moved on only by a clock that goes forward.
  struct Reference {
    let period: QuotaPeriod
    var step: UInt64
    var events: [(age: UInt64, count: UInt64)] = []

    mutating func advance(to now: UInt64) {
      let next = now / period.stepSeconds
      let shift = next > step ? next - step : 0
      events = events.map { ($0.age + shift, $0.count) }
      events.removeAll { $0.age >= UInt64(period.stepCount) }
      step = next
    }
    var used: UInt64 { events.reduce(0) { $0 + $1.count } }
  }

  @Test(arguments: QuotaPeriod.allCases)
  func `random histories with clock jumps agree with the reference`(period: QuotaPeriod) {
    var numbers = Numbers(state: 42)
    for _ in 0..<200 {
      var now = 1_800_000_000 + numbers.next(below: 100_000)
      var window = SlidingWindow(period, now: now)
      var reference = Reference(period: period, step: now / period.stepSeconds)
      for _ in 0..<60 {
        switch numbers.next(below: 10) {
        case 0: now -= numbers.next(below: 3 * period.windowSeconds)
        case 1: now += numbers.next(below: 3 * period.windowSeconds)
        default: now += numbers.next(below: 4 * period.stepSeconds)
        }
        window.advance(to: now)
        reference.advance(to: now)
        let count = numbers.next(below: 5)
        window.add(StepCounts(messages: UInt32(count), recipients: 7, refused: 1))
        reference.events.append((0, count))
        #expect(window.used(.messages) == reference.used)
        expectNextFreeIsExact(window, now: now, limit: .count(UInt32(numbers.next(below: 40))))
      }
    }
  }

  /// The second named grants, and the one before it does not.
  private func expectNextFreeIsExact(_ window: SlidingWindow, now: UInt64, limit: Limit) {
    guard let free = window.nextFree(for: 1, of: .messages, limit: limit) else {
      #expect(limit == .count(0))
      return
    }
    var later = window
    later.advance(to: max(free, now))
    #expect(limit.admits(used: later.used(.messages), requested: 1))
    if free > now {
      var earlier = window
      earlier.advance(to: free - 1)
      #expect(!limit.admits(used: earlier.used(.messages), requested: 1))
    }
  }

  @Test(arguments: [(QuotaPeriod.hour, UInt64(3_600)), (.day, 86_400)])
  func `in no interval of the period more than the limit is granted`(
    period: QuotaPeriod, seconds: UInt64
  ) {
    var numbers = Numbers(state: 7)
    var now: UInt64 = 1_800_000_000
    var window = SlidingWindow(period, now: now)
    var granted: [UInt64] = []
    for _ in 0..<5_000 {
      now += numbers.next(below: period.stepSeconds)
      window.advance(to: now)
      if Limit.count(20).admits(used: window.used(.messages), requested: 1) {
        window.add(StepCounts(messages: 1))
        granted.append(now)
      }
    }
    for (first, last) in zip(granted, granted.dropFirst(20)) {
      #expect(last - first >= seconds)
    }
    #expect(granted.count > 20)
  }

  @Test func `a message leaves the hour after 60 minutes and less than one minute more`() {
    for second in [UInt64(0), 1, 59] {
      let sent = 1_800_000_000 + second
      var window = SlidingWindow(.hour, now: sent)
      window.add(StepCounts(messages: 1))
      window.advance(to: sent + 3_600)
      #expect(window.used(.messages) == 1)
      window.advance(to: sent + 3_660)
      #expect(window.used(.messages) == 0)
    }
  }

  @Test func `a clock that goes back grants nothing and heals by itself`() {
    var window = SlidingWindow(.hour, now: 1_800_000_000)
    window.add(StepCounts(messages: 5))
    window.advance(to: 60)
    #expect(window.used(.messages) == 5)
    window.advance(to: 60 + 3_660)
    #expect(window.used(.messages) == 0)
  }

  @Test(arguments: [(QuotaPeriod.hour, UInt64(60), UInt64(60)), (.day, 3_600, 24)])
  func `each time the clock is set back costs at most one step of the window, and can cost it`(
    period: QuotaPeriod, step: UInt64, steps: UInt64
  ) {
    for setBack in 0..<steps {
      // The last second of its step: the next one makes it a step old.
      let sent = 1_800_000_000 + step - 1
      var window = SlidingWindow(period, now: sent)
      window.add(StepCounts(messages: 1))
      // Over the border and back again, as often as that: each time it is one step older in a second.
      for _ in 0..<setBack {
        window.advance(to: sent + 1)
        window.advance(to: sent)
      }
      // All the seconds that have passed since it was sent, those of the swings among them.
      let passed = { (now: UInt64) in now - sent + setBack }
      let border = sent + 1 + (steps - setBack) * step
      window.advance(to: border - 1)
      #expect(window.used(.messages) == 1)
      window.advance(to: border)
      #expect(window.used(.messages) == 0)
      #expect(passed(border) == steps * step - setBack * (step - 1) + 1)
      #expect(passed(border) > (steps - setBack) * step)
    }
  }

  @Test func `counters saturate`() {
    var window = SlidingWindow(.hour, now: 0)
    window.add(StepCounts(messages: .max, recipients: .max, refused: .max))
    window.add(StepCounts(messages: 1, recipients: 1, refused: 1))
    #expect(window.used(.messages) == UInt64(UInt32.max))
    #expect(window.refused == UInt64(UInt32.max))
  }

  @Test func `a charge is given back to its own step, never to another`() {
    var window = SlidingWindow(.hour, now: 1_800_000_000)
    window.add(StepCounts(messages: 1, recipients: 3))
    window.advance(to: 1_800_000_120)
    window.add(StepCounts(messages: 1, recipients: 4))
    window.giveBack(StepCounts(messages: 1, recipients: 3), addedAt: 1_800_000_000)
    #expect(window.used(.messages) == 1 && window.used(.recipients) == 4)
    window.giveBack(StepCounts(messages: 1, recipients: 3), addedAt: 1_800_000_000)
    window.giveBack(StepCounts(messages: 1), addedAt: 1_900_000_000)
    window.giveBack(StepCounts(messages: 1), addedAt: 0)
    #expect(window.used(.messages) == 1)
  }

  @Test func `a stored window needs the right number of steps`() {
    let window = SlidingWindow(.day, now: 1_800_000_000)
    #expect(
      SlidingWindow(.day, newestStep: window.newestStep, steps: window.steps) == window)
    #expect(SlidingWindow(.hour, newestStep: 0, steps: window.steps) == nil)
  }

  @Test func `the last second there is does not trap`() {
    var window = SlidingWindow(.hour, now: .max)
    window.add(StepCounts(messages: 2))
    _ = window.nextFree(for: 1, of: .messages, limit: .count(1))
    window.advance(to: 0)
    #expect(window.used(.messages) == 2)
  }
}
