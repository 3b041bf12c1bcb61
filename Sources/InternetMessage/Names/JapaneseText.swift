/// Characters of Japanese charsets.
///
/// Each function appends the UTF-8 of one character and returns its bytes in the charset, or 0 if
/// there is no character.
enum JapaneseText {
  /// Cells of JIS X 0208 before those that only Shift_JIS reaches.
  private static let squareCells = 94 * 94

  /// Shift_JIS as Windows has it.
  ///
  ///     katakana = %xA1-DF
  ///     two      = (%x81-9F / %xE0-FC) (%x40-7E / %x80-FC)
  static func appendShiftJIS(
    _ content: [UInt8], at index: Int, to text: inout [UInt8]
  ) -> Int {
    let lead = content[index]
    if (0xA1...0xDF).contains(lead) {
      appendKatakana(lead, to: &text)
      return 1
    }
    guard index + 1 < content.count, lead >= 0x81, lead <= 0xFC, lead != 0xA0 else { return 0 }
    let trail = content[index + 1]
    guard (0x40...0x7E).contains(trail) || (0x80...0xFC).contains(trail) else { return 0 }
    let column = Int(trail) - (trail < 0x7F ? 0x40 : 0x41)
    let row: Int
    switch lead {
    case 0x81...0x9F: row = Int(lead) - 0x81
    case 0xE0...0xEF: row = Int(lead) - 0xC1
    case 0xFA...0xFC: row = Int(lead) - 0xFA + 47
    default: return 0
    }
    return Cells.append(row * 188 + column, of: JapaneseTable.jis0208, to: &text) ? 2 : 0
  }

  /// EUC-JP.
  ///
  ///     katakana = %x8E %xA1-DF
  ///     jis0212  = %x8F 2%xA1-FE
  ///     jis0208  = 2%xA1-FE
  static func appendEUC(_ content: [UInt8], at index: Int, to text: inout [UInt8]) -> Int {
    let lead = content[index]
    guard index + 1 < content.count else { return 0 }
    let second = content[index + 1]
    if lead == 0x8E {
      guard (0xA1...0xDF).contains(second) else { return 0 }
      appendKatakana(second, to: &text)
      return 2
    }
    if lead == 0x8F {
      guard index + 2 < content.count, second >= 0xA1, content[index + 2] >= 0xA1 else { return 0 }
      return appendJIS0212(second & 0x7F, content[index + 2] & 0x7F, to: &text) ? 3 : 0
    }
    guard lead >= 0xA1, second >= 0xA1 else { return 0 }
    return appendJIS0208(lead & 0x7F, second & 0x7F, to: &text) ? 2 : 0
  }

  /// Appends a character of JIS X 0208.
  ///
  /// - Returns: Whether it is one.
  static func appendJIS0208(_ row: UInt8, _ column: UInt8, to text: inout [UInt8]) -> Bool {
    guard let cell = squareCell(row, column) else { return false }
    return Cells.append(cell, of: JapaneseTable.jis0208, to: &text)
  }

  /// Appends a character of JIS X 0212.
  ///
  /// - Returns: Whether it is one.
  static func appendJIS0212(_ row: UInt8, _ column: UInt8, to text: inout [UInt8]) -> Bool {
    guard let cell = squareCell(row, column) else { return false }
    return Cells.append(cell, of: JapaneseTable.jis0212, to: &text)
  }

  /// The cell of a character of 94 rows of 94.
  ///
  ///     two = 2%x21-7E
  static func squareCell(_ row: UInt8, _ column: UInt8) -> Int? {
    guard (0x21...0x7E).contains(row), (0x21...0x7E).contains(column) else { return nil }
    return (Int(row) - 0x21) * 94 + Int(column) - 0x21
  }

  /// Appends half-width katakana, U+FF61–FF9F.
  static func appendKatakana(_ byte: UInt8, to text: inout [UInt8]) {
    guard let scalar = Unicode.Scalar(UInt32(byte) - 0xA1 + 0xFF61) else { return }
    Unicode8.append(scalar, to: &text)
  }
}
