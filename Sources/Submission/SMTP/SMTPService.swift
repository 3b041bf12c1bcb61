internal import LinuxSystem
internal import Policy

/// `-bs` on standard input and output: each transaction goes the way of one message.
enum SMTPService {
  /// Serves the client to its end.
  ///
  /// - Parameter site: Whose mail it is.
  /// - Returns: The exit status: 0, as smtpd(8) has it, since the client has seen every reply.
  /// - Throws: `Refusal.system`, before the greeting.
  static func run(_ site: Site) throws(Refusal) -> Int32 {
    var connection = try connect()
    let settings = SMTPSettings(
      hostName: Host.nodeName(), user: site.user, messageBytes: site.sizes.messageBytes,
      recipientLimit: recipientLimit(site))
    _ = SMTPServer.serve(&connection, settings) { envelope, refusal in
      log(refusal, of: envelope, site)
    } deliver: { envelope, connection in
      let invocation = Invocation(envelope)
      var transaction = Transaction(invocation, argv: envelope.commandLine, site)
      return reply(to: transaction.submit(&connection, by: .supervise))
    }
    return 0
  }

  /// Tells a client in place of the greeting why there is no service.
  ///
  /// Nothing goes to stderr: Symfony takes early text there for a program that could not be started.
  ///
  /// - Parameter refusal: Why not.
  static func turnAway(_ refusal: Refusal) {
    // No program is run any more, and a caller who allows no further descriptor gets its answer, too.
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
  private static func recipientLimit(_ site: Site) -> UInt32? {
    guard !site.isExempt, site.mode == .enforce,
      case .count(let limit) = site.limits.recipientsPerMessage
    else { return nil }
    return limit
  }

  /// Logs that a recipient was put off; the message may still go to those before it.
  private static func log(_ refusal: Refusal, of envelope: SMTPTransaction, _ site: Site) {
    var record = DecisionRecord(uid: site.uid)
    record.describe(site)
    record.envelope = try? Envelope.reversePath(envelope.reversePath, site)
    record.recipientCount = envelope.recipients.count + 1
    record.log(.reject, refusal)
  }

  private static func reply(to outcome: Transaction.Outcome) -> SMTPReply {
    switch outcome {
    case .taken: .done
    case .failed(let status): SMTPReply(exitStatus: status)
    case .refused(let refusal): SMTPReply(refusing: refusal)
    }
  }
}
