internal import Glibc
#if !hasFeature(Embedded)
  internal import GlibcExtras
#endif

/// Taking this process, and what it executes, out of its caller's reach.
extension ProcessState {
  /// What a terminal sends; ignored, which survives execve(2).
  ///
  /// A stopped program would stay stopped for ever, whoever's it is: the keys of a terminal ask for
  /// no permission.
  static let terminalSignals: [Int32] = [SIGHUP, SIGINT, SIGQUIT, SIGTSTP, SIGTTIN, SIGTTOU]

  /// Takes this process from its caller, and from that every other way of holding it back.
  ///
  /// From here on the caller can neither stop, continue, end nor trace this process or what it
  /// executes; nor can a terminal; nor can output that nobody reads make it wait for ever.
  ///
  /// - Throws: `Errno`; EPERM if the kernel reports other IDs afterwards than asked for.
  ///
  /// The corresponding C functions are `sigaction`, `setsid` and those of
  /// `Credentials.leaveCaller`.
  package static func leaveCaller() throws(Errno) {
    try Credentials.leaveCaller { () throws(Errno) in
      for output: Int32 in 1...2 { try secureOutput(output) }
    }
    for signal in terminalSignals { setDisposition(of: signal, ignored: true) }
    // Fails for the leader of a process group; the ignored signals are what counts.
    _ = setsid()
  }

  /// Puts /dev/null where `leaveCaller` found an output that must not be handed on.
  static func replaceForbiddenOutputs() throws(Errno) {
    for output: Int32 in 1...2 where fcntl(output, F_GETFD) == FD_CLOEXEC {
      // SAFETY: the path is a constant C string.
      let null = try check("open") { unsafe open("/dev/null", O_WRONLY | O_CLOEXEC) }
      defer { _ = close(null) }
      try check("dup2") { dup2(null, output) }
    }
  }

  /// Sees to it that a program that writes to an output cannot be made to wait for ever.
  ///
  /// A pipe of the caller's, or a terminal, is opened anew, without blocking: a full one loses the
  /// program's text. That must happen with the caller's rights, which the process has now. What
  /// cannot be opened anew is marked close-on-exec, a flag that is this process's own: it can still
  /// be written to here, and `replaceForbiddenOutputs` keeps it from programs.
  private static func secureOutput(_ output: Int32) throws(Errno) {
    var status = stat()
    // SAFETY: the kernel fills one structure.
    try check("fstat") { unsafe fstat(output, &status) }
    if try canBeHandedOn(output, status) { return }
    if let opened = reopened(output, status) {
      defer { _ = close(opened) }
      try check("dup2") { dup2(opened, output) }
    } else {
      try check("fcntl") { fcntl(output, F_SETFD, FD_CLOEXEC) }
    }
  }

  /// Whether nobody but root can let a write wait for ever.
  private static func canBeHandedOn(_ output: Int32, _ status: stat) throws(Errno) -> Bool {
    switch status.st_mode & mode_t(S_IFMT) {
    case mode_t(S_IFREG): !isServedByProcess(output)
    // Major 1 is memory: null, zero, full (Linux, admin-guide/devices.txt).
    case mode_t(S_IFCHR): (status.st_rdev >> 8) & 0xfff == 1
    // Root's programs (cron, the master of PHP-FPM) read the pipes that they make, and keep that
    // end.
    case mode_t(S_IFIFO): status.st_uid == 0 ? try isAnonymousPipe(status) : false
    default: false
    }
  }

  /// Opens a pipe or a terminal anew; nil = that is not possible.
  private static func reopened(_ output: Int32, _ status: stat) -> Int32? {
    let isPipe = status.st_mode & mode_t(S_IFMT) == mode_t(S_IFIFO)
    guard isPipe || isatty(output) == 1 else { return nil }
    return openDescriptor(output)
  }

  /// nil where the caller may not open it, or no longer can: /proc is not mounted, nobody reads it.
  private static func openDescriptor(_ number: Int32) -> Int32? {
    let flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
    // SAFETY: the paths are constant C strings.
    let opened =
      number == 1 ? unsafe open("/proc/self/fd/1", flags) : unsafe open("/proc/self/fd/2", flags)
    return opened >= 0 ? opened : nil
  }

  /// Whether a pipe has no name: whoever finds a named one can open both of its ends.
  private static func isAnonymousPipe(_ status: stat) throws(Errno) -> Bool {
    let pipe = try FileDescriptor.pipe()
    return try pipe.readEnd.status().deviceNumber == UInt64(status.st_dev)
  }

  /// Whether a process answers for the file system (FUSE): it may never do so.
  private static func isServedByProcess(_ output: Int32) -> Bool {
    var file = statfs()
    // SAFETY: the kernel fills one structure. FUSE_SUPER_MAGIC of fs/fuse/inode.c.
    return unsafe fstatfs(output, &file) != 0 || file.f_type == 0x6573_5546
  }
}
