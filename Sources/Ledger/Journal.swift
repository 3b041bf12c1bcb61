package import LinuxSystem
internal import Policy

/// The last decisions about each user, beside the state file.
///
///     journal/UID       = *record      ; appended to
///     journal/UID.old   = *record      ; what was appended to before
///     record            = LF time SP checksum SP line LF
///     time              = 1*DIGIT      ; seconds since 1970
///     checksum          = 16HEXDIG     ; of the time and the line
///
/// A file that has reached its size takes the place of the old one: no user can push out another's
/// records, and nobody waits for anybody. One write for a record, at the end of the file wherever
/// that is by then: a process that is killed has written all of it or nothing. What power loss or a
/// full disk cuts ends at the next line feed, and its checksum does not fit.
///
/// It is no account: whoever cannot write here sends, or is refused, all the same.
package struct Journal: Sendable {
  private let files: UserFiles

  /// The size in bytes at which a file becomes the old one.
  ///
  /// A record has 300 to 900 bytes as a rule, so that a user has the last 40 to 200 decisions; with
  /// values as long as they may be it has 4 000, and the user the last 8.
  package static let fileBytes: UInt64 = 32_768

  /// What is read of a file, in bytes: more than it ever has.
  private static let readBytes = 4 * Int(fileBytes)
  private static let oldSuffix = ".old"

  /// One decision.
  package struct Record: Sendable, Equatable {
    /// When it was made, in seconds since 1970.
    package let time: UInt64
    /// The line of the log, without its end.
    package let line: [UInt8]
  }

  /// What was read of a user's journal.
  package struct Excerpt: Sendable {
    /// The records, the newest last.
    package fileprivate(set) var records: [Record] = []
    /// How many places were no record: power was lost there, or the disk was full.
    package fileprivate(set) var tornCount = 0
    /// Where it ends.
    package fileprivate(set) var end = Position(inode: 0, offset: 0)
  }

  /// A place between two records.
  package struct Position: Sendable, Equatable {
    fileprivate var inode: UInt64
    fileprivate var offset: UInt64
  }

  /// Finds the journal that goes with a state file.
  ///
  /// - Parameter quotaFile: The path of the state file.
  package init(beside quotaFile: [UInt8]) { files = UserFiles("journal", beside: quotaFile) }

  // MARK: Writing

  /// Appends a decision.
  ///
  /// - Parameters:
  ///   - line: The line of the log, without a line feed.
  ///   - uid: The user; `Ledger.sharedUID` for those without an entry.
  ///   - time: Seconds since 1970.
  /// - Throws: `Errno`; the record is lost then.
  package func append(_ line: [UInt8], for uid: UInt32, at time: UInt64) throws(Errno) {
    let path = files.path(of: uid)
    var file = try open(path)
    let status = try file.status()
    guard status.isRegular, status.linkCount == 1, status.ownerUID == Credentials.fileUserID()
    else { return }
    if status.size >= Self.fileBytes, try isToBeReplaced(file, status, path) {
      try FileSystem.rename(path, to: path + Array(Self.oldSuffix.utf8))
      file = try open(path)
    }
    try file.writeAll(Self.record(line, at: time))
  }

  /// Whether this process is the one that makes a full file the old one: two that did so in turn
  /// would throw it away.
  ///
  /// Where the one that holds the lock does not go on, the file grows to twice its size, and then
  /// nobody asks for the lock.
  private func isToBeReplaced(
    _ file: borrowing FileDescriptor, _ status: FileStatus, _ path: [UInt8]
  ) throws(Errno) -> Bool {
    if status.size < 2 * Self.fileBytes {
      guard try file.tryLockRecord(offset: 0, count: 1) else { return false }
    }
    return try fileStatus(path, followingLinks: false).inode == status.inode
  }

  private func open(_ path: [UInt8]) throws(Errno) -> FileDescriptor {
    let options: FileDescriptor.Options = [.writeOnly, .append, .create, .nonBlocking]
    do {
      return try FileDescriptor.open(path: path, options: options)
    } catch {
      guard error.isNotFound else { throw error }
    }
    try files.makeDirectory()
    return try FileDescriptor.open(path: path, options: options)
  }

  static func record(_ line: [UInt8], at time: UInt64) -> [UInt8] {
    var stamp: [UInt8] = []
    stamp.reserveCapacity(24)
    stamp.append(decimal: time)
    var record: [UInt8] = []
    record.reserveCapacity(line.count + 48)
    record.append(lineFeed)
    record += stamp
    record.append(blank)
    let sum = Checksum.fnv1a(stamp[...], then: line[...])
    for shift in stride(from: 60, through: 0, by: -4) {
      record.append(hexadecimal[Int(sum >> UInt64(shift) & 15)])
    }
    record.append(blank)
    record += line
    record.append(lineFeed)
    return record
  }

  private static let lineFeed = UInt8(ascii: "\n")
  private static let blank = UInt8(ascii: " ")
  private static let hexadecimal = [UInt8]("0123456789abcdef".utf8)

  // MARK: Reading

  /// Returns the users who have a journal, in ascending order.
  ///
  /// - Throws: `LedgerError.system`.
  package func users() throws(LedgerError) -> [UInt32] { try files.users(suffix: Self.oldSuffix) }

  /// When a user's journal was last written to, in nanoseconds since 1970; nil = there is none.
  package func lastChange(of uid: UInt32) -> UInt64? {
    newestStatus(of: uid)?.modifiedNanoseconds
  }

  /// Where a user's journal ends at this moment, without reading it; nil = there is none.
  ///
  /// What is being written just now may be half of a record, whose other half is passed over later.
  package func end(of uid: UInt32) -> Position? {
    newestStatus(of: uid).map { Position(inode: $0.inode, offset: $0.size) }
  }

  /// Between the two files, or where the disk is full, a user may have the old one only.
  private func newestStatus(of uid: UInt32) -> FileStatus? {
    let path = files.path(of: uid)
    return (try? fileStatus(path, followingLinks: false))
      ?? (try? fileStatus(path + Array(Self.oldSuffix.utf8), followingLinks: false))
  }

  /// Returns the records of a user.
  ///
  /// - Parameters:
  ///   - uid: The user; `Ledger.sharedUID` for those without an entry.
  ///   - position: The end of an earlier excerpt, after which reading begins; nil = the beginning.
  /// - Returns: What is there; nothing where no decision has been made.
  /// - Throws: `LedgerError.system`.
  package func excerpt(
    of uid: UInt32, after position: Position? = nil
  ) throws(LedgerError) -> Excerpt {
    let path = files.path(of: uid)
    var excerpt = Excerpt()
    // Should it become the old one between the two reads, it is recognized; the other way round it
    // would be missed.
    let new = try contents(path)
    if let new, let position, new.inode == position.inode {
      excerpt.take(new.bytes, from: position.offset)
    } else {
      let old = try contents(path + Array(Self.oldSuffix.utf8))
      if let old, old.inode != new?.inode {
        excerpt.take(old.bytes, from: old.inode == position?.inode ? position?.offset ?? 0 : 0)
      }
      if let new { excerpt.take(new.bytes, from: 0) }
    }
    excerpt.end =
      new.map { Position(inode: $0.inode, offset: $0.end) } ?? position ?? excerpt.end
    return excerpt
  }

  private struct Contents {
    var inode: UInt64
    var bytes: [UInt8]
    /// Behind the last line feed: what follows is being written.
    var end: UInt64 { UInt64((bytes.lastIndex(of: lineFeed) ?? -1) + 1) }
  }

  private func contents(_ path: [UInt8]) throws(LedgerError) -> Contents? {
    do {
      let file = try FileDescriptor.open(path: path, options: [.readOnly, .nonBlocking])
      let inode = try file.status().inode
      return Contents(inode: inode, bytes: try file.pread(offset: 0, count: Self.readBytes))
    } catch {
      guard error.isNotFound else { throw .system(error) }
      return nil
    }
  }

  /// Reads one line of a file; nil = it is no record.
  static func read(_ text: ArraySlice<UInt8>) -> Record? {
    let time = text.prefix { (0x30...0x39).contains($0) }
    let rest = text.dropFirst(time.count)
    guard rest.count > 18, rest.first == blank,
      let seconds = UInt64(String(decoding: time, as: UTF8.self)),
      let sum = UInt64(
        String(decoding: rest.dropFirst().prefix(16), as: UTF8.self), radix: 16),
      rest[rest.startIndex + 17] == blank
    else { return nil }
    let line = rest.dropFirst(18)
    guard Checksum.fnv1a(time, then: line) == sum else { return nil }
    return Record(time: seconds, line: Array(line))
  }
}

extension Journal.Excerpt {
  fileprivate mutating func take(_ bytes: [UInt8], from offset: UInt64) {
    let start = Int(clamping: offset)
    guard start < bytes.count else { return }
    // The last piece is either empty or being written.
    let lines = bytes[start...].split(separator: 0x0A, omittingEmptySubsequences: false)
    for line in lines.dropLast() where !line.isEmpty {
      if let record = Journal.read(line) { records.append(record) } else { tornCount += 1 }
    }
  }
}
