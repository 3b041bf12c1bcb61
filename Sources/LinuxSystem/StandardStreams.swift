internal import Glibc

/// Standard error.
package enum StandardError {
  /// Writes bytes; a failure is ignored, since there is nowhere to report it.
  package static func write(_ bytes: [UInt8]) {
    let descriptor = FileDescriptor(adopting: 2)
    try? descriptor.writeAll(bytes)
  }
}

/// Standard output.
package enum StandardOutput {
  /// Writes bytes.
  ///
  /// - Throws: `Errno`, so that a full disk is noticed where output is redirected to a file.
  package static func write(_ bytes: [UInt8]) throws(Errno) {
    let descriptor = FileDescriptor(adopting: 1)
    try descriptor.writeAll(bytes)
  }

  /// Takes standard output away from everything else: what this process or a child prints there
  /// from now on goes to standard error.
  ///
  /// - Returns: What was standard output; programs that are executed do not get it.
  /// - Throws: `Errno`.
  ///
  /// The corresponding C functions are `fcntl` with `F_DUPFD_CLOEXEC`, and `dup2`.
  package static func takeAway() throws(Errno) -> FileDescriptor {
    let number = try check("fcntl") { fcntl(1, F_DUPFD_CLOEXEC, 3) }
    let output = FileDescriptor(adopting: number)
    try check("dup2") { dup2(2, 1) }
    return output
  }

  /// Whether it is a terminal.
  package static var isTerminal: Bool {
    let descriptor = FileDescriptor(adopting: 1)
    return descriptor.isTerminal
  }
}
