package import InternetMessage

/// One identity that a message claims, and what is said about it.
package struct IdentityFinding: Sendable, Equatable {
  /// The field, or the envelope, that names it.
  package let role: IdentityRole
  /// The address with its domain; nil = the null sender.
  package let address: AddrSpec?
  /// What permits it; nil = nothing.
  package let permit: Permit?
}

extension Evaluation {
  /// Looks at every identity, where `identity(of:entry:configuration:)` ends at the first that is
  /// not allowed.
  ///
  /// - Parameters:
  ///   - claim: What the message claims.
  ///   - entry: The entry of `claim.uid`; nil = the map has none, and nothing is permitted.
  ///   - configuration: With the `default_domain` in force.
  /// - Returns: The findings in the order in which they are judged. An envelope sender is missing
  ///   only where none is given and the user has no address of its own.
  package static func findings(
    of claim: Claim, entry: SenderEntry?, configuration: Configuration
  ) -> [IdentityFinding] {
    var named: [(IdentityRole, AddrSpec)] = []
    if case .addresses(let addresses) = claim.from { named += addresses.map { (.from, $0) } }
    if let sender = claim.sender { named.append((.sender, sender)) }
    named += claim.resentFrom.map { (.resentFrom, $0) }
    if let sender = claim.resentSender { named.append((.resentSender, sender)) }
    named += claim.shown.map { ($0.role, $0.address) }
    let path = entry.map { reversePath(of: claim, entry: $0, configuration: configuration) }
    let envelope = path ?? claim.envelope
    if case .address(let address)? = envelope { named.append((.envelope, address)) }
    var findings = named.map { role, address in
      let full = configuration.defaultDomain.map { address.qualified(with: $0) } ?? address
      let permit = entry?.permit(for: full, delimiter: configuration.recipientDelimiter)
      return IdentityFinding(role: role, address: full, permit: permit)
    }
    if envelope == .null {
      findings.append(
        IdentityFinding(role: .envelope, address: nil, permit: entry?.nullSenderPermit))
    }
    return findings
  }
}
