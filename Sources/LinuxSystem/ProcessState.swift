internal import Glibc

/// What a process inherits from its caller besides arguments and environment.
package enum ProcessState {
  /// Puts everything that a hostile caller could have prepared into a known state.
  ///
  /// Costs about 85 system calls. Niceness, scheduling, the working directory and hard limits stay
  /// the caller's: the first ones only slow down the caller's own mail, the last make calls fail,
  /// which is reported.
  ///
  /// - Returns: A hard limit that leaves too little to work with; nil if there is none.
  /// - Throws: `Errno` if one of these could not be had; nothing has been read by then.
  package static func sanitize() throws(Errno) -> LimitFault? {
    try openStandardDescriptors()
    try closeOtherDescriptors()
    try resetSignals()
    try stopTimers()
    umask(0o077)
    return try setLimits()
  }

  /// Sees to it that descriptors 0 to 2 are open: the next file opened would get such a number, and
  /// be written to by whatever prints an error message.
  ///
  /// What stands for a closed standard input cannot be read: a message that nobody sent is no empty
  /// one.
  static func openStandardDescriptors() throws(Errno) {
    for number: Int32 in 0...2 where fcntl(number, F_GETFD) == -1 {
      let flags = number == 0 ? O_WRONLY : O_RDWR
      // SAFETY: the path is a constant C string.
      let opened = try check("open") { unsafe open("/dev/null", flags) }
      guard opened == number else { throw Errno(number: EBADF, call: "open") }
    }
  }

  /// Closes every descriptor above 2.
  static func closeOtherDescriptors() throws(Errno) {
    if close_range(3, UInt32.max, 0) == 0 { return }
    // Before Linux 5.9, or under a filter or a debugger that does not know the call.
    for number in try openDescriptors() where number > 2 {
      _ = close(number)
    }
  }

  /// Sees to it that no program executed from here on gets a descriptor above 2.
  static func keepOtherDescriptorsToItself() throws(Errno) {
    let closeOnExec: Int32 = 1 << 2  // CLOSE_RANGE_CLOEXEC of <linux/close_range.h>
    if close_range(3, UInt32.max, closeOnExec) == 0 { return }
    // Before Linux 5.11.
    for number in try openDescriptors() where number > 2 {
      _ = fcntl(number, F_SETFD, FD_CLOEXEC)
    }
  }

  /// Returns the numbers that /proc lists as open.
  private static func openDescriptors() throws(Errno) -> [Int32] {
    // SAFETY: the stream is used between opendir and closedir only; each entry is read before the
    // next call to readdir, and its name is a C string.
    guard let stream = unsafe opendir("/proc/self/fd") else {
      throw Errno(number: errno, call: "opendir")
    }
    defer { unsafe closedir(stream) }
    var numbers: [Int32] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { raw in
        unsafe Array(raw.prefix { $0 != 0 })
      }
      if let number = Int32(String(decoding: name, as: UTF8.self)) { numbers.append(number) }
    }
    return numbers
  }

  // MARK: Signals

  /// The highest signal of the kernel, `_NSIG`.
  private static let lastSignal: Int32 = 64

  /// Ignored by us and set back to default for what we execute: a reader who went away and a file
  /// that hits its limit are errors to report (EPIPE, EFBIG), not reasons to die.
  static let ignoredSignals: [Int32] = [SIGPIPE, SIGXFSZ]

  static func resetSignals() throws(Errno) {
    for signal in 1...lastSignal where signal != SIGKILL && signal != SIGSTOP {
      // glibc refuses 32 and 33, its thread library's own, which stay ignored in every child of its
      // posix_spawn: no single thread ever gets them.
      setDisposition(of: signal, ignored: signal == SIGPIPE || signal == SIGXFSZ)
    }
    try unblockSignals()
  }

  /// Makes every signal default and unblocked, for a program.
  static func setDefaultSignals() throws(Errno) {
    for signal in 1...lastSignal { setDisposition(of: signal, ignored: false) }
    try unblockSignals()
  }

  private static func unblockSignals() throws(Errno) {
    var none = sigset_t()
    // SAFETY: both calls get one initialized set.
    unsafe sigemptyset(&none)
    try check("sigprocmask") { unsafe sigprocmask(SIG_SETMASK, &none, nil) }
  }

  /// Makes a signal ignored or default; a signal that cannot be changed stays as it is.
  static func setDisposition(of signal: Int32, ignored: Bool) {
    #if hasFeature(Embedded)
      _ = Glibc.setDisposition(signal, isIgnored: ignored)
    #else
      var action = sigaction()
      // SAFETY: SIG_IGN and SIG_DFL are no addresses; the kernel reads one structure.
      unsafe action.__sigaction_handler.sa_handler = ignored ? SIG_IGN : SIG_DFL
      _ = unsafe sigaction(signal, &action, nil)
    #endif
  }

  /// Lets the kernel end this process, and what it executes, by SIGALRM.
  ///
  /// - Parameter seconds: How long from now on, at least 1.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `setitimer`.
  package static func endAfter(seconds: UInt32) throws(Errno) {
    var timer = itimerval()
    timer.it_value.tv_sec = Int(seconds)
    // SAFETY: the kernel reads one structure.
    try check("setitimer") { unsafe setitimer(ITIMER_REAL, &timer, nil) }
  }

  /// Stops the interval timers, which survive execve(2); alarm(2) is the first of them.
  static func stopTimers() throws(Errno) {
    var stopped = itimerval()
    for timer in [ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF] {
      // SAFETY: the kernel reads one structure.
      try check("setitimer") { unsafe setitimer(timer, &stopped, nil) }
    }
  }
}
