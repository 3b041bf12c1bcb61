/// The table of replies that do not depend on a message.
extension SMTPReply {
  static let done = SMTPReply(250, "2.0.0", "Ok")
  static let senderTaken = SMTPReply(250, "2.1.0", "Ok")
  static let recipientTaken = SMTPReply(250, "2.1.5", "Ok")
  static let notVerified = SMTPReply(
    252, "2.0.0", "Addresses cannot be verified here; send the mail to find out")
  static let startData = SMTPReply(
    354, nil, "Send the message; end it with a line that has only a dot")
  static let goodbye = SMTPReply(221, "2.0.0", "Bye")

  static let badSyntax = SMTPReply(500, "5.5.2", "This is not a command")
  static let badEncoding = SMTPReply(500, "5.5.2", "This is not valid UTF-8")
  static let lineTooLong = SMTPReply(
    500, "5.5.2", "A command may have at most \(SMTPLimits.lineBytes) bytes")
  static let unknownCommand = SMTPReply(500, "5.5.2", "Unknown command")
  static let notImplemented = SMTPReply(502, "5.5.1", "This command is not implemented")
  static let noAuthentication = SMTPReply(
    503, "5.5.1", "Authentication is not offered and not needed here")
  static let noTLS = SMTPReply(
    502, "5.5.1",
    "STARTTLS is not offered and not needed here: the mail does not leave this machine")
  static let noOverride = SMTPReply(550, "5.7.0", "This command is not allowed here")
  static let noQueueRun = SMTPReply(458, nil, "The queue cannot be run from here")
  /// What talks HTTP or sends a message where a command belongs will not understand an error
  /// either.
  static let notSMTP = SMTPReply(221, "2.7.0", "Not SMTP; goodbye")

  static let heloSyntax = SMTPReply(501, nil, "Syntax: HELO host")
  static let ehloSyntax = SMTPReply(501, nil, "Syntax: EHLO host")
  static let mailSyntax = SMTPReply(501, "5.5.4", "Syntax: MAIL FROM:<address> [parameters]")
  static let rcptSyntax = SMTPReply(501, "5.5.4", "Syntax: RCPT TO:<address> [parameters]")
  static let dataSyntax = SMTPReply(501, "5.5.4", "Syntax: DATA")
  static let rsetSyntax = SMTPReply(501, "5.5.4", "Syntax: RSET")
  static let vrfySyntax = SMTPReply(501, "5.5.4", "Syntax: VRFY address")

  static let nestedMail = SMTPReply(503, "5.5.1", "The sender is already given; send RSET first")
  static let needMail = SMTPReply(503, "5.5.1", "Send MAIL first")
  static let needRecipient = SMTPReply(503, "5.5.1", "Send MAIL and RCPT first")
  static let noRecipient = SMTPReply(554, "5.5.1", "No recipient was accepted")
  static let badSender = SMTPReply(
    501, "5.1.7",
    "The sender can be read in more than one way or not at all; "
      + "write it as <local@domain>")
  static let badRecipient = SMTPReply(
    501, "5.1.3",
    "The recipient can be read in more than one way or not at all; "
      + "write it as <local@domain>")
  static let tooManyRecipients = SMTPReply(
    452, "4.5.3",
    "More than \(SMTPLimits.recipients) recipients; "
      + "send to the others in another transaction")
  static let differentNotify = SMTPReply(
    452, "4.5.3",
    "NOTIFY differs from that of the first recipient; "
      + "send to this one in another transaction")
  static let sizeUnreachable = SMTPReply(
    552, "5.3.4", "This size is larger than any message may be")

  static func badParameter(_ name: String) -> SMTPReply {
    SMTPReply(501, "5.5.4", "The value of \(name) is malformed, or \(name) is given twice")
  }

  static func unknownParameter(_ word: [UInt8]) -> SMTPReply {
    SMTPReply(555, "5.5.4", "Unknown parameter \(Diagnostics.shown(word, limit: 40))")
  }

  static let timedOut = SMTPReply(421, "4.4.2", "Timeout: nothing was received; goodbye")
  static let tooManyErrors = SMTPReply(421, "4.7.0", "Too many errors; goodbye")
  static let flooded = SMTPReply(421, "4.7.0", "Too much input had to be discarded; goodbye")
}

/// The replies that depend on the machine and the user.
extension SMTPSettings {
  var greeting: SMTPReply { SMTPReply(220, nil, "\(host) ESMTP Postern") }

  var hello: SMTPReply { SMTPReply(250, nil, host) }

  /// What the client may use besides RFC 5321; only what is kept is offered.
  var extendedHello: SMTPReply {
    SMTPReply(
      250, nil,
      lines: [
        host, "PIPELINING", "SIZE \(messageBytes)", "ENHANCEDSTATUSCODES", "8BITMIME", "DSN",
        "SMTPUTF8",
      ])
  }
}
