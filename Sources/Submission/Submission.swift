internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// sendmail's behaviour, end to end.
///
///     argv, stdin → Invocation → Intake (canonical message + HeaderSection) → Envelope → Claim
///                 → Ledger.charge { usage → Decision } → Handoff (exec)
///
/// The part from Intake on is one message's own, see `Transaction`.
package enum Submission {
  /// Serves one call of the drop-in.
  ///
  /// A permitted message does not return with `handoff = exec`: this process becomes the real sendmail.
  ///
  /// - Returns: The exit status of a refusal, of `--quota-status` or of the supervised real sendmail.
  package static func run() -> Int32 {
    var record = DecisionRecord(uid: Credentials.current().realUserID)
    do throws(Refusal) {
      let caller = try Caller.takeOver()
      let site = try Site(of: caller.uid, in: caller.configuration)
      record.describe(site)
      let argv = ProcessArguments.bytes()
      let invocation = try understand(argv, site)
      switch invocation.mode {
      case .deliver: return try submit(invocation, argv, site)
      case .smtp: return try SMTPService.run(site)
      case .listQueue, .flushQueue, .flushSite, .flushMessage, .queueInterval:
        try QueueCommand(argv, site).run()
      case .quotaStatus: return try reportQuota(of: site)
      }
    } catch {
      record.log(.reject, error)
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
    _ argv: [[UInt8]], _ site: Site
  ) throws(Refusal) -> Invocation {
    do { return try Invocation.parse(argv) } catch {
      let refusal = Refusal.command(error)
      Judgement.countRefusal(refusal.reason, of: site)
      throw refusal
    }
  }

  /// Submits the message on standard input.
  private static func submit(
    _ invocation: Invocation, _ argv: [[UInt8]], _ site: Site
  ) throws(Refusal) -> Int32 {
    var transaction = Transaction(invocation, argv: argv, site)
    let outcome: Transaction.Outcome
    if invocation.verifyOnly {
      // A probe has no message, and Postfix does not wait for one.
      var nothing: FileDescriptor
      do { nothing = try FileDescriptor.open(path: "/dev/null") } catch { throw .system(error) }
      outcome = transaction.submit(&nothing, by: site.configuration.handoff)
    } else {
      var input = FileDescriptor.standardInput
      outcome = transaction.submit(&input, by: site.configuration.handoff)
    }
    return exitStatus(of: outcome)
  }

  private static func exitStatus(of outcome: Transaction.Outcome) -> Int32 {
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

  private static func refuse(_ refusal: Refusal) -> Int32 {
    StandardError.write([UInt8]("\(Diagnostics.line(for: refusal))\n".utf8))
    return refusal.reason.exitStatus
  }

  /// Prints the caller's own row; `postern quota status` serves ordinary users with it.
  private static func reportQuota(of site: Site) throws(Refusal) -> Int32 {
    let usage: Usage
    let suspension: Suspension?
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      usage = try ledger.usage(uid: site.uid)
      suspension = try ledger.suspensions.suspension(of: site.uid)
    } catch {
      throw .ledger(error)
    }
    let row = QuotaRow(
      uid: site.uid, user: site.user, entry: site.entry, configuration: site.configuration,
      usage: usage, suspension: suspension, now: Clock.seconds())
    do { try StandardOutput.write(row.json + [Byte.lineFeed]) } catch { throw .system(error) }
    return 0
  }
}
