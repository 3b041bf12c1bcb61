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
    return isAtoms ? text : QuotedString.quoted(text)
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

  /// Removes quotes, the backslashes of quoted pairs, and folding.
  static func unquoted(_ phrase: [UInt8]) -> [UInt8] {
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
