package import LinuxSystem

/// Where the bytes of a message come from.
package protocol MessageSource: ~Copyable {
  /// Reads a piece of the message.
  ///
  /// - Parameter buffer: Where the bytes go, not empty; its count does not change.
  /// - Returns: The number of bytes read; 0 is the end of the message.
  /// - Throws: `Errno`: the message is not complete and never will be.
  mutating func read(into buffer: inout [UInt8]) throws(Errno) -> Int
}

/// An open file that holds nothing but the message, as standard input does for plain sendmail(1).
extension FileDescriptor: MessageSource {
  package func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
    try read(into: &buffer, at: 0)
  }
}
