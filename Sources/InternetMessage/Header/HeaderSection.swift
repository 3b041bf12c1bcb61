/// The header section of a message, RFC 5322 §2.2, in the one form that every reader reads alike.
///
/// Names and bodies are ranges of one array; nothing is copied until it is asked for.
package struct HeaderSection: Sendable {
  /// The lines of the section, each ended by LF (the last one perhaps not), without the empty line.
  package let bytes: [UInt8]

  /// The fields in order.
  package let fields: [HeaderField]

  /// Reads a header section, in time linear in its size.
  ///
  ///     fields     = *field
  ///     field      = field-name ":" unstructured LF        ; no white space before the colon
  ///     field-name = 1*ftext
  ///     ftext      = %d33-57 / %d59-126
  ///     FWS        = LF WSP, where something else than WSP follows on that line
  ///
  /// - Parameter bytes: The section without the empty line after it; `[]` has no fields. Its size
  ///   is bounded by whoever reads the message.
  /// - Throws: A `MessageError` of kind `header`.
  package init(parsing bytes: [UInt8]) throws(MessageError) {
    var fields: [HeaderField] = []
    var open: FieldStart?
    var start = 0
    var line = 1
    while start < bytes.count {
      let end = try Self.endOfLine(bytes, from: start, line: line)
      if Octets.isBlank(bytes[start]) {
        try Self.checkContinuation(bytes, start..<end, of: open, line: line)
      } else {
        if let open { fields.append(open.field(in: bytes, endingAt: start)) }
        guard fields.count < MessageLimits.fields else {
          throw .tooManyFields(limit: MessageLimits.fields)
        }
        open = try FieldStart(bytes, start..<end, line: line)
      }
      start = end + 1
      line += 1
    }
    if let open { fields.append(open.field(in: bytes, endingAt: bytes.count)) }
    self.bytes = bytes
    self.fields = fields
  }

  /// Reads a header section that honest software has written carelessly.
  ///
  /// A line of nothing but white space is dropped, and what follows it is header all the same;
  /// blanks between the name of a field and its colon go, as they do in Postfix. Whoever hands the
  /// message over hands over `bytes`: lines in errors and fields are those of the section as it is
  /// then.
  ///
  /// Example: `From : a@b` LF ` ` LF `To: c@d` is read as `From: a@b` LF `To: c@d`.
  ///
  /// - Parameter bytes: As for `init(parsing:)`.
  /// - Throws: A `MessageError` of kind `header`.
  package init(repairing bytes: [UInt8]) throws(MessageError) {
    do throws(MessageError) { self = try HeaderSection(parsing: bytes) } catch {
      switch error {
      case .whitespaceOnlyLine, .blankBeforeColon:
        self = try HeaderSection(parsing: HeaderLines.repaired(bytes))
      default: throw error
      }
    }
  }

  /// The lines of a header section as `init(repairing:)` reads them, for those who show one.
  package static func mended(_ bytes: [UInt8]) -> [UInt8] {
    HeaderLines.repaired(bytes)
  }

  /// Takes a header section of which nothing is read.
  ///
  /// Users who may send as anybody pass received mail on, however it was written.
  ///
  /// - Parameter bytes: The section; it has no fields then.
  package init(opaque bytes: [UInt8]) {
    self.bytes = bytes
    fields = []
  }

  /// Whether there is something that is not read.
  package var isOpaque: Bool { fields.isEmpty && !bytes.isEmpty }

  /// Tells whether Postfix takes a line for the beginning of a field (`is_header.c`).
  ///
  /// More than `init(parsing:)` accepts: blanks may stand before the colon. A first line of which
  /// it is false begins the body.
  ///
  /// - Parameter line: One line, with or without its LF; its first 2048 bytes are looked at.
  /// - Returns: Whether name, perhaps blanks, and colon are there.
  package static func beginsField(_ line: Span<UInt8>) -> Bool {
    var nameCount = 0
    let count = min(line.count, MessageLimits.fieldStartBytes)
    while nameCount < count, isNameByte(line[nameCount]) { nameCount += 1 }
    var index = nameCount
    while index < count, Octets.isBlank(line[index]) { index += 1 }
    return nameCount > 0 && index < count && line[index] == Octets.colon
  }

  /// Whether a byte may stand in a field name.
  ///
  ///     ftext = %d33-57 / %d59-126
  @inline(__always)
  static func isNameByte(_ byte: UInt8) -> Bool {
    byte > 0x20 && byte < 0x7F && byte != Octets.colon
  }

  /// Finds the LF of a line, or the end of the section, and refuses control characters before it.
  private static func endOfLine(
    _ bytes: [UInt8], from start: Int, line: Int
  ) throws(MessageError) -> Int {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if Octets.isControl(byte) {
        if byte == Octets.lineFeed { return index }
        if byte == Octets.carriageReturn { throw .carriageReturn(line: line) }
        if byte != Octets.tab && byte != Octets.escape {
          throw .controlCharacter(line: line, byte: byte)
        }
      }
      index += 1
    }
    return index
  }

  /// Refuses a continuation of nothing, and one of nothing but white space.
  private static func checkContinuation(
    _ bytes: [UInt8], _ range: Range<Int>, of open: FieldStart?, line: Int
  ) throws(MessageError) {
    var index = range.lowerBound
    while index < range.upperBound, Octets.isBlank(bytes[index]) { index += 1 }
    if index == range.upperBound { throw .whitespaceOnlyLine(line: line) }
    if open == nil { throw .notAField(line: line) }
  }
}

/// The first line of a field whose end is not known yet.
private struct FieldStart {
  let nameRange: Range<Int>
  let line: Int

  /// Reads the name and its colon.
  init(_ bytes: [UInt8], _ range: Range<Int>, line: Int) throws(MessageError) {
    var index = range.lowerBound
    while index < range.upperBound, HeaderSection.isNameByte(bytes[index]) { index += 1 }
    nameRange = range.lowerBound..<index
    self.line = line
    guard !nameRange.isEmpty else { throw .notAField(line: line) }
    while index < range.upperBound, Octets.isBlank(bytes[index]) { index += 1 }
    guard index < range.upperBound, bytes[index] == Octets.colon else {
      throw .notAField(line: line)
    }
    guard index == nameRange.upperBound else { throw .blankBeforeColon(line: line) }
    guard nameRange.count <= MessageLimits.fieldNameBytes else {
      throw .fieldNameTooLong(line: line, limit: MessageLimits.fieldNameBytes)
    }
  }

  /// The field, whose lines end before `end`.
  func field(in bytes: [UInt8], endingAt end: Int) -> HeaderField {
    let bodyStart = nameRange.upperBound + 1
    let hasLineFeed = bytes[end - 1] == Octets.lineFeed
    return HeaderField(
      known: KnownField(named: bytes, at: nameRange),
      range: nameRange.lowerBound..<end,
      nameRange: nameRange,
      bodyRange: bodyStart..<(hasLineFeed ? end - 1 : end),
      line: line)
  }
}
