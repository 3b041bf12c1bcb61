/// The bytes that have a name, and the classes that RFC 5322, Postfix and our files tell apart.
///
/// One vocabulary for all modules above; inlined there, since most of it runs for every byte.
package enum Octets {
  @inlinable package static var tab: UInt8 { 0x09 }
  @inlinable package static var lineFeed: UInt8 { 0x0A }
  @inlinable package static var carriageReturn: UInt8 { 0x0D }
  @inlinable package static var escape: UInt8 { 0x1B }
  @inlinable package static var space: UInt8 { 0x20 }
  @inlinable package static var exclamation: UInt8 { 0x21 }
  @inlinable package static var quote: UInt8 { 0x22 }
  @inlinable package static var hash: UInt8 { 0x23 }
  @inlinable package static var dollar: UInt8 { 0x24 }
  @inlinable package static var percent: UInt8 { 0x25 }
  @inlinable package static var openComment: UInt8 { 0x28 }
  @inlinable package static var closeComment: UInt8 { 0x29 }
  @inlinable package static var asterisk: UInt8 { 0x2A }
  @inlinable package static var plus: UInt8 { 0x2B }
  @inlinable package static var comma: UInt8 { 0x2C }
  @inlinable package static var hyphen: UInt8 { 0x2D }
  @inlinable package static var dot: UInt8 { 0x2E }
  @inlinable package static var slash: UInt8 { 0x2F }
  @inlinable package static var colon: UInt8 { 0x3A }
  @inlinable package static var semicolon: UInt8 { 0x3B }
  @inlinable package static var openAngle: UInt8 { 0x3C }
  @inlinable package static var equals: UInt8 { 0x3D }
  @inlinable package static var closeAngle: UInt8 { 0x3E }
  @inlinable package static var questionMark: UInt8 { 0x3F }
  @inlinable package static var at: UInt8 { 0x40 }
  @inlinable package static var openBracket: UInt8 { 0x5B }
  @inlinable package static var backslash: UInt8 { 0x5C }
  @inlinable package static var closeBracket: UInt8 { 0x5D }
  @inlinable package static var delete: UInt8 { 0x7F }

  /// SP or TAB.
  @inlinable @inline(__always)
  package static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// SP, TAB, LF or CR: white space of `tok822_parse.c`.
  @inlinable @inline(__always)
  package static func isSpace(_ byte: UInt8) -> Bool {
    byte == space || byte == tab || byte == lineFeed || byte == carriageReturn
  }

  /// C0 and DEL.
  @inlinable @inline(__always)
  package static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7F }

  /// ASCII letters and digits.
  @inlinable @inline(__always)
  package static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: false
    }
  }

  /// Whether a byte is one of an atom.
  ///
  ///     atext = ALPHA / DIGIT / "!" / "#" / "$" / "%" / "&" / "'" / "*" / "+" / "-" / "/" /
  ///             "=" / "?" / "^" / "_" / "`" / "{" / "|" / "}" / "~"        ; RFC 5322 §3.2.3
  @inlinable @inline(__always)
  package static func isAtext(_ byte: UInt8) -> Bool {
    if byte >= 0x7F || byte <= 0x20 { return false }
    return !isSpecial(byte)
  }

  /// Whether a byte has a meaning of its own in addresses.
  ///
  ///     specials = "(" / ")" / "<" / ">" / "[" / "]" / ":" / ";" / "@" / "\" / "," / "." / DQUOTE
  @inlinable @inline(__always)
  package static func isSpecial(_ byte: UInt8) -> Bool {
    switch byte {
    case quote, openComment, closeComment, comma, dot, colon, semicolon, openAngle, closeAngle, at,
      openBracket, backslash, closeBracket:
      true
    default: false
    }
  }

  /// Whether a byte is one of an atom and no operator for Postfix: a backslash before it says
  /// nothing.
  static func isOrdinary(_ byte: UInt8) -> Bool {
    (isAtext(byte) || byte >= 0x80) && byte != 0x21 && byte != 0x25 && byte != 0x7C
  }

  /// The ASCII lower case of a byte.
  @inlinable @inline(__always)
  package static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// The ASCII upper case of a byte.
  @inlinable @inline(__always)
  package static func uppercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x61 && byte <= 0x7A ? byte & ~0x20 : byte
  }

  /// The value of a decimal digit; nil = the byte is not one.
  @inlinable @inline(__always)
  package static func digit(_ byte: UInt8) -> UInt8? {
    byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : nil
  }

  /// The value of a hexadecimal digit in either case; nil = the byte is not one.
  @inlinable
  package static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }

  /// Whether a byte separates the elements of a list: a blank or a comma.
  @inlinable @inline(__always)
  package static func isListSeparator(_ byte: UInt8) -> Bool { isBlank(byte) || byte == comma }

  /// Whether two sequences of bytes are the same; quicker than the generic comparison.
  @inlinable
  package static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  /// Whether bytes are those of a literal.
  package static func matches(_ bytes: ArraySlice<UInt8>, _ literal: String) -> Bool {
    areEqual(bytes.span, literal.utf8.span)
  }

  /// Whether bytes begin with those of a literal.
  package static func begins(_ bytes: ArraySlice<UInt8>, with literal: String) -> Bool {
    bytes.count >= literal.utf8.count
      && bytes.prefix(literal.utf8.count).elementsEqual(literal.utf8)
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
