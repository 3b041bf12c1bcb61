import InternetMessage

/// The checks of one claim against one entry; each returns why the message is refused, or nil.
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
    case .addresses(let addresses): firstForeign(in: addresses, role: .from)
    }
  }

  func sender() -> Rejection? {
    claim.sender.flatMap { firstForeign(in: [$0], role: .sender) }
  }

  func resent() -> Rejection? {
    firstForeign(in: claim.resentFrom, role: .resentFrom)
      ?? claim.resentSender.flatMap { firstForeign(in: [$0], role: .resentSender) }
  }

  func envelope() -> Rejection? {
    switch reversePath() {
    case nil: refusal(.envelope, .missing)
    case .null: entry.permitsNullSender ? nil : refusal(.envelope, .nullSender)
    case .address(let address): firstForeign(in: [address], role: .envelope)
    }
  }

  /// Returns the envelope sender as Postfix would take it.
  ///
  /// `mailer-daemon@$myorigin` is the null sender to Postfix (cleanup_addr.c), so it must be one here:
  /// else a pattern `@domain` would grant what only `<>` grants.
  func reversePath() -> ReversePath? {
    guard let given = claim.envelope else {
      return entry.ownAddress(configuration).map { .address($0) }
    }
    guard case .address(let address) = given else { return given }
    let full = qualified(address)
    guard let domain = configuration.defaultDomain,
      full.canonicalLocalPart.elementsEqual("mailer-daemon".utf8),
      full.canonicalDomain == AddrSpec(localPart: [], domain: domain).canonicalDomain
    else { return .address(full) }
    return .null
  }

  /// Returns the refusal of the first address that the user may not use.
  private func firstForeign(in addresses: [AddrSpec], role: IdentityRole) -> Rejection? {
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
