/// A bound on messages or recipients.
package enum Limit: Sendable, Equatable {
  /// At most this number; zero blocks.
  case count(UInt32)
  /// No bound.
  case unlimited

  /// Tells whether `requested` more fit on top of `used`.
  ///
  /// - Parameters:
  ///   - used: What the window holds already.
  ///   - requested: What the message would add.
  /// - Returns: `used + requested <= limit`, computed without overflow.
  package func admits(used: UInt64, requested: UInt32) -> Bool {
    switch self {
    case .unlimited: true
    case .count(let limit):
      used <= UInt64(limit) && UInt64(requested) <= UInt64(limit) - used
    }
  }

  /// The number; nil = `unlimited`: the form in which the status rows show it.
  package var value: UInt32? {
    switch self {
    case .unlimited: nil
    case .count(let limit): limit
    }
  }
}

/// What is counted against a limit.
package enum QuotaResource: Sendable, CaseIterable {
  case messages
  case recipients
}

/// The window in which it is counted.
package enum QuotaPeriod: Sendable, CaseIterable {
  case hour
  case day

  /// The width of one step of the window, in seconds.
  package var stepSeconds: UInt64 {
    #if POSTERN_TEST_STEPS
      // For Tests/Fleet/faults alone, which cannot wait for an hour: "Tests/build steps".
      switch self {
      case .hour: 1
      case .day: 60
      }
    #else
      switch self {
      case .hour: 60
      case .day: 3_600
      }
    #endif
  }

  /// The number of steps: one more than the period has.
  ///
  /// So the step into which the period's start falls is counted whole. The error is at most one
  /// step, and on the strict side.
  package var stepCount: Int {
    switch self {
    case .hour: 61
    case .day: 25
    }
  }

  /// Seconds after which nothing counted in this window can still be in it.
  package var windowSeconds: UInt64 { stepSeconds * UInt64(stepCount) }
}

/// The limits in force for one user.
package struct QuotaLimits: Sendable, Equatable {
  /// Messages in any 60 minutes.
  package var messagesPerHour: Limit
  /// Recipients in any 60 minutes.
  package var recipientsPerHour: Limit
  /// Messages in any 24 hours.
  package var messagesPerDay: Limit
  /// Recipients in any 24 hours.
  package var recipientsPerDay: Limit
  /// Recipients of one message.
  package var recipientsPerMessage: Limit

  /// Creates limits; without arguments the defaults of postern.cf.
  package init(
    messagesPerHour: Limit = .count(100), recipientsPerHour: Limit = .count(500),
    messagesPerDay: Limit = .unlimited, recipientsPerDay: Limit = .unlimited,
    recipientsPerMessage: Limit = .count(100)
  ) {
    self.messagesPerHour = messagesPerHour
    self.recipientsPerHour = recipientsPerHour
    self.messagesPerDay = messagesPerDay
    self.recipientsPerDay = recipientsPerDay
    self.recipientsPerMessage = recipientsPerMessage
  }

  /// No bound at all: what an exempt user has.
  package static var unlimited: QuotaLimits {
    QuotaLimits(
      messagesPerHour: .unlimited, recipientsPerHour: .unlimited, messagesPerDay: .unlimited,
      recipientsPerDay: .unlimited, recipientsPerMessage: .unlimited)
  }

  /// The limit for one resource in one window.
  package func limit(of resource: QuotaResource, per period: QuotaPeriod) -> Limit {
    switch (resource, period) {
    case (.messages, .hour): messagesPerHour
    case (.messages, .day): messagesPerDay
    case (.recipients, .hour): recipientsPerHour
    case (.recipients, .day): recipientsPerDay
    }
  }
}

/// How much of a limit is used.
package struct QuotaLevel: Sendable, Equatable {
  /// What is counted.
  package var resource: QuotaResource
  /// The window.
  package var period: QuotaPeriod
  /// What the window holds.
  package var used: UInt64
  /// The bound.
  package var limit: UInt32

  /// Creates a level.
  package init(resource: QuotaResource, period: QuotaPeriod, used: UInt64, limit: UInt32) {
    self.resource = resource
    self.period = period
    self.used = used
    self.limit = limit
  }
}

/// A limit that a message would exceed.
package struct QuotaExcess: Sendable, Equatable {
  /// What is counted.
  package var resource: QuotaResource
  /// The window.
  package var period: QuotaPeriod
  /// What the window holds.
  package var used: UInt64
  /// The bound.
  package var limit: UInt32
  /// What the message would have added.
  package var requested: UInt32
  /// The first second at which it would fit, since 1970; nil = never.
  package var nextFree: UInt64?

  /// Creates an excess.
  package init(
    resource: QuotaResource, period: QuotaPeriod, used: UInt64, limit: UInt32, requested: UInt32,
    nextFree: UInt64?
  ) {
    self.resource = resource
    self.period = period
    self.used = used
    self.limit = limit
    self.requested = requested
    self.nextFree = nextFree
  }

  /// What is used of it.
  package var level: QuotaLevel {
    QuotaLevel(resource: resource, period: period, used: used, limit: limit)
  }
}
