/// What is asked of UTF-8 bytes; bytes that are no UTF-8 are told apart, never repaired.
enum Unicode8 {
  /// Reads one scalar and moves the index behind it; nil, and no move, if there is none.
  ///
  ///     UTF8-2 / UTF8-3 / UTF8-4 as RFC 3629 §4 has them: no overlong forms, no surrogates
  static func scalar(_ bytes: [UInt8], _ index: inout Int, before end: Int) -> Unicode.Scalar? {
    let lead = bytes[index]
    let count: Int
    var value: UInt32
    let least: UInt32
    switch lead {
    case 0x00...0x7F: (count, value, least) = (1, UInt32(lead), 0)
    case 0xC2...0xDF: (count, value, least) = (2, UInt32(lead & 0x1F), 0x80)
    case 0xE0...0xEF: (count, value, least) = (3, UInt32(lead & 0x0F), 0x800)
    case 0xF0...0xF4: (count, value, least) = (4, UInt32(lead & 0x07), 0x1_0000)
    default: return nil
    }
    guard end - index >= count else { return nil }
    for offset in 1..<max(count, 1) {
      let byte = bytes[index + offset]
      guard byte & 0xC0 == 0x80 else { return nil }
      value = value << 6 | UInt32(byte & 0x3F)
    }
    guard value >= least, let scalar = Unicode.Scalar(value) else { return nil }
    index += count
    return scalar
  }

  /// Appends the UTF-8 of a scalar.
  static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
  }

  /// Whether bytes are UTF-8.
  static func isValid(_ bytes: [UInt8]) -> Bool {
    var index = 0
    while index < bytes.count {
      if bytes[index] < 0x80 {
        index += 1
      } else if scalar(bytes, &index, before: bytes.count) == nil {
        return false
      }
    }
    return true
  }

  /// Whether nobody sees the scalar, or everybody sees something else.
  static func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value == 0x2800 || scalar.properties.isDefaultIgnorableCodePoint { return true }
    switch scalar.properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
      .paragraphSeparator, .spaceSeparator:
      return true
    default:
      return false
    }
  }

  /// The ASCII character of which the scalar is a wide or small form, U+FE50–FE6B, U+FF01–FF5E.
  static func narrowed(_ scalar: Unicode.Scalar) -> UInt8? {
    switch scalar.value {
    case 0xFF01...0xFF5E: UInt8(truncatingIfNeeded: scalar.value - 0xFEE0)
    case 0xFE52, 0xFF61, 0x3002, 0x2024: Octets.dot
    case 0xFE64, 0x2039, 0x2329, 0x27E8, 0x3008: Octets.openAngle
    case 0xFE65, 0x203A, 0x232A, 0x27E9, 0x3009: Octets.closeAngle
    case 0xFE6B: Octets.at
    default: nil
    }
  }
}
