/// What a session needs to know about the machine and the user.
package struct SMTPSettings: Sendable {
  /// The name of the machine.
  package let host: String
  /// The user as texts name it.
  package let user: [UInt8]
  /// The largest message, in bytes as it is read.
  package let messageBytes: UInt64
  /// `recipients_per_message`; nil = nobody counts.
  package let recipientLimit: UInt32?
  /// Whether Postfix alone need be able to read the sender.
  package let takesAnySender: Bool

  /// Creates settings.
  ///
  /// - Parameters:
  ///   - hostName: The name of the machine; empty = `localhost`.
  ///   - user: The user as texts name it.
  ///   - messageBytes: The largest message.
  ///   - recipientLimit: The most recipients of a message; nil = no limit: exempt users, and
  ///     `mode = audit`.
  ///   - takesAnySender: Whether the user may send as anybody, so that the sender need not be read.
  package init(
    hostName: [UInt8], user: [UInt8], messageBytes: UInt64, recipientLimit: UInt32?,
    takesAnySender: Bool = false
  ) {
    host = hostName.isEmpty ? "localhost" : Diagnostics.shown(hostName, limit: 255)
    self.user = user
    self.messageBytes = messageBytes
    self.recipientLimit = recipientLimit
    self.takesAnySender = takesAnySender
  }
}

/// The bounds of an SMTP session; where Postfix's smtpd(8) has one, it is the same.
package enum SMTPLimits {
  /// Bytes of a command line without its end (`line_length_limit`).
  package static let lineBytes = 2_048
  /// Recipients of one transaction (`smtpd_recipient_limit`).
  package static let recipients = 1_000
  /// Recipients beyond a limit that are refused and not counted as errors
  /// (`smtpd_recipient_overshoot_limit`).
  package static let recipientOvershoot = 1_000
  /// Errors without a message in between, after which the session ends (`smtpd_hard_error_limit`).
  package static let errors = 20
  /// Commands that further nothing, after which each one is an error (`smtpd_junk_command_limit`).
  package static let junkCommands = 100
  /// Bytes of a reply line with its end (RFC 5321 §4.5.3.1.5).
  package static let replyBytes = 512
  /// Bytes read at once; as many bytes of replies are kept back at most.
  package static let bufferBytes = 32_768
  /// Bytes of refused messages and overlong lines that are read and thrown away in one session.
  ///
  /// Postfix has no such bound; no honest client comes near, since it is told the largest size.
  package static let discardedBytes = 1 << 30
  /// Seconds until a message is taken, from the beginning of a connection or from the message
  /// before it.
  ///
  /// A client of the SMTP door that says a word now and then would otherwise keep a process of
  /// postern's for ever.
  package static let secondsPerMessage: Int32 = 3_600
}
