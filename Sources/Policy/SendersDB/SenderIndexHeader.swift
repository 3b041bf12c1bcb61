/// What tells whether a file is still the one that was compiled.
package struct FileStamp: Sendable, Equatable {
  /// Its size in bytes.
  package var bytes: UInt64
  /// When it was last modified, in nanoseconds since 1970.
  package var modified: UInt64

  /// Creates a stamp.
  package init(bytes: UInt64, modified: UInt64) {
    self.bytes = bytes
    self.modified = modified
  }
}

/// What senders.db says about itself.
package struct SenderIndexHeader: Sendable, Equatable {
  /// What the file was built from.
  package struct Source: Sendable, Equatable {
    /// When it was built, in seconds since 1970.
    package var builtAt: UInt64
    /// senders, as it was read.
    package var senders: FileStamp
    /// postern.cf, as it was read.
    package var settings: FileStamp

    /// Creates a description of the source.
    package init(builtAt: UInt64, senders: FileStamp, settings: FileStamp) {
      self.builtAt = builtAt
      self.senders = senders
      self.settings = settings
    }
  }

  /// The format that this version of Postern writes, and the only one it reads.
  package static var formatVersion: UInt32 { SenderIndexFormat.version }

  /// What it was built from.
  package var source: Source
  /// Whether `default_domain` is Postfix's `myorigin`, not postern.cf's own.
  package var hasPostfixDomain: Bool
  /// The number of entries.
  package var entryCount: Int
  /// The number of home slots, a power of two.
  var slotCount: Int
  /// Where the entries end and the table of slots begins.
  var slotsOffset: UInt64
  /// The size of the file.
  var fileBytes: UInt64
  /// The size of the settings without their checksum.
  var settingsBytes: Int

  private static let postfixDomain: UInt32 = 1

  /// Where the settings with their checksum end.
  var settingsEnd: Int { SenderIndexFormat.headerBytes + settingsBytes + 8 }

  /// Tells whether a file has changed since the build.
  ///
  /// - Parameters:
  ///   - senders: senders as it is.
  ///   - settings: postern.cf as it is.
  /// - Returns: Whether `postern map build` is due.
  package func isStale(senders: FileStamp, settings: FileStamp) -> Bool {
    source.senders != senders || source.settings != settings
  }

  /// The header's bytes.
  var encoded: [UInt8] {
    typealias Format = SenderIndexFormat
    var bytes = Format.magic
    LittleEndian.append(Format.version, to: &bytes)
    LittleEndian.append(hasPostfixDomain ? Self.postfixDomain : 0, to: &bytes)
    LittleEndian.append(fileBytes, to: &bytes)
    LittleEndian.append(slotsOffset, to: &bytes)
    LittleEndian.append(UInt32(truncatingIfNeeded: slotCount), to: &bytes)
    LittleEndian.append(UInt32(truncatingIfNeeded: entryCount), to: &bytes)
    LittleEndian.append(source.builtAt, to: &bytes)
    for stamp in [source.senders, source.settings] {
      LittleEndian.append(stamp.bytes, to: &bytes)
      LittleEndian.append(stamp.modified, to: &bytes)
    }
    LittleEndian.append(UInt32(truncatingIfNeeded: settingsBytes), to: &bytes)
    return bytes
  }

  /// Reads a header, whose checksum is looked at with the settings.
  ///
  /// - Parameters:
  ///   - bytes: The first bytes of the file.
  ///   - size: The size of the file.
  /// - Returns: The header.
  /// - Throws: What is wrong with it.
  static func read(_ bytes: [UInt8], size: UInt64) throws(SenderIndexFault) -> SenderIndexHeader {
    typealias Format = SenderIndexFormat
    guard bytes.count >= Format.headerBytes else { throw .truncated }
    guard bytes.starts(with: Format.magic) else { throw .foreign }
    var reader = ByteReader(bytes, Format.magic.count..<Format.headerBytes)
    let version = reader.uint32()
    guard version == Format.version else { throw .version(version) }
    let flags = reader.uint32()
    let (fileBytes, slotsOffset) = (reader.uint64(), reader.uint64())
    let (slotCount, entryCount) = (Int(reader.uint32()), Int(reader.uint32()))
    let builtAt = reader.uint64()
    let senders = FileStamp(bytes: reader.uint64(), modified: reader.uint64())
    let settings = FileStamp(bytes: reader.uint64(), modified: reader.uint64())
    let header = SenderIndexHeader(
      source: Source(builtAt: builtAt, senders: senders, settings: settings),
      hasPostfixDomain: flags & postfixDomain != 0, entryCount: entryCount, slotCount: slotCount,
      slotsOffset: slotsOffset, fileBytes: fileBytes, settingsBytes: Int(reader.uint32()))
    guard flags & ~postfixDomain == 0 else { throw .headerChecksum }
    try header.verify(size: size)
    return header
  }

  /// Checks that the numbers fit each other and the file.
  private func verify(size: UInt64) throws(SenderIndexFault) {
    guard settingsBytes <= SenderIndexFormat.maximumSettingsBytes else { throw .headerChecksum }
    guard fileBytes == size else { throw .size(expected: fileBytes, actual: size) }
    let isPowerOfTwo = slotCount > 0 && slotCount & (slotCount - 1) == 0
    guard isPowerOfTwo, slotCount <= SenderIndexFormat.maximumSlots else { throw .headerChecksum }
    let table = UInt64(SenderIndexFormat.storedSlots(slotCount) * SenderIndexFormat.slotBytes)
    guard slotsOffset >= UInt64(settingsEnd), slotsOffset <= size, size - slotsOffset == table
    else { throw .headerChecksum }
  }

  /// Reads the settings behind the header, and checks that both are whole.
  ///
  /// - Parameter bytes: The first bytes of the file, at least `settingsEnd` of them.
  /// - Returns: The settings in force.
  /// - Throws: What is wrong with them.
  func settings(in bytes: [UInt8]) throws(SenderIndexFault) -> Configuration {
    let end = settingsEnd - 8
    guard bytes.count >= settingsEnd else { throw .truncated }
    guard Checksum.fnv1a(bytes, 0..<end) == LittleEndian.uint64(bytes, at: end) else {
      throw .headerChecksum
    }
    var reader = ByteReader(bytes, SenderIndexFormat.headerBytes..<end)
    do throws(SettingFault) {
      return try SettingFields.configuration(&reader)
    } catch {
      switch error {
      case .unknown(let code): throw .setting(code)
      case .damaged: throw .headerChecksum
      }
    }
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
  /// It holds a setting that this version does not know: a newer one wrote it.
  case setting(UInt16)
  /// Its header or its settings are damaged.
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
