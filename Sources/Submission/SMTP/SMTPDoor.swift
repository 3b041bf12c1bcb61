internal import Ledger
internal import LinuxSystem
internal import Policy

/// The SMTP door: one connection on standard input and output, served as `-bs` is.
///
/// No program of the caller's is executed, so the kernel is asked who calls. Whoever cannot be told
/// is nobody, and is told to try again.
package enum SMTPDoor {
  /// Serves the connection to its end.
  ///
  /// - Returns: The exit status: 0 if the client was served, or sent away for its own sake.
  package static func run() -> Int32 {
    var log = DecisionLog(uid: Credentials.realUserID())
    log.entrance = .smtp
    do throws(Refusal) {
      let configuration = try Caller.establishDoor()
      let client = try SMTPClient()
      log = DecisionLog(uid: client.uid)
      log.entrance = .smtp
      let policy = try SenderPolicy(of: client.uid, in: configuration)
      log.note(policy)
      let slot = try slot(for: policy)
      let status = try SMTPService.run(policy, for: client)
      slot?.end()
      return status
    } catch {
      log.write(.reject, error)
      SMTPService.turnAway(SMTPReply(closing: error))
      return error.isOfConnection ? 0 : error.reason.exitStatus
    }
  }

  /// Takes one of the user's slots; nil = the user is exempt.
  ///
  /// Users without an entry share theirs, as they share a record: a site that has many UIDs at its
  /// disposal (containers) is one of them for each.
  private static func slot(for policy: SenderPolicy) throws(Refusal) -> ConnectionSlot? {
    if policy.isExempt { return nil }
    let limit = policy.configuration.smtpConnectionsPerUser
    let slot: ConnectionSlot?
    do throws(LedgerError) {
      slot = try ConnectionSlot.take(
        of: policy.refusalsUID, limit: limit, beside: policy.configuration.quotaFile)
    } catch {
      throw .ledger(error)
    }
    guard let slot else { throw .connection(.tooMany(limit: limit)) }
    return slot
  }
}
