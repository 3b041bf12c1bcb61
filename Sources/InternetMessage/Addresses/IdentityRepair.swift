/// Puts a field body of any form into canonical form, or says why that cannot be done.
struct IdentityRepair {
  let body: [UInt8]
  let pieces: [IdentityPieces.Piece]

  /// Where the mailbox stands as part of a text, each time, in order.
  var mailboxRanges: [Range<Int>] = []

  init(_ body: [UInt8]) {
    self.body = body
    pieces = IdentityPieces(body).pieces
  }

  /// Reads a body.
  ///
  /// The mailbox is the only angle address, else the only address outside quotes and comments, else
  /// the only one anywhere; the same address twice counts once.
  ///
  /// - Parameters:
  ///   - body: At most `MessageLimits.identityFieldBytes`, folded or not.
  ///   - nameBytes: The bytes of the field name and its colon, before which a line may be cut.
  /// - Returns: The identity; whether its addresses are permitted is for others to say.
  /// - Throws: What is wrong, and where in the body.
  static func read(
    _ body: [UInt8], behind nameBytes: Int
  ) throws(IdentityAddress.Fault) -> CanonicalIdentity {
    try checkControls(body)
    var repair = IdentityRepair(body)
    let mailbox: AddrSpec
    var name: [UInt8]
    if let told = try repair.mailbox() {
      mailbox = told
      name = repair.name(beside: told)
    } else {
      (mailbox, name) = try repair.shownMailbox()
    }
    let limit =
      mailbox.domain == nil
      ? MessageLimits.identityLocalPartBytes : MessageLimits.identityAddressBytes
    guard mailbox.written.count <= limit else {
      throw .init(index: 0, fault: .addressTooLong(limit: limit))
    }
    let others = try repair.otherAddresses(than: mailbox, name: name, behind: nameBytes)
    let identity = CanonicalIdentity(mailbox: mailbox, name: name, otherAddresses: others)
    return try checked(identity)
  }

  /// What is never part of a field, whoever reads it.
  private static func checkControls(_ body: [UInt8]) throws(IdentityAddress.Fault) {
    for index in body.indices where Octets.isControl(body[index]) {
      switch body[index] {
      case Octets.tab, Octets.escape, 0x0E, 0x0F: continue
      case Octets.lineFeed where index + 1 < body.count && Octets.isBlank(body[index + 1]): continue
      default: throw .init(index: index, fault: .controlCharacter(body[index]))
      }
    }
  }

  /// What is written must be of the plain grammar, and say the same; else it is not written.
  private static func checked(
    _ identity: CanonicalIdentity
  ) throws(IdentityAddress.Fault) -> CanonicalIdentity {
    let domain = Array("default.invalid".utf8)
    let written = identity.body(qualifiedWith: domain)
    do throws(MessageError) {
      let mailbox = try MailboxList.parseOne(written, field: .resentSender)
      let expected = identity.mailbox.qualified(with: domain)
      if mailbox.addrSpec.canonical == expected.canonical { return identity }
    } catch {
      if case .deceptiveDisplayName(_, _, let shown) = error { return telling(shown, of: identity) }
      if case .unreadableIdentity(_, _, let fault) = error { throw .init(index: 0, fault: fault) }
    }
    throw .init(index: 0, fault: .malformedLocalPart)
  }

  /// What the plain grammar calls an address in a name is judged by whoever asked, like the others.
  private static func telling(
    _ shown: [UInt8], of identity: CanonicalIdentity
  ) -> CanonicalIdentity {
    guard let at = shown.lastIndex(of: Octets.at) else { return identity }
    let address = AddrSpec(localPart: Array(shown[..<at]), domain: Array(shown[(at + 1)...]))
    if identity.otherAddresses.contains(where: { $0.canonical == address.canonical }) {
      return identity
    }
    return CanonicalIdentity(
      mailbox: identity.mailbox, name: identity.name,
      otherAddresses: identity.otherAddresses + [address])
  }

  /// Everything else that any reader could take for an address.
  private func otherAddresses(
    than mailbox: AddrSpec, name: [UInt8], behind nameBytes: Int
  ) throws(IdentityAddress.Fault) -> [AddrSpec] {
    let unfolded = body.filter { $0 != Octets.lineFeed }
    var hunt = AddressHunt(beside: mailbox)
    do throws(IdentityFault) {
      for reading in NameText(rawName(beside: mailbox)).readings { try hunt.search(reading) }
      // Some readers decode what they have decoded once more.
      for reading in NameText(name).readings { try hunt.search(reading) }
      for view in [unfolded, cutLines(behind: nameBytes) ?? []] {
        // The mailbox is in UTF-8; what it would be in another charset is not handed over.
        let readings = Unicode8.isValid(view) ? NameText(view).readings : [view]
        for reading in readings { try hunt.search(reading) }
      }
      // It will stand by itself, where it may have stood behind what is no part of it.
      try hunt.search(mailbox.written)
    } catch {
      throw .init(index: 0, fault: error)
    }
    return hunt.found
  }

  /// The body as Postfix's smtp(8) would send it; nil if no line is cut (`smtp_line_length_limit`).
  private func cutLines(behind nameBytes: Int) -> [UInt8]? {
    guard body.count + nameBytes > MessageLimits.lineBytes else { return nil }
    var cut: [UInt8] = []
    var column = nameBytes
    for byte in body {
      if byte == Octets.lineFeed {
        column = 0
        continue
      }
      if column == MessageLimits.lineBytes {
        cut.append(Octets.space)
        column = 0
      }
      cut.append(byte)
      column += 1
    }
    return cut
  }
}
