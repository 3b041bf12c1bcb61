/// Display names, RFC 5322 §3.4, and what they show when they are decoded, RFC 2047.
package enum DisplayName {
  /// Returns a name in the form in which it stands in a From: that we add.
  ///
  ///     phrase = 1*atom / quoted-string
  ///
  /// Control characters become spaces: a line feed in `-F` must not begin another field
  /// (`cleanup_message.c` does the same to CR and LF).
  ///
  /// - Parameter name: The full name, any bytes.
  /// - Returns: Atoms as they are, everything else as one quoted string; empty for an empty name.
  package static func encoded(_ name: [UInt8]) -> [UInt8] {
    let clean = name.map { Octets.isControl($0) ? Octets.space : $0 }
    let text = Array(clean[Octets.trimmingSpace(clean, 0..<clean.count)])
    let isAtoms = text.allSatisfy { Octets.isAtext($0) || $0 == Octets.space || $0 >= 0x80 }
    return isAtoms ? text : AddrSpec.quoted(text)
  }

  /// Returns what a mail client shows for a phrase: without quotes and folding, encoded words
  /// decoded.
  ///
  /// - Parameter phrase: A phrase as it stands in a field, or the text of a comment.
  /// - Returns: The bytes in the charsets of the phrase; characters of two bytes of which one could
  ///   be ASCII are U+FFFD.
  /// - Throws: `IdentityFault` for what clients would decode differently.
  package static func decoded(_ phrase: [UInt8]) throws(IdentityFault) -> [UInt8] {
    try EncodedWord.decode(unquoted(phrase))
  }

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
    let shown = ShownText(try EncodedWord.decode(text))
    return shown.addresses.first { !shown.isSame($0, as: addrSpec) }
  }

  /// Whether anything in a phrase could become an address.
  ///
  /// That is `@` in its ASCII, wide or small form, or an encoded word. Most names have neither.
  private static func mayShowAddress(_ phrase: [UInt8]) -> Bool {
    var previous: UInt8 = 0
    for byte in phrase {
      if byte == Octets.at || byte == 0xEF { return true }
      if byte == Octets.questionMark && previous == Octets.equals { return true }
      previous = byte
    }
    return false
  }

  /// Removes quotes, the backslashes of quoted pairs, and folding.
  private static func unquoted(_ phrase: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(phrase.count)
    var isQuoted = false
    var isEscaped = false
    for byte in phrase {
      if isEscaped {
        isEscaped = false
      } else if byte == Octets.quote {
        isQuoted.toggle()
        continue
      } else if byte == Octets.backslash && isQuoted {
        isEscaped = true
        continue
      } else if byte == Octets.lineFeed {
        continue
      }
      text.append(byte)
    }
    return text
  }
}
