package import Ledger
package import Policy

extension Ledger {
  /// Returns what a user has used, without waiting for anybody; nothing of a user without an entry,
  /// whose record is all such users'.
  ///
  /// - Parameters:
  ///   - policy: The rules for the user.
  ///   - now: Seconds since 1970.
  /// - Returns: The usage of the record that is charged; and of the user's own, where that counts
  ///   the refusals alone.
  /// - Throws: `LedgerError`.
  package func usage(
    of policy: SenderPolicy, now: UInt64
  ) throws(LedgerError) -> (charged: Usage, refusals: Usage?) {
    let charged = try usage(uid: policy.entry?.recordUID ?? policy.uid) { now }
    guard let entry = policy.entry, entry.recordUID != entry.uid else { return (charged, nil) }
    return (charged, try usage(uid: entry.uid) { now })
  }
}
