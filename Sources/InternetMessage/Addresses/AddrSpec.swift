/// An address, RFC 5322 §3.4.1 with the UTF-8 of RFC 6532.
package struct AddrSpec: Sendable, Equatable {
  /// The local part without quotes.
  package var localPart: [UInt8]

  /// The domain as written; nil if the address has none.
  package var domain: [UInt8]?

  /// Creates an address from its parts, which are not checked.
  package init(localPart: [UInt8], domain: [UInt8]?) {
    self.localPart = localPart
    self.domain = domain
  }

  /// Returns the address with a domain: its own, or the default one.
  package func qualified(with defaultDomain: [UInt8]) -> AddrSpec {
    AddrSpec(localPart: localPart, domain: domain ?? defaultDomain)
  }

  /// The form in which addresses are compared: ASCII in lower case, the domain as A-labels.
  ///
  /// Only meaningful with a domain; without one it is the local part alone.
  package var canonical: [UInt8] {
    domain == nil ? canonicalLocalPart : canonicalLocalPart + [Octets.at] + canonicalDomain
  }

  /// The local part with its ASCII letters in lower case.
  ///
  /// Others stay: the Kelvin sign is no `k` to the server whose mailbox it is.
  package var canonicalLocalPart: [UInt8] { localPart.map(Octets.lowercased) }

  /// The domain in lower case as A-labels; one that is no domain name stays in ASCII lower case.
  package var canonicalDomain: [UInt8] {
    guard let domain else { return [] }
    return DomainName.canonical(domain) ?? domain.map(Octets.lowercased)
  }

  /// The address as one argument for Postfix, RFC 5321 §4.1.2: the local part quoted where it is no
  /// dot-atom.
  package var written: [UInt8] {
    let local = Self.isDotAtom(localPart) ? localPart : QuotedString.quoted(localPart)
    guard let domain else { return local }
    return local + [Octets.at] + domain
  }

  /// Whether a local part needs no quotes.
  ///
  ///     dot-atom-text = 1*atext *("." 1*atext)        ; atext with UTF8-non-ascii, RFC 6532 §3.2
  static func isDotAtom(_ bytes: [UInt8]) -> Bool {
    var previous = Octets.dot
    for byte in bytes {
      if byte == Octets.dot {
        if previous == Octets.dot { return false }
      } else if !Octets.isAtext(byte) && byte < 0x80 {
        return false
      }
      previous = byte
    }
    return previous != Octets.dot
  }
}
