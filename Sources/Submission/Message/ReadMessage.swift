package import InternetMessage
package import Policy

/// A message as it was read: its header section, its envelope, and the claim that is judged.
package struct ReadMessage: Sendable {
  /// The header section as it was read.
  package let section: HeaderSection
  /// Who the header section says sends it.
  package let identities: Identities
  /// Who gets the mail, and the reverse-path that was given.
  package let envelope: Envelope
  /// What is judged.
  package let claim: Claim
  /// The display name of a From: or Resent-From: that is added: `-F`, else the account's full name.
  let fullName: [UInt8]?
  /// Asks Postfix to make the sender of every recipient a different one.
  let verp: VERP?

  /// Reads what a message claims.
  ///
  /// Nothing is decided here: what two programs could read differently is refused, or put into a
  /// form that they read alike; the rest becomes a claim.
  ///
  /// - Parameters:
  ///   - invocation: The command line.
  ///   - section: The canonical header section.
  ///   - policy: The rules for the sender.
  /// - Throws: `Refusal`.
  package init(
    _ invocation: Invocation, _ section: HeaderSection, _ policy: SenderPolicy
  ) throws(Refusal) {
    self.section = section
    do throws(MessageError) {
      if !policy.sendsAsAnybody {
        try section.checkFieldLengths(removingBlindCopies: invocation.extractRecipients)
      }
      identities = try Identities(
        reading: section, policy.reading, toleratingFrom: policy.fromPolicy == .rewrite)
    } catch {
      let domain = policy.configuration.defaultDomain
      throw .message(error, .identity(error, in: section, domain))
    }
    envelope = try Envelope(invocation, section, policy)
    claim = Self.claim(identities, envelope, policy)
    fullName = try Self.fullName(invocation, section, envelope, policy)
    verp = invocation.verp
  }

  private static func claim(
    _ identities: Identities, _ envelope: Envelope, _ policy: SenderPolicy
  ) -> Claim {
    func addresses(_ form: IdentityForm) -> [AddrSpec] {
      form.addresses.map { policy.qualified($0) }
    }
    var claim = Claim(
      uid: policy.uid, envelope: envelope.reversePath,
      from: identities.fromFault == nil ? .addresses(addresses(identities.from)) : .ambiguous,
      sender: addresses(identities.sender).first, resentFrom: addresses(identities.resentFrom),
      resentSender: addresses(identities.resentSender).first,
      recipientCount: UInt32(clamping: envelope.recipients.count))
    func addShown(_ form: IdentityForm, _ role: IdentityRole) {
      guard case .repaired(let identity) = form else { return }
      let mailbox = policy.qualified(identity.mailbox)
      claim.shown += identity.otherAddresses.map {
        ShownAddress(role: role, address: $0, mailbox: mailbox)
      }
    }
    addShown(identities.from, .from)
    addShown(identities.sender, .sender)
    addShown(identities.resentFrom, .resentFrom)
    addShown(identities.resentSender, .resentSender)
    return claim
  }

  /// A name that is added to the header section is judged like one in it.
  private static func fullName(
    _ invocation: Invocation, _ section: HeaderSection, _ envelope: Envelope, _ policy: SenderPolicy
  ) throws(Refusal) -> [UInt8]? {
    guard section.all(.from).isEmpty || section.isResent else { return invocation.fullName }
    guard let name = invocation.fullName ?? policy.entry?.fullName else { return nil }
    if policy.sendsAsAnybody { return name }
    var address = policy.entry?.ownAddress(policy.configuration).map { policy.qualified($0) }
    if case .address(let given) = envelope.reversePath { address = given }
    guard let address else { return nil }
    guard let shown = FullName(name).foreignAddress(beside: address, policy) else { return name }
    // The account's own name was not asked for: it is only left out.
    guard invocation.fullName != nil else { return nil }
    throw .deceptiveFullName(shown: shown)
  }
}
