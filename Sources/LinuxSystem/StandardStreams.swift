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
  /// - Throws: `Errno`, so that a full disk behind a redirection is noticed.
  package static func write(_ bytes: [UInt8]) throws(Errno) {
    let descriptor = FileDescriptor(adopting: 1)
    try descriptor.writeAll(bytes)
  }

  /// Whether it is a terminal.
  package static var isTerminal: Bool {
    let descriptor = FileDescriptor(adopting: 1)
    return descriptor.isTerminal
  }
}
