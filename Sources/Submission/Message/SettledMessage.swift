package import InternetMessage
internal import LinuxSystem
package import Policy

/// A message that bears only identities of its user, and what is changed to make it so.
///
/// Only `ReadMessage.settled(by:)` makes one: without its judgement there is no reverse-path.
package struct SettledMessage: Sendable {
  /// The message as it was read.
  package let read: ReadMessage
  /// The reverse-path to hand over.
  package let reversePath: ReversePath
  /// What `from_policy = rewrite` changes; nil = it is not in force.
  package let rewrite: Rewrite?
  /// The display name of a From: or Resent-From: that is added; nil = none is given.
  package let fullName: [UInt8]?
  /// The fields that are handed over in canonical form.
  package let repaired: [KnownField]
  /// The Message-Id: that is added, so that this log and Postfix's can be joined; nil = none.
  package let messageID: [UInt8]?

  fileprivate init(
    _ read: ReadMessage, _ reversePath: ReversePath, _ rewrite: Rewrite?, _ policy: SenderPolicy
  ) {
    self.read = read
    self.reversePath = reversePath
    self.rewrite = rewrite
    repaired = policy.sendsAsAnybody ? [] : Self.repaired(read.identities, rewrite)
    messageID = Self.messageID(of: read.section, policy)
    // Only now is it known which address the name goes with.
    fullName = Self.fullName(of: read, beside: Self.ownAddress(reversePath, policy), policy)
  }

  /// Makes a Message-Id: where there is none, as cleanup(8) would; RFC 5322 §3.6.4.
  ///
  ///     message-id = "<" seconds "." 1*20DIGIT "@" default_domain ">"
  ///
  /// A message that was sent again gets a Resent-Message-Id:, by Postfix; one of a user who may
  /// send as anybody is perhaps only passed on.
  private static func messageID(of section: HeaderSection, _ policy: SenderPolicy) -> [UInt8]? {
    guard !policy.sendsAsAnybody, !section.isResent, section.all(.messageID).isEmpty,
      let domain = policy.configuration.defaultDomain
    else { return nil }
    var text: [UInt8] = [Octets.openAngle]
    text.append(decimal: Clock.seconds())
    text.append(Octets.dot)
    text.append(decimal: UInt64.random(in: .min ... .max))
    text.append(Octets.at)
    return text + domain + [Octets.closeAngle]
  }

  /// What took the place of From:; nil = nothing.
  package var replacedBy: AddrSpec? { rewrite?.replacesFrom == true ? rewrite?.address : nil }

  /// What is counted as changed.
  var changes: IdentityChanges {
    var changes: IdentityChanges = []
    if replacedBy != nil { changes.insert(.rewritten) }
    if !repaired.isEmpty { changes.insert(.repaired) }
    return changes
  }

  private static func repaired(_ identities: Identities, _ rewrite: Rewrite?) -> [KnownField] {
    var fields = identities.repaired
    if rewrite?.replacesFrom == true { fields.removeAll { $0 == .from } }
    if rewrite?.dropsSender == true { fields.removeAll { $0 == .sender } }
    return fields
  }

  /// What a missing From: is made of: the checked envelope sender, the default address if that is
  /// null; nil = Postfix makes it.
  package func ownAddress(_ policy: SenderPolicy) -> AddrSpec? {
    Self.ownAddress(reversePath, policy)
  }

  private static func ownAddress(
    _ reversePath: ReversePath, _ policy: SenderPolicy
  ) -> AddrSpec? {
    switch reversePath {
    case .address(let address) where fits(address): return address
    case .address, .word: return nil
    case .null: break
    }
    return policy.entry?.ownAddress(policy.configuration).map { policy.qualified($0) }
  }

  /// Whether an address can be written into a line that smtp(8) does not cut.
  fileprivate static func fits(_ address: AddrSpec) -> Bool {
    address.written.count <= MessageLimits.identityAddressBytes
  }

  /// Leaves out a name that would show another address than the one it goes with.
  ///
  /// An empty name is handed over where Postfix would otherwise take postern's own for a
  /// Resent-From:.
  private static func fullName(
    of read: ReadMessage, beside address: AddrSpec?, _ policy: SenderPolicy
  ) -> [UInt8]? {
    let isResent = read.section.isResent
    guard let name = read.fullName else { return isResent ? [] : nil }
    guard isResent || read.section.all(.from).isEmpty, let address, !policy.sendsAsAnybody else {
      return name
    }
    // Postfix writes a Resent-From: in one line.
    let isUsable = !isResent || FullName(name).fitsLine(beside: address)
    return isUsable && FullName(name).foreignAddress(beside: address, policy) == nil ? name : []
  }
}

extension ReadMessage {
  /// Judges the identities, and settles what is changed to make them the user's own.
  ///
  /// - Parameter policy: The rules for the sender.
  /// - Returns: The message with the reverse-path to hand over.
  /// - Throws: `Refusal`, the first that the identities deserve.
  package func settled(by policy: SenderPolicy) throws(Refusal) -> SettledMessage {
    let message: SettledMessage
    do throws(Rejection) {
      message = try settledIdentities(policy)
    } catch {
      throw .policy(policy.naming(error))
    }
    try checkAddedField(message.reversePath, policy)
    if let verp { try check(verp, of: message.reversePath, policy) }
    return message
  }

  /// Judges the senders that VERP makes of the reverse-path: `local+user=domain@its.domain`.
  ///
  /// Behind the delimiter stands what the caller likes, and after aliases and rewriting nobody
  /// here knows what it will be.
  private func check(
    _ verp: VERP, of reversePath: ReversePath, _ policy: SenderPolicy
  ) throws(Refusal) {
    guard reversePath != .null else { throw .command(.usage(.verpWithNullSender)) }
    guard let entry = policy.entry, !policy.sendsAsAnybody,
      case .address(let address) = reversePath
    else { return }
    let delimiter = policy.configuration.recipientDelimiter
    guard entry.permitsVERP(of: address, with: verp.first, delimiter: delimiter) else {
      let cause = Rejection.Cause.notAllowed(.envelope, .verp(of: address))
      throw .policy(Rejection(cause: cause, user: entry.user, allowed: entry.patterns))
    }
  }

  /// Refuses a sender of which no From: can be made that smtp(8) would not cut.
  private func checkAddedField(
    _ reversePath: ReversePath, _ policy: SenderPolicy
  ) throws(Refusal) {
    guard case .address(let address) = reversePath, !policy.sendsAsAnybody,
      !SettledMessage.fits(address), section.isResent || section.all(.from).isEmpty
    else { return }
    let limit = MessageLimits.identityAddressBytes
    throw .unreadableReversePath(
      address.written, .unreadableIdentity(.returnPath, at: 0, .addressTooLong(limit: limit)))
  }

  private func settledIdentities(
    _ policy: SenderPolicy
  ) throws(Rejection) -> SettledMessage {
    let (entry, configuration) = (policy.entry, policy.configuration)
    if policy.fromPolicy == .rewrite {
      let plan = try Evaluation.rewrite(claim, entry: entry, configuration: configuration)
      return SettledMessage(self, plan.envelope, plan, policy)
    }
    if let rejection = Evaluation.identity(of: claim, entry: entry, configuration: configuration) {
      throw rejection
    }
    let reversePath = entry.flatMap {
      Evaluation.reversePath(of: claim, entry: $0, configuration: configuration)
    }
    return SettledMessage(self, reversePath ?? .null, nil, policy)
  }
}
