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

  /// Learns that a message was taken.
  mutating func noteProgress()
}

extension SMTPTransport where Self: ~Copyable {
  package mutating func noteProgress() {}
}

/// Standard input and output, where `sendmail -bs` and the SMTP door meet their client.
package struct SMTPDescriptors: ~Copyable, SMTPTransport {
  /// How long the client may neither send nor take anything: Postfix's `smtpd_timeout`, RFC 5321
  /// §4.5.3.2.7.
  package static let idleSeconds: Int32 = 300

  /// The number of bytes that a ready pipe takes without blocking (PIPE_BUF).
  private static let pieceBytes = 4_096

  private let input: FileDescriptor
  private let output: FileDescriptor
  private let idleSeconds: Int32
  private let secondsPerMessage: Int32?
  private let milliseconds: @Sendable () -> UInt64
  /// When the client's time for its next message is over, in milliseconds; nil = never.
  private var deadline: UInt64?

  /// Takes the two ends of the client.
  ///
  /// - Parameters:
  ///   - input: What the client sends.
  ///   - output: What it receives.
  ///   - idleSeconds: How long it may be silent.
  ///   - secondsPerMessage: How long it may take until a message is taken, from the beginning or
  ///     from the one before it; nil = the client's own process waits, and nobody else's.
  ///   - milliseconds: The time, which never goes back.
  package init(
    input: consuming FileDescriptor, output: consuming FileDescriptor,
    idleSeconds: Int32 = Self.idleSeconds, secondsPerMessage: Int32? = nil,
    milliseconds: @escaping @Sendable () -> UInt64 = { Clock.monotonicMilliseconds() }
  ) {
    self.input = input
    self.output = output
    self.idleSeconds = idleSeconds
    self.secondsPerMessage = secondsPerMessage
    self.milliseconds = milliseconds
    noteProgress()
  }

  package mutating func noteProgress() {
    deadline = secondsPerMessage.map { milliseconds() + UInt64($0) * 1_000 }
  }

  /// How long is waited for the client now, in seconds.
  private func patience() throws(Errno) -> Int32 {
    guard let deadline else { return idleSeconds }
    let now = milliseconds()
    guard now < deadline else { throw .timedOut }
    return min(idleSeconds, Int32(clamping: (deadline - now + 999) / 1_000))
  }

  package mutating func receive(into buffer: inout [UInt8]) throws(Errno) -> Int {
    try input.waitForInput(seconds: patience())
    return try input.read(into: &buffer, at: 0)
  }

  package mutating func send(_ bytes: [UInt8]) throws(Errno) {
    var start = 0
    while start < bytes.count {
      let end = min(start + Self.pieceBytes, bytes.count)
      try output.waitForRoom(seconds: patience())
      try output.writeAll(bytes.span.extracting(start..<end))
      start = end
    }
  }
}
