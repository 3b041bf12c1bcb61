internal import InternetMessage
internal import LinuxSystem
internal import Policy

extension SettledMessage {
  /// Forms the header section to hand over.
  ///
  /// - Parameters:
  ///   - invocation: The command line.
  ///   - policy: The rules for the sender.
  ///   - time: Seconds since 1970, for the trace field.
  /// - Returns: The header section without the empty line that ends it.
  package func header(_ invocation: Invocation, _ policy: SenderPolicy, time: UInt64) -> [UInt8] {
    var edits = HeaderEdits()
    // What the caller claims in Postern's name is not handed over.
    edits.dropped = [.xPostern, .xPosternOriginalFrom]
    if invocation.extractRecipients { edits.dropped += [.bcc, .resentBcc] }
    if policy.configuration.phpScriptHeader == .remove {
      edits.dropped.append(.xPHPOriginatingScript)
    }
    if !policy.sendsAsAnybody { settleIdentities(&edits, policy) }
    if let rewrite { apply(rewrite, to: &edits, policy) }
    if read.section.all(.from).isEmpty, !read.section.isOpaque, let address = ownAddress(policy) {
      edits.addFrom(address, fullName: fullName)
    }
    if let messageID {
      edits.appended += HeaderEdits.field(.messageID, [Octets.space] + messageID)
    }
    if policy.configuration.addsTraceHeader {
      edits.addTrace(uid: policy.uid, host: Host.nodeName(), time: time)
    }
    return edits.applied(to: read.section)
  }

  /// Completes addresses without a domain, and writes repaired fields anew.
  private func settleIdentities(_ edits: inout HeaderEdits, _ policy: SenderPolicy) {
    guard let domain = policy.configuration.defaultDomain else { return }
    let identities = read.identities
    if rewrite?.replacesFrom != true { settle(identities.from, .from, domain, &edits) }
    if rewrite?.dropsSender != true { settle(identities.sender, .sender, domain, &edits) }
    settle(identities.resentFrom, .resentFrom, domain, &edits)
    settle(identities.resentSender, .resentSender, domain, &edits)
  }

  private func settle(
    _ form: IdentityForm, _ known: KnownField, _ domain: [UInt8], _ edits: inout HeaderEdits
  ) {
    switch form {
    case .absent: return
    case .repaired(let identity):
      edits.replacements.append((known, identity.body(qualifiedWith: domain)))
    case .plain(let mailboxes):
      guard let field = read.section.all(known).first else { return }
      for mailbox in mailboxes { edits.qualify(mailbox, in: field, with: domain) }
    }
  }

  private func apply(
    _ rewrite: Rewrite, to edits: inout HeaderEdits, _ policy: SenderPolicy
  ) {
    if rewrite.dropsSender { edits.dropped.append(.sender) }
    guard rewrite.replacesFrom, let address = rewrite.address else { return }
    edits.dropped.append(.from)
    let section = read.section
    edits.appended += HeaderEdits.field(.from, replacedFrom(address))
    if section.all(.replyTo).isEmpty, let domain = policy.configuration.defaultDomain,
      let body = replyTo(domain)
    {
      edits.appended += HeaderEdits.field(.replyTo, body)
    }
    for original in section.all(.from).prefix(Self.originalsKept) {
      let text = section.unfoldedBody(of: original)
      edits.appended += HeaderEdits.field(.xPosternOriginalFrom, HeaderEdits.folded(text))
    }
  }

  /// More repeated From: fields than these are not worth keeping, and what is added must have a
  /// bound.
  private static let originalsKept = 4

  /// Where answers go when From: is replaced; nil = it cannot be read, or not put into one line.
  private func replyTo(_ defaultDomain: [UInt8]) -> [UInt8]? {
    switch read.identities.from {
    case .absent: return nil
    case .repaired(let identity):
      let shown = identity.otherAddresses.isEmpty ? identity : identity.withoutName
      return shown.body(qualifiedWith: defaultDomain)
    case .plain:
      let section = read.section
      guard let field = section.all(.from).first else { return nil }
      let text = section.unfoldedBody(of: field)
      return text.count <= MessageLimits.identityAddressBytes ? [Octets.space] + text : nil
    }
  }

  /// The new From:, with the display name of the one that is replaced, unless it would show another
  /// address than the new one.
  private func replacedFrom(_ address: AddrSpec) -> [UInt8] {
    let bare = [Octets.space] + address.written
    switch read.identities.from {
    case .absent: return bare
    case .repaired(let identity):
      let isHarmless =
        identity.otherAddresses.isEmpty
        && !DisplayName.isDeceptive(identity.name, for: address)
      return isHarmless ? CanonicalIdentity.body(name: identity.name, address: address) : bare
    case .plain(let mailboxes):
      guard mailboxes.count == 1, let name = mailboxes[0].displayNameRange,
        let field = read.section.all(.from).first
      else { return bare }
      let body = read.section.body(of: field)
      let phrase = body[name].filter { $0 != Octets.lineFeed }
      if DisplayName.isDeceptive(phrase, for: address) { return bare }
      if phrase.count + address.written.count <= MessageLimits.shortBodyBytes {
        return [Octets.space] + phrase + [Octets.space, Octets.openAngle] + address.written
          + [Octets.closeAngle]
      }
      guard let identity = try? CanonicalIdentity(reading: body, field: .from) else { return bare }
      return CanonicalIdentity.body(name: identity.name, address: address)
    }
  }
}
