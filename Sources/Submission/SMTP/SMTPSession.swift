internal import Policy

/// The state machine of a session (RFC 5321 §4.1.4): commands in, replies out.
///
/// It reads and writes nothing.
struct SMTPSession: Sendable {
  /// What a command leads to.
  enum Step: Sendable, Equatable {
    case reply(SMTPReply)
    /// The message of a transaction is to be received; `conclude` takes what became of it.
    case receive(SMTPEnvelope)
    /// The reply is the last one.
    case close(SMTPReply)
  }

  private let settings: SMTPSettings
  private var envelope: SMTPEnvelope?
  private var errors = 0
  private var junkCommands = 0
  private var overshoot = 0
  /// The recipient that is one too many, until it is logged.
  private var excess: Excess?
  private var hasExceeded = false

  /// A transaction that asks for more recipients than the user may have, once for each transaction.
  struct Excess: Sendable {
    let envelope: SMTPEnvelope
    let rejection: Rejection
  }

  /// Begins after the greeting.
  init(_ settings: SMTPSettings) {
    self.settings = settings
  }

  /// Whether the client made too many errors to go on.
  var isExhausted: Bool { errors >= SMTPLimits.errors }

  /// Takes a command.
  mutating func take(_ line: SMTPLine) -> Step {
    let command: SMTPCommand
    do throws(SMTPReply) {
      guard case .complete(let bytes) = line else { throw .lineTooLong }
      command = try SMTPCommand(bytes)
    } catch {
      errors += 1
      return error == .notSMTP ? .close(error) : .reply(error)
    }
    defer { countJunk(command.verb) }
    if command.verb == .quit { return .close(.goodbye) }
    do throws(SMTPReply) {
      if command.verb == .data { return .receive(try startData(command.argument)) }
      return .reply(try answer(command))
    } catch {
      if !isForgiven(error) { errors += 1 }
      return .reply(error)
    }
  }

  /// Gives out what is to be logged of the last command.
  mutating func takeExcess() -> Excess? {
    defer { excess = nil }
    return excess
  }

  /// Takes what became of a message; the transaction is over then, whatever it was.
  mutating func conclude(_ reply: SMTPReply) {
    reset()
    if reply.isError {
      errors += 1
    } else {
      errors = 0
      junkCommands = 0
    }
  }

  private mutating func reset() {
    envelope = nil
    overshoot = 0
    hasExceeded = false
  }

  private mutating func countJunk(_ verb: SMTPCommand.Verb) {
    guard verb.isJunk else { return }
    if junkCommands > SMTPLimits.junkCommands { errors += 1 }
    junkCommands += 1
  }

  /// A client that pipelines does not know yet that there are too many recipients.
  private mutating func isForgiven(_ reply: SMTPReply) -> Bool {
    guard reply.code == 452 else { return false }
    overshoot += 1
    return overshoot <= SMTPLimits.recipientOvershoot
  }

  private mutating func answer(_ command: SMTPCommand) throws(SMTPReply) -> SMTPReply {
    let isBare = command.argument.isEmpty
    switch command.verb {
    case .helo, .ehlo:
      if isBare { throw command.verb == .helo ? .heloSyntax : .ehloSyntax }
      reset()
      return command.verb == .helo ? settings.hello : settings.extendedHello
    case .mail: return try startTransaction(command.argument)
    case .rcpt: return try addRecipient(command.argument)
    case .rset:
      guard isBare else { throw .rsetSyntax }
      reset()
      return .done
    case .vrfy:
      if isBare { throw .vrfySyntax }
      return .notVerified
    case .noop: return .done
    case .etrn: throw .noQueueRun
    case .auth: throw .noAuthentication
    case .xclient, .xforward: throw .noOverride
    case .starttls: throw .noTLS
    case .bdat, .data, .quit: throw .notImplemented
    }
  }
}

// MARK: - The transaction

extension SMTPSession {
  /// Takes the sender.
  ///
  ///     "MAIL FROM:" path *parameter
  private mutating func startTransaction(_ argument: [UInt8]) throws(SMTPReply) -> SMTPReply {
    guard envelope == nil else { throw .nestedMail }
    let path = try SMTPPath(
      argument, keyword: "from:", syntax: .mailSyntax, malformed: .badSender)
    let reversePath = try path.reversePath(inAnyForm: settings.takesAnySender)
    let parameters = try MailParameters(path.parameters)
    if let byteCount = parameters.byteCount, byteCount > settings.messageBytes {
      throw SMTPReply(refusing: .intake(.messageTooLarge(limit: settings.messageBytes)))
    }
    envelope = SMTPEnvelope(
      reversePath: reversePath, bodyType: parameters.bodyType,
      returnContent: parameters.returnContent, envelopeID: parameters.envelopeID)
    return .senderTaken
  }

  /// Takes a recipient.
  ///
  ///     "RCPT TO:" path *parameter
  private mutating func addRecipient(_ argument: [UInt8]) throws(SMTPReply) -> SMTPReply {
    guard let count = envelope?.recipients.count else { throw .needMail }
    let path = try SMTPPath(argument, keyword: "to:", syntax: .rcptSyntax, malformed: .badRecipient)
    let recipient = try path.forwardPath
    let parameters = try RecipientParameters(path.parameters)
    try checkCount(count)
    if count == 0 { envelope?.notify = parameters.notify }
    // sendmail(1) has one -N for all.
    guard envelope?.notify == parameters.notify else { throw .differentNotify }
    envelope?.recipients.append(recipient)
    return .recipientTaken
  }

  private mutating func checkCount(_ count: Int) throws(SMTPReply) {
    if let limit = settings.recipientLimit, count >= Int(limit) {
      let cause = Rejection.Cause.tooManyRecipients(count: limit + 1, limit: limit)
      let rejection = Rejection(cause: cause, user: settings.user)
      if !hasExceeded, let envelope {
        hasExceeded = true
        excess = Excess(envelope: envelope, rejection: rejection)
      }
      throw SMTPReply(postponing: .policy(rejection))
    }
    guard count < SMTPLimits.recipients else { throw .tooManyRecipients }
  }

  private func startData(_ argument: [UInt8]) throws(SMTPReply) -> SMTPEnvelope {
    guard let envelope else { throw .needRecipient }
    guard !envelope.recipients.isEmpty else { throw .noRecipient }
    guard argument.isEmpty else { throw .dataSyntax }
    return envelope
  }
}
