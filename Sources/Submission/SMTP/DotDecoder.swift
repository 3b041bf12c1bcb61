internal import InternetMessage
internal import LinuxSystem

/// Finds the end of SMTP data and takes the dots away that protect it (RFC 5321 §4.5.2).
///
/// It ends where Postfix's stand-alone smtpd(8) ends it (`receive_data_message`, `smtp_get`): at a
/// line of one dot, any number of CRs, and LF. A bare LF ends lines, a bare CR never does. A reader
/// that waited for `CRLF . CRLF` would take commands for text, and one that took `CR . CR` for the
/// end would take text for commands.
///
///     data-end = line-start "." *2047CR LF    ; line-start: the beginning of the data, or after LF
///
/// Postfix reads lines in records of 2048 bytes and sees no dot at the beginning of a second one. A
/// dot and 2047 CRs fill exactly one record, whose LF it still finds; with one CR more the line is
/// text.
struct DotDecoder: Sendable {
  private enum Place: Sendable, Equatable {
    case lineStart
    /// After the dot that begins a line, and this number of CRs.
    case dot(returns: Int)
    case inLine
  }

  /// The CRs that fill a record of Postfix's `line_length_limit` together with a dot.
  static let returnsBehindDot = 2_047

  /// Whether the end of the data has been seen.
  private(set) var isEnded = false

  private var place = Place.lineStart
  /// CRs that turned out to be text, not yet given out.
  private var owedReturns = 0

  /// Whether there are bytes to give out without any more input.
  var hasOutput: Bool { owedReturns > 0 }

  /// Decodes as much as there is input and room.
  ///
  /// - Parameters:
  ///   - input: Bytes as the client sent them.
  ///   - range: The part of `input` to decode.
  ///   - output: Where the text goes, from its beginning; its count does not change.
  /// - Returns: How many bytes were taken from `range`, and how many were put into `output`.
  mutating func decode(
    _ input: [UInt8], _ range: Range<Int>, into output: inout [UInt8]
  ) -> (taken: Int, filled: Int) {
    var index = range.lowerBound
    var filled = 0
    while !isEnded, filled < output.count {
      if owedReturns > 0 {
        output[filled] = Octets.carriageReturn
        filled += 1
        owedReturns -= 1
      } else if index == range.upperBound {
        break
      } else if place == .inLine {
        let room = index..<min(range.upperBound, index + output.count - filled)
        let lineFeed = ByteSearch.firstIndex(of: Octets.lineFeed, in: input, room)
        let end = lineFeed.map { $0 + 1 } ?? room.upperBound
        Self.copy(input, index..<end, to: &output, at: filled)
        filled += end - index
        index = end
        if lineFeed != nil { place = .lineStart }
      } else if decideStart(input[index]) {
        index += 1
      }
    }
    return (index - range.lowerBound, filled)
  }

  /// Looks at a byte where a dot may begin or has begun the line.
  ///
  /// - Returns: Whether the byte is used up; if not, it is text that follows the CRs now owed.
  private mutating func decideStart(_ byte: UInt8) -> Bool {
    guard case .dot(let returns) = place else {
      place = byte == Octets.dot ? .dot(returns: 0) : .inLine
      return byte == Octets.dot
    }
    switch byte {
    case Octets.lineFeed:
      isEnded = true
      return true
    case Octets.carriageReturn where returns < Self.returnsBehindDot:
      place = .dot(returns: returns + 1)
      return true
    default:
      owedReturns = returns
      place = .inLine
      return false
    }
  }

  private static func copy(
    _ input: [UInt8], _ range: Range<Int>, to output: inout [UInt8], at start: Int
  ) {
    let source = input.span
    var target = output.mutableSpan
    for offset in 0..<range.count {
      target[start + offset] = source[range.lowerBound + offset]
    }
  }
}
