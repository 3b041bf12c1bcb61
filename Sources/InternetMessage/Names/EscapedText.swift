/// ISO-2022-JP, RFC 1468, with the sets of RFC 1554, RFC 2237 and of Windows.
enum ISO2022JP {
  /// What bytes stand for after an escape sequence.
  private enum Set {
    case ascii, roman, katakana, jis0208, jis0212, gb2312, ksX1001
  }

  /// Appends text.
  ///
  ///     single = ESC "(" ("B" / "J" / "I")
  ///     double = ESC "$" ("@" / "A" / "B" / "(" ("@" / "B" / "C" / "D"))
  ///
  /// - Returns: Whether all of it is characters.
  static func append(_ content: [UInt8], to text: inout [UInt8]) -> Bool {
    var set = Set.ascii
    var isWhole = true
    var index = 0
    while index < content.count {
      if content[index] == Octets.escape {
        guard let (next, count) = escape(content, at: index) else { return false }
        (set, index) = (next, index + count)
        continue
      }
      let count = appendCharacter(content, at: index, of: set, to: &text)
      if count == 0 {
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        isWhole = false
      }
      index += max(count, 1)
    }
    return isWhole
  }

  /// The set and the bytes of an escape sequence; nil if it is unknown.
  private static func escape(_ content: [UInt8], at index: Int) -> (Set, Int)? {
    guard index + 2 < content.count else { return nil }
    switch (content[index + 1], content[index + 2]) {
    case (0x28, 0x42): return (.ascii, 3)
    case (0x28, 0x4A): return (.roman, 3)
    case (0x28, 0x49): return (.katakana, 3)
    case (0x24, 0x40), (0x24, 0x42): return (.jis0208, 3)
    case (0x24, 0x41): return (.gb2312, 3)
    case (0x24, 0x28):
      guard index + 3 < content.count else { return nil }
      switch content[index + 3] {
      case 0x40, 0x42: return (.jis0208, 4)
      case 0x43: return (.ksX1001, 4)
      case 0x44: return (.jis0212, 4)
      default: return nil
      }
    default: return nil
    }
  }

  /// Appends one character and returns its bytes; 0 if there is none.
  private static func appendCharacter(
    _ content: [UInt8], at index: Int, of set: Set, to text: inout [UInt8]
  ) -> Int {
    let byte = content[index]
    switch set {
    case .ascii, .roman:
      guard byte < 0x80 else { return 0 }
      switch byte {
      case Octets.backslash where set == .roman: text.append(contentsOf: "¥".utf8)
      case 0x7E where set == .roman: text.append(contentsOf: "‾".utf8)
      default: text.append(byte)
      }
      return 1
    case .katakana:
      guard (0x21...0x5F).contains(byte) else { return 0 }
      JapaneseText.appendKatakana(byte | 0x80, to: &text)
      return 1
    default:
      guard index + 1 < content.count else { return 0 }
      let isCharacter =
        switch set {
        case .jis0212: JapaneseText.appendJIS0212(byte, content[index + 1], to: &text)
        case .ksX1001: KoreanText.appendKSX1001(byte, content[index + 1], to: &text)
        case .gb2312:
          byte < 0x80 && content[index + 1] < 0x80
            && ChineseText.appendGB18030(
              [byte | 0x80, content[index + 1] | 0x80], at: 0, to: &text) == 2
        default: JapaneseText.appendJIS0208(byte, content[index + 1], to: &text)
        }
      return isCharacter ? 2 : 0
    }
  }
}

/// ISO-2022-KR, RFC 1557.
enum ISO2022KR {
  /// Appends text.
  ///
  ///     header = ESC "$" ")" "C"
  ///     double = SO *(2%x21-7E) SI
  ///
  /// - Returns: Whether all of it is characters.
  static func append(_ content: [UInt8], to text: inout [UInt8]) -> Bool {
    var isDouble = false
    var isWhole = true
    var index = 0
    while index < content.count {
      let byte = content[index]
      switch byte {
      case 0x0E, 0x0F: isDouble = byte == 0x0E
      case Octets.escape where content[index...].starts(with: [0x1B, 0x24, 0x29, 0x43]): index += 3
      case _ where isDouble && byte > Octets.space:
        if index + 1 < content.count,
          KoreanText.appendKSX1001(byte, content[index + 1], to: &text)
        {
          index += 1
        } else {
          text.append(contentsOf: UTF8.encodedReplacementCharacter)
          isWhole = false
        }
      case ..<0x80: text.append(byte)
      default:
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        isWhole = false
      }
      index += 1
    }
    return isWhole
  }
}

/// HZ, RFC 1843.
enum HZ {
  /// Appends text.
  ///
  ///     double = "~{" *(2%x21-7E) "~}" ; "~~" is a tilde
  ///
  /// - Returns: Whether all of it is characters.
  static func append(_ content: [UInt8], to text: inout [UInt8]) -> Bool {
    var isDouble = false
    var isWhole = true
    var index = 0
    while index < content.count {
      let byte = content[index]
      let next = index + 1 < content.count ? content[index + 1] : 0
      switch (byte, next) {
      case (0x7E, 0x7B): (isDouble, index) = (true, index + 2)
      case (0x7E, 0x7D): (isDouble, index) = (false, index + 2)
      case (0x7E, 0x7E) where !isDouble:
        text.append(byte)
        index += 2
      case (0x21...0x7E, 0x21...0x7E) where isDouble:
        let pair = [byte | 0x80, next | 0x80]
        if ChineseText.appendGB18030(pair, at: 0, to: &text) != 2 {
          text.append(contentsOf: UTF8.encodedReplacementCharacter)
          isWhole = false
        }
        index += 2
      case (..<0x80, _) where !isDouble || byte <= Octets.space:
        text.append(byte)
        index += 1
      default:
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        isWhole = false
        index += 1
      }
    }
    return isWhole
  }
}
