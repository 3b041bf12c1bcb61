internal import LinuxSystem
package import Policy

/// One user's record.
package struct UserRecord: Sendable, Equatable {
  /// The user.
  package let uid: UInt32
  /// What was used, aged to the present.
  package let usage: Usage
}

extension Ledger {
  /// Words that are read at once: a number of whole slots.
  private static let slotWords = LedgerFormat.slotBytes / 8
  private static let chunkSlots = 64

  /// Returns every record in one pass, in ascending order of users.
  ///
  /// Nothing is locked: a record that is being written at this moment may be missed. Of two records
  /// of one user, which only a race over an idle one can leave, the active one is returned.
  ///
  /// - Parameter now: Seconds since 1970.
  /// - Returns: Each user once.
  /// - Throws: `LedgerError`.
  /// - Complexity: O(slots in use): holes of the file are skipped.
  package func records(now: UInt64 = Clock.seconds()) throws(LedgerError) -> [UserRecord] {
    var records: [UserRecord] = []
    try forEachSlot { chunk, first in
      let words = Array(chunk[first..<first + Slot.wordCount])
      guard case .record(let uid, var usage) = Slot(reading: words) else { return }
      usage.advance(to: now)
      records.append(UserRecord(uid: uid, usage: usage))
    }
    return Self.distinct(records, now)
  }

  /// Counts the records that no other user can have the place of.
  ///
  /// - Parameter now: Seconds since 1970.
  /// - Returns: How many there are, of `LedgerFormat.slotCount`; some that have just become idle
  ///   are among them.
  /// - Throws: `LedgerError`.
  /// - Complexity: O(slots in use), and a tenth of the time of `records(now:)`.
  package func fill(now: UInt64 = Clock.seconds()) throws(LedgerError) -> Int {
    var count = 0
    try forEachSlot { chunk, first in if Slot.isInUse(chunk, at: first, now: now) { count += 1 } }
    return count
  }

  /// Reads all slots that are not zeros.
  ///
  /// - Parameter take: Gets words that were read, and where in them the slot begins.
  /// - Throws: `LedgerError.system`.
  private func forEachSlot(_ take: ([UInt64], Int) -> Void) throws(LedgerError) {
    var position = UInt64(LedgerFormat.headerBytes)
    while let data = try nextData(from: position) {
      // Data begin with a page, and a page with a slot.
      let start = max(position, data - data % UInt64(LedgerFormat.slotBytes))
      let chunk = try system { () throws(Errno) in
        try file.preadWords(offset: start, wordCount: Self.chunkSlots * Self.slotWords)
      }
      for slot in 0..<chunk.count / Self.slotWords {
        let first = slot * Self.slotWords
        // Most slots are zeros.
        if chunk[first] != 0 { take(chunk, first) }
      }
      position = start + UInt64(Self.chunkSlots * LedgerFormat.slotBytes)
    }
  }

  private static func distinct(_ records: [UserRecord], _ now: UInt64) -> [UserRecord] {
    var distinct: [UserRecord] = []
    for record in records.sorted(by: { $0.uid < $1.uid }) {
      if let last = distinct.last, last.uid == record.uid {
        if last.usage.isIdle(at: now) { distinct[distinct.count - 1] = record }
      } else {
        distinct.append(record)
      }
    }
    return distinct
  }

  private func nextData(from position: UInt64) throws(LedgerError) -> UInt64? {
    guard position < LedgerFormat.fileBytes else { return nil }
    return try system { () throws(Errno) in try file.nextData(from: position) }
  }
}
