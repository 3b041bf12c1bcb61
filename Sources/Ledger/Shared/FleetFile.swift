internal import LinuxSystem
internal import Policy

/// The file `fleet` beside the state file: what a quota server is told, and whether it answered.
///
///     offset          bytes   what
///     0               8       "PFLEET" and two NULs
///     8               8       low: version, 1; high: bytes in a slot, 64
///     16              8       a random number, part of this machine's name as a node
///     24              8       checksum of the three
///     64              8       when the server last failed, in monotonic milliseconds; 0 = never
///     4096 + 64 × n   64      the account whose record is in slot n of the state file
///
/// The numbers are little-endian. Whoever holds the slot of the state file may write to that of
/// this file. It is made when `quota_server` is first set, and mostly a hole.
struct FleetFile: ~Copyable {
  private let file: FileDescriptor
  /// The name of this machine as a node, without that of the account.
  let nodeNumber: UInt64

  private static let headerBytes: UInt64 = 4_096
  private static let slotBytes: UInt64 = 64
  private static let slotCount: UInt64 = 1 << 18
  private static let fileBytes = headerBytes + slotCount * slotBytes
  private static let failureOffset: UInt64 = 64
  private static let magic: UInt64 = 0x0000_5445_454C_4650
  private static let version: UInt64 = 1
  private static let layout = slotBytes << 32 | version
  private static let headerWords = 4

  /// How long a failure is remembered, in milliseconds: so one message of each site, not each
  /// message, waits for a server that is dead.
  static let failureMilliseconds: UInt64 = 5_000

  /// Opens the file, creating it where it is missing.
  ///
  /// - Parameter quotaFile: The path of the state file, whose directory is known to be ours.
  /// - Returns: The open file.
  /// - Throws: `LedgerError`; a file that is not exactly ours is never repaired or replaced.
  static func open(beside quotaFile: [UInt8]) throws(LedgerError) -> FleetFile {
    let file = try open(FileSystem.directory(of: quotaFile) + [UInt8]("/fleet".utf8))
    let nodeNumber = try check(file)
    return FleetFile(file: file, nodeNumber: nodeNumber)
  }

  private init(file: consuming FileDescriptor, nodeNumber: UInt64) {
    self.file = file
    self.nodeNumber = nodeNumber
  }

  private static func open(_ path: [UInt8]) throws(LedgerError) -> FileDescriptor {
    do {
      return try FileDescriptor.open(path: path, options: [.readWrite, .nonBlocking])
    } catch {
      guard error.isNotFound else { throw .system(error) }
    }
    do {
      try create(path)
      return try FileDescriptor.open(path: path, options: [.readWrite, .nonBlocking])
    } catch {
      throw .system(error)
    }
  }

  private static func check(_ file: borrowing FileDescriptor) throws(LedgerError) -> UInt64 {
    let (status, words): (FileStatus, [UInt64])
    do {
      status = try file.status()
      words = try file.preadWords(offset: 0, wordCount: headerWords)
    } catch {
      throw .system(error)
    }
    guard status.isRegular, status.linkCount == 1 else { throw .notAFile }
    guard status.ownerUID == Credentials.fileUserID() else { throw .wrongOwner(status.ownerUID) }
    guard status.mode == 0o600 else { throw .wrongMode(status.mode) }
    guard words.count == headerWords, words[0] == magic, words[1] == layout,
      words[3] == Checksum.words(words, count: 3)
    else { throw .foreign }
    guard status.size == fileBytes else { throw .truncated(size: status.size) }
    return words[2]
  }

  /// Under another name at first: whoever else creates it at this moment may win.
  private static func create(_ path: [UInt8]) throws(Errno) {
    let unfinished = path + [UInt8](".new.\(UInt64.random(in: .min ... .max))".utf8)
    do throws(Errno) {
      let file = try FileDescriptor.open(
        path: unfinished, options: [.readWrite, .create, .exclusive])
      try file.setPermissions(0o600)
      var words = [magic, layout, UInt64.random(in: .min ... .max)]
      words.append(Checksum.words(words, count: 3))
      try file.pwriteWords(words, offset: 0)
      try file.truncate(to: fileBytes)
      try file.sync()
      try FileSystem.renameToFreeName(unfinished, to: path)
    } catch {
      try? FileSystem.unlink(unfinished)
      guard error.isAlreadyThere else { throw error }
    }
  }

  // MARK: Accounts

  /// Returns the account of a user; nil = there is none, or it was lost.
  func account(of uid: UInt32, at slot: UInt32) throws(LedgerError) -> RunningAccount? {
    let words = try system { () throws(Errno) in
      try file.preadWords(offset: Self.offset(of: slot), wordCount: RunningAccount.wordCount)
    }
    return RunningAccount(of: uid, in: words)
  }

  /// Writes an account, in one piece.
  func write(_ account: RunningAccount, at slot: UInt32) throws(LedgerError) {
    try system { () throws(Errno) in
      try file.pwriteWords(account.words, offset: Self.offset(of: slot))
    }
  }

  private static func offset(of slot: UInt32) -> UInt64 {
    headerBytes + UInt64(slot) * slotBytes
  }

  // MARK: Failures

  /// Whether the server has failed just now.
  ///
  /// The clock is the monotonic one: a time that lies ahead is from before the machine started.
  var remembersFailure: Bool {
    guard let words = try? file.preadWords(offset: Self.failureOffset, wordCount: 1),
      let then = words.first, then != 0
    else { return false }
    let now = Clock.monotonicMilliseconds()
    return then <= now && now - then < Self.failureMilliseconds
  }

  /// Remembers that the server has failed; should that fail, the next message finds out anew.
  func rememberFailure() {
    try? file.pwriteWords(
      [max(1, Clock.monotonicMilliseconds())], offset: Self.failureOffset)
  }
}
