package import InternetMessage
package import Policy

/// A message as it would be sent: its header section, its envelope, and the claim that is judged.
package struct Draft: Sendable {
  /// The header section as it was read.
  package let section: HeaderSection
  /// Who the header section says sends it.
  package let identities: Identities
  /// Who gets the mail, and the reverse-path that was given.
  package let envelope: Envelope
  /// What is judged.
  package let claim: Claim
  /// The display name of a From: or Resent-From: that is added: `-F`, else the account's full name.
  package private(set) var fullName: [UInt8]?
  private let usesVERP: Bool
  /// What `from_policy = rewrite` changes; set by `objection(_:)`.
  package private(set) var rewrite: Rewrite?
  /// The reverse-path to hand over; set by `objection(_:)`.
  package private(set) var reversePath: ReversePath = .null

  /// Reads what a message claims.
  ///
  /// Nothing is decided here: what two programs could read differently is refused, the rest becomes a claim.
  ///
  /// - Parameters:
  ///   - invocation: The command line.
  ///   - section: The canonical header section.
  ///   - site: Whose mail it is.
  /// - Throws: `Refusal`.
  package init(
    _ invocation: Invocation, _ section: HeaderSection, _ site: Site
  ) throws(Refusal) {
    self.section = section
    do throws(MessageError) {
      try section.checkFieldLengths(removingBlindCopies: invocation.extractRecipients)
      identities = try Self.identities(of: section, site)
    } catch {
      throw .message(error)
    }
    envelope = try Envelope(invocation, section, site)
    claim = Claim(
      uid: site.uid, envelope: envelope.reversePath,
      from: identities.fromFault == nil
        ? .addresses(identities.from.map { site.qualified($0.addrSpec) }) : .ambiguous,
      sender: identities.sender.map { site.qualified($0.addrSpec) },
      resentFrom: identities.resentFrom.map { site.qualified($0.addrSpec) },
      resentSender: identities.resentSender.map { site.qualified($0.addrSpec) },
      recipientCount: UInt32(clamping: envelope.recipients.count))
    fullName = try Self.fullName(invocation, section, envelope, site)
    usesVERP = invocation.verp != nil
  }

  /// A name that is added to the header section is judged like one that stands there.
  private static func fullName(
    _ invocation: Invocation, _ section: HeaderSection, _ envelope: Envelope, _ site: Site
  ) throws(Refusal) -> [UInt8]? {
    guard section.all(.from).isEmpty || section.isResent else { return invocation.fullName }
    if site.isExempt { return invocation.fullName ?? site.entry?.fullName }
    var address = site.entry?.ownAddress(site.configuration).map { site.qualified($0) }
    if case .address(let given) = envelope.reversePath { address = given }
    guard let name = invocation.fullName ?? site.entry?.fullName, let address else { return nil }
    let phrase = DisplayName.encoded(name)
    // The account's own name was not asked for: it is only left out.
    guard invocation.fullName != nil else {
      return DisplayName.isDeceptive(phrase, for: address) ? nil : name
    }
    let shown: [UInt8]?
    do { shown = try DisplayName.deceptiveAddress(in: phrase, for: address) } catch {
      throw .message(.unreadableIdentity(.from, at: 0, error))
    }
    if let shown { throw .message(.deceptiveDisplayName(.from, at: 0, shown: shown)) }
    return name
  }

  /// Judges the identities, and settles what is changed to make them the user's own.
  ///
  /// - Parameter site: Whose mail it is.
  /// - Returns: Why the message is refused; nil if nothing speaks against its identities.
  package mutating func objection(_ site: Site) -> Refusal? {
    if let rejection = settleIdentities(site) { return .policy(rejection) }
    // Only now it is known which address the name will stand beside.
    settleFullName(site)
    return usesVERP && reversePath == .null ? .command(.usage(.verpWithNullSender)) : nil
  }

  /// Leaves out a name that would show another address than the one it is put beside.
  ///
  /// An empty name is handed over where Postfix would otherwise take postern's own for a Resent-From:.
  private mutating func settleFullName(_ site: Site) {
    if !site.isExempt, section.all(.from).isEmpty || section.isResent, let name = fullName,
      let address = ownAddress(site),
      DisplayName.isDeceptive(DisplayName.encoded(name), for: address)
    {
      fullName = []
    }
    if section.isResent, fullName == nil { fullName = [] }
  }

  private mutating func settleIdentities(_ site: Site) -> Rejection? {
    if site.fromPolicy == .rewrite {
      do {
        let plan = try Evaluation.rewrite(
          claim, entry: site.entry, configuration: site.configuration)
        rewrite = plan
        reversePath = plan.envelope
        return nil
      } catch {
        return error
      }
    }
    let rejection = Evaluation.identity(
      of: claim, entry: site.entry, configuration: site.configuration)
    if rejection == nil, let entry = site.entry {
      reversePath =
        Evaluation.reversePath(of: claim, entry: entry, configuration: site.configuration) ?? .null
    }
    return rejection
  }

  /// Users who may send as anybody need not be readable either: nothing is judged.
  private static func identities(
    of section: HeaderSection, _ site: Site
  ) throws(MessageError) -> Identities {
    do {
      return try Identities(reading: section, toleratingFrom: site.fromPolicy == .rewrite)
    } catch {
      guard site.isExempt else { throw error }
      return try Identities(reading: HeaderSection(parsing: []))
    }
  }
}
