/// The field bodies that say who sends.
package enum MailboxList {
  /// Reads a mailbox list in the grammar that leaves nothing to interpretation.
  ///
  ///     mailbox-list = mailbox *("," mailbox)
  ///     mailbox      = ([phrase] "<" addr-spec ">" / addr-spec) *comment
  ///
  /// No group, route, obsolete form or comment before the address: what one reader takes for the
  /// name is another one's address. Each display name and comment is judged, too.
  ///
  /// - Parameters:
  ///   - body: The field body, folded or not, or the argument of `-f`; at most 4000 bytes.
  ///   - field: Where it comes from; `returnPath` for the argument of `-f`. Named in errors.
  /// - Returns: 1 to 50 mailboxes in order.
  /// - Throws: A `MessageError` of kind `identity`.
  package static func parse(
    _ body: [UInt8], field: KnownField
  ) throws(MessageError) -> [Mailbox] {
    guard body.count <= MessageLimits.identityFieldBytes else {
      let limit = MessageLimits.identityFieldBytes
      throw .unreadableIdentity(field, at: limit, .tooLong(limit: limit))
    }
    var scanner = MailboxScanner(body, field: field)
    let mailboxes = try scanner.mailboxes()
    if body.count > MessageLimits.shortBodyBytes || mailboxes.count > 2 {
      try checkLines(body, mailboxes, field)
    }
    return mailboxes
  }

  /// Refuses what is too long with the domains that are put behind mailboxes without one: a line
  /// that Postfix's smtp(8) would cut, a field that would not be read again.
  private static func checkLines(
    _ body: [UInt8], _ mailboxes: [Mailbox], _ field: KnownField
  ) throws(MessageError) {
    // The argument of -f is no line of a message.
    if field == .returnPath { return }
    let missing = mailboxes.count { $0.addrSpec.domain == nil }
    let added = missing * (MessageLimits.domainBytes + 1)
    guard body.count + added <= MessageLimits.identityFieldBytes else {
      let limit = MessageLimits.identityFieldBytes
      throw .unreadableIdentity(field, at: body.count, .tooLong(limit: limit))
    }
    let limit = MessageLimits.lineBytes - added
    var column = field.name.utf8.count + 1
    for index in body.indices {
      column = body[index] == Octets.lineFeed ? 0 : column + 1
      if column > limit {
        throw .unreadableIdentity(field, at: index, .tooLong(limit: MessageLimits.lineBytes))
      }
    }
  }

  /// Reads a list that may hold one mailbox only, as Sender: does, and the argument of `-f`.
  ///
  /// - Throws: A `MessageError` of kind `identity`.
  package static func parseOne(
    _ body: [UInt8], field: KnownField
  ) throws(MessageError) -> Mailbox {
    let mailboxes = try parse(body, field: field)
    guard let first = mailboxes.first, mailboxes.count == 1 else {
      let second = mailboxes.dropFirst().first?.addrSpecRange.lowerBound ?? 0
      throw .unreadableIdentity(field, at: second, .severalMailboxes)
    }
    return first
  }

  /// Reads the argument of `-f`.
  ///
  /// `list+r\\=x@shop.example` is `list+r=x@shop.example`, and `a@shop.example.` has no dot, as
  /// Postfix reads them. A domain that readers could read in several ways is refused.
  ///
  /// - Parameter argument: The argument; nothing, blanks and `<>` are the null sender.
  /// - Returns: The address; nil for the null sender.
  /// - Throws: A `MessageError` of kind `identity` about `returnPath`.
  package static func reversePath(_ argument: [UInt8]) throws(MessageError) -> AddrSpec? {
    let text = argument[Octets.trimmingSpace(argument, 0..<argument.count)]
    if text.isEmpty || Array(text) == [Octets.openAngle, Octets.closeAngle] { return nil }
    let mayChange = text.contains(Octets.backslash) || text.suffix(2).contains(Octets.dot)
    return try parseOne(mayChange ? canonical(Array(text)) : argument, field: .returnPath).addrSpec
  }

  /// Takes away what Postfix takes away from an argument: backslashes before characters that need
  /// none, outside quotes, and one dot behind the domain.
  private static func canonical(_ argument: [UInt8]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(argument.count)
    var isQuoted = false
    var index = 0
    while index < argument.count {
      let byte = argument[index]
      if byte == Octets.quote { isQuoted.toggle() }
      if byte == Octets.backslash, index + 1 < argument.count {
        if isQuoted || !Octets.isOrdinary(argument[index + 1]) { text.append(byte) }
        text.append(argument[index + 1])
        index += 2
        continue
      }
      text.append(byte)
      index += 1
    }
    let isAngle = text.last == Octets.closeAngle
    let dot = text.count - (isAngle ? 2 : 1)
    if dot > 0, text[dot] == Octets.dot, text[dot - 1] != Octets.dot, text.contains(Octets.at) {
      text.remove(at: dot)
    }
    return text
  }
}
