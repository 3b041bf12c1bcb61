internal import Glibc

extension Execution {
  /// A descriptor of ours that the child gets under another number.
  struct Redirection {
    let source: Int32
    let target: Int32

    init(from source: Int32, to target: Int32) {
      self.source = source
      self.target = target
    }
  }

  /// Starts a program, for which the effective user is who calls it; see `spawnAndWait`.
  ///
  /// - Returns: Its process ID.
  /// - Throws: `Errno`, also if the program could not be executed.
  static func spawn(
    _ path: [UInt8], arguments: [[UInt8]], environment: [[UInt8]], redirections: [Redirection],
    inOwnSession: Bool = false
  ) throws(Errno) -> pid_t {
    let argumentVector = try CStrings(arguments, for: "posix_spawn")
    let environmentVector = try CStrings(environment, for: "posix_spawn")
    // SAFETY: both objects are initialised, used and destroyed here, in this order.
    var attributes = posix_spawnattr_t()
    try succeed(unsafe posix_spawnattr_init(&attributes))
    defer { unsafe posix_spawnattr_destroy(&attributes) }
    try setAttributes(&attributes, inOwnSession: inOwnSession)
    var actions = unsafe posix_spawn_file_actions_t()
    try succeed(unsafe posix_spawn_file_actions_init(&actions))
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    for redirection in redirections {
      // dup2 of a number onto itself clears close-on-exec here (POSIX.1-2024; glibc 2.29).
      try succeed(
        unsafe posix_spawn_file_actions_adddup2(&actions, redirection.source, redirection.target))
    }
    return try unsafe withCString(path, for: "posix_spawn") { (file) throws(Errno) in
      try unsafe argumentVector.withPointers { (argv) throws(Errno) in
        try unsafe environmentVector.withPointers { (envp) throws(Errno) in
          guard let argv = argv.baseAddress, let envp = envp.baseAddress else {
            throw Errno(number: EFAULT, call: "posix_spawn")
          }
          return try Credentials.asEffective { () throws(Errno) in
            var child: pid_t = 0
            // SAFETY: one C string and two null-terminated vectors of them, alive during the call.
            try succeed(unsafe posix_spawn(&child, file, &actions, &attributes, argv, envp))
            return child
          }
        }
      }
    }
  }

  /// Waits for a child.
  ///
  /// - Returns: How it ended.
  /// - Throws: `Errno`.
  static func waitForEnd(of child: pid_t) throws(Errno) -> ExitReason {
    var status: Int32 = 0
    // SAFETY: the kernel fills one number.
    try check("waitpid") { unsafe waitpid(child, &status, 0) }
    // wait(2): the low seven bits are the signal, 0 for none; the next byte is the exit status.
    // Stopped children are not reported without WUNTRACED.
    let signal = status & 0x7f
    return signal == 0 ? .exited(status >> 8 & 0xff) : .signalled(signal)
  }

  private static func setAttributes(
    _ attributes: inout posix_spawnattr_t, inOwnSession: Bool
  ) throws(Errno) {
    var all = sigset_t()
    var none = sigset_t()
    // SAFETY: the sets are initialised before they are passed on, and copied by the callee.
    unsafe sigfillset(&all)
    unsafe sigemptyset(&none)
    try succeed(unsafe posix_spawnattr_setsigdefault(&attributes, &all))
    try succeed(unsafe posix_spawnattr_setsigmask(&attributes, &none))
    var flags = Int16(POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK)
    if inOwnSession { flags |= Int16(POSIX_SPAWN_SETSID) }
    try succeed(unsafe posix_spawnattr_setflags(&attributes, flags))
  }

  /// The posix_spawn family returns its error instead of setting errno.
  private static func succeed(_ result: Int32) throws(Errno) {
    if result != 0 { throw Errno(number: result, call: "posix_spawn") }
  }
}
