internal import Ledger
internal import Policy
internal import Submission

/// The administrator's order to suspend a user, wherever it is given.
struct SuspensionOrder {
  private let map: MapContents

  /// Takes the map in force; this process is the account postern.
  init(_ map: MapContents) { self.map = map }

  /// Suspends a user, logs it and sends its notice.
  ///
  /// - Parameters:
  ///   - user: The user.
  ///   - seconds: For how long; nil = until it is resumed.
  ///   - reason: Why.
  /// - Returns: What it has led to, and the suspension that is stored.
  /// - Throws: `ToolFailure`: the user is not suspended.
  func carryOut(
    _ user: NamedUser, for seconds: UInt64? = nil, reason: [UInt8]
  ) throws(ToolFailure) -> (SuspensionChange, Suspension?) {
    let change: SuspensionChange
    let suspension: Suspension?
    do throws(LedgerError) {
      let ledger = try Ledger.open(for: map.configuration, patience: Setup.patience)
      change = try ledger.suspend(
        uid: user.uid, record: user.recordUID, for: seconds, reason: reason)
      suspension = try ledger.suspensions.suspension(of: user.uid)
    } catch {
      throw ToolFailure(error)
    }
    if let suspension { tell(suspension, of: user, isNoticeDue: change.notice != nil) }
    return (change, suspension)
  }

  private func tell(_ suspension: Suspension, of user: NamedUser, isNoticeDue: Bool) {
    OrderEvent(
      .suspend(suspension), uid: user.uid, user: user.name,
      facility: map.configuration.syslogFacility
    ).log()
    guard isNoticeDue else { return }
    Notice(
      .suspension(suspension), uid: user.uid, user: user.name, entry: user.entry,
      configuration: map.configuration)?.send(map.configuration.syslogFacility)
  }
}
