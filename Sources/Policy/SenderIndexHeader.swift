/// What senders.db says about itself.
package struct SenderIndexHeader: Sendable, Equatable {
  /// What the file was built from.
  package struct Source: Sendable, Equatable {
    /// When it was built, in seconds since 1970.
    package var builtAt: UInt64
    /// The size of senders in bytes.
    package var sendersBytes: UInt64
    /// When senders was last modified, in nanoseconds since 1970.
    package var sendersModified: UInt64
    /// The `Configuration.settingsDigest` of the build.
    package var settingsDigest: UInt64

    /// Creates a description of the source.
    package init(
      builtAt: UInt64, sendersBytes: UInt64, sendersModified: UInt64, settingsDigest: UInt64
    ) {
      self.builtAt = builtAt
      self.sendersBytes = sendersBytes
      self.sendersModified = sendersModified
      self.settingsDigest = settingsDigest
    }
  }

  /// What it was built from.
  package var source: Source
  /// The default domain in force, in lower case and as A-labels.
  package var defaultDomain: [UInt8]
  /// The number of entries.
  package var entryCount: Int
  /// The number of home slots, a power of two.
  var slotCount: Int
  /// Where the entries end and the table of slots begins.
  var slotsOffset: UInt64
  /// The size of the file.
  var fileBytes: UInt64

  /// Tells whether `postern map build` is due.
  ///
  /// - Parameters:
  ///   - sendersBytes: The present size of senders.
  ///   - sendersModified: When it was last modified, in nanoseconds since 1970.
  ///   - settingsDigest: The digest of the present configuration, as postern.cf has it.
  /// - Returns: Whether anything differs from what the file was built from.
  package func isStale(
    sendersBytes: UInt64, sendersModified: UInt64, settingsDigest: UInt64
  ) -> Bool {
    source.sendersBytes != sendersBytes || source.sendersModified != sendersModified
      || source.settingsDigest != settingsDigest
  }

  /// The header's bytes.
  var encoded: [UInt8] {
    typealias Format = SenderIndexFormat
    var bytes = Format.magic
    bytes.reserveCapacity(Format.headerBytes)
    LittleEndian.append(Format.version, to: &bytes)
    LittleEndian.append(UInt32(truncatingIfNeeded: slotCount), to: &bytes)
    LittleEndian.append(UInt32(truncatingIfNeeded: entryCount), to: &bytes)
    LittleEndian.append(UInt32(0), to: &bytes)
    for value in [
      fileBytes, slotsOffset, source.builtAt, source.sendersBytes, source.sendersModified,
      source.settingsDigest,
    ] {
      LittleEndian.append(value, to: &bytes)
    }
    LittleEndian.append(UInt16(truncatingIfNeeded: defaultDomain.count), to: &bytes)
    bytes += defaultDomain
    bytes += Array(repeating: 0, count: Format.headerBytes - 8 - bytes.count)
    LittleEndian.append(Checksum.fnv1a(bytes), to: &bytes)
    return bytes
  }

  /// Reads a header.
  ///
  /// - Parameters:
  ///   - bytes: The first bytes of the file.
  ///   - size: The size of the file.
  /// - Returns: The header.
  /// - Throws: What is wrong with it.
  static func read(_ bytes: [UInt8], size: UInt64) throws(SenderIndexFault) -> SenderIndexHeader {
    typealias Format = SenderIndexFormat
    guard bytes.count == Format.headerBytes else { throw .truncated }
    guard bytes.starts(with: Format.magic) else { throw .foreign }
    let version = LittleEndian.uint32(bytes, at: 8)
    guard version == Format.version else { throw .version(version) }
    let end = Format.headerBytes - 8
    guard Checksum.fnv1a(bytes, 0..<end) == LittleEndian.uint64(bytes, at: end) else {
      throw .headerChecksum
    }
    let domainBytes = Int(LittleEndian.uint16(bytes, at: 72))
    guard domainBytes <= Format.maximumDomainBytes else { throw .headerChecksum }
    let header = SenderIndexHeader(
      source: Source(
        builtAt: LittleEndian.uint64(bytes, at: 40),
        sendersBytes: LittleEndian.uint64(bytes, at: 48),
        sendersModified: LittleEndian.uint64(bytes, at: 56),
        settingsDigest: LittleEndian.uint64(bytes, at: 64)),
      defaultDomain: Array(bytes[74..<(74 + domainBytes)]),
      entryCount: Int(LittleEndian.uint32(bytes, at: 16)),
      slotCount: Int(LittleEndian.uint32(bytes, at: 12)),
      slotsOffset: LittleEndian.uint64(bytes, at: 32),
      fileBytes: LittleEndian.uint64(bytes, at: 24))
    try header.verify(size: size)
    return header
  }

  /// Checks that the numbers fit each other and the file.
  private func verify(size: UInt64) throws(SenderIndexFault) {
    guard fileBytes == size else { throw .size(expected: fileBytes, actual: size) }
    let isPowerOfTwo = slotCount > 0 && slotCount & (slotCount - 1) == 0
    guard isPowerOfTwo, slotCount <= SenderIndexFormat.maximumSlots else { throw .headerChecksum }
    let table = UInt64(SenderIndexFormat.storedSlots(slotCount) * SenderIndexFormat.slotBytes)
    guard slotsOffset >= UInt64(SenderIndexFormat.headerBytes), slotsOffset <= size,
      size - slotsOffset == table
    else { throw .headerChecksum }
  }
}

/// What is wrong with senders.db.
package enum SenderIndexFault: Error, Sendable, Equatable {
  /// A read returned fewer bytes than the file should have.
  case truncated
  /// It is no senders.db.
  case foreign
  /// It was written by another version of Postern.
  case version(UInt32)
  /// Its header is damaged.
  case headerChecksum
  /// It is not as long as it was written.
  case size(expected: UInt64, actual: UInt64)
  /// The slots near this UID's are damaged.
  case slotChecksum(uid: UInt32)
  /// The entry of this UID is damaged.
  case entryChecksum(uid: UInt32)
}

/// Why senders.db gave no answer.
///
/// It is never a permit.
package enum SenderIndexError<ReadError: Error>: Error {
  /// It could not be read.
  case unreadable(ReadError)
  /// It is not what it should be.
  case invalid(SenderIndexFault)
}
