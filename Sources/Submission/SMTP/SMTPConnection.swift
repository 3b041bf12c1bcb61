internal import InternetMessage
package import LinuxSystem

/// A command line as it was received.
enum SMTPLine: Sendable, Equatable {
  /// Without its end.
  case complete([UInt8])
  /// It was longer than `SMTPLimits.lineBytes`, and is gone.
  case tooLong
}

/// Why the client sends nothing more.
package enum SMTPInterruption: Sendable, Equatable {
  /// It went away.
  case lost
  /// It was silent for too long.
  case timedOut
  /// It sent more than `SMTPLimits.discardedBytes` that had to be thrown away.
  case flooded
}

/// What a client sends, cut into command lines and messages, and what it is answered.
///
/// While a message is under way the connection is its `MessageSource`: it gives out the text
/// without protecting dots, and ends where the message does.
package struct SMTPConnection<Transport: SMTPTransport & ~Copyable>: ~Copyable, MessageSource {
  /// Why nothing more comes; nil = the client is there.
  ///
  /// If it is set while a message is read, the message is incomplete, and nobody waits for a reply.
  package private(set) var interruption: SMTPInterruption?

  private var transport: Transport
  private var buffer = [UInt8](repeating: 0, count: SMTPLimits.bufferBytes)
  private var unread = 0..<0
  private var replies: [UInt8] = []
  private var decoder = DotDecoder()
  private var discardedBytes = 0

  /// Begins to talk.
  package init(_ transport: consuming Transport) {
    self.transport = transport
  }

  // MARK: Replies

  /// Adds a reply to the queue, which is sent when there is nothing more to read.
  ///
  /// A client that pipelines gets many in one piece (RFC 2920 §3.2), and one that waits for a reply
  /// gets it.
  mutating func write(_ reply: SMTPReply) {
    replies += reply.bytes
    if replies.count > SMTPLimits.bufferBytes { flush() }
  }

  /// Sends the replies that wait.
  mutating func flush() {
    guard !replies.isEmpty else { return }
    // A client that is gone, or does not read, is told nothing any more.
    do { try transport.send(replies) } catch { interruption = interruption ?? .lost }
    replies.removeAll(keepingCapacity: true)
  }

  /// Begins the time anew that the client has until its next message is taken.
  mutating func noteProgress() { transport.noteProgress() }

  // MARK: Commands

  /// Reads a command line.
  ///
  ///     line = *2048byte *1CR LF        ; as Postfix, which also ends lines at a bare LF
  ///
  /// - Returns: The line; nil = the end of the input; a partial line is discarded.
  mutating func nextLine() -> SMTPLine? {
    var line: [UInt8] = []
    var isTooLong = false
    while interruption == nil, !unread.isEmpty || fill() {
      let lineFeed = ByteSearch.firstIndex(of: Octets.lineFeed, in: buffer, unread)
      let end = lineFeed ?? unread.upperBound
      isTooLong = isTooLong || line.count + (end - unread.lowerBound) > SMTPLimits.lineBytes + 1
      if isTooLong { discard(end - unread.lowerBound) }
      if !isTooLong { line += buffer[unread.lowerBound..<end] }
      unread = (lineFeed.map { $0 + 1 } ?? end)..<unread.upperBound
      guard lineFeed != nil else { continue }
      while line.last == Octets.carriageReturn { line.removeLast() }
      return isTooLong || line.count > SMTPLimits.lineBytes ? .tooLong : .complete(line)
    }
    return nil
  }

  // MARK: Messages

  /// Makes what comes next a message.
  mutating func beginData() {
    decoder = DotDecoder()
  }

  /// Reads a piece of the message that is under way.
  ///
  /// - Returns: The number of bytes read; 0 after the final dot.
  /// - Throws: `Errno` if the client goes away before the final dot; see `interruption`.
  package mutating func read(into buffer: inout [UInt8]) throws(Errno) -> Int {
    while !decoder.isEnded {
      guard interruption == nil, !unread.isEmpty || decoder.hasOutput || fill() else {
        throw .connectionLost
      }
      let (taken, filled) = decoder.decode(self.buffer, unread, into: &buffer)
      unread = unread.lowerBound + taken..<unread.upperBound
      if filled > 0 { return filled }
    }
    return 0
  }

  /// Reads the rest of the message that is under way and throws it away.
  ///
  /// The rest of a refused message must not be read as commands.
  ///
  /// - Returns: Whether the final dot came.
  mutating func finishData() -> Bool {
    var rest = [UInt8](repeating: 0, count: SMTPLimits.bufferBytes)
    do throws(Errno) {
      while true {
        let count = try read(into: &rest)
        if count == 0 { return true }
        discard(count)
      }
    } catch {
      return false
    }
  }

  // MARK: Input

  /// Gets more from the client, who has seen all replies when it is waited for.
  private mutating func fill() -> Bool {
    flush()
    guard interruption == nil else { return false }
    do throws(Errno) {
      let count = try transport.receive(into: &buffer)
      unread = 0..<count
      if count == 0 { interruption = .lost }
      return count > 0
    } catch {
      unread = 0..<0
      interruption = error.isTimeout ? .timedOut : .lost
      return false
    }
  }

  private mutating func discard(_ count: Int) {
    discardedBytes += count
    if discardedBytes > SMTPLimits.discardedBytes { interruption = .flooded }
  }
}
