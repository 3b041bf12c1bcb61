/// Everybody whom a header section names as its sender.
package struct Identities: Sendable {
  /// The mailboxes of From:; empty if there is none.
  package let from: [Mailbox]

  /// The mailbox of Sender:.
  package let sender: Mailbox?

  /// The mailboxes of Resent-From:; empty if there is none.
  package let resentFrom: [Mailbox]

  /// The mailbox of Resent-Sender:.
  package let resentSender: Mailbox?

  /// What is wrong with From:, if the caller wanted to know it rather than fail; `from` is empty
  /// then.
  package let fromFault: MessageError?

  /// Reads the identity fields.
  ///
  /// - Parameters:
  ///   - section: The header section.
  ///   - toleratingFrom: Whether a fault of From: (it is repeated, empty, unreadable, deceptive, or
  ///     has several mailboxes without Sender:) is kept in `fromFault` instead of being thrown, as
  ///     `from_policy = rewrite` needs it. Faults of the other fields are always thrown.
  /// - Throws: A `MessageError` of kind `identity`.
  package init(
    reading section: HeaderSection, toleratingFrom: Bool = false
  ) throws(MessageError) {
    switch Self.from(of: section) {
    case .success(let mailboxes):
      from = mailboxes
      fromFault = nil
    case .failure(let fault):
      guard toleratingFrom else { throw fault }
      from = []
      fromFault = fault
    }
    sender = try Self.single(.sender, in: section)
    resentFrom = try Self.authors(.resentFrom, sender: .resentSender, in: section)
    resentSender = try Self.single(.resentSender, in: section)
  }

  /// Reads From: alone; no mailbox if there is no From:.
  package static func from(of section: HeaderSection) -> Result<[Mailbox], MessageError> {
    do throws(MessageError) {
      return .success(try authors(.from, sender: .sender, in: section))
    } catch {
      return .failure(error)
    }
  }

  /// Reads From: or Resent-From:.
  ///
  ///     from = "From:" mailbox-list        ; several only with Sender:, RFC 5322 §3.6.2
  private static func authors(
    _ field: KnownField, sender: KnownField, in section: HeaderSection
  ) throws(MessageError) -> [Mailbox] {
    guard let body = try onlyBody(of: field, in: section) else { return [] }
    let mailboxes = try MailboxList.parse(body, field: field)
    if mailboxes.count > 1 && !section.fields.contains(where: { $0.known == sender }) {
      throw .severalMailboxesWithoutSender(field)
    }
    return mailboxes
  }

  /// Reads Sender: or Resent-Sender:.
  ///
  ///     sender = "Sender:" mailbox
  private static func single(
    _ field: KnownField, in section: HeaderSection
  ) throws(MessageError) -> Mailbox? {
    guard let body = try onlyBody(of: field, in: section) else { return nil }
    return try MailboxList.parseOne(body, field: field)
  }

  /// The body of a field that may occur once; some readers believe the first, others the last.
  private static func onlyBody(
    of known: KnownField, in section: HeaderSection
  ) throws(MessageError) -> [UInt8]? {
    var found: HeaderField?
    for field in section.fields where field.known == known {
      if found != nil { throw .repeatedField(known) }
      found = field
    }
    guard let found else { return nil }
    if Octets.trimmingSpace(section.bytes, found.bodyRange).isEmpty {
      throw .emptyIdentity(known)
    }
    return section.body(of: found)
  }
}
