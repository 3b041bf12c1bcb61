internal import LinuxSystem
package import Policy

extension Ledger {
  /// Decides on a submission as `charge` would, and changes nothing.
  ///
  /// - Parameters:
  ///   - uid: The user who would pay.
  ///   - clock: The time in seconds since 1970.
  ///   - decide: Gets the usage, aged to the present, and the time.
  /// - Returns: The decision and the usage as it is; nothing is added to it.
  /// - Throws: `LedgerError`.
  package func rehearse(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, decide: (Usage, UInt64) -> Decision
  ) throws(LedgerError) -> Charge {
    let now = clock()
    let usage = try usage(uid: uid) { now }
    return Charge(
      uid: uid, second: now, counts: StepCounts(), decision: decide(usage, now), usage: usage)
  }
}
