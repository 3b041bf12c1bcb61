internal import LinuxSystem
internal import Policy

/// What is on a user's path through the slots.
struct Survey {
  /// The slot of the user's record: of the active one, or else of the first.
  var ownSlot: UInt32?
  /// What that record holds, as it was written.
  var ownUsage: Usage?
  /// Whether it is active, so that nothing else on the path can be the user's.
  ///
  /// An idle record proves nothing: the user may have become active in another slot while another
  /// process held this one.
  var isOwnActive = false
  /// Slots with an idle record of the user that another clock could make active.
  var leftBehind: [UInt32] = []
  /// Since when a record that may have been the user's is torn.
  var tornSince: UInt64?
  /// Slots that the user may take, in the order of the path.
  var candidates: [UInt32] = []
  /// Whether a slot could not be read because another process is writing to it.
  var isUnsettled = false

  /// The slots in which the user's record may be from now on, the best first.
  ///
  /// An active record stays where it is: two of them would be one too many.
  var choices: [UInt32] {
    guard let ownSlot else { return candidates }
    return isOwnActive ? [ownSlot] : [ownSlot] + candidates
  }

  /// Returns the user's usage, aged to the present, wherever its record will be.
  ///
  /// A torn record counts as the user's unless an active one proves that it was another's.
  func usage(at now: UInt64) -> Usage {
    var usage = ownUsage ?? Usage(now: now)
    if !isOwnActive, let tornSince {
      usage.tornSince = tornSince
      // A notice that the torn record told of may have been sent just before.
      usage.notices = Notices(last: tornSince)
    }
    usage.advance(to: now)
    return usage
  }
}

/// A slot that is locked for a user, who may write to it.
struct LockedSlot {
  let slot: UInt32
  var usage: Usage
}

extension Ledger {
  /// Looks at the slots of a user's path until its record is found or cannot follow any more.
  ///
  /// A record in which nothing matters any more does not end the search; see `Survey.isOwnActive`.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - now: Seconds since 1970.
  ///   - settling: Whether torn slots are marked; otherwise nothing is locked or written.
  /// - Returns: What was found.
  /// - Throws: `LedgerError`.
  func survey(uid: UInt32, now: UInt64, settling: Bool) throws(LedgerError) -> Survey {
    var survey = Survey()
    var freeSlots = 0
    for index in 0..<LedgerFormat.probeCount {
      let slot = LedgerFormat.slot(index, of: uid)
      switch try settledContents(of: slot, now: now, marking: settling) {
      case .free:
        survey.candidates.append(slot)
        freeSlots += 1
        if freeSlots == LedgerFormat.freeSlotsSeen { return survey }
      case .record(uid, let usage):
        survey.isOwnActive = !usage.isIdle(at: now)
        if survey.isOwnActive || survey.ownSlot == nil {
          survey.ownSlot = slot
          survey.ownUsage = usage
        }
        if survey.isOwnActive { return survey }
        if !usage.isEmpty { survey.leftBehind.append(slot) }
      case .record(_, let usage):
        if usage.isIdle(at: now) { survey.candidates.append(slot) }
      case .tombstone(let since):
        if Self.blocks(since, now) {
          survey.tornSince = max(survey.tornSince ?? 0, since)
        } else {
          survey.candidates.append(slot)
        }
      case .unreadable:
        survey.isUnsettled = true
      }
    }
    return survey
  }

  /// Locks the slot of a user's record, or one that the record can be put into.
  ///
  /// - Parameters:
  ///   - uid: The user, whose own lock is held.
  ///   - now: Seconds since 1970.
  /// - Returns: The slot and the usage, aged to the present; nil = others are at work there
  ///   and it may be tried again.
  /// - Throws: `LedgerError.noFreeSlot`, `.system`.
  func lockSlot(for uid: UInt32, now: UInt64) throws(LedgerError) -> LockedSlot? {
    let survey = try survey(uid: uid, now: now, settling: true)
    guard survey.isOwnActive || !survey.isUnsettled else { return nil }
    let choices = survey.choices
    guard !choices.isEmpty else { throw .noFreeSlot(uid: uid) }
    for slot in choices where try tryLock(slot) {
      let isOurs =
        switch try contents(of: slot) {
        case .record(uid, _): true
        case let contents: slot != survey.ownSlot && Self.isAvailable(contents, now)
        }
      if isOurs {
        for other in survey.leftBehind where other != slot { try empty(other, of: uid, now: now) }
        return LockedSlot(slot: slot, usage: survey.usage(at: now))
      }
      try unlock(slot)
    }
    return nil
  }

  /// Forgets what an idle record of a user has counted, so that no clock can make it active again.
  ///
  /// If the clock were set back, it would be found before the record that is active now, and grant
  /// what that one has granted already. Where another process holds the slot, about to take it
  /// over, the next charge comes back to it. It must not become free: see
  /// `LedgerFormat.freeSlotsSeen`.
  private func empty(_ slot: UInt32, of uid: UInt32, now: UInt64) throws(LedgerError) {
    guard try tryLock(slot) else { return }
    if case .record(uid, var usage) = try contents(of: slot), usage.isIdle(at: now) {
      usage.advance(to: now)
      try write(.record(uid: uid, usage), to: slot)
    }
    try unlock(slot)
  }

  /// Writes a slot in one piece.
  func write(_ contents: Slot, to slot: UInt32) throws(LedgerError) {
    try system { () throws(Errno) in
      try file.pwriteWords(contents.words, offset: LedgerFormat.offset(of: slot))
    }
  }

  // MARK: One slot

  /// Returns what a slot holds at this moment; a write that is under way may make it unreadable.
  private func contents(of slot: UInt32) throws(LedgerError) -> Slot {
    let words = try system { () throws(Errno) in
      try file.preadWords(offset: LedgerFormat.offset(of: slot), wordCount: Slot.wordCount)
    }
    return Slot(reading: words)
  }

  /// Returns what a slot holds; a torn one is turned into a tombstone.
  ///
  /// - Parameters:
  ///   - slot: The slot.
  ///   - now: Seconds since 1970.
  ///   - marking: Whether the tombstone is written, under the slot's lock.
  /// - Returns: `unreadable` only if another process holds the slot, and so is writing to it.
  /// - Throws: `LedgerError`.
  private func settledContents(
    of slot: UInt32, now: UInt64, marking: Bool
  ) throws(LedgerError) -> Slot {
    let first = try contents(of: slot)
    guard Self.isUnsettled(first, now) else { return first }
    guard marking else {
      // For a report, reading twice is enough to tell a torn record from one that is being written.
      Clock.pause(milliseconds: 1)
      let second = try contents(of: slot)
      return Self.isUnsettled(second, now) ? .tombstone(since: now) : second
    }
    guard try tryLock(slot) else { return .unreadable }
    var settled = try contents(of: slot)
    if Self.isUnsettled(settled, now) {
      settled = .tombstone(since: now)
      try write(settled, to: slot)
    }
    try unlock(slot)
    return settled
  }

  /// Whether a slot must become a tombstone of the present.
  ///
  /// One from the future does, too: the clock
  /// went back, and the slot would stay blocked until it gets there again.
  private static func isUnsettled(_ contents: Slot, _ now: UInt64) -> Bool {
    switch contents {
    case .unreadable: true
    case .tombstone(let since): since > now
    case .free, .record: false
    }
  }

  private static func isAvailable(_ contents: Slot, _ now: UInt64) -> Bool {
    switch contents {
    case .free: true
    case .record(_, let usage): usage.isIdle(at: now)
    case .tombstone(let since): !blocks(since, now)
    case .unreadable: false
    }
  }

  /// Whether a tombstone still counts as a record that has used up everything.
  private static func blocks(_ since: UInt64, _ now: UInt64) -> Bool {
    now < since || now - since < QuotaPeriod.day.windowSeconds
  }

  private func tryLock(_ slot: UInt32) throws(LedgerError) -> Bool {
    try system { () throws(Errno) in
      try file.tryLockRecord(
        offset: LedgerFormat.offset(of: slot), count: UInt64(LedgerFormat.slotBytes))
    }
  }

  private func unlock(_ slot: UInt32) throws(LedgerError) {
    try system { () throws(Errno) in
      try file.unlockRecord(
        offset: LedgerFormat.offset(of: slot), count: UInt64(LedgerFormat.slotBytes))
    }
  }
}
