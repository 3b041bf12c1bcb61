/// Reads the words of one segment of a recipient list, each of which is an address.
///
///     words   = *address
///     address = *op token *(1*op token) *op        ; tokens without operator between: two addresses
///     token   = atom / quoted-string / domain-literal
///     op      = "." / "@" / "%" / "!" / "|"        ; tok822_opchar
struct AddressWords {
  private let bytes: [UInt8]
  private let end: Int
  private let isAngle: Bool
  private var index: Int

  private var start = 0
  private var local: [UInt8] = []
  private var domain: [UInt8]?
  private var endsWithToken = false
  private var isOpen = false

  /// Creates a reader.
  ///
  /// - Parameters:
  ///   - bytes: The list.
  ///   - range: The segment; its quotes, comments and literals are balanced.
  ///   - isAngle: Whether it stood between `<` and `>`, where only one address is allowed.
  init(_ bytes: [UInt8], _ range: Range<Int>, isAngle: Bool = false) {
    self.bytes = bytes
    self.isAngle = isAngle
    index = range.lowerBound
    end = range.upperBound
  }

  /// Appends the addresses of the segment, if there are any.
  consuming func append(to recipients: inout [Recipient]) throws(MessageError) {
    while index < end {
      let byte = bytes[index]
      switch byte {
      case Octets.openComment:
        index = try RecipientToken.endOfComment(bytes, index, before: end)
      case _ where Octets.isSpace(byte):
        index += 1
      case Octets.dot, Octets.at, 0x21, 0x25, 0x7C:
        try takeOperator(byte)
      default:
        if endsWithToken {
          if isAngle { throw .recipient(at: index, .angleAddress) }
          try finish(into: &recipients)
        }
        try takeToken()
      }
    }
    try finish(into: &recipients)
  }

  private mutating func open() {
    if !isOpen { start = index }
    isOpen = true
  }

  private mutating func takeOperator(_ byte: UInt8) throws(MessageError) {
    open()
    if byte == Octets.at {
      if domain != nil { throw .recipient(at: index, .severalAtSigns) }
      if local.isEmpty { throw .recipient(at: index, .misplacedOperator(byte)) }
      domain = []
    } else if domain == nil {
      local.append(byte)
    } else {
      // A domain ends with its literal, and has no operator but the dot.
      guard byte == Octets.dot, domain?.last != Octets.closeBracket else {
        throw .recipient(at: index, .misplacedOperator(byte))
      }
      domain?.append(byte)
    }
    endsWithToken = false
    index += 1
  }

  private mutating func takeToken() throws(MessageError) {
    open()
    endsWithToken = true
    switch bytes[index] {
    case Octets.quote: try takeQuotedString()
    case Octets.openBracket: try takeLiteral()
    default:
      let first = index
      var start = index
      while index < end {
        if bytes[index] == Octets.backslash {
          // Postfix takes them away, too; before others they would change what is found.
          guard index + 1 < end, Octets.isOrdinary(bytes[index + 1]) else {
            throw .recipient(at: index, .backslash)
          }
          appendToken(start..<index)
          start = index + 1
          index += 2
          continue
        }
        guard Octets.isAtext(bytes[index]) || bytes[index] >= 0x80, !isOperator(index) else {
          break
        }
        index += 1
      }
      guard index > first else { throw .recipient(at: index, .controlCharacter(bytes[index])) }
      appendToken(start..<index)
    }
  }

  private mutating func appendToken(_ range: Range<Int>) {
    if domain == nil {
      local.append(contentsOf: bytes[range])
    } else {
      domain?.append(contentsOf: bytes[range])
    }
  }

  /// An `@` in quotes is refused: Postfix looks for the last `@` when the quotes are gone.
  private mutating func takeQuotedString() throws(MessageError) {
    guard domain == nil else { throw .recipient(at: index, .malformedDomain) }
    let last = try RecipientToken.endOfQuoted(bytes, index, before: end) - 1
    index += 1
    while index < last {
      if bytes[index] == Octets.backslash { index += 1 }
      let byte = bytes[index]
      if Octets.isControl(byte) { throw .recipient(at: index, .controlCharacter(byte)) }
      if byte == Octets.at { throw .recipient(at: index, .severalAtSigns) }
      local.append(byte)
      index += 1
    }
    index = last + 1
  }

  private mutating func takeLiteral() throws(MessageError) {
    guard let before = domain, before.isEmpty else {
      throw .recipient(at: index, .malformedDomain)
    }
    let after = try RecipientToken.endOfQuoted(bytes, index, before: end)
    let content = bytes[index + 1..<after - 1]
    for byte in content
    where byte <= 0x20 || byte >= 0x7F || byte == Octets.backslash || byte == Octets.openBracket {
      throw .recipient(at: index, .malformedDomain)
    }
    domain = Array(bytes[index..<after])
    index = after
  }

  private func isOperator(_ index: Int) -> Bool {
    let byte = bytes[index]
    return byte == 0x21 || byte == 0x25 || byte == 0x7C
  }

  /// Appends the address that was read, if any, and begins another.
  private mutating func finish(into recipients: inout [Recipient]) throws(MessageError) {
    guard isOpen else { return }
    guard local.contains(where: { $0 != Octets.dot }) else {
      throw .recipient(at: start, .noAddress)
    }
    if let domain, !domain.contains(where: { $0 != Octets.dot }) {
      throw .recipient(at: start, .malformedDomain)
    }
    let recipient = Recipient(localPart: local, domain: domain)
    guard recipient.written.count <= MessageLimits.addressBytes else {
      throw .recipient(at: start, .addressTooLong(limit: MessageLimits.addressBytes))
    }
    guard recipients.count < MessageLimits.recipientsParsed else {
      throw .recipient(at: start, .tooMany(limit: MessageLimits.recipientsParsed))
    }
    recipients.append(recipient)
    local.removeAll(keepingCapacity: true)
    domain = nil
    isOpen = false
    endsWithToken = false
  }
}
