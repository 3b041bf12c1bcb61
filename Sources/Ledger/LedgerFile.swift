internal import LinuxSystem
internal import Policy

/// Opening and creating the state file.
enum LedgerFile {
  /// How many times to retry if the file appears or vanishes while it is opened.
  private static let attempts = 8

  /// Opens the file, creating it where it is missing.
  ///
  /// - Parameter path: Its path.
  /// - Returns: The open file, checked.
  /// - Throws: `LedgerError`.
  static func open(_ path: [UInt8]) throws(LedgerError) -> FileDescriptor {
    try checkDirectory(of: path)
    for _ in 1..<attempts {
      if let file = try openExisting(path) { return file }
      try create(path)
    }
    guard let file = try openExisting(path) else { throw .notAFile }
    return file
  }

  /// Everything here relies on nobody else being able to put files into the directory.
  static func checkDirectory(of path: [UInt8]) throws(LedgerError) {
    let directory = FileSystem.directory(of: path)
    let status = try system { () throws(Errno) in
      try fileStatus(directory, followingLinks: false)
    }
    guard status.isDirectory, status.ownerUID == Credentials.fileUserID(),
      !status.isWritableByOthers
    else { throw .untrustedDirectory(ownerUID: status.ownerUID, mode: status.mode) }
  }

  private static func openExisting(_ path: [UInt8]) throws(LedgerError) -> FileDescriptor? {
    // A write that such a limit cuts would tear the record, again and again, at the caller's will.
    let limit = try system { () throws(Errno) in try ProcessState.fileSizeLimit() }
    guard limit >= LedgerFormat.fileBytes else { throw .fileSizeLimit(limit) }
    let file: FileDescriptor
    do {
      file = try FileDescriptor.open(path: path, options: [.readWrite, .nonBlocking])
    } catch {
      guard error.isNotFound else { throw .system(error) }
      return nil
    }
    try check(file)
    return file
  }

  private static func check(_ file: borrowing FileDescriptor) throws(LedgerError) {
    let status: FileStatus
    let start: [UInt8]
    do {
      status = try file.status()
      start = try file.pread(offset: 0, count: LedgerFormat.header.count)
    } catch {
      throw .system(error)
    }
    guard status.isRegular, status.linkCount == 1 else { throw .notAFile }
    guard status.ownerUID == Credentials.fileUserID() else {
      throw .wrongOwner(status.ownerUID)
    }
    guard status.mode == 0o600 else { throw .wrongMode(status.mode) }
    guard LedgerFormat.header.starts(with: start) else { throw fault(of: start) }
    guard status.size == LedgerFormat.fileBytes else { throw .truncated(size: status.size) }
  }

  /// Tells another version from a file that was never ours.
  private static func fault(of start: [UInt8]) -> LedgerError {
    let magic = LedgerFormat.magic
    guard start.starts(with: magic), start.count >= magic.count + 4 else { return .foreign }
    let version = LittleEndian.uint32(start, at: magic.count)
    return version == LedgerFormat.version ? .foreign : .version(version)
  }

  /// Creates the file under another name and gives it its own when it is complete.
  ///
  /// Whoever else does the same at this moment may win; then this one is thrown away.
  private static func create(_ path: [UInt8]) throws(LedgerError) {
    // A process ID would not do: two containers may share the directory.
    let serial = UInt64.random(in: .min ... .max)
    let temporary = path + Array(".new.\(serial)".utf8)
    do {
      try write(temporary)
      try FileSystem.renameToFreeName(temporary, to: path)
      let directory = try FileDescriptor.open(
        path: FileSystem.directory(of: path), options: .directory)
      try directory.sync()
    } catch {
      try? FileSystem.unlink(temporary)
      guard error.isAlreadyThere else { throw .system(error) }
    }
  }

  private static func write(_ path: [UInt8]) throws(Errno) {
    let file = try FileDescriptor.open(path: path, options: [.readWrite, .create, .exclusive])
    try file.setPermissions(0o600)
    try file.writeAll(LedgerFormat.header)
    try file.truncate(to: LedgerFormat.fileBytes)
    // The file gets its name only when power loss can no longer take its header away.
    try file.sync()
    try file.close()
  }
}
