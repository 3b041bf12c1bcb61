/// senders.db, read where it lies: one read to open, two to find a UID.
package struct SenderIndex: Sendable {
  /// What the file says about itself.
  package let header: SenderIndexHeader
  /// The settings in force.
  package let configuration: Configuration

  /// Opens a file by its header.
  ///
  /// - Parameters:
  ///   - size: The size of the file in bytes.
  ///   - readAt: Returns `count` bytes from `offset` on, fewer at the end of the file.
  /// - Returns: The index.
  /// - Throws: `SenderIndexError` for whatever is not a whole file of this version.
  package static func open<ReadError: Error>(
    size: UInt64, readAt: (_ offset: UInt64, _ count: Int) throws(ReadError) -> [UInt8]
  ) throws(SenderIndexError<ReadError>) -> SenderIndex {
    typealias Format = SenderIndexFormat
    var bytes: [UInt8]
    do throws(ReadError) { bytes = try readAt(0, Format.headBytes) } catch {
      throw .unreadable(error)
    }
    let header: SenderIndexHeader
    do throws(SenderIndexFault) { header = try SenderIndexHeader.read(bytes, size: size) } catch {
      throw .invalid(error)
    }
    if header.settingsEnd > bytes.count { bytes = try read(0, header.settingsEnd, readAt) }
    do throws(SenderIndexFault) {
      return SenderIndex(header: header, configuration: try header.settings(in: bytes))
    } catch {
      throw .invalid(error)
    }
  }

  /// Looks a UID up.
  ///
  /// - Parameters:
  ///   - uid: The UID.
  ///   - readAt: As for `open`.
  /// - Returns: Its entry; nil = the map has none.
  /// - Throws: `SenderIndexError` for damage near the answer.
  /// - Complexity: Two reads, whatever the size of the map.
  package func entry<ReadError: Error>(
    for uid: UInt32, readAt: (_ offset: UInt64, _ count: Int) throws(ReadError) -> [UInt8]
  ) throws(SenderIndexError<ReadError>) -> SenderEntry? {
    typealias Format = SenderIndexFormat
    let home = Format.home(uid, slotCount: header.slotCount)
    let offset = header.slotsOffset + UInt64(home * Format.slotBytes)
    let window = try Self.read(offset, Format.windowSlots * Format.slotBytes, readAt)
    for index in 0..<Format.windowSlots {
      guard let slot = Format.Slot(window, at: index * Format.slotBytes) else {
        throw .invalid(.slotChecksum(uid: uid))
      }
      if slot == .empty { return nil }
      if slot.uid == uid { return try entry(in: slot, readAt) }
    }
    return nil
  }

  /// Reads every entry, in the order of the table.
  ///
  /// - Parameter readAt: As for `open`.
  /// - Returns: All entries.
  /// - Throws: `SenderIndexError` for damage anywhere.
  /// - Complexity: Linear in the size of the file.
  package func allEntries<ReadError: Error>(
    readAt: (_ offset: UInt64, _ count: Int) throws(ReadError) -> [UInt8]
  ) throws(SenderIndexError<ReadError>) -> [SenderEntry] {
    typealias Format = SenderIndexFormat
    var entries: [SenderEntry] = []
    let slotCount = Format.storedSlots(header.slotCount)
    let table = try Self.read(
      header.slotsOffset, slotCount * Format.slotBytes, readAt)
    for index in 0..<slotCount {
      guard let slot = Format.Slot(table, at: index * Format.slotBytes) else {
        throw .invalid(.headerChecksum)
      }
      if slot != .empty { entries.append(try entry(in: slot, readAt)) }
    }
    guard entries.count == header.entryCount else { throw .invalid(.headerChecksum) }
    return entries
  }

  /// Reads the entry that a slot points to.
  private func entry<ReadError: Error>(
    in slot: SenderIndexFormat.Slot,
    _ readAt: (_ offset: UInt64, _ count: Int) throws(ReadError) -> [UInt8]
  ) throws(SenderIndexError<ReadError>) -> SenderEntry {
    let count = UInt64(slot.byteCount)
    guard count >= 8, count <= UInt64(SenderIndexFormat.maximumEntryBytes),
      slot.offset >= UInt64(header.settingsEnd), slot.offset <= header.slotsOffset,
      count <= header.slotsOffset - slot.offset
    else { throw .invalid(.slotChecksum(uid: slot.uid)) }
    let bytes = try Self.read(slot.offset, Int(count), readAt)
    do throws(SenderIndexFault) {
      return try SenderEntryCoding.decode(bytes, uid: slot.uid)
    } catch {
      throw .invalid(error)
    }
  }

  /// Reads exactly `count` bytes.
  private static func read<ReadError: Error>(
    _ offset: UInt64, _ count: Int,
    _ readAt: (_ offset: UInt64, _ count: Int) throws(ReadError) -> [UInt8]
  ) throws(SenderIndexError<ReadError>) -> [UInt8] {
    let bytes: [UInt8]
    do throws(ReadError) {
      bytes = try readAt(offset, count)
    } catch {
      throw .unreadable(error)
    }
    guard bytes.count == count else { throw .invalid(.truncated) }
    return bytes
  }
}
