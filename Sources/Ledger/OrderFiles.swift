internal import LinuxSystem

/// Orders about users that take effect without a build of the map: a directory beside the state
/// file with one small file for each user that one is about.
///
/// They are kept whatever happens to the state file. For a user about whom there is none this costs
/// one failed `open`.
struct OrderFiles: Sendable {
  private let files: UserFiles

  /// More than any such file has.
  private static let maximumBytes = 512

  /// Finds the orders that go with a state file.
  ///
  /// - Parameters:
  ///   - name: The name of the directory.
  ///   - quotaFile: The path of the state file.
  init(_ name: String, beside quotaFile: [UInt8]) {
    files = UserFiles(name, beside: quotaFile)
  }

  /// Returns the contents of a user's file, at most 512 bytes; nil = there is none.
  ///
  /// Without the directory there is none. If it cannot be found out, that is an error.
  ///
  /// - Throws: `LedgerError.system`.
  func text(of uid: UInt32) throws(LedgerError) -> [UInt8]? {
    do {
      let file = try FileDescriptor.open(
        path: files.path(of: uid), options: [.readOnly, .nonBlocking])
      return try file.pread(offset: 0, count: Self.maximumBytes)
    } catch {
      guard error.isNotFound else { throw .system(error) }
      return nil
    }
  }

  /// Returns the users about whom there are orders, in ascending order.
  ///
  /// - Throws: `LedgerError.system`.
  func users() throws(LedgerError) -> [UInt32] { try files.users() }

  /// Stores an order; on the disk when this returns.
  ///
  /// - Parameters:
  ///   - text: Its contents.
  ///   - uid: The user.
  ///   - replacing: Whether it takes the place of one that is there, which otherwise stays.
  /// - Throws: `LedgerError.system`.
  func store(_ text: [UInt8], for uid: UInt32, replacing: Bool) throws(LedgerError) {
    let final = files.path(of: uid)
    // An order of the administrator's waits for no lock: two of them may be at work here.
    let unfinished = final + Array(".new.\(UInt64.random(in: .min ... .max))".utf8)
    try system { () throws(Errno) in
      try files.makeDirectory()
      do throws(Errno) {
        let file = try FileDescriptor.open(
          path: unfinished, options: [.writeOnly, .create, .exclusive])
        try file.writeAll(text)
        try file.sync()
        if replacing {
          try FileSystem.rename(unfinished, to: final)
        } else {
          try FileSystem.renameToFreeName(unfinished, to: final)
        }
      } catch {
        try? FileSystem.unlink(unfinished)
        guard !replacing, error.isAlreadyThere else { throw error }
      }
      try syncDirectory()
    }
  }

  /// Removes an order; on the disk when this returns.
  ///
  /// - Throws: `LedgerError.system`.
  func remove(for uid: UInt32) throws(LedgerError) {
    let file = files.path(of: uid)
    try system { () throws(Errno) in
      do throws(Errno) { try FileSystem.unlink(file) } catch {
        guard error.isNotFound else { throw error }
        return
      }
      try syncDirectory()
    }
  }

  private func syncDirectory() throws(Errno) {
    try FileDescriptor.open(path: files.directory, options: .directory).sync()
  }
}
