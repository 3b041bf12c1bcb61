internal import InternetMessage
internal import LinuxSystem
internal import Policy

extension Draft {
  /// Forms the header section to hand over.
  ///
  /// - Parameters:
  ///   - invocation: The command line.
  ///   - site: Whose mail it is.
  ///   - time: Seconds since 1970, for the trace field.
  /// - Returns: The header section without the empty line that ends it.
  package func editedHeader(_ invocation: Invocation, _ site: Site, time: UInt64) -> [UInt8] {
    var edits = HeaderEdits()
    // What the caller claims in Postern's name is not handed over.
    edits.dropped = [.xPostern, .xPosternOriginalFrom]
    if invocation.extractRecipients { edits.dropped += [.bcc, .resentBcc] }
    qualifyIdentities(&edits, site)
    if let rewrite { apply(rewrite, to: &edits) }
    if section.all(.from).isEmpty, let address = ownAddress(site) {
      edits.addFrom(address, fullName: fullName)
    }
    if site.configuration.addsTraceHeader {
      edits.addTrace(uid: site.uid, host: Host.nodeName(), time: time)
    }
    return edits.applied(to: section)
  }

  /// What a missing From: is made of: the checked envelope sender, the default address if that is null.
  func ownAddress(_ site: Site) -> AddrSpec? {
    if case .address(let address) = reversePath { return address }
    return site.entry?.ownAddress(site.configuration).map { site.qualified($0) }
  }

  private func qualifyIdentities(_ edits: inout HeaderEdits, _ site: Site) {
    guard let domain = site.configuration.defaultDomain else { return }
    func qualify(_ mailboxes: [Mailbox], _ known: KnownField) {
      guard let field = section.all(known).first else { return }
      for mailbox in mailboxes { edits.qualify(mailbox, in: field, with: domain) }
    }
    if rewrite?.replacesFrom != true { qualify(identities.from, .from) }
    if rewrite?.dropsSender != true { qualify(identities.sender.map { [$0] } ?? [], .sender) }
    qualify(identities.resentFrom, .resentFrom)
    qualify(identities.resentSender.map { [$0] } ?? [], .resentSender)
  }

  private func apply(_ rewrite: Rewrite, to edits: inout HeaderEdits) {
    if rewrite.dropsSender { edits.dropped.append(.sender) }
    guard rewrite.replacesFrom, let address = rewrite.address else { return }
    edits.dropped.append(.from)
    edits.appended += HeaderEdits.fromField(address, phrase: harmlessName(for: address))
    let originals = section.all(.from).map { section.unfoldedBody(of: $0) }
    if identities.fromFault == nil, section.all(.replyTo).isEmpty, let original = originals.first {
      edits.appended += HeaderEdits.field("Reply-To: ", original)
    }
    for original in originals.prefix(Self.originalsKept) {
      edits.appended += HeaderEdits.field("X-Postern-Original-From: ", original)
    }
  }

  /// Repeated From: fields beyond these tell nothing more, and what is added must have a bound.
  private static let originalsKept = 4

  /// The display name of the From: that is replaced, unless it would show another address than the new one.
  private func harmlessName(for address: AddrSpec) -> [UInt8] {
    guard identities.fromFault == nil, identities.from.count == 1,
      let name = identities.from[0].displayNameRange,
      let field = section.all(.from).first
    else { return [] }
    let phrase = section.body(of: field)[name].filter { $0 != Byte.lineFeed }
    return DisplayName.isDeceptive(phrase, for: address) ? [] : phrase
  }
}
