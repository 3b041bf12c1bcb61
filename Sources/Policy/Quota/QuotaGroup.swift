/// Users who share a quota: what they send is charged to one record of the state file.
///
/// What is refused, and who is suspended, stays each user's own.
package struct QuotaGroup: Sendable, Hashable {
  /// The name: entries with the same one belong together.
  package let name: [UInt8]

  /// The longest name in bytes.
  static let nameBytes = 64

  /// Whose record it is: a UID above those that accounts have.
  ///
  /// It depends on the name alone, so no build of the map, and no user who joins or leaves, gives a
  /// used quota back. `postern map build` refuses two names with the same one.
  package var recordUID: UInt32 {
    let hash = Checksum.fnv1a(name)
    return Self.firstUID + UInt32((hash ^ hash >> 32) % Self.count)
  }

  private static let firstUID: UInt32 = 0xC000_0000
  /// (uid_t)-1 is no UID, and the record of all who have no entry.
  private static let count = UInt64(UInt32.max - firstUID)

  /// The name as rows of figures have it.
  package var written: [UInt8] { [UInt8]("group:".utf8) + name }
}
