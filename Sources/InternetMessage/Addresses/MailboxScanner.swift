/// One pass over a mailbox list.
struct MailboxScanner {
  private let bytes: [UInt8]
  private let field: KnownField
  private var index = 0
  private var isUTF8 = true

  /// Creates a scanner.
  ///
  /// - Parameters:
  ///   - bytes: The field body, at most `MessageLimits.identityFieldBytes`.
  ///   - field: The field, for errors.
  init(_ bytes: [UInt8], field: KnownField) {
    self.bytes = bytes
    self.field = field
  }

  /// Reads everything.
  ///
  ///     mailbox-list = mailbox *("," mailbox)        ; RFC 5322 §3.4, without obs-mbox-list
  mutating func mailboxes() throws(MessageError) -> [Mailbox] {
    try checkBytes()
    var list: [Mailbox] = [try mailbox()]
    while index < bytes.count {
      guard list.count < MessageLimits.mailboxes else {
        throw fault(.tooManyMailboxes(limit: MessageLimits.mailboxes), at: index)
      }
      index += 1
      list.append(try mailbox())
    }
    if !isUTF8 { try checkAddresses(list) }
    return list
  }

  /// Refuses an address in UTF-8 beside a name that is none: who reads the field as Latin-1 for it
  /// finds another address.
  private func checkAddresses(_ list: [Mailbox]) throws(MessageError) {
    for mailbox in list {
      if let index = mailbox.addrSpecRange.first(where: { bytes[$0] >= 0x80 }) {
        throw fault(.invalidUTF8, at: index)
      }
    }
  }

  /// Refuses control characters; an LF may stand where a line is folded.
  ///
  /// Sees, too, whether the body is UTF-8.
  private mutating func checkBytes() throws(MessageError) {
    var isASCII = true
    for index in 0..<bytes.count {
      let byte = bytes[index]
      if byte >= 0x80 { isASCII = false }
      guard Octets.isControl(byte), byte != Octets.tab else { continue }
      guard byte == Octets.lineFeed, index + 1 < bytes.count, Octets.isBlank(bytes[index + 1])
      else { throw fault(.controlCharacter(byte), at: index) }
    }
    isUTF8 = isASCII || Unicode8.isValid(bytes)
  }

  /// Reads one mailbox with the comments after it.
  ///
  ///     mailbox    = (name-addr / addr-spec) *comment
  ///     name-addr  = [phrase] "<" addr-spec ">"
  ///
  /// Ends before a comma or at the end.
  private mutating func mailbox() throws(MessageError) -> Mailbox {
    skipSpace()
    let start = index
    let special = try skipPhrase()
    let phrase = Octets.trimmingSpace(bytes, start..<index)
    let isNameAddr = index < bytes.count && bytes[index] == Octets.openAngle
    if isNameAddr, let special { throw specialFault(at: special) }
    if !isNameAddr && phrase.isEmpty {
      let isComment = index < bytes.count && bytes[index] == Octets.openComment
      throw fault(isComment ? .misplacedComment : .missingAddress, at: index)
    }
    let range = isNameAddr ? try angleAddress() : phrase
    let addrSpec = try readAddrSpec(range)
    let name = isNameAddr && !phrase.isEmpty ? phrase : nil
    if let name { try judge(name, beside: addrSpec) }
    try skipComments(beside: addrSpec)
    return Mailbox(addrSpec: addrSpec, addrSpecRange: range, displayNameRange: name)
  }

  /// Moves behind what is a phrase or an address, to `<`, a comma, a comment or the end.
  ///
  ///     phrase = 1*word
  ///     word   = quoted-string / 1*(atext / "." / %d128-255)
  ///
  /// - Returns: The first special character outside quotes, which an address may have and a phrase
  ///   may not.
  private mutating func skipPhrase() throws(MessageError) -> Int? {
    var special: Int?
    while index < bytes.count {
      switch bytes[index] {
      case Octets.openAngle, Octets.comma, Octets.openComment:
        return special
      case Octets.quote:
        try skipQuotedString()
      case Octets.closeComment, Octets.closeAngle, Octets.openBracket, Octets.closeBracket,
        Octets.colon, Octets.semicolon, Octets.at, Octets.backslash:
        special = special ?? index
        index += 1
      default:
        index += 1
      }
    }
    return special
  }

  /// Moves behind a quoted string.
  ///
  ///     quoted-string = DQUOTE *(qtext / "\" ("\" / DQUOTE) / FWS) DQUOTE
  private mutating func skipQuotedString() throws(MessageError) {
    let start = index
    index += 1
    while index < bytes.count {
      let byte = bytes[index]
      if byte == Octets.quote {
        index += 1
        return
      }
      if byte == Octets.backslash {
        // In a charset of two bytes it may be the second half of a character.
        guard index + 1 < bytes.count, isUTF8 || bytes[index - 1] < 0x80,
          bytes[index + 1] == Octets.quote || bytes[index + 1] == Octets.backslash
        else { throw fault(.misplacedBackslash, at: index) }
        index += 1
      }
      index += 1
    }
    throw fault(.unterminatedQuotedString, at: start)
  }

  /// Finds the address between `<` and `>`.
  ///
  ///     angle-addr = "<" [FWS] addr-spec [FWS] ">"
  ///
  /// - Returns: Where the addr-spec stands; the index is behind `>`.
  private mutating func angleAddress() throws(MessageError) -> Range<Int> {
    let start = index + 1
    var end = start
    while end < bytes.count, bytes[end] != Octets.closeAngle { end += 1 }
    guard end < bytes.count else { throw fault(.unterminatedAngleAddress, at: index) }
    index = end + 1
    return Octets.trimmingSpace(bytes, start..<end)
  }

  /// Moves behind the comments after an address.
  ///
  ///     comment = "(" *(any but "(" / ")" / "\") ")"        ; RFC 5322 §3.2.2, not nested
  ///
  /// Some clients show it as the name, so it is judged as one.
  private mutating func skipComments(beside addrSpec: AddrSpec) throws(MessageError) {
    skipSpace()
    let first = index
    var count = 0
    while index < bytes.count, bytes[index] == Octets.openComment {
      guard count < MessageLimits.comments else {
        throw fault(.tooManyComments(limit: MessageLimits.comments), at: index)
      }
      // Two comments are one name to some readers: an at sign in the one, a domain in the other.
      if count > 0, bytes[first..<index].contains(where: { $0 == Octets.at || $0 == Octets.equals })
      {
        throw fault(.misplacedComment, at: index)
      }
      let start = index
      index += 1
      while index < bytes.count, bytes[index] != Octets.closeComment {
        if bytes[index] == Octets.openComment { throw fault(.nestedComment, at: index) }
        if bytes[index] == Octets.backslash { throw fault(.misplacedBackslash, at: index) }
        index += 1
      }
      guard index < bytes.count else { throw fault(.unterminatedComment, at: start) }
      try judge(start + 1..<index, beside: addrSpec)
      index += 1
      count += 1
      skipSpace()
    }
    guard index == bytes.count || bytes[index] == Octets.comma else {
      let isAngle = bytes[index] == Octets.openAngle && count > 0
      throw fault(isAngle ? .misplacedComment : .textAfterAddress, at: index)
    }
  }

  private func readAddrSpec(_ range: Range<Int>) throws(MessageError) -> AddrSpec {
    var reader = AddrSpecReader(bytes, range)
    do throws(IdentityFault) {
      return try reader.read()
    } catch {
      throw fault(error, at: reader.index)
    }
  }

  private func judge(_ range: Range<Int>, beside addrSpec: AddrSpec) throws(MessageError) {
    let shown: [UInt8]?
    do throws(IdentityFault) {
      shown = try DisplayName.deceptiveAddress(in: Array(bytes[range]), for: addrSpec)
    } catch {
      throw fault(error, at: range.lowerBound)
    }
    if let shown { throw .deceptiveDisplayName(field, at: range.lowerBound, shown: shown) }
  }

  private mutating func skipSpace() {
    while index < bytes.count, Octets.isSpace(bytes[index]) { index += 1 }
  }

  private func fault(_ fault: IdentityFault, at index: Int) -> MessageError {
    .unreadableIdentity(field, at: index, fault)
  }

  private func specialFault(at index: Int) -> MessageError {
    switch bytes[index] {
    case Octets.colon, Octets.semicolon: fault(.group, at: index)
    case Octets.backslash: fault(.misplacedBackslash, at: index)
    default: fault(.specialInDisplayName(bytes[index]), at: index)
    }
  }
}
