internal import InternetMessage

/// One logical line of a file in the syntax of main.cf.
struct LogicalLine {
  /// The line of the file where it begins, counted from 1.
  let number: Int
  /// The line where it ends: the last one that continues it.
  let lastNumber: Int
  /// The text without surrounding blanks; continuation lines are joined by the blanks they begin
  /// with.
  let text: ArraySlice<UInt8>
  /// Why the line cannot be used; the text is then of no meaning.
  let fault: FileFault?
}

/// The logical lines of postern.cf and senders: the one reader of main.cf's line syntax.
///
/// As Postfix's readllines(3): lines that are empty, blank or whose first byte that is not blank is
/// `#` are skipped wherever they stand, and do not end a logical line. A line that begins with a
/// blank continues the logical line before it.
///
///     file          = *(line LF) [line]
///     line          = blank-line / comment-line / text-line / continuation
///     comment-line  = *WSP "#" *OCTET
///     text-line     = non-WSP *OCTET
///     continuation  = 1*WSP non-WSP *OCTET
///
/// Every byte is looked at once and copied only where lines are joined.
struct LogicalLines {
  private let bytes: [UInt8]
  private let maximumBytes: Int
  private var position = 0
  private var lineNumber = 0
  /// A line that was looked at to see whether it is a continuation, and was none.
  private var pending: PhysicalLine?

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - maximumBytes: The longest logical line.
  init(_ bytes: [UInt8], maximumBytes: Int) {
    self.bytes = bytes
    self.maximumBytes = maximumBytes
  }

  /// A line of the file: what it is, and where its text lies.
  private struct PhysicalLine {
    var number: Int
    var range: Range<Int>
    var isContinuation: Bool
    var controlByte: UInt8?
  }

  /// Returns the next logical line, nil at the end of the file.
  mutating func next() -> LogicalLine? {
    guard let first = pending ?? nextText() else { return nil }
    pending = nil
    let number = first.number
    var lastNumber = number
    var fault = fault(of: first)
    if fault == nil, first.isContinuation { fault = .nothingToContinue }
    var joined: [UInt8] = []
    // Bounded by the file: each turn consumes a line.
    while let line = nextContinuation() {
      if joined.isEmpty { joined = Array(bytes[first.range]) }
      lastNumber = line.number
      fault = fault ?? self.fault(of: line)
      if joined.count + line.range.count >= maximumBytes {
        fault = fault ?? .lineTooLong(limit: maximumBytes)
      } else {
        joined.append(Octets.space)
        joined.append(contentsOf: bytes[line.range])
      }
    }
    return LogicalLine(
      number: number, lastNumber: lastNumber,
      text: joined.isEmpty ? bytes[first.range] : joined[...], fault: fault)
  }

  private func fault(of line: PhysicalLine) -> FileFault? {
    if let byte = line.controlByte { return .controlByte(byte) }
    return line.range.count > maximumBytes ? .lineTooLong(limit: maximumBytes) : nil
  }

  /// Returns the next line with text if it is a continuation; else keeps it for the next call.
  private mutating func nextContinuation() -> PhysicalLine? {
    guard let line = nextText() else { return nil }
    if line.isContinuation { return line }
    pending = line
    return nil
  }

  /// Consumes lines up to and including one with text, nil at the end of the file.
  private mutating func nextText() -> PhysicalLine? {
    while position < bytes.count {
      let line = nextPhysical()
      let isComment = line.range.isEmpty || bytes[line.range.lowerBound] == Octets.hash
      // A control byte is a fault in a comment too: editors and terminals do not show it.
      if !isComment || line.controlByte != nil { return line }
    }
    return nil
  }

  /// Consumes one line of the file, which there must be.
  private mutating func nextPhysical() -> PhysicalLine {
    let bytes = bytes
    let span = bytes.span
    let count = span.count
    var start = position
    while start < count, Octets.isBlank(span[start]) { start += 1 }
    var index = start
    var control: UInt8?
    while index < count {
      let byte = span[index]
      // One comparison for nearly every byte; UTF-8 and the control bytes come out below.
      if byte &- 0x20 >= 0x5F {
        if byte == Octets.lineFeed { break }
        if byte < 0x80, byte != Octets.tab, control == nil { control = byte }
      }
      index += 1
    }
    let isContinuation = start > position
    var end = index
    while end > start, Octets.isBlank(span[end - 1]) { end -= 1 }
    position = index < count ? index + 1 : count
    lineNumber += 1
    return PhysicalLine(
      number: lineNumber, range: start..<end, isContinuation: isContinuation && end > start,
      controlByte: control)
  }
}
