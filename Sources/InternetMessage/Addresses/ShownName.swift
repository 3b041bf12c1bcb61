/// What display names show beside the real address.
extension DisplayName {
  /// Whether a phrase shows another address than the one beside it, or cannot be read in one way.
  ///
  /// - Parameters:
  ///   - phrase: A phrase as it stands in a field, or the text of a comment.
  ///   - addrSpec: The real address.
  /// - Returns: Whether it should be refused.
  package static func isDeceptive(_ phrase: [UInt8], for addrSpec: AddrSpec) -> Bool {
    do throws(IdentityFault) {
      return try deceptiveAddress(in: phrase, for: addrSpec) != nil
    } catch {
      return true
    }
  }

  /// Finds the address that a phrase shows instead of the real one.
  ///
  /// - Parameters:
  ///   - phrase: A phrase as it stands in a field, or the text of a comment.
  ///   - addrSpec: The real address.
  /// - Returns: The address shown, if the phrase is nothing but addresses or shows `<address>`, and
  ///   it is not the real one.
  /// - Throws: `IdentityFault` for what clients would decode differently.
  package static func deceptiveAddress(
    in phrase: [UInt8], for addrSpec: AddrSpec
  ) throws(IdentityFault) -> [UInt8]? {
    // Some readers look for encoded words only after they have removed the quotes.
    let text = unquoted(phrase)
    guard mayShowAddress(text) else { return nil }
    let decoded = try EncodedWord.decode(text)
    if let override = directionOverride(in: decoded) { throw .invisibleCharacter(override) }
    if let address = deceptiveAddress(shownBy: decoded, for: addrSpec) { return address }
    // Bytes that are no UTF-8 are in some charset that the reader knows.
    if Unicode8.isValid(text) { return nil }
    for charset in Charset.rawCandidates {
      var decoder = NameDecoder(text, meaning: charset)
      if let address = deceptiveAddress(shownBy: decoder.decode(), for: addrSpec) { return address }
    }
    return nil
  }

  /// The first character that turns the text behind it round: what is shown is not what is read.
  ///
  ///     override = %xE2.80 %xAA-AE / %xE2.81 %xA6-A9        ; U+202A–202E, U+2066–2069
  private static func directionOverride(in text: [UInt8]) -> UInt32? {
    for index in text.indices.dropLast(2) where text[index] == 0xE2 {
      switch (text[index + 1], text[index + 2]) {
      case (0x80, 0xAA...0xAE): return 0x2000 | UInt32(text[index + 2] & 0x3F)
      case (0x81, 0xA6...0xA9): return 0x2040 | UInt32(text[index + 2] & 0x3F)
      default: continue
      }
    }
    return nil
  }

  private static func deceptiveAddress(
    shownBy text: [UInt8], for addrSpec: AddrSpec
  ) -> [UInt8]? {
    let shown = ShownText(text)
    return shown.addresses.first { !shown.isSame($0, as: addrSpec) }
  }

  /// Whether anything in a phrase could become an address.
  ///
  /// That is `@` in its ASCII, wide or small form, an encoded word, bytes that are no UTF-8, or
  /// what could be an override of direction. Most names have none of them.
  private static func mayShowAddress(_ phrase: [UInt8]) -> Bool {
    var previous: UInt8 = 0
    var isASCII = true
    for byte in phrase {
      if byte >= 0x80 { isASCII = false }
      if byte == Octets.at || byte == 0xEF || byte == 0xE2 { return true }
      if byte == Octets.questionMark && previous == Octets.equals { return true }
      previous = byte
    }
    return !isASCII && !Unicode8.isValid(phrase)
  }
}
