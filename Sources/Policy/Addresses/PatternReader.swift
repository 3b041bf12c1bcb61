internal import InternetMessage

/// The reader of one pattern of the map.
///
///     pattern    = "*" / "<>" / "@" domain / "@." domain / local-part "@" domain
///     local-part = dot-atom-text                    ; RFC 5322 §3.2.3, with UTF-8 (RFC 6532 §3.2)
struct PatternReader {
  /// The domain read last and its comparison form: a site's addresses are mostly of one domain, and
  /// these share one array.
  private var lastDomain: (written: [UInt8], canonical: [UInt8]) = ([], [])

  /// Why a word is no pattern.
  struct Failure: Error {
    let fault: PatternFault
  }

  /// The longest local part in bytes (RFC 5321 §4.5.3.1.1), with room for those who exceed it.
  static let localPartBytes = 256

  /// Reads a pattern.
  ///
  /// - Parameter word: The word.
  /// - Returns: The pattern; and for `local@domain` the address, its local part as written and its
  ///   domain in comparison form, so that no U-label makes Postfix ask for SMTPUTF8.
  /// - Throws: Why it is none.
  mutating func read(
    _ word: ArraySlice<UInt8>
  ) throws(Failure) -> (pattern: AddressPattern, address: AddrSpec?) {
    if Octets.matches(word, "*") { return (.any, nil) }
    if Octets.matches(word, "<>") { return (.nullSender, nil) }
    guard let at = word.lastIndex(of: Octets.at) else { throw Failure(fault: .notAnAddress) }
    let domainText = word[(at + 1)...]
    guard at > word.startIndex else {
      guard domainText.first == Octets.dot else { return (.domain(try domain(domainText)), nil) }
      return (.subdomains(try domain(domainText.dropFirst())), nil)
    }
    let localPart = Array(word[..<at])
    if let fault = Self.fault(ofLocalPart: localPart) { throw Failure(fault: fault) }
    let address = AddrSpec(localPart: localPart, domain: try domain(domainText))
    // Most local parts are in comparison form already; then the address and its pattern share it.
    let isLower = localPart.allSatisfy { $0 < 0x80 && !(0x41...0x5A).contains($0) }
    let pattern = AddressPattern.address(
      localPart: isLower ? localPart : address.canonicalLocalPart, domain: address.domain ?? [])
    return (pattern, address)
  }

  private mutating func domain(_ bytes: ArraySlice<UInt8>) throws(Failure) -> [UInt8] {
    if !bytes.isEmpty, Octets.areEqual(bytes.span, lastDomain.written.span) {
      return lastDomain.canonical
    }
    let written = Array(bytes)
    guard let name = DomainName.canonical(written) else { throw Failure(fault: .domain) }
    lastDomain = (written, name)
    return name
  }

  /// Returns what is wrong with a local part.
  private static func fault(ofLocalPart bytes: [UInt8]) -> PatternFault? {
    guard bytes.count <= localPartBytes else { return .localPart }
    var previous = Octets.dot
    for byte in bytes {
      // Postfix rewrites a!b and a%b: an address with these is never an
      // identity (Tests/Vectors/README.md, inputs 23 and 53).
      if byte == Octets.percent || byte == Octets.exclamation { return .route }
      if byte == Octets.dot ? previous == Octets.dot : !isAtomByte(byte) { return .localPart }
      previous = byte
    }
    if previous == Octets.dot || !isReadable(bytes) { return .localPart }
    return nil
  }

  /// Tells whether bytes are UTF-8 that looks like what it is: a customer of a panel may have
  /// chosen them.
  private static func isReadable(_ bytes: [UInt8]) -> Bool {
    if bytes.allSatisfy({ $0 < 0x80 }) { return true }
    guard let text = String(validating: bytes, as: UTF8.self) else { return false }
    return text.unicodeScalars.allSatisfy { $0.isHarmless }
  }

  /// Tells whether a byte is atext (RFC 5322 §3.2.3) or a part of UTF-8.
  private static func isAtomByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80...0xFF: true
    // # $ & ' * + - / = ? ^ _ ` { | } ~
    case 0x23, 0x24, 0x26, 0x27, 0x2A, 0x2B, 0x2D, 0x2F, 0x3D, 0x3F, 0x5E, 0x5F, 0x60, 0x7B...0x7E:
      true
    default: false
    }
  }
}
