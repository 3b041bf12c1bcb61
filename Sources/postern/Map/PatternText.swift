internal import InternetMessage
internal import Policy

/// Addresses as words of senders.
enum PatternText {
  /// The word that permits an address.
  ///
  /// - Parameter address: The address with its domain; nil = the null sender.
  /// - Returns: The word; nil if senders cannot hold it.
  static func word(for address: AddrSpec?) -> String? {
    guard let address else { return "<>" }
    guard address.domain != nil else { return nil }
    return word(
      for: AddressPattern.address(
        localPart: address.canonicalLocalPart, domain: address.canonicalDomain))
  }

  /// A pattern as a word; nil if the reader of senders would not take it for the same pattern.
  static func word(for pattern: AddressPattern) -> String? {
    let written = pattern.written
    let line = Array("uid:1 ".utf8) + written
    let (entries, problems) = SendersFile.parse(line, file: "senders")
    guard problems.isEmpty, entries.first?.rules.patterns == [pattern],
      let word = MapExport.word(written)
    else { return nil }
    return word
  }
}
