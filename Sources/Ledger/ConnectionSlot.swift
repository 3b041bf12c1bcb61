internal import LinuxSystem

/// One of the connections that the SMTP door serves a user at once.
///
/// Each is a byte of a file beside the state file, locked by the process that serves it: the lock
/// goes with the process, however that ends, and nothing need be counted or cleaned up. The bytes
/// themselves are never written.
package struct ConnectionSlot: ~Copyable {
  private let file: FileDescriptor

  /// The most connections of a user that can be told apart.
  package static let maximum: UInt32 = 1 << 16

  /// Takes a free slot of a user's; waits for none.
  ///
  /// - Parameters:
  ///   - uid: Whose connection it is.
  ///   - limit: How many the user may have.
  ///   - stateFile: The path of the state file.
  /// - Returns: The slot, which is kept as long as this value; nil = all are taken.
  /// - Throws: `LedgerError`.
  package static func take(
    of uid: UInt32, limit: UInt32, beside stateFile: [UInt8]
  ) throws(LedgerError) -> ConnectionSlot? {
    try LedgerFile.checkDirectory(of: stateFile)
    do throws(Errno) {
      let file = try FileDescriptor.open(
        path: path(beside: stateFile), options: [.readWrite, .create])
      return try lockOne(of: uid, limit, file) ? ConnectionSlot(file: file) : nil
    } catch {
      throw .system(error)
    }
  }

  private static func lockOne(
    of uid: UInt32, _ limit: UInt32, _ file: borrowing FileDescriptor
  ) throws(Errno) -> Bool {
    let first = UInt64(uid) * UInt64(maximum)
    for index in 0..<min(limit, maximum) {
      if try file.tryLockRecord(offset: first + UInt64(index), count: 1) { return true }
    }
    return false
  }

  /// Gives it back.
  package consuming func end() {}

  private static func path(beside stateFile: [UInt8]) -> [UInt8] {
    FileSystem.directory(of: stateFile) + "/connections".utf8
  }
}
