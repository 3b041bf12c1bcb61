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
  ///   - record: Takes what the quota says.
  /// - Returns: What becomes of it; it is charged then, unless its user is exempt.
  /// - Throws: `Refusal`: it is counted as refused and not charged.
  func judge(
    _ reading: Result<Draft, Refusal>, _ record: inout DecisionRecord
  ) throws(Refusal) -> Verdict {
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
      return site.mode == .audit ? .permit : rejection.map { .reject($0) } ?? .permit
    }
    record.describe(charge, site)
    guard let rejection else { return .permit(draft, charge) }
    guard site.mode == .audit else { throw .policy(rejection) }
    return .audit(.policy(rejection), charge)
  }

  /// Counts a message that something other than the quota speaks against.
  private func object(
    _ refusal: Refusal, recipients: UInt32, _ record: inout DecisionRecord
  ) throws(Refusal) -> Verdict {
    guard site.mode == .audit, refusal.reason.isLiftedByAudit else {
      countRefusal()
      throw refusal
    }
    guard !site.isExempt else { return .audit(refusal, nil) }
    let charge = try transact(recipients: recipients) { _, _ in .permit }
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

  /// Counts a refused message, if it is meant.
  func countRefusal() {
    if !isRehearsal { Self.countRefusal(of: site) }
  }

  /// Counts a refused message.
  ///
  /// The refusal stands whether or not it can be counted.
  ///
  /// - Parameter site: Whose message it is.
  static func countRefusal(of site: Site) {
    guard !site.isExempt else { return }
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      try ledger.countRefusal(uid: site.uid)
    } catch {
      return
    }
  }
}
