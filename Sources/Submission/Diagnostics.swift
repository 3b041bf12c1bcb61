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
    case .message(let error): text(for: error)
    case .unreadableReversePath(let sender, let error):
      "envelope sender \(shown(sender)) (-f) cannot be read: \(text(for: error)); "
        + "give one plain address, or '' for the null sender"
    case .noRecipients(let extracted):
      extracted
        ? "no recipient in To:, Cc: or Bcc: nor on the command line; add one"
        : "no recipient on the command line; name one, or use -t to take them from the header"
    case .policy(let rejection): text(for: rejection)
    case .ledger(let error): text(for: error)
    case .handoff(let error): text(for: error)
    case .installation(let fault): text(for: fault)
    case .system(let error): "the system refused \(error.call): \(error.text); nothing was sent"
    case .limit(let fault): text(for: fault)
    }
  }

  /// What the log says of a client that never ended its message.
  static let clientLost = "the client went away before the end of its message; nothing was sent"

  /// Forms the line that tells why Postfix's own refusal is not passed on as it is.
  ///
  /// - Returns: One line without its end.
  package static var postfixDeferred: String {
    "sendmail: Postfix could not take the message now (its exit status 75); nothing was sent, "
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
      "\(option) is not served by Postern; PHP needs only: sendmail -t -i"
    case .usage(let fault): "\(text(for: fault)); see sendmail(1)"
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
    case .extractOutsideDelivery: "-t goes only with the delivery of a message"
    case .queueOutsideDelivery(let letter):
      "\(shown([0x2D, 0x71, letter])) does not go with another mode"
    case .verifyWith(let letter): "-bv does not go with \(shown([0x2D, letter]))"
    case .wordsWithoutDelivery(let mode): "\(mode.option) takes no recipient"
    case .verpWithNullSender: "-XV needs an envelope sender that is not null"
    case .fullNameTooLong(let limit): "the value of -F is longer than \(limit) bytes"
    case .tooManyWords(let limit): "more than \(limit) words on the command line"
    case .tooManyBytes(let limit): "more than \(limit) bytes on the command line"
    }
  }

  static func text(for error: IntakeError) -> String {
    switch error {
    case .headerTooLarge(let limit):
      "the header section is larger than header_size_limit, \(limit) bytes; shorten it"
    case .messageTooLarge(let limit):
      "the message is larger than message_size_limit, \(limit) bytes; send less or a link"
    case .system(let error):
      "the message could not be read: \(error.call): \(error.text); nothing was sent"
    }
  }

  static func text(for error: HandoffError) -> String {
    switch error {
    case .untrustedProgram(let path):
      "sendmail_path \(shown(path)) is not a file of root that nobody else may write; "
        + "tell the administrator"
    case .system(let error):
      "Postfix's sendmail could not be run: \(error.call): \(error.text); nothing was sent"
    case .killed(let signal):
      "Postfix's sendmail was killed by signal \(signal) before it had read the message; nothing "
        + "was sent"
    case .killedLate(let signal):
      "Postfix's sendmail was killed by signal \(signal) when it may have queued the message, which "
        + "stays charged; see the mail log before sending again"
    }
  }

  static func text(for fault: InstallationFault) -> String {
    switch fault {
    case .notPrivileged:
      "Postern runs without its privilege: its set-uid bit is lost, or it lies on a nosuid mount, "
        + "or NoNewPrivileges is set for this service; tell the administrator"
    case .wrongPrivilege:
      "Postern must belong to the account postern, not to root; reinstall it with Install/install"
    case .unreadable(let path, let error):
      "\(path) cannot be read: \(error.text); tell the administrator"
    case .untrusted(let path):
      "\(path) must belong to root and be writable by nobody else; tell the administrator"
    case .configuration(let problems):
      problems.first.map { "\(text(for: $0)); correct it, 'postern map build' lists all problems" }
        ?? "postern.cf cannot be used; run 'postern map build'"
    case .senderIndex(let path, let error):
      "\(path) cannot be used: \(text(for: error)); run 'postern map build'"
    }
  }
}
