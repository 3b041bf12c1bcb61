package import InternetMessage

/// A set of addresses that a user may send as.
///
/// Local parts and domains are held in their comparison form: lower case, domains as A-labels.
package enum AddressPattern: Sendable, Equatable {
  /// `local@domain`: that address.
  case address(localPart: [UInt8], domain: [UInt8])
  /// `@domain`: any address of exactly that domain.
  case domain([UInt8])
  /// `@.domain`: any address of any subdomain, not of the domain itself.
  case subdomains([UInt8])
  /// `*`: any address, the null sender too.
  case any
  /// `<>`: the null envelope sender.
  case nullSender

  /// The pattern as it could stand in the map.
  package var written: [UInt8] {
    switch self {
    case .address(let localPart, let domain): localPart + [Octets.at] + domain
    case .domain(let domain): [Octets.at] + domain
    case .subdomains(let domain): [Octets.at, Octets.dot] + domain
    case .any: [Octets.asterisk]
    case .nullSender: [Octets.openAngle, Octets.closeAngle]
    }
  }

  /// Whether the pattern is `*`.
  var isAny: Bool {
    if case .any = self { true } else { false }
  }

  /// Whether the pattern permits the null envelope sender.
  package var permitsNullSender: Bool {
    switch self {
    case .any, .nullSender: true
    case .address, .domain, .subdomains: false
    }
  }

  /// Tells whether the pattern permits an address.
  ///
  /// - Parameters:
  ///   - localPart: The local part in comparison form.
  ///   - baseLocalPart: The same without its extension; equal to `localPart` if it has none.
  ///   - domain: The domain in comparison form, not empty.
  /// - Returns: Whether the address is in the set.
  func permits(localPart: [UInt8], baseLocalPart: [UInt8], domain: [UInt8]) -> Bool {
    switch self {
    case .any: true
    case .nullSender: false
    case .domain(let own): own == domain
    case .subdomains(let parent): Self.isSubdomain(domain, of: parent)
    case .address(let own, let ownDomain):
      ownDomain == domain && (own == localPart || own == baseLocalPart)
    }
  }

  /// Tells whether `domain` ends in a dot and `parent`, with something before them.
  private static func isSubdomain(_ domain: [UInt8], of parent: [UInt8]) -> Bool {
    let boundary = domain.count - parent.count - 1
    guard boundary > 0, domain[boundary] == Octets.dot else { return false }
    return domain[(boundary + 1)...].elementsEqual(parent)
  }
}

extension [AddressPattern] {
  /// Finds the first of the patterns that permits an address.
  ///
  /// - Parameters:
  ///   - address: The address, with its domain: one without a domain is permitted by nothing.
  ///   - delimiter: The bytes that separate an extension from the local part.
  /// - Returns: The pattern; nil if none does.
  /// - Complexity: Linear in the number of patterns.
  package func first(permitting address: AddrSpec, delimiter: [UInt8]) -> AddressPattern? {
    guard address.domain != nil else { return nil }
    let domain = address.canonicalDomain
    guard !domain.isEmpty else { return nil }
    let localPart = address.canonicalLocalPart
    let base = Self.withoutExtension(localPart, delimiter: delimiter)
    return first { $0.permits(localPart: localPart, baseLocalPart: base, domain: domain) }
  }

  /// Returns a local part without its extension, split where Postfix's `split_addr` does it.
  ///
  /// The leftmost delimiter counts; one at the very start does not, since nothing would be left.
  private static func withoutExtension(_ localPart: [UInt8], delimiter: [UInt8]) -> [UInt8] {
    guard !delimiter.isEmpty,
      let cut = localPart.firstIndex(where: { delimiter.contains($0) }), cut > 0
    else { return localPart }
    return [UInt8](localPart[..<cut])
  }
}
