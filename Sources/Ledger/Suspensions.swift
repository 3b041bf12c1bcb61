internal import LinuxSystem
package import Policy

/// Who is suspended: a directory beside the state file with one small file for each such user.
///
///     suspended/UID = origin SP seconds LF reason LF
///
/// That the file is there is the suspension; what stands in it only tells why. So nothing that happens
/// to the contents lifts one: neither a tear nor a disk that is full, and a state file that is
/// removed or replaced leaves it alone. For who is not suspended it costs one `open` that finds nothing, and
/// exempt users, who have no record, are bound by it like all others.
package struct Suspensions: Sendable {
  private let directory: [UInt8]

  /// More than any such file has.
  private static let maximumBytes = 512

  /// Finds the suspensions that go with a state file.
  ///
  /// - Parameter quotaFile: The path of the state file.
  package init(beside quotaFile: [UInt8]) {
    directory = FileSystem.directory(of: quotaFile) + Array("/suspended".utf8)
  }

  /// Tells whether a user is suspended.
  ///
  /// Where there is no such directory nobody is. What cannot be found out is an error, for exempt users too.
  ///
  /// - Parameter uid: The user.
  /// - Returns: The suspension; nil if there is none.
  /// - Throws: `LedgerError.system`.
  package func suspension(of uid: UInt32) throws(LedgerError) -> Suspension? {
    do {
      let file = try FileDescriptor.open(path: path(of: uid), options: [.readOnly, .nonBlocking])
      return Self.read(try file.pread(offset: 0, count: Self.maximumBytes))
    } catch {
      guard error.isNotFound else { throw .system(error) }
      return nil
    }
  }

  /// Returns everybody who is suspended, in ascending order.
  ///
  /// - Throws: `LedgerError.system`.
  package func all() throws(LedgerError) -> [(uid: UInt32, suspension: Suspension)] {
    let names: [[UInt8]]
    do { names = try FileSystem.names(in: directory) } catch {
      guard error.isNotFound else { throw .system(error) }
      return []
    }
    let users = names.compactMap { UInt32(String(decoding: $0, as: UTF8.self)) }.sorted()
    var found: [(uid: UInt32, suspension: Suspension)] = []
    for uid in users {
      if let suspension = try suspension(of: uid) { found.append((uid, suspension)) }
    }
    return found
  }

  /// Suspends a user, or gives a suspension another reason; on the disk when this returns.
  ///
  /// The caller holds the user's lock, so that the one name a user has for an unfinished file is enough.
  func store(_ suspension: Suspension, for uid: UInt32) throws(LedgerError) {
    let final = path(of: uid)
    let unfinished = final + Array(".new".utf8)
    try system { () throws(Errno) in
      do throws(Errno) { try FileSystem.makeDirectory(directory) } catch {
        guard error.isAlreadyThere else { throw error }
      }
      let file = try FileDescriptor.open(
        path: unfinished, options: [.writeOnly, .create, .truncate])
      try file.writeAll(Self.text(of: suspension))
      try file.sync()
      try FileSystem.rename(unfinished, to: final)
      try syncDirectory()
    }
  }

  /// Ends a suspension.
  ///
  /// It is on the disk when this returns. The caller holds the user's lock.
  func remove(for uid: UInt32) throws(LedgerError) {
    let file = path(of: uid)
    try system { () throws(Errno) in
      do throws(Errno) { try FileSystem.unlink(file) } catch {
        guard error.isNotFound else { throw error }
        return
      }
      try syncDirectory()
    }
  }

  private func syncDirectory() throws(Errno) {
    try FileDescriptor.open(path: directory, options: .directory).sync()
  }

  private func path(of uid: UInt32) -> [UInt8] {
    var digits: [UInt8] = []
    var rest = uid
    repeat {
      digits.append(UInt8(ascii: "0") + UInt8(rest % 10))
      rest /= 10
    } while rest > 0
    var path = directory
    path.reserveCapacity(path.count + digits.count + 1)
    path.append(UInt8(ascii: "/"))
    path += digits.reversed()
    return path
  }

  // MARK: The contents

  static func text(of suspension: Suspension) -> [UInt8] {
    Array("\(suspension.origin.rawValue) \(suspension.since)\n".utf8) + suspension.reason + [
      lineFeed
    ]
  }

  /// Reads the contents; what is none of ours is a suspension for an unknown reason.
  static func read(_ text: [UInt8]) -> Suspension {
    let lines = text.split(separator: lineFeed, omittingEmptySubsequences: false)
    let words = lines[0].split(separator: UInt8(ascii: " "))
    guard text.last == lineFeed, lines.count == 3, words.count == 2,
      let origin = Suspension.Origin(rawValue: String(decoding: words[0], as: UTF8.self)),
      let since = UInt64(String(decoding: words[1], as: UTF8.self)),
      lines[1].count <= Suspension.reasonBytes
    else { return Suspension(since: 0, origin: .administrator, reason: lostReason) }
    return Suspension(since: since, origin: origin, reason: Array(lines[1]))
  }

  /// What a suspension says of itself whose file cannot be read any more.
  static let lostReason = Array("the reason was lost".utf8)

  private static let lineFeed = UInt8(ascii: "\n")
}
