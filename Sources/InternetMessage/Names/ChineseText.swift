/// Characters of Chinese charsets that begin with a byte from 0x80.
///
/// Each function appends the UTF-8 of one character and returns its bytes in the charset, or 0 if
/// there is no character.
enum ChineseText {
  /// GB 18030, GBK, GB 2312.
  ///
  ///     two  = %x81-FE (%x40-7E / %x80-FE)
  ///     four = %x81-FE %x30-39 %x81-FE %x30-39
  static func appendGB18030(
    _ content: [UInt8], at index: Int, to text: inout [UInt8]
  ) -> Int {
    if content[index] == 0x80 {
      // The euro sign of Windows' code page 936.
      text.append(contentsOf: "€".utf8)
      return 1
    }
    guard index + 1 < content.count, content[index] != 0xFF else { return 0 }
    let row = Int(content[index]) - 0x81
    let trail = content[index + 1]
    switch trail {
    case 0x30...0x39: return appendFour(content, at: index, to: &text)
    case 0x40...0x7E, 0x80...0xFE:
      let column = Int(trail) - (trail < 0x7F ? 0x40 : 0x41)
      return Cells.append(row * 190 + column, of: ChineseTable.gbk, to: &text) ? 2 : 0
    default: return 0
    }
  }

  private static func appendFour(
    _ content: [UInt8], at index: Int, to text: inout [UInt8]
  ) -> Int {
    guard index + 3 < content.count, (0x81...0xFE).contains(content[index + 2]),
      (0x30...0x39).contains(content[index + 3])
    else { return 0 }
    let high = (UInt32(content[index]) - 0x81) * 10 + UInt32(content[index + 1]) - 0x30
    let low = (UInt32(content[index + 2]) - 0x81) * 10 + UInt32(content[index + 3]) - 0x30
    let number = high * 1260 + low
    guard let scalar = Unicode.Scalar(codePoint(ofFour: number) ?? 0xD800) else { return 0 }
    Unicode8.append(scalar, to: &text)
    return 4
  }

  /// The code point of the four bytes of a number.
  private static func codePoint(ofFour number: UInt32) -> UInt32? {
    if number >= 189_000 { return number < 1_237_576 ? number - 189_000 + 0x1_0000 : nil }
    let table = ChineseTable.gb18030Ranges
    guard number < 39_420, let record = Cells.lastRecord(notAfter: number, in: table, size: 6)
    else { return nil }
    let bytes = table.utf8.span
    return Cells.number(bytes, at: record + 3, digits: 3) + number
      - Cells.number(bytes, at: record, digits: 3)
  }

  /// Big5 with HKSCS.
  ///
  ///     two = %x87-FE (%x40-7E / %xA1-FE)
  static func appendBig5(_ content: [UInt8], at index: Int, to text: inout [UInt8]) -> Int {
    guard index + 1 < content.count, (0x87...0xFE).contains(content[index]) else { return 0 }
    let trail = content[index + 1]
    guard (0x40...0x7E).contains(trail) || (0xA1...0xFE).contains(trail) else { return 0 }
    let column = Int(trail) - (trail < 0x7F ? 0x40 : 0x62)
    let cell = (Int(content[index]) - 0x87) * 157 + column
    return Cells.append(cell, of: ChineseTable.big5, to: &text) ? 2 : 0
  }
}
