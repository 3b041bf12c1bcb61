internal import InternetMessage
internal import Ledger
internal import LinuxSystem
internal import Policy

/// One message on its way through the gate: the same way from standard input and from SMTP.
struct Passage: Sendable {
  /// The rules for the sender, at the moment of the decision.
  private(set) var policy: SenderPolicy
  /// What the command line, or the SMTP envelope, asks for.
  let invocation: Invocation
  /// The command line that Postfix alone would have got; `mode = audit` hands it over.
  let argv: [[UInt8]]
  /// Whether the message is charged.
  private let accounts: Accounts

  /// What is logged of it.
  private(set) var log: DecisionLog
  /// What its refusal brings about besides.
  private var consequences = Consequences()
  /// The header section; nil = not read, or it could not be.
  private(set) var section: HeaderSection?
  /// What the message claims; nil = not read, or it could not be.
  private(set) var message: ReadMessage?

  /// How a passage ended.
  enum Outcome {
    /// The real sendmail has the message.
    case taken
    /// The real sendmail was run and ended with this status; nothing is charged.
    case failed(status: Int32)
    /// The message was not handed over.
    case refused(Refusal)
  }

  /// Prepares the passage of one message.
  ///
  /// - Parameters:
  ///   - invocation: What the command line asks for.
  ///   - argv: The command line itself, argv[0] included.
  ///   - policy: The rules for the sender.
  ///   - accounts: Whether the message is charged.
  ///   - entrance: Which door it came through.
  init(
    _ invocation: Invocation, argv: [[UInt8]], _ policy: SenderPolicy, _ accounts: Accounts = .real,
    via entrance: DecisionLog.Entrance = .command
  ) {
    self.invocation = invocation
    self.argv = argv
    self.policy = policy
    self.accounts = accounts
    log = DecisionLog(uid: policy.uid)
    log.entrance = entrance
    log.note(policy)
    // Nothing of a dry run is logged.
    if case .real = accounts, entrance == .command { log.noteStarter() }
  }

  /// Receives, checks, logs and hands over the message.
  ///
  /// - Parameters:
  ///   - input: The message as the caller sends it.
  ///   - kind: `exec` does not return where the message is taken.
  /// - Returns: How it ended; it is logged by then, and charged only where it was taken.
  mutating func submit<Source: MessageSource & ~Copyable>(
    _ input: inout Source, by kind: HandoffKind
  ) -> Outcome {
    do throws(Refusal) {
      let intake = try receive(&input)
      guard kind == .exec else { return try decide(intake, by: kind) }
      let turn = try waitForTurn()
      try leaveCaller()
      let outcome = try decide(intake, by: kind)
      turn?.end()
      return outcome
    } catch {
      log.write(.reject, error)
      consequences.send(log)
      return .refused(error)
    }
  }

  /// Checks the message and hands it over; what a permit brings about goes before it.
  private mutating func decide(
    _ intake: consuming Intake, by kind: HandoffKind
  ) throws(Refusal) -> Outcome {
    let handoff = try permitted(intake.header)
    consequences.send(log)
    consequences = Consequences()
    return try handoff.run(intake, by: kind, log)
  }

  /// How often a message is judged anew where the user's rules change at the same moment.
  private static let attempts = 10

  /// Checks the message, and looks once more whether the rules are still those it was checked by.
  ///
  /// - Parameter header: The canonical header section.
  /// - Returns: What may be handed over.
  /// - Throws: `Refusal`; nothing is charged then.
  private mutating func permitted(_ header: [UInt8]) throws(Refusal) -> Handoff {
    for _ in 1..<Self.attempts {
      let handoff = Handoff(try check(header), invocation, argv: argv, policy)
      guard handoff.isOvertaken else { return handoff }
      handoff.giveBack()
    }
    return Handoff(try check(header), invocation, argv: argv, policy)
  }

  /// Until it is this process's turn it counts as its caller's.
  private func waitForTurn() throws(Refusal) -> Turn? {
    if policy.isExempt { return nil }
    do throws(LedgerError) {
      return try Turn.wait(for: policy.uid, in: policy.configuration.quotaFile)
    } catch {
      throw .ledger(error)
    }
  }

  /// From here on nobody can stop this process, or let it go on when it suits.
  ///
  /// What is decided is decided now. Until the message was complete, the process counted as its
  /// caller's.
  private func leaveCaller() throws(Refusal) {
    do {
      try ProcessState.leaveCaller()
      try ProcessState.endAfter(seconds: Self.secondsToDecide)
    } catch {
      throw .system(error)
    }
  }

  /// How long the decision may take; it takes milliseconds.
  ///
  /// It waits for nothing but the user's record, to charge and to give back, for 10 seconds at most
  /// each time; the account postern must not fill up with processes that wait.
  private static let secondsToDecide: UInt32 = 60

  /// Reads the input to its end.
  ///
  /// - Parameter input: The message as the caller sends it.
  /// - Returns: The canonical message.
  /// - Throws: `Refusal`; a message that is too large is counted as refused.
  mutating func receive<Source: MessageSource & ~Copyable>(
    _ input: inout Source
  ) throws(Refusal) -> Intake {
    do throws(IntakeError) {
      let isOriginal = policy.handsOverOriginal
      let intake = try Intake(
        reading: &input, dotEndsInput: invocation.dotEndsInput, sizes: policy.sizes,
        keepsOriginal: policy.keepsOriginal, needsHeader: !isOriginal)
      log.byteCount = intake.byteCount
      if let limit = policy.configuration.postfixMessageBytes, !isOriginal {
        try intake.checkQueueFile(limit: limit, arguments: invocation.recipients)
      }
      return intake
    } catch {
      if error.isTooLarge { judgement.countRefusal(.sizeLimit) }
      throw .intake(error)
    }
  }

  /// Reads what the message claims, judges it by the rules in force now, and charges it.
  ///
  /// - Parameter header: The canonical header section.
  /// - Returns: What may be handed over.
  /// - Throws: `Refusal`, counted and not charged.
  mutating func check(_ header: [UInt8]) throws(Refusal) -> CheckedMessage {
    policy = try policy.renewed()
    log.note(policy)
    let message = read(header)
    return try judgement.judge(message, &log, &consequences)
  }

  private var judgement: Judgement { Judgement(policy: policy, accounts: accounts) }

  /// What cannot be read is refused only after the suspension was looked at.
  private mutating func read(_ header: [UInt8]) -> Result<ReadMessage, Refusal> {
    do throws(Refusal) {
      let section = try headerSection(header)
      self.section = section
      log.note(section)
      let message = try ReadMessage(invocation, section, policy)
      self.message = message
      log.note(message)
      return .success(message)
    } catch {
      return .failure(error)
    }
  }

  private func headerSection(_ header: [UInt8]) throws(Refusal) -> HeaderSection {
    let reading = policy.reading
    do throws(MessageError) {
      return try reading == .strict
        ? HeaderSection(parsing: header) : HeaderSection(repairing: header)
    } catch {
      // Only for recipients would somebody have to read it.
      if reading == .lenient && !invocation.extractRecipients {
        return HeaderSection(opaque: header)
      }
      throw .message(error, .line(error, in: header, isRepaired: reading != .strict))
    }
  }
}
