/// Bytes that have a meaning in our files.
enum ASCII {
  static let tab: UInt8 = 0x09
  static let lineFeed: UInt8 = 0x0A
  static let space: UInt8 = 0x20
  static let quote: UInt8 = 0x22
  static let hash: UInt8 = 0x23
  static let dollar: UInt8 = 0x24
  static let percent: UInt8 = 0x25
  static let asterisk: UInt8 = 0x2A
  static let comma: UInt8 = 0x2C
  static let dot: UInt8 = 0x2E
  static let slash: UInt8 = 0x2F
  static let colon: UInt8 = 0x3A
  static let carriageReturn: UInt8 = 0x0D
  static let less: UInt8 = 0x3C
  static let equals: UInt8 = 0x3D
  static let greater: UInt8 = 0x3E
  static let at: UInt8 = 0x40
  static let exclamation: UInt8 = 0x21
  static let delete: UInt8 = 0x7F

  /// Tells whether a byte separates words: a space or a tab.
  static func isBlank(_ byte: UInt8) -> Bool { byte == space || byte == tab }

  /// Tells whether a byte separates the elements of a list: a blank or a comma.
  static func isListSeparator(_ byte: UInt8) -> Bool { isBlank(byte) || byte == comma }

  /// Returns the value of a decimal digit, `nil` for any other byte.
  static func digit(_ byte: UInt8) -> UInt8? {
    byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : nil
  }

  /// Returns a letter in its small form, any other byte as it is.
  static func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
  }

  /// Tells whether bytes are those of a literal.
  static func matches(_ bytes: ArraySlice<UInt8>, _ literal: String) -> Bool {
    areEqual(bytes.span, literal.utf8.span)
  }

  /// Tells whether two sequences of bytes are the same; quicker than the generic comparison.
  static func areEqual(_ left: Span<UInt8>, _ right: Span<UInt8>) -> Bool {
    guard left.count == right.count else { return false }
    for index in left.indices where left[index] != right[index] { return false }
    return true
  }

  /// Tells whether bytes begin with those of a literal.
  static func begins(_ bytes: ArraySlice<UInt8>, with literal: String) -> Bool {
    bytes.count >= literal.utf8.count
      && bytes.prefix(literal.utf8.count).elementsEqual(literal.utf8)
  }
}
