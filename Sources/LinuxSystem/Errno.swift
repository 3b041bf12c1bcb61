internal import Glibc

/// A system call that failed: which one, and the kernel's reason.
package struct Errno: Error, Equatable, Sendable {
  /// The errno value of errno(3), greater than zero.
  package let number: Int32
  /// The name of the C function that failed, as in its manual page.
  package let call: String

  /// Creates the error of `call` from an errno value.
  ///
  /// - Parameters:
  ///   - number: The errno value.
  ///   - call: The name of the C function.
  package init(number: Int32, call: String) {
    self.number = number
    self.call = call
  }

  /// The system's text for `number` in the C locale, such as `No such file or directory`.
  ///
  /// The corresponding C function is `strerror_r`.
  package var text: String {
    var buffer = [CChar](repeating: 0, count: 128)
    // SAFETY: the GNU function returns `buffer` or a constant, NUL-terminated either way; it is
    // copied before `buffer` goes away.
    return unsafe buffer.withUnsafeMutableBufferPointer { raw in
      guard let base = raw.baseAddress, let text = unsafe strerror_r(number, base, raw.count)
      else { return "error \(number)" }
      return unsafe String(cString: text)
    }
  }

  /// Whether the file or directory does not exist (ENOENT).
  package var isNotFound: Bool { number == ENOENT }
  /// Whether permission is missing (EACCES, EPERM).
  package var isPermissionDenied: Bool { number == EACCES || number == EPERM }
  /// Whether the name exists already (EEXIST).
  package var isAlreadyThere: Bool { number == EEXIST }
  /// Whether something did not happen in time (ETIMEDOUT).
  package var isTimeout: Bool { number == ETIMEDOUT }

  /// The error of reading a message from a client that has gone away, or was silent for too long
  /// (ECONNRESET).
  ///
  /// It is told apart from a failing read(2) by its call, the command of SMTP.
  package static var connectionLost: Errno { Errno(number: ECONNRESET, call: "DATA") }

  /// The error of what did not happen in time (ETIMEDOUT).
  package static var timedOut: Errno { Errno(number: ETIMEDOUT, call: "poll") }

  /// The error of a file that was never opened (EBADF).
  package static var notOpen: Errno { Errno(number: EBADF, call: "read") }
}

/// Returns what a system call returns, as the one place that looks at errno.
///
/// Interrupted calls (EINTR) are made again: no handler of ours ever runs, so a signal that does
/// not end the process has no meaning for it.
///
/// - Parameters:
///   - call: The name of the C function.
///   - body: The call; -1 means failure.
/// - Returns: The result, never -1.
/// - Throws: `Errno`, read before anything else can change it.
@inline(__always)
@discardableResult
func check<Result: FixedWidthInteger & SignedInteger>(
  _ call: StaticString, _ body: () -> Result
) throws(Errno) -> Result {
  while true {
    let result = body()
    if result != -1 { return result }
    let number = errno
    if number != EINTR { throw Errno(number: number, call: call.description) }
  }
}
