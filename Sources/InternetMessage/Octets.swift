/// The classes of bytes that RFC 5322 and Postfix tell apart.
enum Octets {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let carriageReturn: UInt8 = 0x0D
  static let escape: UInt8 = 0x1B
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let openComment: UInt8 = 0x28
  static let closeComment: UInt8 = 0x29
  static let comma: UInt8 = 0x2C
  static let hyphen: UInt8 = 0x2D
  static let dot: UInt8 = 0x2E
  static let colon: UInt8 = 0x3A
  static let semicolon: UInt8 = 0x3B
  static let openAngle: UInt8 = 0x3C
  static let equals: UInt8 = 0x3D
  static let closeAngle: UInt8 = 0x3E
  static let questionMark: UInt8 = 0x3F
  static let at: UInt8 = 0x40
  static let openBracket: UInt8 = 0x5B
  static let backslash: UInt8 = 0x5C
  static let closeBracket: UInt8 = 0x5D

  /// SP or TAB.
  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// SP, TAB, LF or CR: white space of `tok822_parse.c`.
  @inline(__always)
  static func isSpace(_ byte: UInt8) -> Bool {
    byte == space || byte == tab || byte == lineFeed || byte == carriageReturn
  }

  /// C0 and DEL.
  @inline(__always)
  static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  /// ASCII letters and digits.
  @inline(__always)
  static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  /// Whether a byte is one of an atom.
  ///
  ///     atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" /
  ///             "=" / "?" / "^" / "_" / "`" / "{" / "|" / "}" / "~"        ; RFC 5322 §3.2.3
  @inline(__always)
  static func isAtext(_ byte: UInt8) -> Bool {
    if byte >= 0x7F || byte <= 0x20 { return false }
    return !isSpecial(byte)
  }

  /// Whether a byte has a meaning of its own in addresses.
  ///
  ///     specials = "(" / ")" / "<" / ">" / "[" / "]" / ":" / ";" / "@" / "\" / "," / "." / DQUOTE
  @inline(__always)
  static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case quote, openComment, closeComment, comma, dot, colon, semicolon, openAngle, closeAngle, at,
      openBracket, backslash, closeBracket:
      true
    default: false
    }
  }

  /// The ASCII lower case of a byte.
  @inline(__always)
  static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// Whether bytes are those of an ASCII text, without case.
  static func matches(_ bytes: [UInt8], at range: Range<Int>, _ text: String) -> Bool {
    guard range.count == text.utf8.count else { return false }
    var index = range.lowerBound
    for byte in text.utf8 {
      if lowercased(bytes[index]) != lowercased(byte) { return false }
      index += 1
    }
    return true
  }

  /// Cuts SP, TAB and LF at both ends of a range.
  static func trimmingSpace(_ bytes: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper && isSpace(bytes[lower]) { lower += 1 }
    while upper > lower && isSpace(bytes[upper - 1]) { upper -= 1 }
    return lower..<upper
  }
}
