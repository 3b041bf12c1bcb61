/// What one step of a window counts.
///
/// The sums saturate: a full counter never wraps to an empty one.
package struct StepCounts: Sendable, Equatable {
  /// Messages charged.
  package var messages: UInt32
  /// Recipients charged.
  package var recipients: UInt32
  /// Messages refused, for whatever reason.
  package var refused: UInt32
  /// Messages among them that named somebody else as sender.
  package var foreign: UInt32

  /// Creates counts, zero where not given.
  package init(
    messages: UInt32 = 0, recipients: UInt32 = 0, refused: UInt32 = 0, foreign: UInt32 = 0
  ) {
    self.messages = messages
    self.recipients = recipients
    self.refused = refused
    self.foreign = foreign
  }

  /// Returns the count of one resource.
  package subscript(_ resource: QuotaResource) -> UInt32 {
    switch resource {
    case .messages: messages
    case .recipients: recipients
    }
  }

  mutating func add(_ other: StepCounts) {
    messages = messages.addingSaturating(other.messages)
    recipients = recipients.addingSaturating(other.recipients)
    refused = refused.addingSaturating(other.refused)
    foreign = foreign.addingSaturating(other.foreign)
  }

  mutating func subtract(_ other: StepCounts) {
    messages -= min(messages, other.messages)
    recipients -= min(recipients, other.recipients)
    refused -= min(refused, other.refused)
    foreign -= min(foreign, other.foreign)
  }
}

extension UInt32 {
  /// Returns the sum, or the greatest value where it does not fit.
  fileprivate func addingSaturating(_ other: UInt32) -> UInt32 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}

/// Counts of the last steps of time, the present one included.
///
/// Time is divided into steps of `period.stepSeconds`, counted from 1970. What was counted in step
/// *k* leaves the window with the first second of step *k* + `stepCount`: never earlier than the
/// period after it happened, and less than one step later.
package struct SlidingWindow: Sendable, Equatable {
  /// The period that this window covers.
  package let period: QuotaPeriod
  /// The number of the present step: seconds since 1970 divided by `period.stepSeconds`.
  package private(set) var newestStep: UInt64
  /// Counts by age: index 0 is the present step.
  ///
  /// Always `period.stepCount` elements.
  package private(set) var steps: [StepCounts]

  /// Creates an empty window.
  ///
  /// - Parameters:
  ///   - period: The period that it covers.
  ///   - now: Seconds since 1970.
  package init(_ period: QuotaPeriod, now: UInt64) {
    self.period = period
    newestStep = now / period.stepSeconds
    steps = Array(repeating: StepCounts(), count: period.stepCount)
  }

  /// Restores a window that was stored; nil = `steps` has not `period.stepCount` elements.
  ///
  /// - Parameters:
  ///   - period: The period that it covers.
  ///   - newestStep: The step of index 0.
  ///   - steps: Counts by age, youngest first.
  package init?(_ period: QuotaPeriod, newestStep: UInt64, steps: [StepCounts]) {
    guard steps.count == period.stepCount else { return nil }
    self.period = period
    self.newestStep = newestStep
    self.steps = steps
  }

  /// Ages the window to the present.
  ///
  /// A clock that went back keeps every count at its age: it frees nothing, and the window heals
  /// with the passing of time, however far the clock was wrong.
  ///
  /// - Parameter now: Seconds since 1970.
  package mutating func advance(to now: UInt64) {
    let step = now / period.stepSeconds
    defer { newestStep = step }
    guard step > newestStep else { return }
    let shift = step - newestStep
    guard shift < UInt64(steps.count) else {
      for age in steps.indices { steps[age] = StepCounts() }
      return
    }
    let distance = Int(shift)
    for age in steps.indices.reversed() {
      steps[age] = age >= distance ? steps[age - distance] : StepCounts()
    }
  }

  /// Adds to the present step.
  ///
  /// - Parameter counts: What to add.
  package mutating func add(_ counts: StepCounts) {
    steps[0].add(counts)
  }

  /// Takes back what was added to one step, as far as that step still has it.
  ///
  /// - Parameters:
  ///   - counts: What to take back.
  ///   - second: When it was added, in seconds since 1970, by the clock of that time. A step that
  ///     has left the window, or that lies in the future, gives nothing back.
  package mutating func giveBack(_ counts: StepCounts, addedAt second: UInt64) {
    let step = second / period.stepSeconds
    guard step <= newestStep, newestStep - step < UInt64(steps.count) else { return }
    steps[Int(newestStep - step)].subtract(counts)
  }

  /// Returns the sum of one resource over the whole window.
  package func used(_ resource: QuotaResource) -> UInt64 {
    steps.reduce(0) { $0 + UInt64($1[resource]) }
  }

  /// The number of refused messages in the window.
  package var refused: UInt64 {
    steps.reduce(0) { $0 + UInt64($1.refused) }
  }

  /// The number of messages in the window that were refused for somebody else's identity.
  package var foreign: UInt64 {
    steps.reduce(0) { $0 + UInt64($1.foreign) }
  }

  /// Forgets the refused identities; the messages stay counted as refused.
  package mutating func forgetForeign() {
    for age in steps.indices { steps[age].foreign = 0 }
  }

  /// Whether nothing at all is counted.
  package var isEmpty: Bool { steps.allSatisfy { $0 == StepCounts() } }

  /// Returns the first second at which `requested` more fit under `limit`, if nothing is added.
  ///
  /// - Parameters:
  ///   - requested: How many are to fit: 1 for a message, the number of recipients for those.
  ///   - resource: What is counted.
  ///   - limit: The bound.
  /// - Returns: Seconds since 1970; the start of the present step if they fit already; nil =
  ///   never, since `requested` exceeds the limit by itself.
  package func nextFree(
    for requested: UInt32, of resource: QuotaResource, limit: Limit
  ) -> UInt64? {
    var remaining = used(resource)
    if limit.admits(used: remaining, requested: requested) {
      return newestStep * period.stepSeconds
    }
    for age in steps.indices.reversed() where steps[age][resource] > 0 {
      remaining -= UInt64(steps[age][resource])
      if limit.admits(used: remaining, requested: requested) {
        let (second, overflow) = (newestStep &+ UInt64(steps.count - age))
          .multipliedReportingOverflow(by: period.stepSeconds)
        return overflow ? nil : second
      }
    }
    return nil
  }
}
