/// Which mailbox a field body of any form names.
extension IdentityRepair {
  /// Finds the mailbox outside quotes and comments; nil if there is no address.
  mutating func mailbox() throws(IdentityAddress.Fault) -> AddrSpec? {
    if let angle = try angleMailbox() { return angle }
    var only: AddrSpec?
    for token in IdentityTokens(body, pieces).addresses {
      let address = try readToken(token)
      if let only {
        if only.canonical != address.canonical {
          throw .init(index: token.lowerBound, fault: .severalMailboxes)
        }
      } else {
        only = address
      }
      mailboxRanges.append(token)
    }
    if let only { return only }
    return try bareMailbox()
  }

  /// The only address between angles; what has no domain there is markup, if another has one.
  private func angleMailbox() throws(IdentityAddress.Fault) -> AddrSpec? {
    var only: AddrSpec?
    for piece in pieces where piece.kind == .angle && body[piece.range].contains(Octets.at) {
      let address = try IdentityAddress.read(body, piece.range)
      if let only, only.canonical != address.canonical {
        throw .init(index: piece.range.lowerBound, fault: .severalMailboxes)
      }
      only = address
    }
    return only
  }

  /// Reads a word with `@`.
  private func readToken(_ range: Range<Int>) throws(IdentityAddress.Fault) -> AddrSpec {
    do throws(IdentityAddress.Fault) {
      return try IdentityAddress.read(body, range)
    } catch {
      // A colon behind the at sign begins no group, but a port.
      guard error.fault == .group, let at = body[range].firstIndex(of: Octets.at), at < error.index,
        at > range.lowerBound
      else { throw error }
      throw .init(index: error.index, fault: .malformedDomain)
    }
  }

  /// The only word between angles, or the only word at all, which gets the default domain.
  private mutating func bareMailbox() throws(IdentityAddress.Fault) -> AddrSpec? {
    let angles = pieces.filter {
      $0.kind == .angle && !Octets.trimmingSpace(body, $0.range).isEmpty
    }
    if angles.count == 1 { return try IdentityAddress.read(body, angles[0].range) }
    if let second = angles.dropFirst().first {
      throw .init(index: second.range.lowerBound, fault: .severalMailboxes)
    }
    let words = IdentityTokens(body, pieces).words
    guard let word = words.first, words.count == 1 else { return nil }
    guard !pieces.contains(where: { $0.kind == .quoted }),
      let address = try? IdentityAddress.read(body, word)
    else { return nil }
    mailboxRanges = [word]
    return address
  }

  /// The only address that a reader of names and comments could find, and the rest as the name.
  func shownMailbox() throws(IdentityAddress.Fault) -> (AddrSpec, [UInt8]) {
    let text = NameText(rawName(beside: nil)).name
    var shown = IdentityRepair(text)
    let nothing = IdentityAddress.Fault(index: body.count, fault: .missingAddress)
    guard text != body, text.contains(Octets.at) else { throw nothing }
    let address: AddrSpec?
    do throws(IdentityAddress.Fault) { address = try shown.mailbox() } catch {
      // Its places are those of another text.
      throw .init(index: 0, fault: error.fault)
    }
    guard let address, address.domain != nil else { throw nothing }
    return (address, shown.name(beside: address))
  }
}
