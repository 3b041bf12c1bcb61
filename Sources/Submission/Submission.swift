internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// sendmail's behavior, end to end.
///
///     argv, stdin → Invocation → Intake (canonical message + HeaderSection) → Envelope → Claim
///                 → Ledger.charge { usage → Decision } → CheckedMessage → Handoff (exec)
///
/// From Intake on it is the `Passage` of one message, which SMTP and `postern explain` share.
package enum Submission {
  /// Serves one call of the drop-in.
  ///
  /// A permitted message does not return with `handoff = exec`: this process becomes the real
  /// sendmail.
  ///
  /// - Returns: The exit status of a refusal, of `--quota-status` or of the supervised real
  ///   sendmail.
  package static func run() -> Int32 {
    var log = DecisionLog(uid: Credentials.realUserID())
    do throws(Refusal) {
      let caller = try Caller.establish()
      let policy = try SenderPolicy(of: caller.uid, in: caller.configuration)
      log.note(policy)
      let argv = ProcessArguments.bytes()
      let invocation = try understand(argv, policy)
      switch invocation.mode {
      case .deliver: return try submit(invocation, argv, policy)
      case .smtp: return try SMTPService.run(policy)
      case .listQueue, .flushQueue, .flushSite, .flushMessage, .queueInterval:
        try QueueCommand(argv, policy).run()
      case .quotaStatus: return try reportQuota(of: policy)
      case .ownLog: return try OwnLog.report(policy)
      }
    } catch {
      log.noteStarter()
      log.write(.reject, error)
      return speaksSMTP ? turnAway(error) : refuse(error)
    }
  }

  /// Whether the caller expects replies on standard output.
  private static var speaksSMTP: Bool {
    (try? Invocation.parse(ProcessArguments.bytes()))?.mode == .smtp
  }

  private static func turnAway(_ refusal: Refusal) -> Int32 {
    SMTPService.turnAway(refusal)
    return refusal.reason.exitStatus
  }

  /// A command line that is refused is a refused message of its user.
  private static func understand(
    _ argv: [[UInt8]], _ policy: SenderPolicy
  ) throws(Refusal) -> Invocation {
    do { return try Invocation.parse(argv) } catch {
      let refusal = Refusal.command(error)
      Judgement(policy: policy, accounts: .real).countRefusal(refusal.reason)
      throw refusal
    }
  }

  /// Submits the message on standard input.
  private static func submit(
    _ invocation: Invocation, _ argv: [[UInt8]], _ policy: SenderPolicy
  ) throws(Refusal) -> Int32 {
    var passage = Passage(invocation, argv: argv, policy)
    var input: FileDescriptor
    do {
      // A probe has no message, and Postfix does not wait for one.
      input =
        invocation.verifyOnly ? try FileDescriptor.open(path: "/dev/null") : .standardInput
    } catch {
      throw .system(error)
    }
    let outcome = passage.submit(&input, by: policy.configuration.handoff)
    return exitStatus(of: outcome)
  }

  private static func exitStatus(of outcome: Passage.Outcome) -> Int32 {
    switch outcome {
    case .taken: return 0
    case .refused(let refusal): return refuse(refusal)
    case .failed(let status):
      guard status == temporaryFailure else { return status }
      // PHP takes 75 for success, and the mail would be lost unseen.
      StandardError.write([UInt8]("\(Diagnostics.postfixDeferred)\n".utf8))
      return unavailable
    }
  }

  /// `EX_TEMPFAIL` and `EX_UNAVAILABLE` of sysexits.h.
  private static let temporaryFailure: Int32 = 75
  private static let unavailable: Int32 = 69

  /// How long, in seconds, a refusal may take to be read; outputs may be the caller's.
  private static let secondsToTell: UInt32 = 10

  private static func refuse(_ refusal: Refusal) -> Int32 {
    // Nothing is held back by it any more; ended, it counts as its caller's until that asks for
    // its status.
    try? Credentials.returnToCaller()
    try? ProcessState.endAfter(seconds: secondsToTell)
    StandardError.write([UInt8]("\(Diagnostics.line(for: refusal))\n".utf8))
    return refusal.reason.exitStatus
  }

  /// Prints the caller's own row; `postern quota status` serves ordinary users with it.
  private static func reportQuota(of policy: SenderPolicy) throws(Refusal) -> Int32 {
    let (usage, refusals): (Usage, Usage?)
    let suspension: Suspension?
    do throws(LedgerError) {
      let ledger = try Ledger.open(for: policy.configuration)
      (usage, refusals) = try ledger.usage(of: policy, now: Clock.seconds())
      suspension = try ledger.suspensions.suspension(of: policy.uid)
    } catch {
      throw .ledger(error)
    }
    let row = QuotaRow(
      uid: policy.uid, user: policy.user, entry: policy.entry, configuration: policy.configuration,
      usage: usage, refusals: refusals, suspension: suspension, raise: policy.raise,
      now: Clock.seconds())
    do { try StandardOutput.write(row.json + [Octets.lineFeed]) } catch { throw .system(error) }
    return 0
  }
}
