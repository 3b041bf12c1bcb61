/// Reads one address of an identity field.
struct AddrSpecReader {
  private let bytes: [UInt8]
  private let start: Int
  private let end: Int

  /// Where the reader is; after an error the place of the fault.
  private(set) var index: Int

  /// Creates a reader of the bytes of a range.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    start = range.lowerBound
    end = range.upperBound
    index = range.lowerBound
  }

  /// Reads the address.
  ///
  ///     addr-spec  = local-part ["@" domain]
  ///     local-part = dot-atom / DQUOTE dot-text DQUOTE        ; RFC 5322 §3.4.1
  ///
  /// Without comments, white space, domain literals and the obsolete forms. Only a dot-atom may
  /// stand without a domain: a quoted string alone could be meant as a name.
  /// - Parameter acceptingAnyULabel: Whether a domain that readers could read in several ways is
  ///   returned as A-labels; it is a fault otherwise.
  /// - Returns: The address, its local part without quotes.
  /// - Throws: What is wrong, at `index`.
  mutating func read(
    acceptingAnyULabel: Bool = false
  ) throws(IdentityFault) -> AddrSpec {
    guard start < end else { throw .missingAddress }
    guard end - start <= MessageLimits.addressBytes else {
      throw .addressTooLong(limit: MessageLimits.addressBytes)
    }
    let isQuoted = bytes[start] == Octets.quote
    let localPart = isQuoted ? try quotedLocalPart() : try dotAtom()
    if index == end {
      guard !isQuoted else { throw .malformedLocalPart }
      guard localPart.count <= MessageLimits.bareLocalPartBytes else {
        index = start
        throw .addressTooLong(limit: MessageLimits.bareLocalPartBytes)
      }
      return AddrSpec(localPart: localPart, domain: nil)
    }
    index += 1
    return AddrSpec(localPart: localPart, domain: try domain(acceptingAnyULabel))
  }

  /// Reads a local part without quotes.
  ///
  ///     dot-atom = 1*local-text *("." 1*local-text)
  private mutating func dotAtom() throws(IdentityFault) -> [UInt8] {
    var previous = Octets.dot
    while index < end, bytes[index] != Octets.at {
      let byte = bytes[index]
      if byte == Octets.dot && previous == Octets.dot { throw .malformedLocalPart }
      try skipLocalText()
      previous = byte
    }
    guard previous != Octets.dot else {
      throw index == start && isRoute ? .sourceRoute : .malformedLocalPart
    }
    return Array(bytes[start..<index])
  }

  /// Reads a local part in quotes.
  ///
  ///     dot-text = 1*(local-text / ".")        ; what the old docomo addresses need, no more
  private mutating func quotedLocalPart() throws(IdentityFault) -> [UInt8] {
    index += 1
    while index < end, bytes[index] != Octets.quote {
      if bytes[index] == Octets.at { throw .malformedLocalPart }
      try skipLocalText()
    }
    guard index < end, index > start + 1 else { throw .malformedLocalPart }
    let content = Array(bytes[start + 1..<index])
    index += 1
    guard index == end || bytes[index] == Octets.at else { throw .malformedLocalPart }
    return content
  }

  /// Moves behind one character of a local part.
  ///
  ///     local-text = <atext without "%" and "!", and without "=?"> / UTF8-non-ascii / "."
  ///
  /// `%` and `!` make Postfix look for the domain elsewhere (`rewrite.c`).
  private mutating func skipLocalText() throws(IdentityFault) {
    let byte = bytes[index]
    if byte >= 0x80 {
      try skipScalar()
      return
    }
    switch byte {
    case 0x21, 0x25: throw .routedLocalPart(byte)
    case Octets.space, Octets.tab, Octets.lineFeed: throw .blankInAddress
    case Octets.colon, Octets.semicolon: throw .group
    case Octets.backslash: throw .misplacedBackslash
    case Octets.openAngle, Octets.openComment: throw .textAfterAddress
    case Octets.equals where index + 1 < end && bytes[index + 1] == Octets.questionMark:
      throw .encodedWordInAddress
    default:
      guard Octets.isAtext(byte) || byte == Octets.dot else { throw .malformedLocalPart }
      index += 1
    }
  }

  /// Moves behind one character outside ASCII.
  ///
  ///     UTF8-non-ascii        ; RFC 6532 §3.1, without what nobody sees or takes for ASCII
  private mutating func skipScalar() throws(IdentityFault) {
    let place = index
    guard let scalar = Unicode8.scalar(bytes, &index, before: end) else { throw .invalidUTF8 }
    if Unicode8.isInvisible(scalar) {
      index = place
      throw .invisibleCharacter(scalar.value)
    }
    if Unicode8.narrowed(scalar) != nil {
      index = place
      throw .malformedLocalPart
    }
  }

  /// Reads the domain.
  ///
  ///     domain = <as DomainName.canonical has it, and in one form for every reader>
  private mutating func domain(_ acceptsAnyULabel: Bool) throws(IdentityFault) -> [UInt8] {
    let domain = Array(bytes[index..<end])
    if let canonical = DomainName.canonical(domain) {
      let isStable = DomainName.isStable(domain)
      guard isStable || acceptsAnyULabel else { throw .malformedDomain }
      index = end
      return isStable ? domain : canonical
    }
    if domain.first == Octets.openBracket { throw .domainLiteral }
    while index < end {
      switch bytes[index] {
      case Octets.at: throw .severalAtSigns
      case Octets.space, Octets.tab, Octets.lineFeed: throw .blankInAddress
      case Octets.colon, Octets.semicolon: throw .group
      case 0x80...: try skipDomainScalar()
      default: index += 1
      }
    }
    throw .malformedDomain
  }

  /// Moves behind a character of a domain; a wide form of an ASCII one is no local part's fault.
  private mutating func skipDomainScalar() throws(IdentityFault) {
    let place = index
    guard let scalar = Unicode8.scalar(bytes, &index, before: end) else { throw .invalidUTF8 }
    guard Unicode8.isInvisible(scalar) || Unicode8.narrowed(scalar) != nil else { return }
    index = place
    throw Unicode8.isInvisible(scalar) ? .invisibleCharacter(scalar.value) : .malformedDomain
  }

  /// Whether there is a colon after a leading `@`.
  private var isRoute: Bool {
    bytes[start] == Octets.at && bytes[start..<end].contains(Octets.colon)
  }
}
