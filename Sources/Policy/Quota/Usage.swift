/// What one user has used, aged to the present.
package struct Usage: Sendable, Equatable {
  /// The last 60 minutes.
  package var hour: SlidingWindow
  /// The last 24 hours.
  package var day: SlidingWindow
  /// When a message was last charged, in seconds since 1970; nil = not within memory.
  package var lastMessage: UInt64?
  /// When the user's record was first found torn, in seconds since 1970; nil = it is whole.
  ///
  /// What a torn record held is unknown, so every finite limit counts as used up until its window
  /// has passed since then.
  package var tornSince: UInt64?
  /// When it was last reset, in seconds since 1970; nil = longer ago than the longest window.
  ///
  /// Until then the reset must hold against records that were found torn before it.
  package private(set) var resetAt: UInt64?
  /// What a number of a step belongs to; below `generationCount`.
  ///
  /// A reset and a clock that goes back begin another one: the same number is another step then.
  package private(set) var generation: UInt32 = 0
  /// When notices were last sent.
  package var notices = Notices()
  /// What has ever been counted.
  package var counters = Counters()

  /// How many generations there are before the first one comes again: 30 bits.
  package static let generationCount: UInt32 = 1 << 30

  /// Creates the usage of a user of whom nothing is known.
  ///
  /// - Parameter now: Seconds since 1970.
  package init(now: UInt64) {
    hour = SlidingWindow(.hour, now: now)
    day = SlidingWindow(.day, now: now)
  }

  /// Creates usage from its parts.
  package init(
    hour: SlidingWindow, day: SlidingWindow, lastMessage: UInt64?, tornSince: UInt64?,
    resetAt: UInt64?, generation: UInt32, notices: Notices, counters: Counters
  ) {
    self.hour = hour
    self.day = day
    self.lastMessage = lastMessage
    self.tornSince = tornSince
    self.resetAt = resetAt
    self.generation = generation
    self.notices = notices
    self.counters = counters
  }

  /// The window of a period.
  package func window(_ period: QuotaPeriod) -> SlidingWindow {
    switch period {
    case .hour: hour
    case .day: day
    }
  }

  /// Tells whether the record's tear still blocks this period.
  ///
  /// - Parameters:
  ///   - period: The window in question.
  ///   - now: Seconds since 1970. A clock that went back to before the tear does not end it.
  /// - Returns: Whether every finite limit of the period counts as used up.
  package func isTorn(_ period: QuotaPeriod, now: UInt64) -> Bool {
    guard let tornSince else { return false }
    return now < tornSince || now - tornSince < period.windowSeconds
  }

  /// Returns what counts as used under a limit: the limit itself while a tear blocks.
  package func used(
    _ resource: QuotaResource, per period: QuotaPeriod, limit: Limit, now: UInt64
  ) -> UInt64 {
    let counted = window(period).used(resource)
    guard isTorn(period, now: now), let bound = limit.value else { return counted }
    return max(counted, UInt64(bound))
  }

  /// Returns the first second at which `requested` more are granted under `limit`.
  ///
  /// - Parameters:
  ///   - requested: How many are to fit.
  ///   - resource: What is counted.
  ///   - period: The window.
  ///   - limit: The bound.
  ///   - now: Seconds since 1970.
  /// - Returns: Seconds since 1970, never earlier than `now`; nil = never.
  package func nextFree(
    for requested: UInt32, of resource: QuotaResource, per period: QuotaPeriod, limit: Limit,
    now: UInt64
  ) -> UInt64? {
    guard let free = window(period).nextFree(for: requested, of: resource, limit: limit) else {
      return nil
    }
    guard let tornSince, limit != .unlimited, isTorn(period, now: now) else {
      return max(free, now)
    }
    return max(free, now, tornSince &+ period.windowSeconds)
  }

  /// Ages both windows to the present.
  ///
  /// - Parameter now: Seconds since 1970.
  package mutating func advance(to now: UInt64) {
    // A step of the day ends with one of the hour.
    if now / hour.period.stepSeconds < hour.newestStep { beginGeneration() }
    hour.advance(to: now)
    day.advance(to: now)
    notices.advance(to: now)
    tornSince = Self.withinMemory(tornSince, now)
    resetAt = Self.withinMemory(resetAt, now)
  }

  /// A clock that went back starts the wait anew instead of stretching it to the old second.
  private static func withinMemory(_ second: UInt64?, _ now: UInt64) -> UInt64? {
    guard let second else { return nil }
    let since = min(second, now)
    return now - since < QuotaPeriod.day.windowSeconds ? since : nil
  }

  private mutating func beginGeneration() { generation = (generation + 1) % Self.generationCount }

  /// Whether nothing in it matters at any clock.
  package var isEmpty: Bool { tornSince == nil && resetAt == nil && hour.isEmpty && day.isEmpty }

  /// Charges one submission.
  ///
  /// - Parameters:
  ///   - counts: What it adds: messages and recipients.
  ///   - now: Seconds since 1970, the second that `advance(to:)` was given.
  package mutating func add(_ counts: StepCounts, now: UInt64) {
    hour.add(counts)
    day.add(counts)
    counters.permit(messages: counts.messages, recipients: counts.recipients)
    if counts.messages > 0 { lastMessage = now }
  }

  /// Counts what was changed in a message that was charged.
  package mutating func change(_ changes: IdentityChanges) { counters.change(changes) }

  /// Counts one message that was refused.
  ///
  /// - Parameters:
  ///   - reason: Why.
  ///   - isForeign: Whether it counts for `auto_suspend_refusals`.
  package mutating func refuse(_ reason: ReasonCode, isForeign: Bool) {
    let counts = StepCounts(refused: 1, foreign: isForeign ? 1 : 0)
    hour.add(counts)
    day.add(counts)
    counters.refuse(reason)
  }

  /// Counts one message that only `mode = audit` let pass; it is charged besides.
  ///
  /// - Parameter reason: Why it would have been refused.
  package mutating func waive(_ reason: ReasonCode) { counters.waive(reason) }

  /// Takes the right to send one notice; see `Notices.take`.
  ///
  /// - Returns: The kind if it is to be sent.
  package mutating func takeNotice(
    _ kind: NoticeKind, now: UInt64, interval: UInt32
  ) -> NoticeKind? {
    notices.take(kind, now: now, interval: interval) ? kind : nil
  }

  /// Takes the right to send one warning; see `Notices.takeWarning`.
  ///
  /// - Returns: The kind if it is to be sent.
  package mutating func takeWarning(
    _ kind: NoticeKind, now: UInt64, interval: UInt32
  ) -> NoticeKind? {
    notices.takeWarning(kind, now: now, interval: interval) ? kind : nil
  }

  /// Forgets what was used and that the record was torn; counters and notices stay.
  ///
  /// - Parameter now: Seconds since 1970.
  package mutating func reset(now: UInt64) {
    var fresh = Usage(now: now)
    fresh.resetAt = now
    fresh.generation = generation
    fresh.notices = notices
    fresh.counters = counters
    fresh.beginGeneration()
    self = fresh
  }

  /// Takes a charge back, as far as it is still in the windows.
  ///
  /// The second finds its step only in the generation to which it was added.
  package mutating func giveBack(_ counts: StepCounts, addedAt second: UInt64) {
    hour.giveBack(counts, addedAt: second)
    day.giveBack(counts, addedAt: second)
  }
}
