package import LinuxSystem

/// The two directions between client and server.
package protocol SMTPTransport: ~Copyable {
  /// Waits for bytes of the client.
  ///
  /// - Parameter buffer: Where they go, not empty; its count does not change.
  /// - Returns: Their number; 0 if the client will send no more.
  /// - Throws: `Errno`; `isTimeout` if the client was silent for too long.
  mutating func receive(into buffer: inout [UInt8]) throws(Errno) -> Int

  /// Sends bytes to the client, all of them.
  ///
  /// - Throws: `Errno`, if the client has gone or does not read.
  mutating func send(_ bytes: [UInt8]) throws(Errno)
}

/// Standard input and output, where `sendmail -bs` meets its client.
package struct SMTPDescriptors: ~Copyable, SMTPTransport {
  /// How long the client may neither send nor take anything: Postfix's `smtpd_timeout`, RFC 5321
  /// §4.5.3.2.7.
  package static let idleSeconds: Int32 = 300

  /// The number of bytes that a ready pipe takes without blocking (PIPE_BUF).
  private static let pieceBytes = 4_096

  private let input: FileDescriptor
  private let output: FileDescriptor
  private let idleSeconds: Int32

  /// Takes the two ends of the client.
  ///
  /// - Parameters:
  ///   - input: What the client sends.
  ///   - output: What it receives.
  ///   - idleSeconds: How long it may be silent.
  package init(
    input: consuming FileDescriptor, output: consuming FileDescriptor,
    idleSeconds: Int32 = Self.idleSeconds
  ) {
    self.input = input
    self.output = output
    self.idleSeconds = idleSeconds
  }

  package mutating func receive(into buffer: inout [UInt8]) throws(Errno) -> Int {
    try input.waitForInput(seconds: idleSeconds)
    return try input.read(into: &buffer, at: 0)
  }

  package mutating func send(_ bytes: [UInt8]) throws(Errno) {
    var start = 0
    while start < bytes.count {
      let end = min(start + Self.pieceBytes, bytes.count)
      try output.waitForRoom(seconds: idleSeconds)
      try output.writeAll(bytes.span.extracting(start..<end))
      start = end
    }
  }
}
