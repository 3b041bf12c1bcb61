internal import LinuxSystem
internal import Policy

/// Charges of users whose quota several web servers share.
extension Ledger {
  /// Decides on a message and charges it as `charge` does, and asks the quota server meanwhile: the
  /// user's lock is held, so that a user has one connection there, and each call tells the truth.
  ///
  /// The record is written before the account: killed in between, this machine has counted a
  /// message that was not sent.
  ///
  /// - Parameters:
  ///   - uid: The user who pays.
  ///   - clock: The time in seconds since 1970.
  ///   - request: What the server is asked.
  ///   - settings: Names the server and the state file.
  ///   - recipients: What a permit adds.
  ///   - changes: What a permit counts as changed.
  ///   - decide: Gets the usage, the time, and what the server says.
  /// - Returns: What was charged.
  /// - Throws: `LedgerError`; nothing is charged then.
  func charge(
    uid: UInt32, now clock: () -> UInt64 = Clock.seconds, asking request: SharedQuotaRequest,
    by settings: Configuration, recipients: UInt32, changes: IdentityChanges,
    decide: (Usage, UInt64, FleetAnswer) -> Decision
  ) throws(LedgerError) -> Charge {
    let file = try FleetFile.open(beside: settings.quotaFile)
    return try withSlot(of: uid, now: clock) { (locked, now) throws(LedgerError) in
      var account =
        try file.account(of: uid, at: locked.slot)
        ?? RunningAccount(
          uid: uid, epoch: UInt64.random(in: .min ... .max), usage: locked.usage)
      account.catchUp(with: locked.usage)
      let dialogue = QuotaDialogue(
        request: request, settings: settings.quotaServer, recipients: recipients, now: now)
      let answer: FleetAnswer
      do throws(ServerFault) { answer = try dialogue.ask(&account, &locked.usage, file) } catch {
        guard settings.quotaServer.failure == .local else {
          // The number is gone: the server may still come to the call.
          try file.write(account, at: locked.slot)
          throw .unanswered(error)
        }
        answer = .unanswered
      }
      var charge = settle(
        decide(locked.usage, now, answer), StepCounts(messages: 1, recipients: recipients),
        changes, uid: uid, &locked.usage, now: now)
      charge.call = account.number
      account.catchUp(with: locked.usage)
      if answer == .granted, charge.counts.messages > 0 { account.kept = account.number }
      try write(.record(uid: uid, locked.usage), to: locked.slot)
      try file.write(account, at: locked.slot)
      return charge
    }
  }

  /// Takes back what a charge has added to the running account, as far as nothing has followed it.
  ///
  /// Then the server takes it back with the next call; else it stays counted there.
  func giveBackShared(
    _ charge: Charge, call: UInt64, beside quotaFile: [UInt8],
    now clock: () -> UInt64 = Clock.seconds
  ) throws(LedgerError) {
    let file = try FleetFile.open(beside: quotaFile)
    try withSlot(of: charge.uid, now: clock) { (locked, _) throws(LedgerError) in
      guard var account = try file.account(of: charge.uid, at: locked.slot),
        account.giveBack(charge.counts, of: call)
      else { return }
      try file.write(account, at: locked.slot)
    }
  }
}

/// The calls that it takes to get an answer about one message.
///
/// There is a second one where the server says that the quota was reset, or that it has seen the
/// number. All of them together have the timeout.
private struct QuotaDialogue {
  let request: SharedQuotaRequest
  let settings: QuotaServerSettings
  let recipients: UInt32
  let now: UInt64

  private static let attempts = 3

  func ask(
    _ account: inout RunningAccount, _ usage: inout Usage, _ file: borrowing FleetFile
  ) throws(ServerFault) -> FleetAnswer {
    guard account.takeNumber(now: now) else { throw .malformed }
    guard request.isAsked, let address = settings.address else { return .notAsked }
    if file.remembersFailure { throw .remembered }
    let quota = SharedQuota(
      settings: settings, address: address, request: request, nodeNumber: file.nodeNumber)
    let deadline = Clock.monotonicMilliseconds() + UInt64(settings.timeoutMilliseconds)
    for _ in 1...Self.attempts {
      let begin = Clock.monotonicMilliseconds()
      guard begin < deadline else { break }
      var isOwnDelay = false
      let verdict: SharedQuota.Verdict
      do throws(ServerFault) {
        verdict = try quota.ask(
          account, usage: usage, recipients: recipients, now: now,
          within: UInt32(clamping: deadline - begin), isOwnDelay: &isOwnDelay)
      } catch {
        if !isOwnDelay { file.rememberFailure() }
        throw error
      }
      switch verdict {
      case .granted(let generation):
        account.generation = generation
        return .granted
      case .exceeded(let resource, let period, let used, let limit, let wait):
        return .exceeded(excess(resource, period, used, limit, wait, usage))
      case .suspended(let reason): return .suspended(reason)
      case .reset(let generation):
        usage.reset(now: now)
        account.generation = generation
        guard account.takeNumber(now: now) else { throw .malformed }
      case .late(let number):
        guard account.takeNumber(now: now, after: number) else { throw .malformed }
      }
    }
    file.rememberFailure()
    throw .malformed
  }

  private func excess(
    _ resource: QuotaResource, _ period: QuotaPeriod, _ used: UInt64, _ limit: UInt32,
    _ wait: Int64, _ usage: Usage
  ) -> QuotaExcess {
    let requested = resource == .messages ? 1 : recipients
    let nextFree: UInt64? =
      switch wait {
      case -1: nil
      case 0...: now + UInt64(wait)
      default:
        usage.nextFree(
          for: requested, of: resource, per: period, limit: .count(limit), now: now)
      }
    return QuotaExcess(
      resource: resource, period: period, used: used, limit: limit, requested: requested,
      nextFree: nextFree)
  }
}
