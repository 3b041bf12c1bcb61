internal import LinuxSystem
package import Policy

/// What one transaction has changed.
package struct Charge: Sendable, Equatable {
  /// Whom it was charged to.
  package let uid: UInt32
  /// When, in seconds since 1970.
  package let second: UInt64
  /// What was added and can be given back: messages and recipients; zero for a refusal.
  package let counts: StepCounts
  /// The decision.
  package let decision: Decision
  /// What the user has used, this charge included.
  package let usage: Usage
  /// The notice that must be sent now; it counts as sent.
  package let notice: NoticeKind?
}

/// The state file: how much each user has sent (design: "The state file").
///
/// `LedgerFormat` and `Slot` describe its bytes. Every change is a transaction that begins with the
/// user's own lock and ends with one write of one record inside one page, so that a process may be
/// killed at any instant: the record is then the old or the new one.
package struct Ledger: ~Copyable {
  let file: FileDescriptor
  /// Who is suspended.
  package let suspensions: Suspensions

  /// How often a slot that another process holds at this moment is asked for.
  private static let attempts = 200
  /// How long to wait in between, in milliseconds.
  private static let pauseMilliseconds = 1

  /// Opens the state file, creating it where it is missing.
  ///
  /// - Parameter path: Its path, in a directory that is the effective user's alone.
  /// - Returns: The open file.
  /// - Throws: `LedgerError`; a file that is not exactly ours is never repaired or replaced.
  package static func open(path: [UInt8]) throws(LedgerError) -> Ledger {
    Ledger(file: try LedgerFile.open(path), suspensions: Suspensions(beside: path))
  }

  /// Opens the state file; see `open(path:)` for bytes.
  package static func open(path: String) throws(LedgerError) -> Ledger {
    try open(path: Array(path.utf8))
  }

  private init(file: consuming FileDescriptor, suspensions: Suspensions) {
    self.file = file
    self.suspensions = suspensions
  }

  /// Decides on a submission and charges it, in one transaction.
  ///
  /// - Parameters:
  ///   - uid: The user who pays.
  ///   - clock: The time in seconds since 1970, read when the lock is held: a process that had to
  ///     wait must not count itself into the past.
  ///   - messages: What a permit adds.
  ///   - recipients: What a permit adds.
  ///   - decide: Gets the usage, aged to the present, and the time. A rejection adds one refusal
  ///     and nothing else.
  /// - Returns: The decision and what was changed, which is written by then.
  /// - Throws: `LedgerError`; nothing is charged then.
  package func charge(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, messages: UInt32 = 1,
    recipients: UInt32, decide: (Usage, UInt64) -> Decision
  ) throws(LedgerError) -> Charge {
    try change(uid: uid, now: clock) { usage, now in
      let decision = decide(usage, now)
      var counts = StepCounts(messages: messages, recipients: recipients)
      var notice: NoticeKind?
      switch decision {
      case .permit: usage.add(counts, now: now)
      case .lift(let reason):
        usage.add(counts, now: now)
        usage.lift(reason)
      case .reject(let rejection):
        counts = StepCounts()
        usage.refuse(rejection.reason)
        if case .quota(let excess) = rejection.cause {
          notice = usage.takeNotice(NoticeKind(excess), now: now)
        }
      }
      return Charge(
        uid: uid, second: now, counts: counts, decision: decision, usage: usage, notice: notice)
    }
  }

  /// Takes back what a charge has added, as far as it is still counted.
  ///
  /// That is nothing after a reset, or when the clock was set back in between: the step that its
  /// second names may hold what others have charged.
  ///
  /// - Parameters:
  ///   - charge: The charge; a refusal stays counted.
  ///   - clock: The time in seconds since 1970.
  /// - Throws: `LedgerError`.
  package func giveBack(
    _ charge: Charge, now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) {
    try change(uid: charge.uid, now: clock) { usage, _ in
      guard usage.generation == charge.usage.generation else { return }
      usage.giveBack(charge.counts, addedAt: charge.second)
    }
  }

  /// Forgets what a user has used, and that its record was torn; no suspension.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  /// - Throws: `LedgerError`.
  package func reset(uid: UInt32, now clock: () -> UInt64 = Clock.seconds) throws(LedgerError) {
    try change(uid: uid, now: clock) { usage, now in
      usage.reset(now: now)
    }
  }

  /// Returns what a user has used, without waiting for anybody.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - clock: The time in seconds since 1970.
  /// - Returns: The usage, aged to the present; empty for a user without a record.
  /// - Throws: `LedgerError`.
  package func usage(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) -> Usage {
    let now = clock()
    return try survey(uid: uid, now: now, settling: false).usage(at: now)
  }

  /// Runs one transaction: lock, read, change, write, unlock.
  func change<Result>(
    uid: UInt32, now clock: () -> UInt64,
    _ body: (inout Usage, UInt64) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    try system { () throws(Errno) in
      try file.lockRecord(offset: LedgerFormat.userLock(of: uid), count: 1)
    }
    // Should this ever fail, closing the file gives the locks back.
    defer { try? file.unlockAll() }
    for attempt in 1...Self.attempts {
      let now = clock()
      if var claim = try claimSlot(for: uid, now: now) {
        let result = try body(&claim.usage, now)
        try write(.record(uid: uid, claim.usage), to: claim.slot)
        return result
      }
      if attempt < Self.attempts { Clock.pause(milliseconds: Self.pauseMilliseconds) }
    }
    throw .busy(uid: uid)
  }
}
