internal import LinuxSystem
package import Policy

/// When refused identities suspend their user by themselves.
package struct SuspensionRule: Sendable {
  /// How many of them within an hour.
  package let refusals: UInt32
  /// What the suspension says of itself.
  package let reason: [UInt8]

  /// Creates a rule.
  package init(refusals: UInt32, reason: [UInt8]) {
    self.refusals = refusals
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

/// Refusals and suspensions.
extension Ledger {
  /// Counts a message that was refused for another reason than its quota.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  ///   - reason: Why it was refused.
  ///   - rule: When refused identities suspend the user; nil = never.
  /// - Returns: What it has led to.
  /// - Throws: `LedgerError`.
  package func refuse(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, reason: ReasonCode,
    suspending rule: SuspensionRule? = nil
  ) throws(LedgerError) -> RefusalCount {
    try change(uid: uid, now: clock) { (usage, now) throws(LedgerError) in
      usage.refuse(reason)
      var suspension: Suspension?
      if let rule, reason.isForeignIdentity, usage.hour.foreign >= UInt64(rule.refusals),
        try suspensions.suspension(of: uid) == nil
      {
        // Before the record: should this process be killed in between, the next refusal does it.
        let new = Suspension(since: now, origin: .automatic, reason: rule.reason)
        try suspensions.store(new, for: uid)
        usage.notices.renew(.suspended)
        suspension = new
      }
      let isSuspended = suspension != nil || reason == .userSuspended
      return RefusalCount(
        usage: usage, suspension: suspension,
        notice: isSuspended ? usage.takeNotice(.suspended, now: now) : nil)
    }
  }

  /// Suspends a user, or gives a suspension another reason.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  ///   - reason: Why; cut to `Suspension.reasonBytes` bytes.
  /// - Returns: The suspension that was there before, and the notice that must be sent now.
  /// - Throws: `LedgerError`.
  package func suspend(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, reason: [UInt8]
  ) throws(LedgerError) -> (previous: Suspension?, notice: NoticeKind?) {
    try change(uid: uid, now: clock) { (usage, now) throws(LedgerError) in
      let previous = try suspensions.suspension(of: uid)
      try suspensions.store(
        Suspension(since: now, origin: .administrator, reason: reason), for: uid)
      if previous == nil { usage.notices.renew(.suspended) }
      return (previous, usage.takeNotice(.suspended, now: now))
    }
  }

  /// Ends a suspension; the refused identities of the last hour do not bring it back.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  /// - Returns: The suspension that was ended; nil if there was none, and nothing was changed.
  /// - Throws: `LedgerError`.
  package func resume(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) -> Suspension? {
    try change(uid: uid, now: clock) { (usage, _) throws(LedgerError) in
      let previous = try suspensions.suspension(of: uid)
      try suspensions.remove(for: uid)
      usage.hour.forgetForeign()
      return previous
    }
  }
}
