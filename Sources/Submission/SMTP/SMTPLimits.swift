/// The bounds of an SMTP session; those that Postfix's smtpd(8) has are the same there.
package enum SMTPLimits {
  /// Bytes of a command line without its end (`line_length_limit`).
  package static let lineBytes = 2_048
  /// Recipients of one transaction (`smtpd_recipient_limit`).
  package static let recipients = 1_000
  /// Recipients beyond a limit that are refused and not counted as errors (`smtpd_recipient_overshoot_limit`).
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
}
