internal import InternetMessage
internal import LinuxSystem

/// Turns body bytes into the one form that every Postfix setting reads alike: LF line ends, no CR.
///
/// CRs before a LF or the end of the input go, any other CR becomes a space, as Postfix's
/// cleanup(8) makes it (cleanup_message.c:939); a line of one dot ends the input unless `-i` was
/// given (sendmail.c enqueue()). Bytes are rewritten in the caller's buffer, which they never
/// outgrow: nothing is allocated per byte or per line.
package struct BodyCanonicalizer: Sendable {
  private enum Line: Sendable {
    case empty
    /// The line is a dot so far. It is withheld, since it may be the end of the input.
    case dot
    case text
  }

  /// Whether a lone dot has ended the input.
  package private(set) var isEnded = false

  private let dotEndsInput: Bool
  private var line = Line.empty
  /// CRs read whose meaning depends on the next byte.
  private var pendingReturns = 0

  /// Creates a canonicalizer for the bytes after the header section.
  ///
  /// - Parameter dotEndsInput: Whether a line of one dot ends the message (no `-i`).
  package init(dotEndsInput: Bool) {
    self.dotEndsInput = dotEndsInput
  }

  /// Takes a piece of the body.
  ///
  /// - Parameters:
  ///   - buffer: Input bytes; rewritten in place.
  ///   - range: The part of `buffer` to take.
  ///   - sink: Receives canonical bytes, in order; called any number of times.
  /// - Throws: What `sink` throws.
  package mutating func consume(
    _ buffer: inout [UInt8], _ range: Range<Int>,
    _ sink: ([UInt8], Range<Int>) throws(IntakeError) -> Void
  ) throws(IntakeError) {
    guard !isEnded, !range.isEmpty else { return }
    if !dotEndsInput, pendingReturns == 0,
      ByteSearch.firstIndex(of: Octets.carriageReturn, in: buffer, range) == nil
    {
      return try sink(buffer, range)
    }
    let start = try settleWithheld(buffer, range, sink)
    let rest = start..<range.upperBound
    let end = dotEndsInput ? rewriteWithDots(&buffer, rest) : rewriteReturns(&buffer, rest)
    if end > start { try sink(buffer, start..<end) }
  }

  /// Ends the input: a withheld dot that a CR followed is text, any other was the end.
  ///
  /// - Parameter sink: Receives the last canonical bytes, if there are any.
  /// - Throws: What `sink` throws.
  package mutating func finish(
    _ sink: ([UInt8], Range<Int>) throws(IntakeError) -> Void
  ) throws(IntakeError) {
    if !isEnded, line == .dot, pendingReturns > 0 { try sink([Octets.dot], 0..<1) }
    isEnded = true
  }

  /// Emits what an earlier piece left undecided, because there is no room for it in this one.
  private mutating func settleWithheld(
    _ buffer: [UInt8], _ range: Range<Int>,
    _ sink: ([UInt8], Range<Int>) throws(IntakeError) -> Void
  ) throws(IntakeError) -> Int {
    guard line == .dot || pendingReturns > 0 else { return range.lowerBound }
    var index = range.lowerBound
    while index < range.upperBound, buffer[index] == Octets.carriageReturn {
      pendingReturns += 1
      index += 1
    }
    guard index < range.upperBound, buffer[index] != Octets.lineFeed else { return index }
    if line == .dot { try sink([Octets.dot], 0..<1) }
    if pendingReturns > 0 || line == .dot { line = .text }
    let spaces = [UInt8](repeating: Octets.space, count: min(pendingReturns, 4_096))
    while pendingReturns > 0 {
      let count = min(pendingReturns, spaces.count)
      try sink(spaces, 0..<count)
      pendingReturns -= count
    }
    return index
  }

  /// Rewrites one piece in place, where a line of one dot ends the input, and returns the end of
  /// what it became.
  private mutating func rewriteWithDots(_ buffer: inout [UInt8], _ range: Range<Int>) -> Int {
    var bytes = buffer.mutableSpan
    var end = range.lowerBound
    for index in range {
      let byte = bytes[index]
      switch byte {
      case Octets.carriageReturn:
        pendingReturns += 1
      case Octets.lineFeed:
        if line == .dot {
          isEnded = true
          return end
        }
        pendingReturns = 0
        line = .empty
        bytes[end] = byte
        end += 1
      default:
        if line == .dot {
          bytes[end] = Octets.dot
          end += 1
          line = .text
        }
        while pendingReturns > 0 {
          bytes[end] = Octets.space
          end += 1
          pendingReturns -= 1
          line = .text
        }
        if line == .empty, byte == Octets.dot {
          line = .dot
        } else {
          bytes[end] = byte
          end += 1
          line = .text
        }
      }
    }
    return end
  }

  /// The same where a dot means nothing: what stands between two CRs is moved in one piece.
  private mutating func rewriteReturns(_ buffer: inout [UInt8], _ range: Range<Int>) -> Int {
    var end = range.lowerBound
    var index = range.lowerBound
    while index < range.upperBound {
      let byte = buffer[index]
      if byte == Octets.carriageReturn {
        pendingReturns += 1
        index += 1
        continue
      }
      if byte != Octets.lineFeed {
        for _ in 0..<pendingReturns {
          buffer[end] = Octets.space
          end += 1
        }
      }
      pendingReturns = 0
      let count = ByteMove.move(
        in: &buffer, index..<range.upperBound, to: end, before: Octets.carriageReturn)
      end += count
      index += count
    }
    return end
  }
}
