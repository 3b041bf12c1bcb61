/// A decoded display name as a person reads it: what nobody sees is gone, wide forms are ASCII.
struct ShownText {
  /// The addresses that the text shows: those in `<>`, and all if it is nothing but addresses.
  let addresses: [[UInt8]]

  /// Reads a text of at most three times `MessageLimits.identityFieldBytes`.
  init(_ text: [UInt8]) {
    let visible = Self.visible(text)
    let glued = Self.glued(visible)
    // Some readers remove the blanks of `< ceo @ bank.example >`.
    var addresses = Self.angleAddresses(visible) + Self.angleAddresses(glued)
    if let only = Self.onlyAddresses(visible, isDotted: false) {
      addresses += only
    } else if let only = Self.onlyAddresses(glued, isDotted: true) {
      addresses += only
    }
    self.addresses = addresses
  }

  /// Whether a shown address is the real one.
  func isSame(_ address: [UInt8], as addrSpec: AddrSpec) -> Bool {
    guard addrSpec.domain != nil, let at = address.lastIndex(of: Octets.at) else { return false }
    let shown = AddrSpec(
      localPart: Array(address[..<at]), domain: Array(address[(at + 1)...]))
    return shown.canonical == addrSpec.canonical
  }

  /// Reduces a text to what is seen of it.
  ///
  /// Invisible scalars are dropped; white space, brackets and symbols become spaces, wide forms
  /// ASCII. Bytes that are no UTF-8 are read as Latin-1.
  private static func visible(_ text: [UInt8]) -> [UInt8] {
    var visible: [UInt8] = []
    visible.reserveCapacity(text.count)
    var index = 0
    while index < text.count {
      let byte = text[index]
      if byte > 0x20 && byte < 0x7F {
        visible.append(byte)
        index += 1
        continue
      }
      let scalar: Unicode.Scalar
      if let decoded = Unicode8.scalar(text, &index, before: text.count) {
        scalar = decoded
      } else {
        scalar = Unicode.Scalar(byte)
        index += 1
      }
      append(scalar, to: &visible)
    }
    return visible
  }

  private static func append(_ scalar: Unicode.Scalar, to visible: inout [UInt8]) {
    if Compatibility.appendASCII(scalar, to: &visible) { return }
    let isReplacement = scalar == "\u{FFFD}"
    switch scalar.properties.generalCategory {
    case .spaceSeparator, .lineSeparator, .paragraphSeparator, .openPunctuation,
      .closePunctuation, .initialPunctuation, .finalPunctuation, .mathSymbol, .modifierSymbol,
      .currencySymbol:
      visible.append(Octets.space)
    case .otherSymbol where !isReplacement:
      visible.append(Octets.space)
    case _ where scalar == "\t":
      visible.append(Octets.space)
    case .nonspacingMark, .enclosingMark, .modifierLetter:
      // Behind a blank it is a speck, and no word beside an address.
      if let last = visible.last, last != Octets.space, !Unicode8.isInvisible(scalar) {
        Unicode8.append(scalar, to: &visible)
      }
    default:
      if !Unicode8.isInvisible(scalar) { Unicode8.append(scalar, to: &visible) }
    }
  }

  /// The addresses after each `<`, up to the next `<` or `>`.
  private static func angleAddresses(_ text: [UInt8]) -> [[UInt8]] {
    var addresses: [[UInt8]] = []
    var isInside = false
    for part in text.split(omittingEmptySubsequences: false, whereSeparator: isAngle) {
      if isInside { addresses += words(part).filter { isAddress($0, isDotted: false) } }
      isInside = part.endIndex < text.count && text[part.endIndex] == Octets.openAngle
    }
    return addresses
  }

  /// Fewer bytes beside an address are no name: nobody reads `ceo@bank.example x` as anything else.
  private static let nameBytes = 3

  /// The addresses of a text, if there is next to nothing else in it; nil if there is, or none.
  private static func onlyAddresses(_ text: [UInt8], isDotted: Bool) -> [[UInt8]]? {
    let words = words(text[...])
    let addresses = words.filter { isAddress($0, isDotted: isDotted) }
    let others = words.reduce(0) { $0 + $1.count } - addresses.reduce(0) { $0 + $1.count }
    return addresses.isEmpty || others >= nameBytes ? nil : addresses
  }

  /// Splits at blanks, commas, semicolons and angles, and cuts what is no letter or digit at the
  /// ends of the words.
  private static func words(_ text: ArraySlice<UInt8>) -> [[UInt8]] {
    text.split { byte in
      byte == Octets.space || byte == Octets.comma || byte == Octets.semicolon || isAngle(byte)
    }.compactMap { word in
      guard let first = word.firstIndex(where: isWordByte),
        let last = word.lastIndex(where: isWordByte)
      else { return nil }
      // `$@bank.example` is an address, too.
      let isCut = word.lastIndex(of: Octets.at).map { $0 < first } ?? false
      let trimmed = Array(word[(isCut ? word.startIndex : first)...last])
      let scheme = Array("mailto:".utf8)
      return trimmed.map(Octets.lowercased).starts(with: scheme)
        ? Array(trimmed.dropFirst(scheme.count)) : trimmed
    }
  }

  /// Removes blanks beside `@`.
  private static func glued(_ text: [UInt8]) -> [UInt8] {
    var glued: [UInt8] = []
    for byte in text {
      if byte == Octets.at {
        while glued.last == Octets.space { glued.removeLast() }
      } else if byte == Octets.space && glued.last == Octets.at {
        continue
      }
      glued.append(byte)
    }
    return glued
  }

  /// Whether a word has something on both sides of its last `@`.
  private static func isAddress(_ word: [UInt8], isDotted: Bool) -> Bool {
    guard let at = word.lastIndex(of: Octets.at), at > 0, at < word.count - 1 else { return false }
    return !isDotted || word[at...].contains(Octets.dot)
  }

  private static func isAngle(_ byte: UInt8) -> Bool {
    byte == Octets.openAngle || byte == Octets.closeAngle
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    Octets.isAlphanumeric(byte) || byte >= 0x80
  }
}
