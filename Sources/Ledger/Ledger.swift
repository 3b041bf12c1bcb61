internal import LinuxSystem
package import Policy

/// The state file: how much each user has sent (Sources/README.md, "The state file").
///
/// `LedgerFormat` and `Slot` describe its bytes. Every change begins with the user's own
/// lock and ends with one write of one record inside one page, so that a process may be
/// killed at any instant: the record is then the old or the new one.
package struct Ledger: ~Copyable {
  let file: FileDescriptor
  /// Who is suspended.
  package let suspensions: Suspensions
  /// The seconds that lie between two notices about one user.
  let noticeInterval: UInt32

  /// The record that all users without an entry in the map share, so that no number of UIDs fills
  /// the file.
  ///
  /// It is (uid_t)-1, which no process can have.
  package static let sharedUID = UInt32.max

  /// How long a change waits for the user's lock, in milliseconds: a user can stop a process that
  /// holds it.
  private let patience: UInt64
  /// How long a message waits for it, in milliseconds: it is held for less than one.
  package static let patienceOfMessages: UInt64 = 10_000
  /// How long it waits for the record of all who have no entry, in milliseconds: whoever stops a
  /// process that holds it is one of many.
  private static let patienceWithStrangers: UInt64 = 100

  /// How long a message of a user's waits for the record that is charged, in milliseconds.
  static func patience(of uid: UInt32) -> UInt64 {
    uid == sharedUID ? patienceWithStrangers : patienceOfMessages
  }

  /// The longest pause between two tries to get a user's lock, in milliseconds.
  private static let lockPauseMilliseconds = 16
  /// How often a slot that another process holds at this moment is asked for.
  private static let attempts = 200
  /// How long to wait in between, in milliseconds.
  private static let pauseMilliseconds = 1

  /// Opens the state file, creating it where it is missing.
  ///
  /// - Parameters:
  ///   - path: Its path, in a directory that is the effective user's alone.
  ///   - interval: The `quota_notice_interval`, in seconds.
  ///   - patience: How long a change waits for the user's lock, in milliseconds.
  /// - Returns: The open file.
  /// - Throws: `LedgerError`; a file that is not exactly ours is never repaired or replaced.
  package static func open(
    path: [UInt8], noticeInterval interval: UInt32 = Configuration().quotaNoticeInterval,
    patience: UInt64 = patienceOfMessages
  ) throws(LedgerError) -> Ledger {
    Ledger(
      file: try LedgerFile.open(path), suspensions: Suspensions(beside: path),
      noticeInterval: interval, patience: patience)
  }

  /// Opens the state file that the settings name.
  ///
  /// - Parameters:
  ///   - configuration: The settings in force.
  ///   - patience: As for `open(path:)`.
  /// - Returns: The open file.
  /// - Throws: `LedgerError`, as `open(path:)` does.
  package static func open(
    for configuration: Configuration, patience: UInt64 = patienceOfMessages
  ) throws(LedgerError) -> Ledger {
    try open(
      path: configuration.quotaFile, noticeInterval: configuration.quotaNoticeInterval,
      patience: patience)
  }

  /// Opens the state file; see `open(path:)` for bytes.
  package static func open(path: String) throws(LedgerError) -> Ledger {
    try open(path: Array(path.utf8))
  }

  private init(
    file: consuming FileDescriptor, suspensions: Suspensions, noticeInterval: UInt32,
    patience: UInt64
  ) {
    self.file = file
    self.suspensions = suspensions
    self.noticeInterval = noticeInterval
    self.patience = patience
  }

  /// Decides on a message and charges it, in one change under the user's lock; see `Accounts`.
  ///
  /// - Parameters:
  ///   - uid: The user who pays.
  ///   - clock: The time in seconds since 1970, read when the lock is held: a process that had to
  ///     wait must not count itself into the past.
  ///   - messages: What a permit adds.
  ///   - recipients: What a permit adds.
  ///   - changes: What a permit counts as changed.
  ///   - decide: Gets the usage, aged to the present, and the time. A rejection adds one refusal
  ///     and nothing else.
  /// - Returns: The decision and what was changed; it is written already.
  /// - Throws: `LedgerError`; nothing is charged then.
  func charge(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, messages: UInt32 = 1,
    recipients: UInt32, changes: IdentityChanges = [], decide: (Usage, UInt64) -> Decision
  ) throws(LedgerError) -> Charge {
    try change(uid: uid, now: clock) { usage, now in
      settle(
        decide(usage, now), StepCounts(messages: messages, recipients: recipients), changes,
        uid: uid, &usage, now: now)
    }
  }

  /// Counts a decision.
  ///
  /// - Returns: What it has charged.
  func settle(
    _ decision: Decision, _ asked: StepCounts, _ changes: IdentityChanges, uid: UInt32,
    _ usage: inout Usage, now: UInt64
  ) -> Charge {
    var counts = asked
    var notice: NoticeKind?
    switch decision {
    case .permit:
      usage.add(counts, now: now)
      usage.change(changes)
    case .permitNearing(let level):
      usage.add(counts, now: now)
      usage.change(changes)
      notice = usage.takeWarning(NoticeKind(level), now: now, interval: noticeInterval)
    case .waive(let reason):
      usage.add(counts, now: now)
      usage.waive(reason)
    case .reject(let rejection):
      counts = StepCounts()
      usage.refuse(rejection.reason, isForeign: false)
      if case .quota(let excess) = rejection.cause {
        notice = usage.takeNotice(NoticeKind(excess.level), now: now, interval: noticeInterval)
      }
    }
    return Charge(
      uid: uid, second: now, counts: counts, decision: decision, usage: usage, notice: notice)
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
  func giveBack(
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

  /// Makes one change: lock, read, change, write, unlock.
  func change<Result>(
    uid: UInt32, now clock: () -> UInt64,
    _ body: (inout Usage, UInt64) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    try withSlot(of: uid, now: clock) { (locked, now) throws(LedgerError) in
      let result = try body(&locked.usage, now)
      try write(.record(uid: uid, locked.usage), to: locked.slot)
      return result
    }
  }

  /// Works on a user's record, which nobody else does meanwhile; the body writes it.
  func withSlot<Result>(
    of uid: UInt32, now clock: () -> UInt64,
    _ body: (inout LockedSlot, UInt64) throws(LedgerError) -> Result
  ) throws(LedgerError) -> Result {
    try lock(uid)
    // Should this ever fail, closing the file gives the locks back.
    defer { try? file.unlockAll() }
    for attempt in 1...Self.attempts {
      let now = clock()
      if var locked = try lockSlot(for: uid, now: now) {
        return try body(&locked, now)
      }
      if attempt < Self.attempts { Clock.pause(milliseconds: Self.pauseMilliseconds) }
    }
    throw .busy(uid: uid)
  }

  private func lock(_ uid: UInt32) throws(LedgerError) {
    try Self.lock(file, LedgerFormat.userLock(of: uid), of: uid, patience: patience)
  }

  /// Locks a byte of a user's, and waits for it; at first for a moment only.
  static func lock(
    _ file: borrowing FileDescriptor, _ byte: UInt64, of uid: UInt32, patience: UInt64
  ) throws(LedgerError) {
    var pause = 1
    var deadline: UInt64?
    while true {
      do {
        if try file.tryLockRecord(offset: byte, count: 1) { return }
      } catch {
        throw .system(error)
      }
      let now = Clock.monotonicMilliseconds()
      let end = deadline ?? now + patience
      deadline = end
      guard now < end else { throw .held(uid: uid) }
      Clock.pause(milliseconds: pause)
      pause = min(2 * pause, lockPauseMilliseconds)
    }
  }
}
