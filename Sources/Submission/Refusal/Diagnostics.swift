internal import InternetMessage
internal import LinuxSystem
internal import Policy

/// The one place for texts: what was refused, why, and what to do.
package enum Diagnostics {
  /// Forms the single line that a refusal writes to stderr, and that `-bs` sends as its reply.
  ///
  /// - Parameter refusal: The refusal.
  /// - Returns: One line without its end; bytes of the caller are escaped and cut.
  package static func line(for refusal: Refusal) -> String {
    "sendmail: refused (\(refusal.reason.rawValue)): \(text(for: refusal))"
  }

  /// Explains a refusal.
  ///
  /// - Parameter refusal: The refusal.
  /// - Returns: A text without line ends.
  package static func text(for refusal: Refusal) -> String {
    switch refusal {
    case .command(let error): text(for: error)
    case .intake(let error): text(for: error)
    case .message(let error, let excerpt): text(for: error, excerpt)
    case .deceptiveFullName(let address):
      "the name given with -F shows \(shown(address)) beside the sender's address; "
        + "use a name that does not look like an address"
    case .unreadableReversePath(let sender, let error): text(forSender: sender, error)
    case .noRecipients(let extracted):
      extracted
        ? "there is no recipient in To:, Cc: or Bcc:, and none on the command line; add one"
        : "there is no recipient on the command line; add one, or use -t to read them from the header"
    case .policy(let rejection): text(for: rejection)
    case .ledger(let error): text(for: error)
    case .handoff(let error): text(for: error)
    case .installation(let fault): text(for: fault)
    case .system(let error):
      "\(error.call) failed: \(error.text); nothing was sent, tell the administrator"
    case .limit(let fault): text(for: fault)
    case .connection(let fault): text(for: fault)
    }
  }

  /// What the log says of a client that never ended its message.
  static let clientLost = "the client disconnected before the end of its message; nothing was sent"

  /// What the journal says of a permitted message that the real sendmail did not take.
  ///
  /// - Parameter status: Its exit status.
  /// - Returns: A text without line ends.
  static func notTaken(status: Int32) -> String {
    "Postfix's sendmail ended with exit status \(status); nothing was sent, see the mail log"
  }

  /// Forms the line that explains why Postfix's own refusal is not passed on unchanged.
  ///
  /// - Returns: One line without its end.
  package static var postfixDeferred: String {
    "sendmail: Postfix could not accept the message now (exit status 75); nothing was sent, "
      + "try again later or see the mail log"
  }

  /// Makes bytes of the caller fit for one line of text.
  ///
  /// - Parameters:
  ///   - bytes: The bytes.
  ///   - limit: How many of them are shown.
  /// - Returns: Printable ASCII.
  package static func shown(_ bytes: some Collection<UInt8>, limit: Int = 120) -> String {
    var text: [UInt8] = []
    text.append(escaping: bytes, limit: limit)
    return String(decoding: text, as: UTF8.self)
  }

  /// Shows a field that is to be copied: its backslashes stay as they are.
  ///
  /// - Parameter field: One that Postern has written, unfolded.
  /// - Returns: Printable ASCII.
  static func copyable(_ field: [UInt8]) -> String {
    var text: [UInt8] = []
    for byte in field {
      let isPrintable = byte >= Octets.space && byte < Octets.delete
      if isPrintable { text.append(byte) } else { text.append(escaping: [byte]) }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes a time as RFC 3339 does, in UTC.
  ///
  /// - Parameter time: Seconds since 1970.
  /// - Returns: For example `2026-11-23T20:43:56Z`.
  package static func shown(time: UInt64) -> String {
    var text: [UInt8] = []
    text.append(time: time)
    return String(decoding: text, as: UTF8.self)
  }

  /// Names one byte.
  static func shown(byte: UInt8) -> String {
    byte > 0x20 && byte < 0x7F
      ? "'\(Character(Unicode.Scalar(byte)))'"
      : "byte 0x\(String(byte, radix: 16, uppercase: true))"
  }
}

extension Diagnostics {
  static func text(for error: InvocationError) -> String {
    switch error {
    case .unsupportedOption(let option):
      text(forOption: option)
    case .usage(let fault): "\(text(for: fault)); see sendmail(1)"
    }
  }

  private static func text(forOption option: String) -> String {
    switch option {
    case "newaliases", "-bi", "-I": "only root can rebuild the aliases, by newaliases"
    case "smtpd", "-bd", "-bl": "\(option) would start a daemon, which only Postfix's own master is"
    default: "\(option) is not allowed here; remove it"
    }
  }

  private static func text(for fault: UsageFault) -> String {
    switch fault {
    case .unknownOption(let letter): "there is no option \(shown([0x2D, letter]))"
    case .missingValue(let letter): "option \(shown([0x2D, letter])) needs a value"
    case .bodyType(let value): "-B \(shown(value)) is neither 7BIT nor 8BITMIME"
    case .mode(let value): "there is no mode -b\(shown(value))"
    case .extended(let value): "there is no option -X\(shown(value)); only -XV is known"
    case .queue(let value): "there is no option -q\(shown(value))"
    case .extractOutsideDelivery: "-t can only be used to send a message"
    case .queueOutsideDelivery(let letter):
      "\(shown([0x2D, 0x71, letter])) cannot be combined with another mode"
    case .verifyWith(let letter): "-bv cannot be combined with \(shown([0x2D, letter]))"
    case .wordsWithoutDelivery(let mode): "\(mode.option) does not accept recipients"
    case .verpWithNullSender: "-XV cannot be used with the null sender"
    case .fullNameTooLong(let limit): "the value of -F is longer than \(limit) bytes"
    case .tooManyWords(let limit): "the command line has more than \(limit) words"
    case .tooManyBytes(let limit): "the command line has more than \(limit) bytes"
    }
  }

  static func text(for error: IntakeError) -> String {
    switch error {
    case .headerTooLarge(let limit):
      "the header section is larger than header_size_limit (\(limit) bytes); shorten it"
    case .messageTooLarge(let limit):
      "the message is larger than message_size_limit (\(limit) bytes); shorten it, or send a link"
    case .queueFileTooLarge(let limit):
      "the message with its envelope is larger than Postfix's message_size_limit (\(limit) bytes); "
        + "shorten it, or send a link"
    case .system(let error):
      "the message could not be read: \(error.call): \(error.text); nothing was sent"
    }
  }

  static func text(for error: HandoffError) -> String {
    switch error {
    case .untrustedProgram(let path):
      "sendmail_path \(shown(path)) must be owned by root and not be writable by anybody else; "
        + "tell the administrator"
    case .system(let error):
      "Postfix's sendmail could not be run: \(error.call): \(error.text); nothing was sent"
    case .killed(let signal):
      "Postfix's sendmail was killed by signal \(signal) before it had read the message; nothing "
        + "was sent, try again later"
    case .overtaken(let objection): text(for: objection)
    case .killedLate(let signal):
      "Postfix's sendmail was killed by signal \(signal) and may have queued the message, which "
        + "stays charged; see the mail log before you send it again"
    }
  }

  static func text(for fault: InstallationFault) -> String {
    switch fault {
    case .notPrivileged:
      "Postern runs without its privileges: its set-uid bit or its capability is missing, its file "
        + "system is mounted nosuid, or NoNewPrivileges is set for this service; tell the administrator"
    case .wrongPrivilege:
      "Postern must belong to the account postern, not to root; reinstall it"
    case .unreadable(let path, let error):
      "\(path) cannot be read: \(error.text); tell the administrator"
    case .untrusted(let path):
      "\(path) must be owned by root and not be writable by anybody else; tell the administrator"
    case .senderIndex(let path, let error):
      "\(path) cannot be used: \(text(for: error)); run 'postern map build'"
    }
  }

  private static func text(for objection: LateObjection) -> String {
    let end = "nothing was sent or counted; send the message again"
    return switch objection {
    case .suspended: "the user was suspended at this moment; nothing was sent"
    case .rulesChanged: "the rules for this user changed at this moment; \(end)"
    case .late: "the message was held back for too long after it had been counted; \(end)"
    }
  }
}
