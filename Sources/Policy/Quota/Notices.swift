/// What `notify` sends mail about.
package enum NoticeKind: Sendable, Equatable, CaseIterable {
  case messagesPerHour, recipientsPerHour, messagesPerDay, recipientsPerDay
  /// The user was suspended.
  case suspended

  /// The kind for a limit that was reached, or nearly so.
  package init(_ level: QuotaLevel) {
    switch (level.resource, level.period) {
    case (.messages, .hour): self = .messagesPerHour
    case (.recipients, .hour): self = .recipientsPerHour
    case (.messages, .day): self = .messagesPerDay
    case (.recipients, .day): self = .recipientsPerDay
    }
  }

  /// The position in a record.
  var index: Int {
    switch self {
    case .messagesPerHour: 0
    case .recipientsPerHour: 1
    case .messagesPerDay: 2
    case .recipientsPerDay: 3
    case .suspended: 4
    }
  }

  /// Seconds that must at least lie between two notices of this kind; nil = there is one until it
  /// is made due again.
  var interval: UInt64? {
    switch self {
    case .messagesPerHour, .recipientsPerHour: 0
    case .messagesPerDay, .recipientsPerDay: QuotaPeriod.day.windowSeconds
    case .suspended: nil
    }
  }
}

/// When one user's notices were last sent: never two within `quota_notice_interval`, and for a
/// limit of a day one a day.
///
/// Warnings of a limit that is nearly reached are counted by themselves, in the same way: one must
/// not keep back the notice that the limit is reached.
package struct Notices: Sendable, Equatable {
  /// When any notice was last sent, in seconds since 1970; 0 = never.
  package private(set) var last: UInt64
  /// When each kind was last sent, in the order of `NoticeKind.allCases`; 0 = it is due.
  package private(set) var byKind: [UInt64]
  /// When a warning of each kind was last sent, likewise.
  package private(set) var warnings: [UInt64]

  /// Creates the notices of a user who had none.
  ///
  /// - Parameter last: When the last one may have been sent, though it is not remembered.
  package init(last: UInt64 = 0) {
    self.last = last
    byKind = [0, 0, 0, 0, 0]
    warnings = [last, 0, 0, 0, 0]
  }

  /// Restores notices that were stored; nil = there is not a time for each kind.
  package init?(last: UInt64, byKind: [UInt64], warnings: [UInt64]) {
    guard byKind.count == 5, warnings.count == 5 else { return nil }
    self.last = last
    self.byKind = byKind
    self.warnings = warnings
  }

  /// Takes the right to send one notice.
  ///
  /// - Parameters:
  ///   - kind: What it is about.
  ///   - now: Seconds since 1970.
  ///   - interval: The `quota_notice_interval`: the seconds between two notices of any kind.
  /// - Returns: Whether it is to be sent; it counts as sent then.
  package mutating func take(_ kind: NoticeKind, now: UInt64, interval: UInt32) -> Bool {
    guard last == 0 || Self.hasPassed(UInt64(interval), since: last, now) else { return false }
    let previous = byKind[kind.index]
    if previous != 0 {
      guard let interval = kind.interval, Self.hasPassed(interval, since: previous, now) else {
        return false
      }
    }
    last = now
    byKind[kind.index] = now
    return true
  }

  /// Takes the right to send one warning that a limit is nearly reached.
  ///
  /// - Parameters:
  ///   - kind: The limit.
  ///   - now: Seconds since 1970.
  ///   - interval: The `quota_notice_interval`: the seconds between two warnings of any kind.
  /// - Returns: Whether it is to be sent; it counts as sent then.
  package mutating func takeWarning(_ kind: NoticeKind, now: UInt64, interval: UInt32) -> Bool {
    let latest = warnings.max() ?? 0
    guard latest == 0 || Self.hasPassed(UInt64(interval), since: latest, now) else { return false }
    let previous = warnings[kind.index]
    if previous != 0 {
      guard let own = kind.interval, Self.hasPassed(own, since: previous, now) else { return false }
    }
    warnings[kind.index] = now
    return true
  }

  /// Makes a notice of a kind due again: something new has happened.
  package mutating func renew(_ kind: NoticeKind) { byKind[kind.index] = 0 }

  /// A clock that went back starts the wait anew instead of stretching it to the old second.
  mutating func advance(to now: UInt64) {
    if last > now { last = now }
    for index in byKind.indices where byKind[index] > now { byKind[index] = now }
    for index in warnings.indices where warnings[index] > now { warnings[index] = now }
  }

  private static func hasPassed(_ seconds: UInt64, since start: UInt64, _ now: UInt64) -> Bool {
    now >= start && now - start >= seconds
  }
}
