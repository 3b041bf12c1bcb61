/// Characters of Korean charsets.
enum KoreanText {
  /// Cells of the first syllable in KS X 1001, row 16, and how many there are.
  private static let firstSyllable = 15 * 94
  private static let syllables = 2350

  /// EUC-KR with the syllables that Windows' code page 949 adds.
  ///
  ///     ksX1001 = 2%xA1-FE
  ///     added   = %x81-C6 (%x41-5A / %x61-7A / %x81-FE)
  ///
  /// - Returns: The bytes of the character that was appended; 0 if there is none.
  static func append(_ content: [UInt8], at index: Int, to text: inout [UInt8]) -> Int {
    guard index + 1 < content.count else { return 0 }
    let lead = content[index]
    let trail = content[index + 1]
    if lead >= 0xA1 && trail >= 0xA1 {
      return appendKSX1001(lead & 0x7F, trail & 0x7F, to: &text) ? 2 : 0
    }
    guard let number = addedNumber(lead, trail), let scalar = added(number) else { return 0 }
    Unicode8.append(scalar, to: &text)
    return 2
  }

  /// Appends a character of KS X 1001.
  ///
  /// - Returns: Whether it is one.
  static func appendKSX1001(_ row: UInt8, _ column: UInt8, to text: inout [UInt8]) -> Bool {
    guard let cell = JapaneseText.squareCell(row, column) else { return false }
    return Cells.append(cell, of: KoreanTable.ksX1001, to: &text)
  }

  /// The number of a syllable among those that are added: 178 for each lead, 84 from 0xA1 on.
  private static func addedNumber(_ lead: UInt8, _ trail: UInt8) -> Int? {
    let column: Int
    switch trail {
    case 0x41...0x5A: column = Int(trail) - 0x41
    case 0x61...0x7A: column = Int(trail) - 0x61 + 26
    case 0x81...0xFE: column = Int(trail) - 0x81 + 52
    default: return nil
    }
    switch lead {
    case 0x81...0xA0: return (Int(lead) - 0x81) * 178 + column
    case 0xA1...0xC6 where column < 84: return 32 * 178 + (Int(lead) - 0xA1) * 84 + column
    default: return nil
    }
  }

  /// The syllable of a number: those that KS X 1001 has not, in the order of Unicode.
  private static func added(_ number: Int) -> Unicode.Scalar? {
    var low = 0
    var high = syllables
    while low < high {
      let middle = (low + high) / 2
      guard let syllable = Cells.scalar(firstSyllable + middle, of: KoreanTable.ksX1001) else {
        return nil
      }
      // So many syllables before this one are not in KS X 1001.
      if Int(syllable) - 0xAC00 - middle <= number { low = middle + 1 } else { high = middle }
    }
    let scalar = 0xAC00 + number + low
    return scalar <= 0xD7A3 ? Unicode.Scalar(UInt32(scalar)) : nil
  }
}
