internal import LinuxSystem
package import Policy

/// When refused identities suspend the user automatically.
package struct SuspensionRule: Sendable {
  /// How many of them within an hour.
  package let refusals: UInt32
  /// For how many seconds; nil = until it is resumed.
  package let seconds: UInt64?
  /// What the suspension says of itself.
  package let reason: [UInt8]

  /// Creates a rule.
  package init(refusals: UInt32, seconds: UInt64? = nil, reason: [UInt8]) {
    self.refusals = refusals
    self.seconds = seconds
    self.reason = reason
  }
}

/// What counting a refusal has led to.
package struct RefusalCount: Sendable, Equatable {
  /// What the user has used, this refusal included.
  package let usage: Usage
  /// The suspension that it brought about.
  package let suspension: Suspension?
  /// The notice that must be sent now; it counts as sent.
  package let notice: NoticeKind?
}

/// What an order to suspend or to resume a user has led to.
package struct SuspensionChange: Sendable, Equatable {
  /// The suspension that was there before.
  package let previous: Suspension?
  /// The notice that must be sent now; it counts as sent.
  package let notice: NoticeKind?
  /// What kept the user's record from being changed; the order itself is in force all the same.
  package let unrecorded: LedgerError?
}

/// Refusals and suspensions.
extension Ledger {
  /// Counts a message that was refused for another reason than its quota.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  ///   - reason: Why it was refused.
  ///   - isVisitors: Whether the refused identity is a visitor's, which suspends nobody.
  ///   - rule: When refused identities suspend the user; nil = never.
  /// - Returns: What it has led to.
  /// - Throws: `LedgerError`.
  func refuse(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, reason: ReasonCode,
    isVisitors: Bool = false, suspending rule: SuspensionRule? = nil
  ) throws(LedgerError) -> RefusalCount {
    try change(uid: uid, now: clock) { (usage, now) throws(LedgerError) in
      let isForeign = reason.isForeignIdentity && !isVisitors
      usage.refuse(reason, isForeign: isForeign)
      var suspension: Suspension?
      // What others without an entry have done is nobody's own.
      if let rule, uid != Self.sharedUID, isForeign,
        usage.hour.foreign >= UInt64(rule.refusals),
        case let former = try suspensions.stored(of: uid), former?.hasEnded(at: now) ?? true
      {
        // Before the record: should this process be killed in between, the next refusal does it.
        let new = Suspension(
          since: now, until: rule.seconds.map { now + $0 }, origin: .automatic, reason: rule.reason)
        try suspensions.store(new, for: uid, replacing: former != nil)
        // They have been answered: one more after its end is the first, not one too many.
        if new.until != nil { usage.hour.forgetForeign() }
        usage.notices.renew(.suspended)
        suspension = new
      }
      let isSuspended = suspension != nil || reason == .userSuspended
      return RefusalCount(
        usage: usage, suspension: suspension,
        notice: isSuspended ? usage.takeNotice(.suspended, now: now, interval: noticeInterval) : nil
      )
    }
  }

  /// Suspends a user, or gives a suspension another reason.
  ///
  /// The suspension is in force before the user's lock is asked for, which a process of that very
  /// user may hold, and before its record, for which there may be no room.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - record: Whose record it is noted in: `sharedUID` for a user without an entry; nil = the
  ///     user's own.
  ///   - clock: The time in seconds since 1970.
  ///   - seconds: For how long; nil = until it is resumed.
  ///   - reason: Why; cut to `Suspension.reasonBytes` bytes.
  /// - Returns: What it has led to.
  /// - Throws: `LedgerError`: the user is not suspended.
  package func suspend(
    uid: UInt32, record: UInt32? = nil, now clock: () -> UInt64 = Clock.seconds,
    for seconds: UInt64? = nil, reason: [UInt8]
  ) throws(LedgerError) -> SuspensionChange {
    let previous = try suspensions.suspension(of: uid, now: clock)
    let start = clock()
    let new = Suspension(
      since: start, until: seconds.map { start + $0 }, origin: .administrator, reason: reason)
    try suspensions.store(new, for: uid)
    do throws(LedgerError) {
      let notice = try change(uid: record ?? uid, now: clock) { (usage, now) throws(LedgerError) in
        // An automatic one, or a copy of a fleet's, that took the place of one that had ended, at
        // this very moment; or the end of such a copy.
        if try suspensions.stored(of: uid)?.origin != .administrator {
          try suspensions.store(new, for: uid)
        }
        if previous == nil { usage.notices.renew(.suspended) }
        return usage.takeNotice(.suspended, now: now, interval: noticeInterval)
      }
      return SuspensionChange(previous: previous, notice: notice, unrecorded: nil)
    } catch {
      // That it was sent cannot be noted, so it may be sent once more.
      return SuspensionChange(
        previous: previous, notice: previous == nil ? .suspended : nil, unrecorded: error)
    }
  }

  /// Ends a suspension; the refused identities of the last hour do not bring it back.
  ///
  /// It has ended before the user's lock is asked for, as it began.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - record: Whose record it is noted in: `sharedUID` for a user without an entry; nil = the
  ///     user's own.
  ///   - clock: The time in seconds since 1970.
  /// - Returns: The suspension that was ended, nil if there was none; and what kept the refused
  ///   identities from being
  ///   forgotten.
  /// - Throws: `LedgerError`: the user is as it was.
  package func resume(
    uid: UInt32, record: UInt32? = nil, now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) -> SuspensionChange {
    let previous = try suspensions.suspension(of: uid, now: clock)
    try suspensions.remove(for: uid)
    do throws(LedgerError) {
      try change(uid: record ?? uid, now: clock) { (usage, _) throws(LedgerError) in
        // Those refused identities may have suspended the user again in between.
        if try suspensions.stored(of: uid)?.origin == .automatic {
          try suspensions.remove(for: uid)
        }
        usage.hour.forgetForeign()
      }
      return SuspensionChange(previous: previous, notice: nil, unrecorded: nil)
    } catch {
      return SuspensionChange(previous: previous, notice: nil, unrecorded: error)
    }
  }
}
