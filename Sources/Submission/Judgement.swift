internal import InternetMessage
internal import Ledger
internal import Policy

/// What becomes of a message that was not refused.
enum Verdict {
  /// It is handed over as it was checked.
  case permit(Draft, Charge?)
  /// It would have been refused; `mode = audit` hands it over as it came.
  case audit(Refusal, Charge?)
}

/// Decides about one message and charges it.
struct Judgement: Sendable {
  let site: Site
  /// Whether nothing is charged or counted: it is decided what would be, see `Transaction.rehearse`.
  var isRehearsal = false

  /// Judges a message.
  ///
  /// - Parameters:
  ///   - reading: What was read of it, or why it could not be read.
  ///   - record: Takes what the quota says, and what else the refusal brings about.
  /// - Returns: What becomes of it; it is charged then, unless its user is exempt.
  /// - Throws: `Refusal`: it is counted as refused and not charged.
  func judge(
    _ reading: Result<Draft, Refusal>, _ record: inout DecisionRecord
  ) throws(Refusal) -> Verdict {
    // Before anything that audit would lift: a suspension binds whatever the message looks like.
    if let suspension = try suspension() { try refuse(suspension, &record) }
    switch reading {
    case .failure(let refusal):
      return try object(refusal, recipients: 1, &record)
    case .success(var draft):
      if let refusal = draft.objection(site) {
        return try object(refusal, recipients: draft.claim.recipientCount, &record)
      }
      record.envelope = draft.reversePath
      guard let entry = site.entry, !entry.isExempt else { return .permit(draft, nil) }
      return try charge(draft, entry, &record)
    }
  }

  /// Decides and charges in one transaction under the user's lock.
  private func charge(
    _ draft: Draft, _ entry: SenderEntry, _ record: inout DecisionRecord
  ) throws(Refusal) -> Verdict {
    var rejection: Rejection?
    let charge = try transact(recipients: draft.claim.recipientCount) { usage, now in
      rejection = Evaluation.quota(
        of: draft.claim, entry: entry, limits: site.limits, usage: usage, now: now)
      guard let rejection else { return .permit }
      return site.mode == .audit ? .lift(rejection.reason) : .reject(rejection)
    }
    record.describe(charge, site)
    guard let rejection else { return .permit(draft, charge) }
    guard site.mode == .audit else {
      if charge.notice != nil, case .quota(let excess) = rejection.cause {
        record.notice = notice(.quota(excess))
      }
      throw .policy(rejection)
    }
    return .audit(.policy(rejection), charge)
  }

  /// Counts a message that something other than the quota speaks against.
  private func object(
    _ refusal: Refusal, recipients: UInt32, _ record: inout DecisionRecord
  ) throws(Refusal) -> Verdict {
    guard site.mode == .audit, refusal.reason.isLiftedByAudit else {
      try refuse(refusal, &record)
    }
    guard !site.isExempt else { return .audit(refusal, nil) }
    let charge = try transact(recipients: recipients) { _, _ in .lift(refusal.reason) }
    record.describe(charge, site)
    return .audit(refusal, charge)
  }

  private func transact(
    recipients: UInt32, _ decide: (Usage, UInt64) -> Decision
  ) throws(Refusal) -> Charge {
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      if isRehearsal { return try ledger.rehearse(uid: site.uid, decide: decide) }
      return try ledger.charge(uid: site.uid, recipients: recipients, decide: decide)
    } catch {
      throw .ledger(error)
    }
  }
}

/// Suspensions and refusals.
extension Judgement {
  /// Returns the refusal of a suspended user: by the map, by `postern suspend`, or by its own refusals.
  ///
  /// It asks the file system for every message, and for exempt users, too: an order to stop must take effect at once.
  private func suspension() throws(Refusal) -> Refusal? {
    var reason = site.entry?.suspended
    if reason == nil {
      do throws(LedgerError) {
        let suspensions = Suspensions(beside: site.configuration.quotaFile)
        reason = try suspensions.suspension(of: site.uid)?.reason
      } catch {
        throw .ledger(error)
      }
    }
    guard let reason else { return nil }
    return .policy(Rejection(cause: .userSuspended(reason: reason), user: site.user))
  }

  /// Counts a refused message and refuses it.
  private func refuse(
    _ refusal: Refusal, _ record: inout DecisionRecord
  ) throws(Refusal) -> Never {
    guard !isRehearsal else { throw refusal }
    let rule = site.configuration.autoSuspendRefusals.map {
      SuspensionRule(refusals: $0, reason: Diagnostics.reasonOfSuspension(refusals: $0))
    }
    if let count = Self.countRefusal(refusal.reason, of: site, suspending: rule) {
      record.suspension = count.suspension
      if count.notice == .suspended, let suspension = count.suspension ?? known() {
        record.notice = notice(.suspension(suspension))
      }
    }
    throw refusal
  }

  /// The suspension that stands beside the state file, for its notice; one in the map needs none.
  private func known() -> Suspension? {
    do throws(LedgerError) {
      return try Suspensions(beside: site.configuration.quotaFile).suspension(of: site.uid)
    } catch {
      return nil
    }
  }

  private func notice(_ subject: Notice.Subject) -> Notice? {
    Notice(
      subject, uid: site.uid, user: site.user, entry: site.entry,
      configuration: site.configuration)
  }

  /// Counts a refused message; that of an exempt user only if it is suspended.
  ///
  /// The refusal stands whether or not it can be counted.
  ///
  /// - Parameters:
  ///   - reason: Why it is refused.
  ///   - site: Whose message it is.
  ///   - rule: When refused identities suspend the user.
  /// - Returns: What it has led to; nil if it was not counted.
  @discardableResult
  static func countRefusal(
    _ reason: ReasonCode, of site: Site, suspending rule: SuspensionRule? = nil
  ) -> RefusalCount? {
    guard !site.isExempt || reason == .userSuspended else { return nil }
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      return try ledger.refuse(uid: site.uid, reason: reason, suspending: rule)
    } catch {
      return nil
    }
  }
}
