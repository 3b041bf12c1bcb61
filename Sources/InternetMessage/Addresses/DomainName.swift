/// Domain names of mail addresses.
package enum DomainName {
  /// Returns the form in which domain names are compared: lower case, every label an A-label.
  ///
  ///     domain  = label *("." label)                  ; RFC 5321 §4.1.2 sub-domain, RFC 6531 §3.3
  ///     label   = ldh [*(ldh / "-") ldh] / U-label    ; ldh = Let-dig / "_"
  ///     U-label = 1*(letter / mark / digit / "-" / "_"), by general category, after lower-casing
  ///
  /// Hosts and mailboxes may have the underscore, because Postfix lets them have it on purpose
  /// (`valid_hostname.c`).
  ///
  /// The tables of IDNA 2008 are not needed: a name that is compared in a form of our own can only
  /// fail to match, and what could be invisible, or another reader's dot, is refused.
  ///
  /// - Parameter bytes: The name as written.
  /// - Returns: At most 253 bytes; nil if it is no domain name, or has a trailing dot.
  package static func canonical(_ bytes: [UInt8]) -> [UInt8]? {
    guard bytes.count <= MessageLimits.domainBytes * 4 else { return nil }
    var canonical: [UInt8] = []
    canonical.reserveCapacity(bytes.count)
    var start = 0
    while true {
      let end = bytes[start...].firstIndex(of: Octets.dot) ?? bytes.count
      guard appendLabel(bytes, start..<end, to: &canonical) else { return nil }
      if end == bytes.count { break }
      canonical.append(Octets.dot)
      start = end + 1
    }
    return canonical.count <= MessageLimits.domainBytes ? canonical : nil
  }

  /// Appends one label; false if it is none.
  private static func appendLabel(
    _ bytes: [UInt8], _ range: Range<Int>, to name: inout [UInt8]
  ) -> Bool {
    guard !range.isEmpty, bytes[range.lowerBound] != Octets.hyphen,
      bytes[range.upperBound - 1] != Octets.hyphen
    else { return false }
    let start = name.count
    for index in range {
      let byte = bytes[index]
      if byte >= 0x80 {
        name.removeSubrange(start...)
        guard let label = aLabel(bytes, range) else { return false }
        name.append(contentsOf: label)
        return true
      }
      guard isLabelByte(byte) else { return false }
      name.append(Octets.lowercased(byte))
    }
    return range.count <= MessageLimits.labelBytes
  }

  /// Encodes a U-label, RFC 5890 §2.3.2.1; nil if it is none.
  private static func aLabel(_ bytes: [UInt8], _ range: Range<Int>) -> [UInt8]? {
    var scalars: [Unicode.Scalar] = []
    var index = range.lowerBound
    while index < range.upperBound {
      guard let scalar = Unicode8.scalar(bytes, &index, before: range.upperBound) else {
        return nil
      }
      for lower in scalar.properties.lowercaseMapping.unicodeScalars {
        guard isLabelScalar(lower), scalars.count < MessageLimits.labelBytes else { return nil }
        scalars.append(lower)
      }
    }
    // The Kelvin sign is an ASCII k in lower case: no U-label, and no reader agrees on it.
    guard scalars.contains(where: { $0.value >= 0x80 }) else { return nil }
    guard let encoded = Punycode.encode(scalars) else { return nil }
    let label = Array("xn--".utf8) + encoded
    return label.count <= MessageLimits.labelBytes ? label : nil
  }

  private static func isLabelByte(_ byte: UInt8) -> Bool {
    Octets.isAlphanumeric(byte) || byte == Octets.hyphen || byte == 0x5F
  }

  /// Letters, marks and digits that can be seen, the hyphen and the underscore.
  private static func isLabelScalar(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.value < 0x80 {
      let byte = UInt8(truncatingIfNeeded: scalar.value)
      return isLabelByte(byte)
    }
    if Unicode8.isInvisible(scalar) || Unicode8.narrowed(scalar) != nil { return false }
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber:
      return true
    default:
      return false
    }
  }
}
