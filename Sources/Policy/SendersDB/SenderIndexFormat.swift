/// The layout of senders.db, version 2: header, settings, entries, table of slots.
///
/// All integers little endian.
///
///     header   = magic[8] version:u32 flags:u32 fileBytes:u64 slotsOffset:u64
///                slotCount:u32 entryCount:u32 builtAt:u64 stamp stamp settingsBytes:u32  ; 84 bytes
///     stamp    = bytes:u64 modified:u64                     ; of senders, then of postern.cf
///     settings = *field checksum:u64               ; see SettingFields; the checksum is of all before
///     entry    = fields (SenderEntryCoding) checksum:u64
///     slot     = uid:u32 entryBytes:u32 entryOffset:u64 checksum:u64                ; 24 bytes
///
/// A field more for a setting or for an entry is no other version: its code is new. Golden files in
/// Tests/Vectors/stored hold what is frozen here.
///
/// The slot of a UID is found by open addressing: from `home(uid)` on, within `windowSlots` slots,
/// which the builder guarantees and the reader gets with one read. An empty slot is zeroes with
/// their checksum, so that a hole in the file is not taken for "no such user".
enum SenderIndexFormat {
  static let magic = Array("PSTNSMAP".utf8)
  static let version: UInt32 = 2
  static let headerBytes = 84
  /// What is read to open the file: the header and, mostly, all settings.
  static let headBytes = 1_024
  /// The most bytes of settings, with room for several lists as long as a line of postern.cf can
  /// be.
  static let maximumSettingsBytes = 1 << 17
  static let slotBytes = 24
  /// How far a UID's slot may lie from its home: 1.5 KB a look-up.
  static let windowSlots = 64
  /// The longest entry: `SendersFile.maximumPatterns` patterns with room for domains as A-labels.
  static let maximumEntryBytes = 4 << 20
  /// The largest table: two slots for each of 33 million users.
  static let maximumSlots = 1 << 26

  /// Returns the number of slots in the file: those that can be a home, and room behind the last
  /// one, so that no window wraps around.
  static func storedSlots(_ slotCount: Int) -> Int { slotCount + windowSlots }

  /// Returns the first slot of a UID's window.
  ///
  /// - Parameters:
  ///   - uid: The UID.
  ///   - slotCount: A power of two.
  /// - Returns: The number of a slot, below `slotCount`.
  static func home(_ uid: UInt32, slotCount: Int) -> Int {
    // Fibonacci hashing: UIDs given one after the other are spread evenly.
    let hash = UInt64(uid) &* 0x9E37_79B9_7F4A_7C15
    return Int((hash >> 32) & UInt64(slotCount - 1))
  }

  /// One slot.
  struct Slot: Equatable {
    var uid: UInt32
    var byteCount: UInt32
    var offset: UInt64

    static let empty = Slot(uid: 0, byteCount: 0, offset: 0)

    func append(to bytes: inout [UInt8]) {
      let start = bytes.count
      LittleEndian.append(uid, to: &bytes)
      LittleEndian.append(byteCount, to: &bytes)
      LittleEndian.append(offset, to: &bytes)
      LittleEndian.append(Checksum.fnv1a(bytes, start..<bytes.count), to: &bytes)
    }

    /// Reads a slot, nil if its checksum is wrong.
    init?(_ bytes: [UInt8], at offset: Int) {
      guard
        Checksum.fnv1a(bytes, offset..<(offset + 16)) == LittleEndian.uint64(bytes, at: offset + 16)
      else { return nil }
      uid = LittleEndian.uint32(bytes, at: offset)
      byteCount = LittleEndian.uint32(bytes, at: offset + 4)
      self.offset = LittleEndian.uint64(bytes, at: offset + 8)
    }

    init(uid: UInt32, byteCount: UInt32, offset: UInt64) {
      self.uid = uid
      self.byteCount = byteCount
      self.offset = offset
    }
  }
}
