internal import Glibc

/// Signals that are waited for instead of doing what they usually do.
package struct SignalQueue: ~Copyable, Sendable {
  /// What they ask for.
  package enum Request: Equatable, Sendable {
    /// To end: by Ctrl-C, Ctrl-\, kill(1), or because the terminal is gone.
    case end
    /// To pause, by Ctrl-Z.
    case pause
    /// To look again: the terminal has another size.
    case look
  }

  /// Holds these signals back from now on: they wait until `next` takes them.
  ///
  /// - Throws: `Errno`.
  ///
  /// The corresponding C function is `sigprocmask`.
  package init() throws(Errno) {
    var set = Self.signals
    // SAFETY: the kernel reads one initialized set.
    try check("sigprocmask") { unsafe sigprocmask(SIG_BLOCK, &set, nil) }
  }

  /// Waits for a signal.
  ///
  /// - Parameter seconds: How long.
  /// - Returns: What it asks for; nil = none came in time.
  package func next(seconds: Int) -> Request? { next(milliseconds: seconds * 1_000) }

  /// Waits for a signal.
  ///
  /// - Parameter milliseconds: How long.
  /// - Returns: What it asks for; nil = none came in time.
  ///
  /// The corresponding C function is `sigtimedwait`.
  package func next(milliseconds: Int) -> Request? {
    var set = Self.signals
    var duration = timespec(
      tv_sec: milliseconds / 1_000, tv_nsec: milliseconds % 1_000 * 1_000_000)
    // SAFETY: the kernel reads one initialized set and one structure.
    switch unsafe sigtimedwait(&set, nil, &duration) {
    case -1: return nil
    case SIGWINCH: return .look
    case SIGTSTP: return .pause
    default: return .end
    }
  }

  /// Stops this process until SIGCONT, as the signal would have done.
  ///
  /// The corresponding C function is `raise` with `SIGSTOP`.
  package func pauseProcess() { _ = raise(SIGSTOP) }

  private static var signals: sigset_t {
    var set = sigset_t()
    // SAFETY: the set is initialized before signals are added to it.
    unsafe sigemptyset(&set)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH] {
      unsafe sigaddset(&set, signal)
    }
    return set
  }
}
