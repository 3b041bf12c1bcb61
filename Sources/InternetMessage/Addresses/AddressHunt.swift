/// Collects every address but one that any reader could find in a text.
///
/// Strict rather than clever: what only looks like an address is one.
struct AddressHunt {
  /// What was found, each address once.
  private(set) var found: [AddrSpec] = []

  /// Their forms for comparison, and that of the one which is not collected.
  private var forms: [[UInt8]]

  /// Creates a hunt.
  ///
  /// - Parameter mailbox: The address that is told already. It does not count against the limit,
  ///   or a field would hold one address more once its mailbox has a domain.
  init(beside mailbox: AddrSpec) { forms = [mailbox.canonical] }

  /// Searches a text.
  ///
  /// - Parameter text: UTF-8; other bytes are read as Latin-1. At most three times
  ///   `MessageLimits.identityFieldBytes`.
  /// - Throws: `tooManyMailboxes`.
  mutating func search(_ text: [UInt8]) throws(IdentityFault) {
    let seen = SeenText.reduced(text)
    guard seen.contains(Octets.at) else { return }
    try searchView(seen, isDotted: false)
    let bare = seen.filter { $0 != Octets.quote }
    let uncommented = Self.withoutComments(bare)
    try searchView(bare, isDotted: false)
    try searchView(uncommented, isDotted: false)
    try searchView(Self.glued(bare), isDotted: true)
    try searchView(Self.glued(uncommented), isDotted: true)
  }

  /// Searches a text of which nothing is to be taken away.
  ///
  ///     address = 1*(atext / "." / %d128-255) "@" 1*(alphanumeric / "-" / "." / "_" / %d128-255)
  private mutating func searchView(_ view: [UInt8], isDotted: Bool) throws(IdentityFault) {
    for at in view.indices where view[at] == Octets.at {
      var start = at
      while start > 0, Self.isLocalByte(view[start - 1]) { start -= 1 }
      let end = Self.endOfDomain(view, at + 1)
      let domain = Self.trimmedDomain(view, at + 1..<end)
      guard start < at, !domain.isEmpty, !isDotted || view[domain].contains(Octets.dot) else {
        continue
      }
      try append(Self.trimmedLocalPart(view, start..<at), Array(view[domain]))
    }
  }

  /// The end of a domain, or of a domain literal.
  ///
  ///     literal = "[" 1*(any but blanks and brackets) "]"
  private static func endOfDomain(_ view: [UInt8], _ start: Int) -> Int {
    var end = start
    while end < view.count, isDomainByte(view[end]) { end += 1 }
    guard end == start, start < view.count, view[start] == Octets.openBracket else { return end }
    for index in start + 1..<max(start + 1, min(start + 64, view.count)) {
      if view[index] == Octets.closeBracket { return index + 1 }
      if Octets.isSpace(view[index]) || view[index] == Octets.openBracket { break }
    }
    return start
  }

  /// Takes an address, and the one that Postfix would make of `a%b@c` and `b!a@c`.
  private mutating func append(
    _ localPart: [UInt8], _ domain: [UInt8]
  ) throws(IdentityFault) {
    try append(AddrSpec(localPart: localPart, domain: domain))
    if let percent = localPart.lastIndex(of: 0x25), percent > 0, percent < localPart.count - 1 {
      try append(
        AddrSpec(
          localPart: Array(localPart[..<percent]), domain: Array(localPart[(percent + 1)...])))
    }
    if let bang = localPart.firstIndex(of: 0x21), bang > 0, bang < localPart.count - 1 {
      try append(
        AddrSpec(localPart: Array(localPart[(bang + 1)...]), domain: Array(localPart[..<bang])))
    }
  }

  private mutating func append(_ address: AddrSpec) throws(IdentityFault) {
    let form = address.canonical
    if forms.contains(form) { return }
    guard found.count < MessageLimits.mailboxes else {
      throw .tooManyMailboxes(limit: MessageLimits.mailboxes)
    }
    found.append(address)
    forms.append(form)
  }

  /// Cuts the marks that people put around an address, as in `'info@shop.example'`;
  /// `!@bank.example` is one all the same.
  private static func trimmedLocalPart(_ view: [UInt8], _ range: Range<Int>) -> [UInt8] {
    let first = range.first { !"'`*=|/!#?.".utf8.contains(view[$0]) }
    return Array(view[(first ?? range.lowerBound)..<range.upperBound])
  }

  /// Cuts dots, hyphens and underscores at both ends.
  private static func trimmedDomain(_ view: [UInt8], _ range: Range<Int>) -> Range<Int> {
    var lower = range.lowerBound
    var upper = range.upperBound
    while lower < upper, isMark(view[lower]) { lower += 1 }
    while upper > lower, isMark(view[upper - 1]) { upper -= 1 }
    return lower..<upper
  }

  private static func isMark(_ byte: UInt8) -> Bool {
    byte == Octets.dot || byte == Octets.hyphen || byte == 0x5F
  }

  private static func isLocalByte(_ byte: UInt8) -> Bool {
    Octets.isAtext(byte) || byte == Octets.dot || byte >= 0x80
  }

  private static func isDomainByte(_ byte: UInt8) -> Bool {
    Octets.isAlphanumeric(byte) || isMark(byte) || byte >= 0x80
  }

  /// Removes comments, as RFC 5322 readers do within an address.
  private static func withoutComments(_ view: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    var depth = 0
    for byte in view {
      if byte == Octets.openComment {
        depth += 1
      } else if byte == Octets.closeComment && depth > 0 {
        depth -= 1
      } else if depth == 0 {
        text.append(byte)
      }
    }
    return text
  }

  /// Removes blanks beside `@`, and beside dots where no sentence ends; others become one.
  private static func glued(_ view: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(view.count)
    var index = 0
    while index < view.count {
      if !Octets.isSpace(view[index]) {
        text.append(view[index])
        index += 1
        continue
      }
      while index < view.count, Octets.isSpace(view[index]) { index += 1 }
      if let last = text.last, index < view.count, !isGlued(last, view[index]) {
        text.append(Octets.space)
      }
    }
    return text
  }

  /// Whether blanks between two bytes are no blanks in an address.
  private static func isGlued(_ last: UInt8, _ next: UInt8) -> Bool {
    if last == Octets.at || next == Octets.at || next == Octets.dot { return true }
    let isCapital = (0x41...0x5A).contains(next)
    return last == Octets.dot && !isCapital
  }
}
