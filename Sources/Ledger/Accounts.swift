internal import LinuxSystem
package import Policy

/// Where messages are charged and refusals counted.
///
/// The value decides whether anything is changed; code that uses it does the same in both cases.
package enum Accounts: Sendable {
  /// In the state file.
  case real
  /// Nowhere: the decision is the same, by the same usage, and the state file stays as it is.
  case dryRun

  /// Decides on a message and charges it, in one change under the user's lock.
  ///
  /// - Parameters:
  ///   - uid: The user who pays.
  ///   - settings: The settings in force, which name the state file.
  ///   - recipients: What a permit adds, besides one message.
  ///   - changes: What a permit counts as changed.
  ///   - request: What the quota server is asked; nil = there is none, or not for this user.
  ///   - decide: Gets the usage, aged to the present, the time in seconds since 1970, and what that
  ///     server says.
  /// - Returns: What was charged, to be kept or given back.
  /// - Throws: `LedgerError`; nothing is charged then.
  package func charge(
    uid: UInt32, by settings: Configuration, recipients: UInt32, changes: IdentityChanges,
    asking request: SharedQuotaRequest?, decide: (Usage, UInt64, FleetAnswer) -> Decision
  ) throws(LedgerError) -> PendingCharge {
    let ledger = try Ledger.open(for: settings, patience: Ledger.patience(of: uid))
    switch self {
    case .real:
      let charge: Charge
      if let request {
        charge = try ledger.charge(
          uid: uid, asking: request, by: settings, recipients: recipients, changes: changes,
          decide: decide)
      } else {
        charge = try ledger.charge(uid: uid, recipients: recipients, changes: changes) {
          decide($0, $1, .notAsked)
        }
      }
      return PendingCharge(charge, in: settings.quotaFile)
    case .dryRun:
      return PendingCharge(try ledger.wouldCharge(uid: uid) { decide($0, $1, .notAsked) }, in: nil)
    }
  }

  /// Counts a message that was refused for another reason than its quota.
  ///
  /// - Parameters:
  ///   - uid: The user.
  ///   - settings: The settings in force, which name the state file.
  ///   - reason: Why it was refused.
  ///   - isVisitors: Whether the refused identity is a visitor's, which suspends nobody.
  ///   - rule: When refused identities suspend the user; nil = never.
  /// - Returns: What it has led to; nil = nothing is counted.
  /// - Throws: `LedgerError`.
  package func refuse(
    uid: UInt32, by settings: Configuration, reason: ReasonCode, isVisitors: Bool,
    suspending rule: SuspensionRule?
  ) throws(LedgerError) -> RefusalCount? {
    switch self {
    case .real:
      let ledger = try Ledger.open(for: settings, patience: Ledger.patience(of: uid))
      return try ledger.refuse(
        uid: uid, reason: reason, isVisitors: isVisitors, suspending: rule)
    case .dryRun:
      return nil
    }
  }
}

extension Ledger {
  /// Decides as `charge` would, and changes nothing.
  ///
  /// - Returns: The decision and the usage as it is; nothing is added to it.
  fileprivate func wouldCharge(
    uid: UInt32, decide: (Usage, UInt64) -> Decision
  ) throws(LedgerError) -> Charge {
    let now = Clock.seconds()
    let usage = try usage(uid: uid) { now }
    return Charge(
      uid: uid, second: now, counts: StepCounts(), decision: decide(usage, now), usage: usage,
      notice: nil)
  }
}
