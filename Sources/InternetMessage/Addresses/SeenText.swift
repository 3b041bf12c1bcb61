/// A text as the most credulous reader sees it.
enum SeenText {
  /// Reduces a text to what could make an address.
  ///
  /// Compatibility forms become ASCII; what nobody sees, and backslashes, are gone; blanks, symbols
  /// and foreign punctuation become spaces; HTML's forms of `@` and `.` are those.
  ///
  /// - Parameter text: UTF-8; other bytes are read as Latin-1.
  /// - Returns: ASCII, and letters, marks and digits of other scripts in UTF-8.
  static func reduced(_ text: [UInt8]) -> [UInt8] {
    var seen: [UInt8] = []
    seen.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte < 0x80 {
        if byte == 0x26, let (ascii, end) = entity(text, at: index) {
          seen.append(ascii)
          index = end
          continue
        }
        if byte != Octets.backslash { seen.append(Octets.isControl(byte) ? Octets.space : byte) }
        index += 1
        continue
      }
      if let scalar = Unicode8.scalar(text, &index, before: text.count) {
        append(scalar, to: &seen)
      } else {
        append(Unicode.Scalar(byte), to: &seen)
        index += 1
      }
    }
    return seen
  }

  private static func append(_ scalar: Unicode.Scalar, to seen: inout [UInt8]) {
    if Compatibility.appendASCII(scalar, to: &seen) { return }
    switch scalar.properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator:
      seen.append(Octets.space)
    case _ where Unicode8.isInvisible(scalar):
      break
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      Unicode8.append(scalar, to: &seen)
    default:
      seen.append(Octets.space)
    }
  }

  /// Reads an entity that could be part of an address.
  ///
  ///     entity = "&" ("commat" / "period" / "#" 1*DIGIT / "#x" 1*HEXDIG) [";"]
  ///
  /// - Returns: The character and the index behind it; nil for every other entity.
  private static func entity(_ text: [UInt8], at start: Int) -> (UInt8, Int)? {
    for (name, byte) in [("&commat;", Octets.at), ("&period;", Octets.dot)] {
      let end = start + name.utf8.count
      if end <= text.count, Octets.matches(text, at: start..<end, name) { return (byte, end) }
    }
    guard start + 2 < text.count, text[start + 1] == 0x23 else { return nil }
    let isHexadecimal = text[start + 2] | 0x20 == 0x78
    var index = start + (isHexadecimal ? 3 : 2)
    var value: UInt32 = 0
    while index < text.count, index < start + 12,
      let digit = EncodedWord.hexDigit(text[index]), isHexadecimal || digit < 10
    {
      value = value * (isHexadecimal ? 16 : 10) + UInt32(digit)
      if value > 0x7F { return nil }
      index += 1
    }
    guard value > 0x20, value < 0x7F else { return nil }
    if index < text.count, text[index] == Octets.semicolon { index += 1 }
    return (UInt8(truncatingIfNeeded: value), index)
  }
}
