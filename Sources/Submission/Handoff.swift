internal import Ledger
internal import LinuxSystem
internal import Policy

/// The hand-over of a checked message to the real sendmail, and what becomes of its charge.
///
/// A `CheckedMessage` is all that can be handed over, and once.
struct Handoff: ~Copyable {
  /// What is executed.
  let program: RealSendmail
  /// The header section that is handed over; nil = the whole message goes as it came.
  let header: [UInt8]?
  /// The refusal that `mode = audit` waives; nil = the message was permitted.
  let waivedRefusal: Refusal?

  private let policy: SenderPolicy
  private let charge: PendingCharge

  /// Prepares the hand-over.
  ///
  /// - Parameters:
  ///   - message: What the judgement has let pass.
  ///   - invocation: What the command line asks for.
  ///   - argv: The command line itself, argv[0] included; `mode = audit` hands it over.
  ///   - policy: The rules for the sender.
  init(
    _ message: consuming CheckedMessage, _ invocation: Invocation, argv: [[UInt8]],
    _ policy: SenderPolicy
  ) {
    let path = policy.configuration.sendmailPath
    switch message.form {
    case .settled(let settled):
      header = settled.header(invocation, policy, time: Clock.seconds())
      program = RealSendmail(
        path: path, invocation: invocation, reversePath: settled.reversePath,
        fullName: settled.fullName, recipients: settled.read.envelope.recipients)
      waivedRefusal = nil
    case .original(let refusal):
      header = nil
      let account = policy.account
      program = RealSendmail(
        path: path, original: argv, invocation: invocation, login: account.name,
        fullName: account.fullName)
      waivedRefusal = refusal
    }
    self.policy = policy
    charge = message.charge
  }

  /// Hands the message over, and keeps the charge or gives it back.
  ///
  /// - Parameters:
  ///   - intake: The message as it was read.
  ///   - kind: `exec` does not return where the real sendmail gets the message.
  ///   - log: What is logged.
  /// - Returns: How the real sendmail ended (`supervise`).
  /// - Throws: `Refusal`: nothing was sent, unless `Refusal.mayBeSent`.
  consuming func run(
    _ intake: consuming Intake, by kind: HandoffKind, _ log: DecisionLog
  ) throws(Refusal) -> Passage.Outcome {
    do throws(Refusal) {
      let status = try handOver(intake, by: kind, log)
      guard status == 0 else {
        charge.giveBack()
        return .failed(status: status)
      }
      charge.keep()
      return .taken
    } catch {
      if error.mayBeSent { charge.keep() } else { charge.giveBack() }
      throw error
    }
  }

  /// Whether the rules have changed for the user since the message was judged.
  var isOvertaken: Bool { !policy.isInForce() }

  private var lastLook: LastLook { LastLook(policy: policy, chargedAt: charge.charge?.second) }

  /// Leaves the message, which is to be judged anew.
  consuming func giveBack() { charge.giveBack() }

  /// Prepares the message as for `run`, and sends nothing.
  ///
  /// - Parameter intake: The message as it was read.
  /// - Throws: `Refusal`, as `run` would.
  consuming func dryRun(_ intake: consuming Intake) throws(Refusal) {
    do throws(Refusal) { _ = try prepare(intake) } catch {
      charge.giveBack()
      throw error
    }
    charge.giveBack()
  }

  /// Prepares the message, looks once more, logs it, and runs the real sendmail: in this order.
  ///
  /// From the last look on nobody can hold the message back: this process is out of its caller's
  /// reach (`exec`), or the child is in which it happens. A process that waits for the end of the
  /// real sendmail stays its caller's and counts against the caller's limit of processes.
  ///
  /// The line comes before the message, so that none is sent without one, whoever is killed. A
  /// hand-over that fails then adds a line of its own.
  ///
  /// - Returns: The exit status of the real sendmail (`supervise`).
  private func handOver(
    _ intake: consuming Intake, by kind: HandoffKind, _ log: DecisionLog
  ) throws(Refusal) -> Int32 {
    let sealed = try prepare(intake)
    let lastLook = lastLook
    let verdict = waivedRefusal == nil ? DecisionVerdict.permit : .audit
    let waived = waivedRefusal
    let objection: () -> LateObjection? = {
      if let objection = lastLook.objection() { return objection }
      log.write(verdict, waived)
      return nil
    }
    do throws(HandoffError) {
      switch kind {
      case .exec:
        if let objection = objection() { throw .overtaken(objection) }
        try program.execute(sealed)
      case .supervise:
        let status = try program.supervise(sealed, unless: objection)
        if status != 0 { log.write(failedWith: status) }
        return status
      }
    } catch {
      throw refusal(error)
    }
  }

  /// A suspension that came in the last moment refuses as any other does.
  private func refusal(_ error: HandoffError) -> Refusal {
    let judgement = Judgement(policy: policy, accounts: .real)
    guard case .overtaken(.suspended) = error, let suspension = try? judgement.suspension() else {
      return .handoff(error)
    }
    judgement.countRefusal(suspension.reason)
    return suspension
  }

  /// Seals the message, and makes sure that the program is root's: what can fail before the
  /// message is logged and sent.
  private func prepare(_ intake: consuming Intake) throws(Refusal) -> FileDescriptor {
    let sealed = try seal(intake)
    do { try program.requireTrusted() } catch { throw .handoff(error) }
    return sealed
  }

  private func seal(_ intake: consuming Intake) throws(Refusal) -> FileDescriptor {
    do throws(IntakeError) {
      guard let header else { return try intake.sealOriginal() }
      return try intake.seal(header: header)
    } catch {
      throw .intake(error)
    }
  }
}
