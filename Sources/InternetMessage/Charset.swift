/// The charsets of encoded words, as far as it matters which bytes are ASCII.
///
/// Only those are known in which an address could not hide: in UTF-7, UTF-16 or EBCDIC `@` has
/// other bytes, and in an unknown charset perhaps.
enum Charset {
  /// ASCII bytes are ASCII characters, others never.
  case asciiSuperset
  /// A byte from 0x81 takes the next one with it, which may look like ASCII.
  case doubleByte
  /// Shift_JIS: as `doubleByte`, but 0xA0–0xDF stand alone.
  case shiftJIS
  /// Escape sequences switch to pairs of bytes that look like ASCII, RFC 1468.
  case iso2022JP

  /// Recognises the name of a charset, without case; nil if it is unknown.
  init?(named name: ArraySlice<UInt8>) {
    guard name.count <= MessageLimits.charsetBytes else { return nil }
    let name = name.map(Octets.lowercased)
    for (prefix, charset) in Self.prefixes where name.starts(with: prefix.utf8) {
      self = charset
      return
    }
    guard let exact = Self.names.first(where: { name.elementsEqual($0.0.utf8) }) else {
      return nil
    }
    self = exact.1
  }

  private static let prefixes: [(String, Charset)] = [
    ("iso-8859-", .asciiSuperset), ("iso8859-", .asciiSuperset), ("iso_8859-", .asciiSuperset),
    ("windows-125", .asciiSuperset), ("cp125", .asciiSuperset), ("koi8-", .asciiSuperset),
    ("latin", .asciiSuperset), ("euc-", .asciiSuperset), ("iso-2022-jp", .iso2022JP),
    ("macintosh", .asciiSuperset), ("x-mac-", .asciiSuperset),
  ]

  private static let names: [(String, Charset)] = [
    ("utf-8", .asciiSuperset), ("utf8", .asciiSuperset), ("us-ascii", .asciiSuperset),
    ("ascii", .asciiSuperset), ("ansi_x3.4-1968", .asciiSuperset), ("cp850", .asciiSuperset),
    ("ibm850", .asciiSuperset), ("cp866", .asciiSuperset), ("ibm866", .asciiSuperset),
    ("windows-874", .asciiSuperset), ("tis-620", .asciiSuperset), ("eucjp", .asciiSuperset),
    ("unknown-8bit", .asciiSuperset), ("x-unknown", .asciiSuperset),
    ("shift_jis", .shiftJIS), ("shift-jis", .shiftJIS), ("sjis", .shiftJIS),
    ("x-sjis", .shiftJIS), ("cp932", .shiftJIS), ("windows-31j", .shiftJIS),
    ("gb2312", .doubleByte), ("gbk", .doubleByte), ("gb18030", .doubleByte),
    ("cp936", .doubleByte), ("big5", .doubleByte), ("big5-hkscs", .doubleByte),
    ("cp950", .doubleByte), ("cp949", .doubleByte), ("ks_c_5601-1987", .doubleByte),
    ("uhc", .doubleByte),
  ]

  /// Appends bytes of this charset; every pair that could be taken for ASCII becomes U+FFFD.
  func append(_ content: [UInt8], to text: inout [UInt8]) throws(IdentityFault) {
    switch self {
    case .asciiSuperset: text.append(contentsOf: content)
    case .doubleByte: appendPairs(content, isAlone: { _ in false }, to: &text)
    case .shiftJIS: appendPairs(content, isAlone: { 0xA0...0xDF ~= $0 }, to: &text)
    case .iso2022JP: try appendEscaped(content, to: &text)
    }
  }

  private func appendPairs(
    _ content: [UInt8], isAlone: (UInt8) -> Bool, to text: inout [UInt8]
  ) {
    var index = 0
    while index < content.count {
      let byte = content[index]
      if (0x81...0xFC).contains(byte), !isAlone(byte), index + 1 < content.count,
        content[index + 1] >= 0x40, content[index + 1] != 0x7F
      {
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        index += 2
      } else {
        text.append(byte)
        index += 1
      }
    }
  }

  /// Appends ISO-2022-JP text.
  ///
  ///     single = ESC "(" ("B" / "J") ; double = ESC "$" ("@" / "B" / "(D")
  private func appendEscaped(
    _ content: [UInt8], to text: inout [UInt8]
  ) throws(IdentityFault) {
    var isDouble = false
    var index = 0
    while index < content.count {
      let rest = content[index...]
      if content[index] == Octets.escape {
        switch rest {
        case let rest where rest.starts(with: [0x1B, 0x28, 0x42]),
          let rest where rest.starts(with: [0x1B, 0x28, 0x4A]):
          (isDouble, index) = (false, index + 3)
        case let rest where rest.starts(with: [0x1B, 0x24, 0x40]),
          let rest where rest.starts(with: [0x1B, 0x24, 0x42]):
          (isDouble, index) = (true, index + 3)
        case let rest where rest.starts(with: [0x1B, 0x24, 0x28, 0x44]):
          (isDouble, index) = (true, index + 4)
        default: throw .malformedEncodedWord
        }
      } else if isDouble {
        guard rest.count > 1, (0x21...0x7E).contains(content[index]),
          (0x21...0x7E).contains(content[index + 1])
        else { throw .malformedEncodedWord }
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        index += 2
      } else {
        text.append(content[index])
        index += 1
      }
    }
  }
}
