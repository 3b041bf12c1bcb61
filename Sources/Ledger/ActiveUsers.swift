internal import LinuxSystem

extension Ledger {
  /// Bytes that are read at once: a number of whole slots.
  private static let chunkBytes = 64 * LedgerFormat.slotBytes

  /// Returns the users who have a record, in ascending order.
  ///
  /// Nothing is locked: a record that is being written at this moment may be missed.
  ///
  /// - Returns: Each user once.
  /// - Throws: `LedgerError`.
  /// - Complexity: O(slots in use): holes of the file are skipped.
  package func activeUsers() throws(LedgerError) -> [UInt32] {
    var users: [UInt32] = []
    var position = UInt64(LedgerFormat.headerBytes)
    while let data = try nextData(from: position) {
      // Data begin with a page, and a page with a slot.
      let start = max(position, data - data % UInt64(LedgerFormat.slotBytes))
      let chunk = try system { () throws(Errno) in
        try file.pread(offset: start, count: Self.chunkBytes)
      }
      for slot in 0..<chunk.count / LedgerFormat.slotBytes {
        let offset = slot * LedgerFormat.slotBytes
        // Most slots are zeros.
        guard chunk[offset] != 0 else { continue }
        let bytes = Array(chunk[offset..<offset + Slot.byteCount])
        if case .record(let uid, _) = Slot(reading: bytes) { users.append(uid) }
      }
      position = start + UInt64(Self.chunkBytes)
    }
    users.sort()
    return users.enumerated().filter { $0 == 0 || users[$0 - 1] != $1 }.map(\.element)
  }

  private func nextData(from position: UInt64) throws(LedgerError) -> UInt64? {
    guard position < LedgerFormat.fileBytes else { return nil }
    return try system { () throws(Errno) in try file.nextData(from: position) }
  }
}
