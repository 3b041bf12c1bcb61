internal import LinuxSystem
internal import Policy

/// `-bs` on standard input and output: each transaction goes the way of one message.
enum SMTPService {
  /// Serves the client to its end.
  ///
  /// - Parameter policy: The rules for the sender.
  /// - Returns: The exit status: 0, as smtpd(8) has it, since the client has seen every reply.
  /// - Throws: `Refusal.system`, before the greeting.
  static func run(_ policy: SenderPolicy) throws(Refusal) -> Int32 {
    var connection = try connect()
    let settings = SMTPSettings(
      hostName: Host.nodeName(), user: policy.user, messageBytes: policy.sizes.messageBytes,
      recipientLimit: recipientLimit(policy), takesAnySender: policy.sendsAsAnybody)
    _ = SMTPServer.serve(&connection, settings) { envelope, refusal in
      log(refusal, of: envelope, policy)
    } deliver: { envelope, connection in
      let invocation = Invocation(envelope)
      var passage = Passage(invocation, argv: envelope.commandLine, policy)
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
    // No program is run any more, and a caller who allows no further descriptor gets its answer,
    // too.
    var connection = SMTPConnection(
      SMTPDescriptors(input: .standardInput, output: .standardOutput))
    SMTPServer.turnAway(&connection, refusal)
  }

  /// What Postfix's programs may print goes to stderr: the client must not take it for a reply.
  private static func connect() throws(Refusal) -> SMTPConnection<SMTPDescriptors> {
    let output: FileDescriptor
    do { output = try StandardOutput.takeAway() } catch { throw .system(error) }
    return SMTPConnection(SMTPDescriptors(input: .standardInput, output: output))
  }

  /// Nobody counts the recipients of exempt users, and audit lets them pass.
  private static func recipientLimit(_ policy: SenderPolicy) -> UInt32? {
    guard !policy.isExempt, policy.mode == .enforce,
      case .count(let limit) = policy.limits.recipientsPerMessage
    else { return nil }
    return limit
  }

  /// Logs that a recipient was put off; the message may still go to those before it.
  private static func log(_ refusal: Refusal, of envelope: SMTPEnvelope, _ policy: SenderPolicy) {
    var log = DecisionLog(uid: policy.uid)
    log.note(policy)
    log.envelope = try? Envelope.reversePath(envelope.reversePath, policy)
    log.recipientCount = envelope.recipients.count + 1
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
