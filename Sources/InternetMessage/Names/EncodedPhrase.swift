/// A name in the one form in which it is written into an identity field.
enum EncodedPhrase {
  /// Bytes of one encoded word: with `Resent-Sender: ` before it a line has no more than 78.
  static let wordBytes = 60

  /// Bytes of a quoted string; a longer name is folded, and only encoded words can be.
  static let quotedBytes = 400

  /// Writes a name.
  ///
  ///     phrase = quoted-string / encoded-word *(LF SP encoded-word)
  ///
  /// - Parameter name: UTF-8 without control characters, not empty.
  /// - Returns: Printable ASCII in lines of at most `quotedBytes`, quotes and all.
  static func written(_ name: [UInt8]) -> [UInt8] {
    if isPlain(name) {
      let quoted = QuotedString.quoted(name)
      if quoted.count <= quotedBytes { return quoted }
    }
    let special = name.count { !isQText($0) }
    return encoded(name, inBase64: name.count + 2 * special > (name.count + 2) / 3 * 4)
  }

  /// Whether a name can stand in quotes: no reader takes any of it for an encoded word.
  private static func isPlain(_ name: [UInt8]) -> Bool {
    var previous: UInt8 = 0
    for byte in name {
      if byte < 0x20 || byte > 0x7E { return false }
      if byte == Octets.questionMark && previous == Octets.equals { return false }
      previous = byte
    }
    return true
  }

  /// Writes encoded words, RFC 2047 §5 (3): no character is torn between two.
  private static func encoded(_ name: [UInt8], inBase64: Bool) -> [UInt8] {
    var text: [UInt8] = []
    var start = 0
    while start < name.count {
      let end = endOfWord(name, from: start, inBase64: inBase64)
      if start > 0 { text += [Octets.lineFeed, Octets.space] }
      text += (inBase64 ? "=?utf-8?B?" : "=?utf-8?Q?").utf8
      if inBase64 {
        Base64.append(name[start..<end], to: &text)
      } else {
        appendQ(name[start..<end], to: &text)
      }
      text += "?=".utf8
      start = end
    }
    return text
  }

  /// How much of a name fits into one encoded word: up to a blank, if there is one.
  ///
  /// Some readers (Python before 3.13) show a blank where two encoded words meet.
  private static func endOfWord(_ name: [UInt8], from start: Int, inBase64: Bool) -> Int {
    let room = wordBytes - "=?utf-8?q??=".utf8.count
    var end = start
    var behindBlank: Int?
    var size = 0
    while end < name.count {
      var next = end
      if Unicode8.scalar(name, &next, before: name.count) == nil { next += 1 }
      let width = (end..<next).reduce(0) { $0 + (isQText(name[$1]) ? 1 : 3) }
      size = inBase64 ? (next - start + 2) / 3 * 4 : size + width
      if size > room { return behindBlank ?? end }
      end = next
      if name[end - 1] == Octets.space { behindBlank = end }
    }
    return end
  }

  private static func appendQ(_ bytes: ArraySlice<UInt8>, to text: inout [UInt8]) {
    for byte in bytes {
      if byte == Octets.space {
        text.append(0x5F)
      } else if isQText(byte) {
        text.append(byte)
      } else {
        text += [Octets.equals, hexDigit(byte >> 4), hexDigit(byte & 15)]
      }
    }
  }

  private static func hexDigit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 0x30 : 0x37) }

  /// What the Q encoding of a phrase leaves as it is, RFC 2047 §5 (3), and the blank, which is `_`.
  private static func isQText(_ byte: UInt8) -> Bool {
    switch byte {
    case Octets.space, 0x21, 0x2A, 0x2B, Octets.hyphen, 0x2F: true
    default: Octets.isAlphanumeric(byte)
    }
  }
}
