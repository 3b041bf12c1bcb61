/// Divides a recipient list into its segments, from left to right.
///
/// Postfix reads from right to left. For what is accepted here both ways find the same:
/// quotes, comments, literals and angles are balanced, and a group begins the list or follows a
/// comma, because Postfix takes everything back to the comma for the group's name.
struct RecipientScanner {
  private let bytes: [UInt8]
  private let end: Int
  private var index: Int

  /// Creates a scanner of the bytes of a range.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    index = range.lowerBound
    end = range.upperBound
  }

  /// Appends every recipient.
  mutating func scan(into recipients: inout [Recipient]) throws(MessageError) {
    var start = index
    var isGroupAllowed = true
    var isInGroup = false
    while index < end {
      let byte = bytes[index]
      switch byte {
      case Octets.comma, Octets.semicolon:
        try AddressWords(bytes, start..<index).append(to: &recipients)
        isGroupAllowed = byte == Octets.comma
        if byte == Octets.semicolon { isInGroup = false }
        index += 1
        start = index
      case Octets.colon:
        guard isGroupAllowed, !isInGroup else { throw .recipient(at: index, .colon) }
        isGroupAllowed = false
        isInGroup = true
        index += 1
        start = index
      case Octets.openAngle:
        let content = try angleContent()
        try AddressWords(bytes, content, isAngle: true).append(to: &recipients)
        isGroupAllowed = false
        start = index
      default:
        try skipToken()
      }
    }
    if isInGroup { throw .recipient(at: end, .colon) }
    try AddressWords(bytes, start..<end).append(to: &recipients)
  }

  /// Moves behind `>` and returns what is before it.
  private mutating func angleContent() throws(MessageError) -> Range<Int> {
    let open = index
    index += 1
    while index < end {
      switch bytes[index] {
      case Octets.closeAngle:
        index += 1
        return open + 1..<index - 1
      case Octets.openAngle, Octets.comma, Octets.semicolon, Octets.colon:
        throw .recipient(at: index, .angleAddress)
      default:
        try skipToken()
      }
    }
    throw .recipient(at: open, .unbalanced(Octets.openAngle))
  }

  /// Moves behind one comment, quoted string, literal or byte.
  private mutating func skipToken() throws(MessageError) {
    let byte = bytes[index]
    switch byte {
    case Octets.openComment:
      index = try RecipientToken.endOfComment(bytes, index, before: end)
    case Octets.quote, Octets.openBracket:
      index = try RecipientToken.endOfQuoted(bytes, index, before: end)
    case Octets.closeComment, Octets.closeAngle, Octets.closeBracket:
      throw .recipient(at: index, .unbalanced(byte))
    case Octets.backslash:
      // In a name it takes whatever follows, as for Postfix; in an address AddressWords looks.
      guard index + 1 < end,
        !Octets.isControl(bytes[index + 1]) || Octets.isSpace(bytes[index + 1])
      else { throw .recipient(at: index, .backslash) }
      index += 2
    default:
      if Octets.isControl(byte) && !Octets.isSpace(byte) {
        throw .recipient(at: index, .controlCharacter(byte))
      }
      index += 1
    }
  }
}

/// Finds the ends of bracketed tokens (`tok822_scan_limit`).
enum RecipientToken {
  /// Finds the end of a comment, which may hold others.
  ///
  ///     comment = "(" *(any / comment / "\" any) ")"
  ///
  /// - Returns: The index behind it.
  static func endOfComment(
    _ bytes: [UInt8], _ start: Int, before end: Int
  ) throws(MessageError) -> Int {
    var depth = 0
    var index = start
    while index < end {
      switch bytes[index] {
      case Octets.openComment: depth += 1
      case Octets.closeComment:
        depth -= 1
        if depth == 0 { return index + 1 }
      case Octets.backslash: index += 1
      case 0: throw .recipient(at: index, .controlCharacter(0))
      default: break
      }
      index += 1
    }
    throw .recipient(at: start, .unbalanced(Octets.openComment))
  }

  /// Finds the end of a quoted string or domain literal.
  ///
  ///     quoted  = DQUOTE *(any / "\" any) DQUOTE
  ///     literal = "[" *(any / "\" any) "]"
  ///
  /// - Returns: The index behind it.
  static func endOfQuoted(
    _ bytes: [UInt8], _ start: Int, before end: Int
  ) throws(MessageError) -> Int {
    let close = bytes[start] == Octets.quote ? Octets.quote : Octets.closeBracket
    var index = start + 1
    while index < end {
      let byte = bytes[index]
      if byte == close { return index + 1 }
      if byte == 0 { throw .recipient(at: index, .controlCharacter(0)) }
      index += byte == Octets.backslash ? 2 : 1
    }
    throw .recipient(at: start, .unbalanced(bytes[start]))
  }
}
