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
    return try scanner.mailboxes()
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
  /// - Parameter argument: The argument; nothing, blanks and `<>` are the null sender.
  /// - Returns: The address; nil for the null sender.
  /// - Throws: A `MessageError` of kind `identity` about `returnPath`.
  package static func reversePath(_ argument: [UInt8]) throws(MessageError) -> AddrSpec? {
    let text = argument[Octets.trimmingSpace(argument, 0..<argument.count)]
    if text.isEmpty || Array(text) == [Octets.openAngle, Octets.closeAngle] { return nil }
    return try parseOne(argument, field: .returnPath).addrSpec
  }
}
