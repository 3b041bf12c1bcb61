/// UTF-16, RFC 2781.
enum UTF16Text {
  /// Appends text; a byte order mark decides against the name of the charset.
  ///
  /// - Returns: Whether all of it is characters.
  static func append(_ content: [UInt8], isBigEndian: Bool, to text: inout [UInt8]) -> Bool {
    var isBigEndian = isBigEndian
    var units: [UInt16] = []
    units.reserveCapacity(content.count / 2)
    var index = 0
    while index + 1 < content.count {
      let (first, second) = (UInt16(content[index]), UInt16(content[index + 1]))
      index += 2
      if index == 2, first ^ second == 0x01, first >= 0xFE {
        isBigEndian = first == 0xFE
        continue
      }
      units.append(isBigEndian ? first << 8 | second : second << 8 | first)
    }
    return append(units, to: &text) && content.count.isMultiple(of: 2)
  }

  /// Appends code units; a surrogate without its partner is no character.
  static func append(_ units: [UInt16], to text: inout [UInt8]) -> Bool {
    var isWhole = true
    var index = 0
    while index < units.count {
      var value = UInt32(units[index])
      if (0xD800...0xDBFF).contains(value), index + 1 < units.count,
        (0xDC00...0xDFFF).contains(units[index + 1])
      {
        value = 0x1_0000 + (value - 0xD800) << 10 + UInt32(units[index + 1]) - 0xDC00
        index += 1
      }
      if let scalar = Unicode.Scalar(value) {
        Unicode8.append(scalar, to: &text)
      } else {
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        isWhole = false
      }
      index += 1
    }
    return isWhole
  }
}

/// UTF-7, RFC 2152.
enum UTF7 {
  /// Appends text.
  ///
  ///     shifted = "+" *base64digit ["-"] ; "+-" is a plus sign
  ///
  /// - Returns: Whether all of it is characters.
  static func append(_ content: [UInt8], to text: inout [UInt8]) -> Bool {
    var isWhole = true
    var index = 0
    while index < content.count {
      let byte = content[index]
      index += 1
      guard byte == 0x2B else {
        if byte < 0x80 {
          text.append(byte)
        } else {
          text.append(contentsOf: UTF8.encodedReplacementCharacter)
          isWhole = false
        }
        continue
      }
      let start = index
      let units = shifted(content, &index)
      if index == start, index < content.count, content[index] == Octets.hyphen {
        text.append(byte)
      } else if units.isEmpty || !UTF16Text.append(units, to: &text) {
        isWhole = false
      }
      if index < content.count, content[index] == Octets.hyphen { index += 1 }
    }
    return isWhole
  }

  /// Reads the code units of digits, and moves behind them.
  private static func shifted(_ content: [UInt8], _ index: inout Int) -> [UInt16] {
    var units: [UInt16] = []
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    while index < content.count, let digit = Base64.digit(content[index]) {
      bits = (bits << 6 | UInt32(digit)) & 0x3F_FFFF
      bitCount += 6
      if bitCount >= 16 {
        bitCount -= 16
        units.append(UInt16(truncatingIfNeeded: bits >> bitCount))
      }
      index += 1
    }
    return units
  }
}
