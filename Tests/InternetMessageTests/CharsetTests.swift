import Testing

@testable import InternetMessage

/// Bytes in a charset, and the text.
///
/// Tests/Charsets/compare has all the others.
struct CharsetVector: Sendable, CustomTestStringConvertible {
  let charset: String
  let bytes: [UInt8]
  let text: String
  var testDescription: String { charset }

  init(_ charset: String, _ bytes: [UInt8], _ text: String) {
    (self.charset, self.bytes, self.text) = (charset, bytes, text)
  }

  static let vectors: [CharsetVector] = [
    .init("ISO_8859-1:1987", [0x4A, 0xFC, 0x80], "Jü€"),
    .init("iso-8859-2", [0xB1], "ą"),
    .init("windows1251", [0xC0], "А"),
    .init("x-cp1251", [0xFF], "я"),
    .init("KOI8-U", [0xA4], "є"),
    .init("ISO-8859-8-I", [0xE0], "א"),
    .init("TIS-620", [0xA1], "ก"),
    .init("ARMSCII-8", [0xB2], "Ա"),
    .init("ARMSCII-8", [0xA9, 0xAB, 0xAC, 0xA5, 0xA4], ".,-()"),
    .init("gb2312", [0xD6, 0xD0, 0xA3, 0xC0], "中＠"),
    .init("x-gbk", [0x81, 0x40], "丂"),
    .init("GB18030", [0x81, 0x30, 0x89, 0x37], "Þ"),
    .init("GB18030", [0x95, 0x32, 0x82, 0x36], "\u{20000}"),
    .init("Big5", [0xA4, 0xA4], "中"),
    .init("big5-hkscs", [0x87, 0x40], "䏰"),
    .init("Shift_JIS", [0x95, 0x5C, 0xB1], "表ｱ"),
    .init("cp932", [0xFA, 0x40], "ⅰ"),
    .init("EUC-JP", [0x8F, 0xB0, 0xA1, 0x8E, 0xB1], "丂ｱ"),
    .init("ks_c_5601-1987", [0xB0, 0xA1, 0x81, 0x41, 0xC6, 0x52], "가갂힣"),
    .init("ISO-2022-JP", [0x1B, 0x24, 0x42, 0x3B, 0x33, 0x1B, 0x28, 0x42, 0x61], "山a"),
    .init("ISO-2022-JP-2", [0x1B, 0x24, 0x41, 0x56, 0x50], "中"),
    .init("ISO-2022-JP-2", [0x1B, 0x24, 0x28, 0x43, 0x30, 0x21], "가"),
    .init("ISO-2022-KR", [0x1B, 0x24, 0x29, 0x43, 0x0E, 0x30, 0x21, 0x0F, 0x61], "가a"),
    .init("HZ-GB-2312", Array("~{VP~}~~a".utf8), "中~a"),
    .init("UTF-7", Array("+AEA-+-a+2D3cAA".utf8), "@+a\u{1F400}"),
    .init("UTF-16", [0xFF, 0xFE, 0x4A, 0x00], "J"),
    .init("utf-16be", [0xD8, 0x3D, 0xDC, 0x00], "\u{1F400}"),
    .init("utf8mb4", Array("é".utf8), "é"),
  ]
}

@Suite("Charsets of names")
struct CharsetTests {
  @Test(arguments: CharsetVector.vectors)
  func `a text is decoded`(_ vector: CharsetVector) throws {
    let charset = try #require(Charset(named: Array(vector.charset.utf8)[...]))
    var text: [UInt8] = []
    #expect(charset.append(vector.bytes, to: &text))
    #expect(String(decoding: text, as: UTF8.self) == vector.text)
  }

  @Test(
    arguments: [
      ("gbk", [0x81]), ("gb18030", [0x81, 0x30, 0x81]), ("gb18030", [0xFE, 0x39, 0xFE, 0x39]),
      ("big5", [0x81, 0x40]), ("shift_jis", [0x85, 0x40]), ("shift_jis", [0xFD]),
      ("euc-jp", [0x8F, 0xA1]), ("euc-kr", [0xFE]), ("euc-kr", [0xC6, 0x53]),
      ("iso-2022-jp", [0x1B, 0x24]), ("iso-2022-jp", [0x1B, 0x24, 0x42, 0x21]),
      ("iso-2022-kr", [0x0E, 0x21]), ("hz", [0x7E, 0x7B, 0x21]), ("utf-7", [0x2B]),
      ("utf-16", [0xD8, 0x00]), ("utf-16", [0x00]), ("windows-1252", [0x81]), ("utf-8", [0xC3]),
    ] as [(String, [UInt8])])
  func `what is no text is told`(name: String, bytes: [UInt8]) throws {
    let charset = try #require(Charset(named: Array(name.utf8)[...]))
    var text: [UInt8] = []
    #expect(!charset.append(bytes, to: &text))
  }

  @Test(arguments: ["", "-", "x-nobody", "utf", "utf-9", "ebcdic-us", "iso-8859-12"])
  func `a charset that nobody knows is none`(name: String) {
    let known = Charset(named: Array(name.utf8)[...])
    #expect(known == (name == "utf" ? .utf8 : nil))
  }

  @Test
  func `the lists of names and the tables have the same length`() {
    let lines = { (text: String) in text.utf8.count { $0 == 0x0A } + 1 }
    #expect(lines(CharsetLabels.multiByte) == Charset.multiByte.count)
    #expect(lines(CharsetLabels.singleByte) * 128 * 3 == SingleByteTable.cells.utf8.count)
    #expect(JapaneseTable.jis0208.utf8.count == (94 * 94 + 564) * 3)
    #expect(JapaneseTable.jis0212.utf8.count == 94 * 94 * 3)
    #expect(KoreanTable.ksX1001.utf8.count == 94 * 94 * 3)
    #expect(ChineseTable.gbk.utf8.count == 126 * 190 * 3)
    #expect(ChineseTable.big5.utf8.count == 120 * 157 * 3)
  }

  @Test(arguments: [
    ("\u{FF20}", "@"), ("\u{FE6B}", "@"), ("\u{1D41B}", "b"), ("\u{FB01}", "fi"), ("\u{17F}", "s"),
    ("\u{24D0}", "a"), ("\u{2105}", "c/o"), ("\u{33C2}", "a.m."), ("\u{FF0E}", "."),
    ("\u{212A}", "K"),
  ])
  func `a compatibility form is the ASCII that it stands for`(text: String, ascii: String) {
    #expect(SeenText.reduced(Array(text.utf8)) == Array(ascii.utf8))
  }

  @Test(arguments: ["é", "ß", "中", "\u{130}"])
  func `another letter stays`(text: String) {
    #expect(SeenText.reduced(Array(text.utf8)) == Array(text.utf8))
  }
}
