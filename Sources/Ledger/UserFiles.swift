internal import LinuxSystem
internal import Policy

/// A directory beside the state file with small files that are named after users.
struct UserFiles: Sendable {
  /// Its path.
  let directory: [UInt8]

  /// More than there can be users: the state file has a quarter as many slots.
  private static let maximumCount = 1 << 20

  /// Room for the name of the directory and of a file in it.
  private static let pathBytes = 32

  /// Finds the directory that goes with a state file.
  ///
  /// - Parameters:
  ///   - name: The name of the directory.
  ///   - quotaFile: The path of the state file.
  init(_ name: String, beside quotaFile: [UInt8]) {
    var directory = FileSystem.directory(of: quotaFile)
    directory.reserveCapacity(directory.count + Self.pathBytes)
    directory.append(UInt8(ascii: "/"))
    for byte in name.utf8 { directory.append(byte) }
    self.directory = directory
  }

  /// The path of a user's file.
  func path(of uid: UInt32) -> [UInt8] {
    var path: [UInt8] = []
    path.reserveCapacity(directory.count + Self.pathBytes)
    path += directory
    path.append(UInt8(ascii: "/"))
    path.append(decimal: UInt64(uid))
    return path
  }

  /// Returns the users who have a file, in ascending order; none without the directory.
  ///
  /// - Parameter suffix: What stands behind the number in other files of a user, which count, too.
  /// - Returns: Each user once.
  /// - Throws: `LedgerError.system`.
  func users(suffix: String = "") throws(LedgerError) -> [UInt32] {
    let names: [[UInt8]]
    // A user has as many files as there are suffixes, the empty one among them.
    do { names = try FileSystem.names(in: directory, limit: 2 * Self.maximumCount) } catch {
      guard error.isNotFound else { throw .system(error) }
      return []
    }
    var users: [UInt32] = []
    for name in names {
      let digits = name.prefix { (0x30...0x39).contains($0) }
      guard digits.count == name.count || name[digits.count...].elementsEqual(suffix.utf8),
        let uid = UInt32(String(decoding: digits, as: UTF8.self))
      else { continue }
      users.append(uid)
    }
    users.sort()
    var distinct: [UInt32] = []
    for uid in users where uid != distinct.last { distinct.append(uid) }
    return distinct
  }

  /// Creates the directory, unless it is there.
  func makeDirectory() throws(Errno) {
    do throws(Errno) { try FileSystem.makeDirectory(directory) } catch {
      guard error.isAlreadyThere else { throw error }
    }
  }
}
