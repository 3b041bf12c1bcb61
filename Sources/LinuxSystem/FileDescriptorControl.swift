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

  /// Returns the file's own position, which all descriptors of this opening share, those of a child
  /// among them.
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
  /// - Returns: A position that is not in a hole, at least `offset`; nil = only holes follow.
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

  // MARK: Readiness

  /// Waits for something to read, or for the end of the file.
  ///
  /// - Parameter seconds: How long, at most 2 147 483.
  /// - Throws: `Errno`; `isTimeout` if nothing came in time.
  ///
  /// The corresponding C function is `poll`.
  package func waitForInput(seconds: Int32) throws(Errno) {
    try wait(for: Int16(POLLIN), seconds: seconds)
  }

  /// Waits for room to write; a pipe has at least 4096 bytes of it then.
  ///
  /// - Parameter seconds: How long, at most 2 147 483.
  /// - Throws: `Errno`; `isTimeout` if nobody made room in time.
  ///
  /// The corresponding C function is `poll`.
  package func waitForRoom(seconds: Int32) throws(Errno) {
    try wait(for: Int16(POLLOUT), seconds: seconds)
  }

  /// An error or a closed other end counts as readiness: the transfer that follows reports it.
  private func wait(for events: Int16, seconds: Int32) throws(Errno) {
    var request = pollfd(fd: rawValue, events: events, revents: 0)
    // SAFETY: the kernel reads and writes the one structure it is told of.
    let count = try check("poll") { unsafe poll(&request, 1, seconds * 1_000) }
    guard count > 0 else { throw Errno(number: ETIMEDOUT, call: "poll") }
  }

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

  /// Locks the whole file, or a directory, against every other opening that asks for this lock;
  /// never waits.
  ///
  /// The lock ends with the last descriptor of this opening, also by SIGKILL.
  ///
  /// - Returns: Whether the lock was got.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `flock`.
  package func tryLockWhole() throws(Errno) -> Bool {
    do {
      try check("flock") { flock(rawValue, LOCK_EX | LOCK_NB) }
      return true
    } catch {
      guard error.number == EWOULDBLOCK else { throw error }
      return false
    }
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
