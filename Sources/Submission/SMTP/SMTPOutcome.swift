internal import Policy

/// What becomes of a message, as a reply.
extension SMTPReply {
  /// The reply to a refused message: the line that plain sendmail(1) writes to stderr, after a code
  /// that says whether to try again.
  ///
  /// - Parameter refusal: The refusal.
  package init(refusing refusal: Refusal) {
    let (code, status) = Self.codes(of: refusal.reason)
    self.init(code, status, Self.text(of: refusal))
  }

  /// The reply to a recipient beyond `recipients_per_message`; those before it can still get the
  /// message.
  ///
  /// - Parameter refusal: The refusal of a message with that recipient.
  init(postponing refusal: Refusal) {
    self.init(452, "4.5.3", Self.text(of: refusal))
  }

  /// The first line of a session that cannot begin (RFC 5321 §3.1); the server says no more after
  /// it.
  ///
  /// - Parameter refusal: What is wrong with the installation, the machine or the command line.
  package init(turningAway refusal: Refusal) {
    self.init(554, "5.3.0", Self.text(of: refusal))
  }

  /// The first line of a connection that the door does not serve, or the last one.
  ///
  /// - Parameter refusal: Why not. The server says no more after it (RFC 5321 §3.8).
  package init(closing refusal: Refusal) {
    self.init(421, "4.3.0", Self.text(of: refusal))
  }

  /// The reply to a message that the real sendmail got.
  ///
  /// - Parameter exitStatus: How it ended, as it said itself: 75 is a failure that will pass
  ///   (EX_TEMPFAIL).
  package init(exitStatus: Int32) {
    switch exitStatus {
    case 0: self = .done
    case 75: self.init(451, "4.3.0", "Postfix could not accept the message now; try again later")
    default:
      self.init(
        554, "5.3.0",
        "Postfix did not accept the message (exit status \(exitStatus)); "
          + "see the mail log")
    }
  }

  private static func text(of refusal: Refusal) -> String {
    String(Diagnostics.line(for: refusal).dropFirst("sendmail: ".count))
  }

  private static func codes(of reason: ReasonCode) -> (Int, String) {
    if reason == .sizeLimit { return (552, "5.3.4") }
    return switch reason.kind {
    case .identity, .message: (550, "5.7.1")
    case .quota: (452, "4.7.1")
    case .machine: (451, "4.3.0")
    case .installation, .commandLine: (554, "5.3.0")
    }
  }
}
