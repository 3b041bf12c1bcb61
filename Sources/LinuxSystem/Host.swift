internal import Glibc

/// The time of day.
package enum Clock {
  /// Returns the seconds since 1970 (UTC); 0 for a clock set before that.
  ///
  /// The corresponding C function is `clock_gettime` with `CLOCK_REALTIME`.
  package static func seconds() -> UInt64 {
    var now = timespec()
    // SAFETY: the kernel fills one structure.
    guard unsafe clock_gettime(CLOCK_REALTIME, &now) == 0 else { return 0 }
    return UInt64(clamping: now.tv_sec)
  }

  /// Returns the milliseconds since some moment in the past, whatever the clock is set to.
  ///
  /// The corresponding C function is `clock_gettime` with `CLOCK_MONOTONIC`.
  package static func monotonicMilliseconds() -> UInt64 {
    var now = timespec()
    // SAFETY: the kernel fills one structure.
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &now) == 0 else { return 0 }
    return UInt64(clamping: now.tv_sec) * 1_000 + UInt64(clamping: now.tv_nsec / 1_000_000)
  }

  /// Waits; a signal that is handled elsewhere may end it early.
  ///
  /// - Parameter milliseconds: How long, at most 999.
  ///
  /// The corresponding C function is `nanosleep`.
  package static func pause(milliseconds: Int) {
    var duration = timespec(tv_sec: 0, tv_nsec: milliseconds * 1_000_000)
    // SAFETY: the kernel reads one structure.
    _ = unsafe nanosleep(&duration, nil)
  }
}

/// This machine, and this process on it.
package enum Host {
  /// Returns the name of the machine, as the administrator has set it.
  ///
  /// The corresponding C function is `uname`.
  package static func nodeName() -> [UInt8] {
    var names = utsname()
    // SAFETY: the kernel fills the structure; its field ends in a NUL within its own bounds.
    guard unsafe uname(&names) == 0 else { return [] }
    return unsafe withUnsafeBytes(of: &names.nodename) { raw in
      unsafe Array(raw.prefix { $0 != 0 })
    }
  }

  /// Returns the working directory; nil = unknown.
  ///
  /// The corresponding C function is `getcwd`.
  package static func currentDirectory() -> [UInt8]? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    // SAFETY: the function writes a C string of at most the given size.
    return unsafe buffer.withUnsafeMutableBufferPointer { raw in
      guard let path = unsafe getcwd(raw.baseAddress, raw.count) else { return nil }
      return unsafe bytes(ofCString: path)
    }
  }

  /// Returns this process's ID.
  package static func processID() -> Int32 { getpid() }

  /// Returns the ID of the process that started this one, or of who adopted it.
  package static func parentProcessID() -> Int32 { getppid() }
}

/// Ends the process at once.
///
/// Nothing is flushed: everything in this package is written by system calls.
///
/// - Parameter status: The exit status, 0 to 255.
///
/// The corresponding C function is `_exit`.
package func exitProcess(_ status: Int32) -> Never {
  _exit(status)
}
