import InternetMessage

/// The checks of one claim against one entry; each returns why the message is refused; nil = it is
/// not.
struct IdentityJudge {
  let claim: Claim
  let entry: SenderEntry
  let configuration: Configuration

  /// A suspension is an explicit order: it binds an exempt user too.
  func standing() -> Rejection? {
    entry.suspended.map { Rejection(cause: .userSuspended(reason: $0), user: entry.user) }
  }

  func from() -> Rejection? {
    switch claim.from {
    case .ambiguous: Rejection(cause: .fromAmbiguous, user: entry.user)
    case .addresses(let addresses):
      firstForeign(in: addresses, role: .from) ?? firstShown(by: .from)
    }
  }

  func sender() -> Rejection? {
    claim.sender.flatMap { firstForeign(in: [$0], role: .sender) } ?? firstShown(by: .sender)
  }

  func resent() -> Rejection? {
    firstForeign(in: claim.resentFrom, role: .resentFrom)
      ?? firstShown(by: .resentFrom)
      ?? claim.resentSender.flatMap { firstForeign(in: [$0], role: .resentSender) }
      ?? firstShown(by: .resentSender)
  }

  func envelope() -> Rejection? {
    switch reversePath() {
    case nil: refusal(.envelope, .missing)
    case .null: entry.permitsNullSender ? nil : refusal(.envelope, .nullSender)
    case .address(let address): firstForeign(in: [address], role: .envelope)
    case .word: entry.sendsAsAnybody ? nil : refusal(.envelope, .missing)
    }
  }

  /// Returns the envelope sender as Postfix would take it; without `-f` the user's own address,
  /// else the only address of From:, which is judged as that, too.
  ///
  /// `mailer-daemon@$myorigin` is the null sender to Postfix (cleanup_addr.c), so it must be one
  /// here: else a pattern `@domain` would grant what only `<>` grants.
  func reversePath() -> ReversePath? {
    guard let given = claim.envelope else {
      if let own = entry.ownAddress(configuration) { return .address(own) }
      guard case .addresses(let authors) = claim.from, authors.count == 1 else { return nil }
      return .address(qualified(authors[0]))
    }
    guard case .address(let address) = given else { return given }
    let full = qualified(address)
    guard let domain = configuration.defaultDomain,
      full.canonicalLocalPart.elementsEqual("mailer-daemon".utf8),
      full.canonicalDomain == AddrSpec(localPart: [], domain: domain).canonicalDomain
    else { return .address(full) }
    return .null
  }

  /// Returns the refusal of the first address that a field shows, and that the user may not use.
  private func firstShown(by role: IdentityRole) -> Rejection? {
    if claim.shown.isEmpty || entry.sendsAsAnybody { return nil }
    for shown in claim.shown where shown.role == role {
      if !entry.permits(shown.address, delimiter: configuration.recipientDelimiter) {
        return Rejection(cause: .shown(shown), user: entry.user, allowed: entry.patterns)
      }
    }
    return nil
  }

  /// Returns the refusal of the first address that the user may not use.
  private func firstForeign(in addresses: [AddrSpec], role: IdentityRole) -> Rejection? {
    if entry.sendsAsAnybody { return nil }
    for address in addresses {
      let full = qualified(address)
      if !entry.permits(full, delimiter: configuration.recipientDelimiter) {
        return refusal(role, .address(full))
      }
    }
    return nil
  }

  private func refusal(_ role: IdentityRole, _ identity: OffendingIdentity) -> Rejection {
    Rejection(cause: .notAllowed(role, identity), user: entry.user, allowed: entry.patterns)
  }

  private func qualified(_ address: AddrSpec) -> AddrSpec {
    guard let domain = configuration.defaultDomain else { return address }
    return address.qualified(with: domain)
  }
}
