package import InternetMessage

/// What `from_policy = rewrite` changes in a message.
package struct Rewrite: Sendable, Equatable {
  /// Whether the user's default address takes the place of From:.
  package var replacesFrom: Bool
  /// Whether Sender: is dropped.
  package var dropsSender: Bool
  /// The envelope sender to hand over.
  package var envelope: ReversePath
  /// The user's own address, which takes the place; nil = nothing is replaced.
  package var address: AddrSpec?

  /// Creates a plan.
  package init(
    replacesFrom: Bool, dropsSender: Bool, envelope: ReversePath, address: AddrSpec? = nil
  ) {
    self.replacesFrom = replacesFrom
    self.dropsSender = dropsSender
    self.envelope = envelope
    self.address = address
  }
}

extension Evaluation {
  /// Plans what must change so that the message bears only identities of its user.
  ///
  /// Resent-* is never rewritten: it says who forwarded the message, which nobody else can know.
  ///
  /// - Parameters:
  ///   - claim: What the message claims.
  ///   - entry: The entry of `claim.uid`; nil = the map has none.
  ///   - configuration: With the `default_domain` in force.
  /// - Returns: The plan; it changes nothing where everything is allowed.
  /// - Throws: The refusal, where the user is suspended or unlisted, for Resent-*, and where
  ///   something must be replaced but the user has no default address.
  package static func rewrite(
    _ claim: Claim, entry: SenderEntry?, configuration: Configuration
  ) throws(Rejection) -> Rewrite {
    guard let entry else {
      throw Rejection(cause: .userUnlisted, user: UserName.uid(claim.uid).written)
    }
    let judge = IdentityJudge(claim: claim, entry: entry, configuration: configuration)
    if let rejection = judge.standing() { throw rejection }
    let own = entry.ownAddress(configuration)

    var fromRejection = judge.from()
    let senderRejection = judge.sender()
    // Several authors need a Sender: (RFC 5322 §3.6.2): without it two readers disagree on whose
    // message it is, so From: goes with it.
    if fromRejection == nil, senderRejection != nil, case .addresses(let authors) = claim.from,
      authors.count > 1
    {
      fromRejection = senderRejection
    }
    if let fromRejection, own == nil { throw fromRejection }
    if let rejection = judge.resent() { throw rejection }

    // A From: that is replaced gives no envelope sender; then there is an address of the user's.
    var envelope = judge.reversePath()
    if let rejection = judge.envelope() {
      guard let own else { throw rejection }
      envelope = .address(own)
    }
    guard let envelope else {
      throw Rejection(cause: .notAllowed(.envelope, .missing), user: entry.user)
    }
    return Rewrite(
      replacesFrom: fromRejection != nil, dropsSender: senderRejection != nil,
      envelope: envelope, address: own)
  }
}
