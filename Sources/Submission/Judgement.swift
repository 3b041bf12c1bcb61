internal import InternetMessage
internal import Ledger
internal import Policy

/// A message that was judged and charged, and may be handed over: once, with its charge.
///
/// Only the judgement in this file makes one.
struct CheckedMessage: ~Copyable {
  /// What may be handed over.
  enum Form {
    /// It was permitted, and goes as it was settled.
    case settled(SettledMessage)
    /// It goes as it came: `mode = audit` waives this refusal, or its user is exempt.
    case original(waiving: Refusal?)
  }

  let form: Form
  /// What was charged for it.
  let charge: PendingCharge

  fileprivate init(_ form: Form, _ charge: consuming PendingCharge) {
    self.form = form
    self.charge = charge
  }
}

/// Decides about one message and charges it.
struct Judgement: Sendable {
  let policy: SenderPolicy
  /// Whether the message is charged, and its refusal counted.
  let accounts: Accounts

  /// Judges a message.
  ///
  /// - Parameters:
  ///   - message: What was read of it, or why it could not be read.
  ///   - log: Takes what the quota says.
  ///   - consequences: Takes what else the refusal brings about.
  /// - Returns: What may be handed over; it is charged then, unless its user is exempt.
  /// - Throws: `Refusal`: it is counted as refused and not charged.
  func judge(
    _ message: Result<ReadMessage, Refusal>, _ log: inout DecisionLog,
    _ consequences: inout Consequences
  ) throws(Refusal) -> CheckedMessage {
    // Before anything that audit would waive: a suspension binds whatever the message looks like.
    if let suspension = try suspension() { throw counted(suspension, &consequences) }
    if policy.handsOverOriginal { return CheckedMessage(.original(waiving: nil), .nothing()) }
    let settled: SettledMessage
    switch message {
    case .failure(let refusal):
      return try refuseOrWaive(refusal, recipients: 1, &log, &consequences)
    case .success(let message):
      do throws(Refusal) { settled = try message.settled(by: policy) } catch {
        return try refuseOrWaive(
          error.explaining(message, by: policy), recipients: message.claim.recipientCount, &log,
          &consequences)
      }
    }
    log.envelope = settled.reversePath
    guard let entry = policy.entry, !entry.isExempt else {
      log.note(settled)
      return CheckedMessage(.settled(settled), .nothing())
    }
    return try charge(settled, entry, &log, &consequences)
  }

  /// Decides by the quota, and charges, in one change under the user's lock.
  private func charge(
    _ settled: SettledMessage, _ entry: SenderEntry, _ log: inout DecisionLog,
    _ consequences: inout Consequences
  ) throws(Refusal) -> CheckedMessage {
    let claim = settled.read.claim
    var rejection: Rejection?
    // What is refused for its number of recipients is no business of the quota server.
    let mayFit = Evaluation.recipients(of: claim, entry: entry, limits: policy.limits) == nil
    let charge = try charge(
      claim.recipientCount, settled.changes, &log, asksServer: mayFit
    ) { usage, now, answer in
      rejection = Evaluation.quota(
        by: answer, percent: policy.configuration.quotaServer.failurePercent, of: claim,
        entry: entry, limits: policy.limits, usage: usage, now: now)
      guard let rejection else {
        return nearing(claim, usage, now).map(Decision.permitNearing) ?? .permit
      }
      return waives(rejection) ? .waive(rejection.reason) : .reject(rejection)
    }
    guard let rejection else {
      if case .permitNearing(let level)? = charge.charge?.decision, charge.charge?.notice != nil {
        consequences.notice = notice(.nearing(level))
      }
      log.note(settled)
      return CheckedMessage(.settled(settled), charge)
    }
    guard waives(rejection) else {
      if charge.charge?.notice != nil, case .quota(let excess) = rejection.cause {
        consequences.notice = notice(.quota(excess))
      }
      charge.keep()
      throw .policy(rejection)
    }
    return CheckedMessage(.original(waiving: .policy(rejection)), charge)
  }

  private func nearing(_ claim: Claim, _ usage: Usage, _ now: UInt64) -> QuotaLevel? {
    Evaluation.nearing(
      policy.configuration.notifyAt, of: claim, limits: policy.limits, usage: usage, now: now)
  }

  /// Whether `mode = audit` lets a message pass in spite of it; a suspension binds there, too.
  private func waives(_ rejection: Rejection) -> Bool {
    policy.mode == .audit && rejection.reason != .userSuspended
  }

  /// Refuses a message for a reason other than quota, or lets it pass in `mode = audit`.
  private func refuseOrWaive(
    _ refusal: Refusal, recipients: UInt32, _ log: inout DecisionLog,
    _ consequences: inout Consequences
  ) throws(Refusal) -> CheckedMessage {
    guard policy.mode == .audit, refusal.reason.isWaivedByAudit else {
      throw counted(refusal, &consequences)
    }
    guard !policy.isExempt else { return CheckedMessage(.original(waiving: refusal), .nothing()) }
    let charge = try charge(recipients, [], &log, asksServer: false) { _, _, _ in
      .waive(refusal.reason)
    }
    return CheckedMessage(.original(waiving: refusal), charge)
  }

  private func charge(
    _ recipients: UInt32, _ changes: IdentityChanges, _ log: inout DecisionLog,
    asksServer: Bool, _ decide: (Usage, UInt64, FleetAnswer) -> Decision
  ) throws(Refusal) -> PendingCharge {
    do throws(LedgerError) {
      var request = policy.sharedQuota
      if !asksServer { request?.isAsked = false }
      let pending = try accounts.charge(
        uid: policy.recordUID, by: policy.configuration, recipients: recipients, changes: changes,
        asking: request, decide: decide)
      if let charge = pending.charge { log.note(charge, policy) }
      return pending
    } catch {
      // Only the audit comes here without an entry. Nobody pays for what all such users share, and
      // none of them may hold up the others' mail.
      if policy.entry == nil, case .held = error { return .nothing() }
      throw .ledger(error)
    }
  }
}

/// Suspensions and refusals.
extension Judgement {
  /// Returns the refusal of a suspended user: by the map, by `postern suspend`, or by its own
  /// refusals.
  ///
  /// It asks the file system for every message, and for exempt users, too: an order to stop must
  /// take effect at once.
  func suspension() throws(Refusal) -> Refusal? {
    var reason = policy.entry?.suspended
    if reason == nil {
      do throws(LedgerError) {
        let suspensions = Suspensions(beside: policy.configuration.quotaFile)
        reason = try suspensions.suspension(of: policy.uid)
          .map(Diagnostics.reason)
      } catch {
        throw .ledger(error)
      }
    }
    guard let reason else { return nil }
    return .policy(Rejection(cause: .userSuspended(reason: reason), user: policy.user))
  }

  /// Counts a refused message.
  ///
  /// - Returns: Its refusal.
  private func counted(_ refusal: Refusal, _ consequences: inout Consequences) -> Refusal {
    let rule = policy.configuration.autoSuspendRefusals.map {
      SuspensionRule(
        refusals: $0, seconds: policy.configuration.autoSuspendFor.map(UInt64.init),
        reason: Diagnostics.reasonOfSuspension(refusals: $0))
    }
    let count = countRefusal(
      refusal.reason, isVisitors: refusal.isOfContactForm, suspending: rule)
    if let count {
      consequences.suspension = count.suspension
      if count.notice == .suspended, let suspension = count.suspension ?? known() {
        consequences.notice = notice(.suspension(suspension))
      }
    }
    return refusal
  }

  /// The suspension stored beside the state file, for its notice; one in the map gets no notice.
  private func known() -> Suspension? {
    do throws(LedgerError) {
      return try Suspensions(beside: policy.configuration.quotaFile).suspension(of: policy.uid)
    } catch {
      return nil
    }
  }

  private func notice(_ subject: Notice.Subject) -> Notice? {
    Notice(
      subject, uid: policy.uid, user: policy.user, entry: policy.entry,
      configuration: policy.configuration)
  }

  /// Counts a refused message; an exempt user's only if the user is suspended.
  ///
  /// A refusal that cannot be counted is a refusal all the same.
  ///
  /// - Parameters:
  ///   - reason: Why it is refused.
  ///   - isVisitors: Whether the refused identity is a visitor's: whoever fills in a site's form
  ///     must not be able to stop the site.
  ///   - rule: When refused identities suspend the user; nil = never.
  /// - Returns: What it has led to; nil = it was not counted.
  @discardableResult
  func countRefusal(
    _ reason: ReasonCode, isVisitors: Bool = false, suspending rule: SuspensionRule? = nil
  ) -> RefusalCount? {
    guard !policy.isExempt || reason == .userSuspended else { return nil }
    do throws(LedgerError) {
      return try accounts.refuse(
        uid: policy.refusalsUID, by: policy.configuration, reason: reason,
        isVisitors: isVisitors, suspending: rule)
    } catch {
      return nil
    }
  }
}
