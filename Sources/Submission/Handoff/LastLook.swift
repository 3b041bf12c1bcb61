internal import Ledger
internal import LinuxSystem
internal import Policy

/// What is asked once more when nobody can hold a permitted message back any more, right before it
/// is handed over.
///
/// Who may stop the process between the decision and the hand-over would otherwise let go a message
/// when it suits: after a suspension, after an address was withdrawn, after `mode = audit` has
/// ended, or an hour's quota later.
struct LastLook {
  /// The rules by which the message was judged.
  let policy: SenderPolicy
  /// When it was charged, in seconds since 1970; nil = it was not.
  let chargedAt: UInt64?

  /// How old a charge may be, in seconds.
  ///
  /// The quota's steps are minutes: what is older could count in another one than the message
  /// leaves in.
  static let maximumAge: UInt64 = 10

  /// Asks.
  ///
  /// - Returns: What speaks against the message now; nil = nothing.
  func objection() -> LateObjection? {
    // A clock that was set back in between makes it larger than every bound: in doubt, refused.
    if let chargedAt, Clock.seconds() &- chargedAt > Self.maximumAge { return .late }
    guard policy.isInForce() else { return .rulesChanged }
    let suspensions = Suspensions(beside: policy.configuration.quotaFile)
    do throws(LedgerError) {
      return try suspensions.suspension(of: policy.uid) == nil ? nil : .suspended
    } catch {
      return .rulesChanged
    }
  }
}
