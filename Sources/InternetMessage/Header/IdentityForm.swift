/// What an identity field says, and in which form it is handed over.
package enum IdentityForm: Sendable, Equatable {
  /// There is no such field.
  case absent

  /// The field is of the plain grammar: it is handed over byte for byte.
  case plain([Mailbox])

  /// The field is not; it is handed over in canonical form, once each of its addresses is judged.
  case repaired(CanonicalIdentity)

  /// Reads an identity field in any form.
  ///
  /// Example: `From: "Tom\'s Shop" <info@shop.example>` is repaired to
  /// `From: "Tom's Shop" <info@shop.example>`.
  ///
  /// - Parameters:
  ///   - known: From:, Sender:, Resent-From: or Resent-Sender:.
  ///   - section: The header section. Where the field is there more than once, with the same
  ///     mailbox, all of them together are one that is repaired.
  ///   - repairing: Whether a field outside of the plain grammar may be repaired; else it is a
  ///     fault.
  /// - Throws: A `MessageError` of kind `identity`, about the body of the first field that cannot
  ///   be read.
  package init(
    reading known: KnownField, in section: HeaderSection, repairing: Bool = true
  ) throws(MessageError) {
    var first: HeaderField?
    var isRepeated = false
    for field in section.fields where field.known == known {
      if first != nil { isRepeated = true } else { first = field }
      if Octets.trimmingSpace(section.bytes, field.bodyRange).isEmpty {
        throw .emptyIdentity(known)
      }
    }
    guard let first else {
      self = .absent
      return
    }
    if isRepeated {
      guard repairing else { throw .repeatedField(known) }
      self = try Self.merged(section.all(known), known, in: section)
    } else {
      self = try Self.read(known, first, in: section, repairing)
    }
  }

  /// Reads several fields that name one mailbox.
  private static func merged(
    _ fields: [HeaderField], _ known: KnownField, in section: HeaderSection
  ) throws(MessageError) -> IdentityForm {
    var merged: CanonicalIdentity?
    for field in fields {
      let body = section.body(of: field)
      guard let next = try read(known, field, in: section, true).identity(of: body) else {
        throw .repeatedField(known)
      }
      guard let one = merged else {
        merged = next
        continue
      }
      guard one.mailbox.canonical == next.mailbox.canonical else { throw .repeatedField(known) }
      merged = CanonicalIdentity(
        mailbox: one.mailbox, name: one.name,
        otherAddresses: one.otherAddresses + next.otherAddresses)
    }
    guard let merged else { throw .repeatedField(known) }
    return .repaired(merged)
  }

  /// Reads one field.
  private static func read(
    _ known: KnownField, _ field: HeaderField, in section: HeaderSection, _ repairing: Bool
  ) throws(MessageError) -> IdentityForm {
    let body = section.body(of: field)
    do throws(MessageError) {
      let mailboxes = try MailboxList.parse(body, field: known)
      if mailboxes.count == 1 { return .plain(mailboxes) }
      if try areAuthors(mailboxes, known, in: section, repairing) { return .plain(mailboxes) }
    } catch {
      guard repairing else { throw error }
      if case .severalMailboxesWithoutSender = error { throw error }
      if case .unreadableIdentity(_, _, .tooManyMailboxes) = error { throw error }
    }
    return .repaired(try CanonicalIdentity(reading: body, field: known))
  }

  /// Whether several mailboxes are several authors, RFC 5322 §3.6.2.
  ///
  /// What has no domain could be a part of a name with a comma.
  private static func areAuthors(
    _ mailboxes: [Mailbox], _ known: KnownField, in section: HeaderSection, _ repairing: Bool
  ) throws(MessageError) -> Bool {
    guard let sender = known.senderOfSeveral else {
      if repairing { return false }
      throw .unreadableIdentity(
        known, at: mailboxes[1].addrSpecRange.lowerBound, .severalMailboxes)
    }
    if repairing {
      let isNamed = mailboxes.allSatisfy { $0.addrSpec.domain != nil }
      let first = mailboxes[0].addrSpec.canonical
      guard isNamed, !mailboxes.allSatisfy({ $0.addrSpec.canonical == first }) else {
        return false
      }
    }
    guard section.fields.contains(where: { $0.known == sender }) else {
      throw .severalMailboxesWithoutSender(known)
    }
    return true
  }

  /// The identity of a field that is one of several: its name does not matter where it is plain.
  private func identity(of body: [UInt8]) -> CanonicalIdentity? {
    switch self {
    case .absent: nil
    case .repaired(let identity): identity
    case .plain(let mailboxes):
      mailboxes.count == 1 ? try? CanonicalIdentity(reading: body, field: .from) : nil
    }
  }
}

extension IdentityForm {
  /// Whether the field is handed over in another form than it came.
  package var isRepaired: Bool {
    if case .repaired = self { true } else { false }
  }

  /// The addresses of its mailboxes, in order.
  package var addresses: [AddrSpec] {
    switch self {
    case .absent: []
    case .plain(let mailboxes): mailboxes.map { $0.addrSpec }
    case .repaired(let identity): [identity.mailbox]
    }
  }
}

extension KnownField {
  /// The field that must be there where this one names several mailboxes, RFC 5322 §3.6.2.
  fileprivate var senderOfSeveral: KnownField? {
    switch self {
    case .from: .sender
    case .resentFrom: .resentSender
    default: nil
    }
  }
}
