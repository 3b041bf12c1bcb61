internal import InternetMessage
internal import LinuxSystem

/// Collects the header section of a message as Postfix's sendmail(1) would delimit it.
///
/// Leading mbox `From ` lines are dropped, trailing CRs stripped, a lone dot may end the input, and
/// a first line that is not a header field makes everything body (sendmail.c enqueue(),
/// rec_streamlf.c, is_header.c). Nothing is judged here beyond that: `HeaderSection` refuses what
/// two programs could read differently.
package struct HeaderCollector: Sendable {
  /// How far the input has been read.
  package enum Phase: Sendable, Equatable {
    /// No line has been kept yet: mbox lines are dropped, and the next line decides whether there
    /// is a header.
    case leading
    /// Inside the header section.
    case header
    /// The header section is complete; what follows is body.
    case body
    /// A lone dot ended the input.
    case ended
  }

  /// The canonical header section so far: LF-only lines, without the empty line that ends it.
  package private(set) var header: [UInt8] = []
  /// A first line that turned out to be body, with its LF if it had one.
  package private(set) var firstBodyLine: [UInt8] = []
  package private(set) var phase = Phase.leading

  private let dotEndsInput: Bool
  private let headerSizeLimit: Int
  private let isNeeded: Bool
  private var lineStart = 0

  /// Postfix reads records of at most this many bytes; a longer line is neither an mbox line nor
  /// tested beyond it.
  private static let recordBytes = 2_048

  /// Creates a collector.
  ///
  /// - Parameters:
  ///   - dotEndsInput: Whether a line of one dot ends the message (no `-i`).
  ///   - headerSizeLimit: The largest header section, in bytes.
  ///   - isNeeded: Whether a larger one is refused; else what is beyond counts as body.
  package init(dotEndsInput: Bool, headerSizeLimit: Int, isNeeded: Bool = true) {
    self.dotEndsInput = dotEndsInput
    self.headerSizeLimit = headerSizeLimit
    self.isNeeded = isNeeded
    header.reserveCapacity(4_096)
  }

  /// Takes input until the header section ends.
  ///
  /// - Parameters:
  ///   - buffer: Input bytes.
  ///   - range: The part of `buffer` to read.
  /// - Returns: The index of the first byte that was not taken; `range.upperBound` while more
  ///   header is expected.
  /// - Throws: `IntakeError.headerTooLarge`.
  package mutating func consume(
    _ buffer: [UInt8], _ range: Range<Int>
  ) throws(IntakeError) -> Int {
    var index = range.lowerBound
    while index < range.upperBound, phase == .leading || phase == .header {
      let lineFeed = ByteSearch.firstIndex(
        of: Octets.lineFeed, in: buffer, index..<range.upperBound)
      header.append(contentsOf: buffer[index..<(lineFeed ?? range.upperBound)])
      index = lineFeed.map { $0 + 1 } ?? range.upperBound
      if lineFeed != nil {
        endLine(isTerminated: true)
      } else if phase == .leading, header.count - lineStart >= Self.recordBytes, !beginsField {
        turnIntoBody(isTerminated: false)
      }
      guard header.count <= headerSizeLimit else {
        if !isNeeded {
          phase = .body
          break
        }
        throw .headerTooLarge(limit: headerSizeLimit)
      }
    }
    return index
  }

  /// Ends the input inside the header section: a last line without LF counts.
  package mutating func finish() {
    guard phase == .leading || phase == .header else { return }
    if header.count > lineStart { endLine(isTerminated: false) }
    if phase == .leading || phase == .header { phase = .body }
  }

  private mutating func endLine(isTerminated: Bool) {
    if isTerminated, phase == .leading, isMboxLine {
      header.removeSubrange(lineStart...)
      return
    }
    let byteCount = header.count
    while header.count > lineStart, header[header.count - 1] == Octets.carriageReturn {
      header.removeLast()
    }
    if isLoneDot, isTerminated || byteCount == header.count {
      header.removeSubrange(lineStart...)
      phase = .ended
    } else if header.count == lineStart, isTerminated || byteCount > header.count {
      phase = .body
    } else if phase == .leading, !beginsField {
      // A CR at the end of the input keeps a dot from ending it, so the CRs go along.
      let returns = byteCount - header.count
      header.append(contentsOf: repeatElement(Octets.carriageReturn, count: returns))
      turnIntoBody(isTerminated: isTerminated)
    } else {
      header.append(Octets.lineFeed)
      lineStart = header.count
      phase = .header
    }
  }

  private mutating func turnIntoBody(isTerminated: Bool) {
    firstBodyLine = Array(header[lineStart...])
    if isTerminated { firstBodyLine.append(Octets.lineFeed) }
    header.removeSubrange(lineStart...)
    phase = .body
  }

  private var isLoneDot: Bool {
    dotEndsInput && header.count == lineStart + 1 && header[lineStart] == Octets.dot
  }

  private var beginsField: Bool {
    HeaderSection.beginsField(
      header.span.extracting(lineStart..<min(header.count, lineStart + Self.recordBytes)))
  }

  /// `*">" "From "` at the start of a record that is complete (sendmail.c:904).
  private var isMboxLine: Bool {
    guard header.count - lineStart < Self.recordBytes else { return false }
    return header[lineStart...].drop { $0 == Octets.closeAngle }.starts(with: Self.mboxPrefix)
  }

  private static let mboxPrefix = Array("From ".utf8)
}
