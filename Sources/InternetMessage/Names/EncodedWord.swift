/// Encoded words, RFC 2047, read as generously as mail clients do.
enum EncodedWord {
  /// Decodes every encoded word of a text and joins those with only blanks between them.
  ///
  /// - Parameter text: At most `MessageLimits.identityFieldBytes`, without folding.
  /// - Returns: Never longer than three times the text.
  /// - Throws: `IdentityFault` for a malformed word, an unsafe charset and control characters.
  static func decode(_ text: [UInt8]) throws(IdentityFault) -> [UInt8] {
    var decoded: [UInt8] = []
    var endOfWord: Int?
    var index = 0
    while index < text.count {
      let byte = text[index]
      guard byte == Octets.equals, index + 1 < text.count,
        text[index + 1] == Octets.questionMark
      else {
        decoded.append(byte)
        if !Octets.isBlank(byte) { endOfWord = nil }
        index += 1
        continue
      }
      let word = try Parts(text, at: index)
      if let endOfWord { decoded.removeSubrange(endOfWord...) }
      try append(word, of: text, to: &decoded)
      endOfWord = decoded.count
      index = word.end
    }
    return decoded
  }

  private static func append(
    _ word: Parts, of text: [UInt8], to decoded: inout [UInt8]
  ) throws(IdentityFault) {
    guard let charset = Charset(named: text[word.charset]), charset.isPlain else {
      throw .charset(Array(text[word.charset]))
    }
    // Readers take raw bytes for those of the charset, for UTF-8, or for something of their own.
    guard text[word.content].allSatisfy({ $0 < 0x80 }) else { throw .malformedEncodedWord }
    let content =
      word.isBase64 ? try base64(text[word.content]) : quotedPrintable(text[word.content])
    for byte in content
    where byte == 0 || byte == Octets.carriageReturn || byte == Octets.lineFeed {
      throw .decodedControlCharacter(byte)
    }
    // A character may be torn between two words; both halves come together here.
    if charset == .utf8 || charset == .ascii {
      decoded += content
      return
    }
    // Where two bytes are no character some readers show the second, which may be ASCII.
    guard charset.append(content, to: &decoded) || !charset.mixesASCII else {
      throw .malformedEncodedWord
    }
  }

  /// Decodes the Q encoding, RFC 2047 §4.2; `=` without two digits stands for itself.
  static func quotedPrintable(_ text: ArraySlice<UInt8>) -> [UInt8] {
    var decoded: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      if byte == Octets.equals, index + 2 < text.endIndex,
        let high = hexDigit(text[index + 1]), let low = hexDigit(text[index + 2])
      {
        decoded.append(high << 4 | low)
        index += 3
      } else {
        decoded.append(byte == 0x5F ? Octets.space : byte)
        index += 1
      }
    }
    return decoded
  }

  /// Decodes the B encoding, RFC 2047 §4.1; padding may be missing.
  ///
  /// Behind padding some readers stop and others go on, so nothing may follow it.
  private static func base64(_ text: ArraySlice<UInt8>) throws(IdentityFault) -> [UInt8] {
    var decoded: [UInt8] = []
    var bits: UInt32 = 0
    var bitCount: UInt32 = 0
    var isPadded = false
    for byte in text where !Octets.isBlank(byte) {
      if byte == Octets.equals {
        isPadded = true
        continue
      }
      guard !isPadded, let value = Base64.digit(byte) else { throw .malformedEncodedWord }
      bits = (bits << 6 | UInt32(value)) & 0xFFFF
      bitCount += 6
      if bitCount >= 8 {
        bitCount -= 8
        decoded.append(UInt8(truncatingIfNeeded: bits >> bitCount))
      }
    }
    return decoded
  }

  /// Decodes the B encoding as a generous reader does: what is no digit is passed over.
  ///
  /// - Parameters:
  ///   - text: The encoded text.
  ///   - isWhole: Becomes false where others would read something else, or nothing.
  /// - Returns: The bytes.
  static func lenientBase64(_ text: ArraySlice<UInt8>, isWhole: inout Bool) -> [UInt8] {
    do throws(IdentityFault) { return try base64(text) } catch { isWhole = false }
    let digits = text.filter { Base64.digit($0) != nil }
    return (try? base64(digits[...])) ?? []
  }

  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case 0x30...0x39: byte - 0x30
    case 0x41...0x46: byte - 0x41 + 10
    case 0x61...0x66: byte - 0x61 + 10
    default: nil
    }
  }
}

extension EncodedWord {
  /// Where the parts of an encoded word stand.
  struct Parts {
    let charset: Range<Int>
    let isBase64: Bool
    let content: Range<Int>
    let end: Int

    /// Finds the parts of the word that begins at `start`.
    ///
    ///     encoded-word = "=?" charset ["*" language] "?" encoding "?" encoded-text "?="
    ///
    /// Blanks in the encoded text are wrong, and accepted: some clients decode it all the same.
    init(_ text: [UInt8], at start: Int) throws(IdentityFault) {
      guard let parts = Self(lenient: text, at: start) else { throw .malformedEncodedWord }
      self = parts
    }

    /// Finds the parts of a word; nil if there is none.
    init?(lenient text: [UInt8], at start: Int) {
      var index = start + 2
      var charsetEnd: Int?
      while index < text.count, text[index] != Octets.questionMark {
        if text[index] == 0x2A && charsetEnd == nil { charsetEnd = index }
        index += 1
      }
      charset = start + 2..<(charsetEnd ?? index)
      guard index + 2 < text.count, text[index + 2] == Octets.questionMark else { return nil }
      switch text[index + 1] {
      case 0x42, 0x62: isBase64 = true
      case 0x51, 0x71: isBase64 = false
      default: return nil
      }
      let contentStart = index + 3
      index = contentStart
      while index + 1 < text.count,
        text[index] != Octets.questionMark || text[index + 1] != Octets.equals
      {
        index += 1
      }
      guard index + 1 < text.count else { return nil }
      content = contentStart..<index
      end = index + 2
    }
  }
}
