/// Where everything is in the state file.
///
/// All numbers are little-endian.
///
/// The file, of a fixed size and mostly a hole:
///
///     offset            bytes   what
///     0                 4096    file header
///     4096 + 2048 × n   2048    slot n, 0 ≤ n < 262 144
///
/// The file header is the same in every file of this version; the rest of its page is zero:
///
///     0                 8       "POSTERN" and a NUL
///     8                 4       version, 2
///     12                4       bytes in a slot, 2048
///     16                4       number of slots, 262 144
///
/// Locks, on bytes that need not exist, belong to one opening of the file (`lockRecord`):
///
///     2^40 + uid        1       held by who works for that user; waited for
///     2^41 + uid        1       held by whose turn it is among that user's processes (`Turn`)
///     slot n            2048    held by who may write to the slot; never waited for
///
/// So a process that is stopped, slow or malicious can make nobody wait but its own user.
package enum LedgerFormat {
  static let headerBytes = 4_096
  static let slotBytes = 2_048
  package static let slotCount: UInt32 = 1 << 18

  /// The version of this layout and of the slots' own.
  ///
  /// A file of another one is refused, never converted: an older program that still runs would go
  /// on writing to it.
  package static let version: UInt32 = 2

  /// The size of the file in bytes.
  static let fileBytes = UInt64(headerBytes) + UInt64(slotCount) * UInt64(slotBytes)

  /// What every file of any version begins with.
  static let magic = Array("POSTERN\0".utf8)

  /// What every file of this version begins with.
  static let header: [UInt8] =
    magic + littleEndian(version) + littleEndian(UInt32(slotBytes)) + littleEndian(slotCount)

  /// The byte that is locked by who works for a user.
  static func userLock(of uid: UInt32) -> UInt64 { 1 << 40 + UInt64(uid) }

  /// The byte that is locked by the process whose turn it is.
  static func turn(of uid: UInt32) -> UInt64 { 1 << 41 + UInt64(uid) }

  /// Where a slot begins.
  ///
  /// Two slots make a page, so that none crosses from one into the next.
  static func offset(of slot: UInt32) -> UInt64 {
    UInt64(headerBytes) + UInt64(slot) * UInt64(slotBytes)
  }

  // MARK: The slots of a user

  /// How many slots a user may have its record in.
  static let probeCount = 64

  /// How many free slots are seen on a user's path before the search ends.
  ///
  /// A record is put after free slots only while others hold those; should they die without
  /// writing, a search that ended at the first free slot would lose the record. Nobody goes past
  /// more than `freeSlotsSeen - 1` of them, see `Ledger.candidates`.
  static let freeSlotsSeen = 4

  /// Returns a slot on a user's path.
  ///
  /// UIDs below the number of slots each have a first slot of their own. The path goes on in steps
  /// of an odd number, which differs among users with the same first slot, and never comes back
  /// to a slot before all were visited, their number being a power of two.
  ///
  /// - Parameters:
  ///   - index: The position on the path, 0 to `probeCount` - 1.
  ///   - uid: The user.
  /// - Returns: The number of the slot.
  static func slot(_ index: Int, of uid: UInt32) -> UInt32 {
    // The finalizer of MurmurHash3: every bit of the UID changes about half of the bits.
    var mixed = uid
    mixed = (mixed ^ mixed >> 16) &* 0x85EB_CA6B
    mixed = (mixed ^ mixed >> 13) &* 0xC2B2_AE35
    mixed ^= mixed >> 16
    return (uid &+ UInt32(index) &* (mixed | 1)) % slotCount
  }
}

/// Returns the bytes of a number, the lowest first.
func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
  (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
}
