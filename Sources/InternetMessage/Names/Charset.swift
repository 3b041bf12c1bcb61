/// A charset in which a name may be written.
enum Charset: Equatable {
  case utf8
  /// ASCII, and bytes of which nobody has said what they are.
  case ascii
  /// GB 18030, of which GBK and GB 2312 are parts.
  case gb18030
  case big5
  case shiftJIS
  case eucJP
  case eucKR
  /// ISO-2022-JP, RFC 1468, with the sets of its successors.
  case iso2022JP
  case iso2022KR
  case hz
  case utf7
  case utf16BigEndian
  case utf16LittleEndian
  /// A charset of one byte: its number in `SingleByteTable`.
  case singleByte(Int)

  /// Those of `CharsetLabels.multiByte`, in its order.
  static var multiByte: [Charset] {
    [
      .utf8, .ascii, .gb18030, .big5, .shiftJIS, .eucJP, .eucKR, .iso2022JP, .iso2022KR, .hz, .utf7,
      .utf16BigEndian, .utf16LittleEndian,
    ]
  }

  /// Those that raw bytes of a name could be meant in, where they are not UTF-8.
  static var rawCandidates: [Charset] {
    [.singleByte(windows1252), .gb18030, .big5, .shiftJIS, .eucJP, .eucKR]
  }

  private static let windows1252 = 2

  /// Recognizes the name of a charset; nil if it is unknown.
  ///
  /// Case, and what is no letter and no digit, do not matter: `ISO_8859-1` is `iso88591`.
  init?(named name: ArraySlice<UInt8>) {
    guard name.count <= MessageLimits.charsetBytes else { return nil }
    let label = name.filter { Octets.isAlphanumeric($0) }.map(Octets.lowercased)
    if label.isEmpty { return nil }
    if let line = CharsetLabels.line(of: label, in: CharsetLabels.multiByte) {
      self = Self.multiByte[line]
    } else if let line = CharsetLabels.line(of: label, in: CharsetLabels.singleByte) {
      self = .singleByte(line)
    } else {
      return nil
    }
  }

  /// Whether each ASCII byte that stands for itself is an ASCII character for every reader.
  ///
  /// Only such words are handed over as they are. In the others an address could look like words,
  /// and words like an address, to readers that do not know the charset.
  var isPlain: Bool {
    switch self {
    case .iso2022KR, .hz, .utf7, .utf16BigEndian, .utf16LittleEndian: false
    default: true
    }
  }

  /// Whether one character may be made of several bytes of which some look like ASCII.
  var mixesASCII: Bool {
    switch self {
    case .utf8, .ascii, .singleByte, .eucJP: false
    default: true
    }
  }

  /// Appends the UTF-8 of bytes in this charset; what is no character becomes U+FFFD.
  ///
  /// - Parameters:
  ///   - content: The bytes, at most `MessageLimits.identityFieldBytes`.
  ///   - text: UTF-8; at most three bytes are appended for each of the content.
  /// - Returns: Whether all of it is characters.
  func append(_ content: [UInt8], to text: inout [UInt8]) -> Bool {
    switch self {
    case .iso2022JP: ISO2022JP.append(content, to: &text)
    case .iso2022KR: ISO2022KR.append(content, to: &text)
    case .hz: HZ.append(content, to: &text)
    case .utf7: UTF7.append(content, to: &text)
    case .utf16BigEndian: UTF16Text.append(content, isBigEndian: true, to: &text)
    case .utf16LittleEndian: UTF16Text.append(content, isBigEndian: false, to: &text)
    default: appendBytes(content, to: &text)
    }
  }

  /// Appends text of a charset without states.
  private func appendBytes(_ content: [UInt8], to text: inout [UInt8]) -> Bool {
    var isWhole = true
    var index = 0
    while index < content.count {
      let byte = content[index]
      if byte < 0x80 {
        text.append(byte)
        index += 1
        continue
      }
      let count = appendCharacter(content, at: index, to: &text)
      if count == 0 {
        text.append(contentsOf: UTF8.encodedReplacementCharacter)
        isWhole = false
      }
      index += max(count, 1)
    }
    return isWhole
  }

  /// Appends the character that begins with a byte from 0x80.
  ///
  /// - Returns: Its bytes in the charset; 0 if there is no character.
  private func appendCharacter(
    _ content: [UInt8], at index: Int, to text: inout [UInt8]
  ) -> Int {
    switch self {
    case .singleByte(let number):
      let cell = number * 128 + Int(content[index]) - 0x80
      return Cells.append(cell, of: SingleByteTable.cells, to: &text) ? 1 : 0
    case .gb18030: return ChineseText.appendGB18030(content, at: index, to: &text)
    case .big5: return ChineseText.appendBig5(content, at: index, to: &text)
    case .shiftJIS: return JapaneseText.appendShiftJIS(content, at: index, to: &text)
    case .eucJP: return JapaneseText.appendEUC(content, at: index, to: &text)
    case .eucKR: return KoreanText.append(content, at: index, to: &text)
    default:
      var end = index
      guard let scalar = Unicode8.scalar(content, &end, before: content.count) else { return 0 }
      Unicode8.append(scalar, to: &text)
      return end - index
    }
  }
}
