internal import LinuxSystem
internal import Policy

/// SMTP on standard input and output, `-bs` and the SMTP door's: each transaction goes the way of
/// one message.
enum SMTPService {
  /// Serves the client to its end.
  ///
  /// - Parameters:
  ///   - policy: The rules for the sender.
  ///   - client: Who is at the other end of a connection; nil = `-bs`, whose caller has executed
  ///     this program.
  /// - Returns: The exit status: 0, as smtpd(8) has it, since the client has seen every reply.
  /// - Throws: `Refusal.system`, before the greeting.
  static func run(
    _ policy: SenderPolicy, for client: SMTPClient? = nil
  ) throws(Refusal) -> Int32 {
    let entrance = client == nil ? DecisionLog.Entrance.command : .smtp
    var connection = try connect(
      secondsPerMessage: client == nil ? nil : SMTPLimits.secondsPerMessage)
    let settings = SMTPSettings(
      hostName: Host.nodeName(), user: policy.user, messageBytes: policy.sizes.messageBytes,
      recipientLimit: recipientLimit(policy), takesAnySender: policy.sendsAsAnybody)
    _ = SMTPServer.serve(&connection, settings) { envelope, refusal in
      log(refusal, of: envelope, policy, via: entrance)
    } deliver: { envelope, connection in
      if let refusal = client?.objection() {
        log(refusal, of: envelope, policy, via: entrance)
        return SMTPReply(closing: refusal)
      }
      let invocation = Invocation(envelope)
      var passage = Passage(invocation, argv: envelope.commandLine, policy, via: entrance)
      return reply(to: passage.submit(&connection, by: .supervise))
    }
    return 0
  }

  /// Sends a refusal to a client in place of the greeting.
  ///
  /// Nothing goes to stderr: Symfony takes early text there for a program that could not be
  /// started.
  ///
  /// - Parameter refusal: Why not.
  static func turnAway(_ refusal: Refusal) {
    turnAway(SMTPReply(turningAway: refusal))
  }

  /// Sends a reply to a client in place of the greeting.
  static func turnAway(_ reply: SMTPReply) {
    // No program is run any more, and a caller who allows no further descriptor gets its answer,
    // too.
    var connection = SMTPConnection(
      SMTPDescriptors(input: .standardInput, output: .standardOutput))
    SMTPServer.turnAway(&connection, reply)
  }

  /// What Postfix's programs may print goes to stderr: the client must not take it for a reply.
  private static func connect(
    secondsPerMessage: Int32?
  ) throws(Refusal) -> SMTPConnection<SMTPDescriptors> {
    let output: FileDescriptor
    do { output = try StandardOutput.takeAway() } catch { throw .system(error) }
    return SMTPConnection(
      SMTPDescriptors(
        input: .standardInput, output: output, secondsPerMessage: secondsPerMessage))
  }

  /// Nobody counts the recipients of exempt users, and audit lets them pass.
  private static func recipientLimit(_ policy: SenderPolicy) -> UInt32? {
    guard !policy.isExempt, policy.mode == .enforce,
      case .count(let limit) = policy.limits.recipientsPerMessage
    else { return nil }
    return limit
  }

  /// Logs that a recipient was put off, where the message may still go to those before it, or that
  /// a message was not read.
  private static func log(
    _ refusal: Refusal, of envelope: SMTPEnvelope, _ policy: SenderPolicy,
    via entrance: DecisionLog.Entrance
  ) {
    var log = DecisionLog(uid: policy.uid)
    log.entrance = entrance
    if entrance == .command { log.noteStarter() }
    log.note(policy)
    log.envelope = try? Envelope.reversePath(envelope.reversePath, policy)
    log.recipientCount = envelope.recipients.count + (refusal.isOfConnection ? 0 : 1)
    log.write(.reject, refusal)
  }

  private static func reply(to outcome: Passage.Outcome) -> SMTPReply {
    switch outcome {
    case .taken: .done
    case .failed(let status): SMTPReply(exitStatus: status)
    case .refused(let refusal): SMTPReply(refusing: refusal)
    }
  }
}
