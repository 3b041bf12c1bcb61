internal import Glibc

extension FileDescriptor {
  /// Returns what the kernel knows about the open file.
  ///
  /// The corresponding C function is `fstat`.
  package func status() throws(Errno) -> FileStatus {
    var raw = stat()
    // SAFETY: the kernel fills the one structure it is given.
    try check("fstat") { unsafe fstat(rawValue, &raw) }
    return FileStatus(raw)
  }

  /// Moves the file's own position.
  ///
  /// - Parameter offset: In bytes from the beginning.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `lseek`.
  package func seek(to offset: UInt64) throws(Errno) {
    let position = try fileOffset(offset, for: "lseek")
    try check("lseek") { lseek(rawValue, position, SEEK_SET) }
  }

  /// Returns the file's own position, which all descriptors of this opening share, those of a child among them.
  ///
  /// - Returns: Bytes from the beginning.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `lseek`.
  package func position() throws(Errno) -> UInt64 {
    UInt64(try check("lseek") { lseek(rawValue, 0, SEEK_CUR) })
  }

  /// Returns where the next data of a sparse file begin.
  ///
  /// - Parameter offset: Where the search starts, in bytes.
  /// - Returns: A position that is not in a hole, at least `offset`; nil if only holes follow.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `lseek` with `SEEK_DATA`.
  package func nextData(from offset: UInt64) throws(Errno) -> UInt64? {
    let position = try fileOffset(offset, for: "lseek")
    do {
      return UInt64(try check("lseek") { lseek(rawValue, position, SEEK_DATA) })
    } catch {
      guard error.number == ENXIO else { throw error }
      return nil
    }
  }

  /// Returns where the next hole of a sparse file begins; the end of a file counts as one.
  ///
  /// - Parameter offset: Where the search starts, in bytes, before the end of the file.
  /// - Returns: A position that is at least `offset`.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `lseek` with `SEEK_HOLE`.
  package func nextHole(from offset: UInt64) throws(Errno) -> UInt64 {
    let position = try fileOffset(offset, for: "lseek")
    return UInt64(try check("lseek") { lseek(rawValue, position, SEEK_HOLE) })
  }

  /// Cuts or extends the file; an extension is a hole.
  ///
  /// - Parameter size: The new size in bytes.
  /// - Throws: `Errno`; EFBIG under a lowered RLIMIT_FSIZE.
  ///
  /// The corresponding C function is `ftruncate`.
  package func truncate(to size: UInt64) throws(Errno) {
    let length = try fileOffset(size, for: "ftruncate")
    try check("ftruncate") { ftruncate(rawValue, length) }
  }

  /// Waits until the contents are on the disk.
  ///
  /// The corresponding C function is `fsync`.
  package func sync() throws(Errno) {
    try check("fsync") { fsync(rawValue) }
  }

  /// Sets the permission bits, whatever the umask is.
  ///
  /// - Parameter permissions: For example 0o640.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `fchmod`.
  package func setPermissions(_ permissions: UInt32) throws(Errno) {
    try check("fchmod") { fchmod(rawValue, permissions) }
  }

  /// Sets user and group of the file.
  ///
  /// The corresponding C function is `fchown`.
  package func setOwner(userID: UInt32, groupID: UInt32) throws(Errno) {
    try check("fchown") { fchown(rawValue, userID, groupID) }
  }

  /// Whether this is a terminal.
  ///
  /// The corresponding C function is `isatty`.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  // MARK: Locks

  /// Locks a range of bytes against every other opening of the file; waits for them.
  ///
  /// The lock belongs to this opening (an open-file-description lock): it ends with `unlockRecord`
  /// or when the descriptor is closed, also by SIGKILL, and another opening of the same file in the
  /// same process neither shares nor destroys it. The bytes need not exist.
  ///
  /// - Parameters:
  ///   - offset: The first byte.
  ///   - count: How many bytes, at least 1.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `fcntl` with `F_OFD_SETLKW`.
  package func lockRecord(offset: UInt64, count: UInt64) throws(Errno) {
    try setLock(F_OFD_SETLKW, Int32(F_WRLCK), offset, count)
  }

  /// Locks a range of bytes as `lockRecord` does, but never waits.
  ///
  /// - Returns: Whether the lock was got.
  /// - Throws: `Errno`.
  package func tryLockRecord(offset: UInt64, count: UInt64) throws(Errno) -> Bool {
    do {
      try setLock(F_OFD_SETLK, Int32(F_WRLCK), offset, count)
      return true
    } catch {
      guard error.number == EAGAIN || error.number == EACCES else { throw error }
      return false
    }
  }

  /// Gives a locked range back.
  ///
  /// - Throws: `Errno`.
  package func unlockRecord(offset: UInt64, count: UInt64) throws(Errno) {
    try setLock(F_OFD_SETLK, Int32(F_UNLCK), offset, count)
  }

  /// Gives back every lock that this opening holds.
  ///
  /// - Throws: `Errno`.
  package func unlockAll() throws(Errno) {
    // A count of 0 reaches to the end of all possible files.
    try setLock(F_OFD_SETLK, Int32(F_UNLCK), 0, 0)
  }

  private func setLock(
    _ command: Int32, _ type: Int32, _ offset: UInt64, _ count: UInt64
  ) throws(Errno) {
    var request = flock()
    request.l_type = Int16(type)
    request.l_whence = Int16(SEEK_SET)
    request.l_start = try fileOffset(offset, for: "fcntl")
    request.l_len = try fileOffset(count, for: "fcntl")
    // The kernel refuses an OFD request whose l_pid is not zero; flock() zeroes it.
    // SAFETY: the kernel reads the one structure it is given.
    try check("fcntl") { unsafe fcntl(rawValue, command, &request) }
  }
}
