/// Quoted strings, RFC 5322 §3.2.4.
enum QuotedString {
  /// Puts bytes in quotes.
  ///
  ///     quoted-string = DQUOTE *(qtext / quoted-pair) DQUOTE
  static func quoted(_ bytes: [UInt8]) -> [UInt8] {
    var quoted: [UInt8] = [Octets.quote]
    quoted.reserveCapacity(bytes.count + 2)
    for byte in bytes {
      if byte == Octets.quote || byte == Octets.backslash { quoted.append(Octets.backslash) }
      quoted.append(byte)
    }
    quoted.append(Octets.quote)
    return quoted
  }
}
