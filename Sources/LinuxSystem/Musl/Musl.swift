#if hasFeature(Embedded)
  internal import Glibc
  internal import SecureStart

  // What the module Glibc and the standard library give an ordinary program, as far as this module
  // uses it.

  /// The arguments of the process, which SecureStart has taken from the kernel.
  enum CommandLine {
    static var argc: Int32 {
      var count: Int32 = 0
      // SAFETY: it fills one number.
      _ = unsafe _swift_stdlib_getUnsafeArgvArgc(&count)
      return count
    }

    static var unsafeArgv: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?> {
      var count: Int32 = 0
      // SAFETY: the kernel's own vector, which ends in a null pointer; nobody moves it.
      return unsafe _swift_stdlib_getUnsafeArgvArgc(&count)
    }
  }

  // musl's macros for these hold casts.
  var S_IFMT: mode_t { 0o170000 }
  var S_IFREG: mode_t { 0o100000 }
  var S_IFDIR: mode_t { 0o040000 }
  var S_IFLNK: mode_t { 0o120000 }

  // What musl has under other names than glibc.

  typealias __rlimit_resource = Int32
  typealias rlimit64 = rlimit
  typealias rlim64_t = rlim_t
  var __RLIMIT_NPROC: Int32 { RLIMIT_NPROC }

  func prlimit64(
    _ process: pid_t, _ resource: Int32, _ new: UnsafePointer<rlimit>?,
    _ old: UnsafeMutablePointer<rlimit>?
  ) -> Int32 {
    // SAFETY: as the caller has it.
    unsafe prlimit(process, resource, new, old)
  }

  /// glibc's own returns the text; musl's is the one of POSIX, which fills the buffer.
  func strerror_r(
    _ number: Int32, _ buffer: UnsafeMutablePointer<CChar>, _ size: Int
  ) -> UnsafeMutablePointer<CChar>? {
    // SAFETY: as the caller has it; the text ends in a NUL unless the call fails.
    unsafe Glibc.strerror_r(number, buffer, size) == 0 ? unsafe buffer : nil
  }

  @discardableResult
  func setresuid(_ real: uid_t, _ effective: uid_t, _ saved: uid_t) -> Int32 {
    setUserIDs(real, effective, saved)
  }

  @discardableResult
  func setresgid(_ real: gid_t, _ effective: gid_t, _ saved: gid_t) -> Int32 {
    setGroupIDs(real, effective, saved)
  }

  struct __socket_type { let rawValue: UInt32 }
  var SOCK_STREAM: __socket_type { __socket_type(rawValue: 1) }
  var SOCK_DGRAM: __socket_type { __socket_type(rawValue: 2) }
  var SOCK_NONBLOCK: __socket_type { __socket_type(rawValue: 0o4000) }
  var SOCK_CLOEXEC: __socket_type { __socket_type(rawValue: 0o2000000) }
#endif
