package import InternetMessage
package import Ledger
package import LinuxSystem
package import Policy

/// Why mail was not handed over: data of every layer, no prose (see `Diagnostics`).
package enum Refusal: Error {
  case command(InvocationError)
  case intake(IntakeError)
  case message(MessageError)
  /// The value of `-f` is no address that can be checked.
  case unreadableReversePath([UInt8], MessageError)
  /// Nobody is to receive the message.
  case noRecipients(extracted: Bool)
  case policy(Rejection)
  case ledger(LedgerError)
  case handoff(HandoffError)
  case installation(InstallationFault)
  case system(Errno)
  case limit(LimitFault)

  /// Whether an SMTP client went away inside its message: its own doing, and nobody waits for an answer.
  var isClientLost: Bool {
    guard case .intake(.system(.connectionLost)) = self else { return false }
    return true
  }

  /// Whether Postfix may have queued the message all the same: then it stays charged.
  var mayBeSent: Bool {
    guard case .handoff(.killedLate) = self else { return false }
    return true
  }

  /// The reason code, which also decides the exit status.
  package var reason: ReasonCode {
    switch self {
    case .command(.usage): .usage
    case .command(.unsupportedOption): .unsupportedOption
    case .intake(.headerTooLarge), .intake(.messageTooLarge): .sizeLimit
    case .intake(.system), .system, .limit: .systemError
    case .message(let error):
      switch error.kind {
      case .header: .headerMalformed
      case .identity: .fromAmbiguous
      case .recipient: .recipientMalformed
      }
    case .unreadableReversePath: .envelopeNotAllowed
    case .noRecipients: .noRecipients
    case .policy(let rejection): rejection.reason
    case .ledger: .storeUnavailable
    case .handoff(.untrustedProgram): .configInvalid
    case .handoff: .handoffFailed
    case .installation(.notPrivileged): .notPrivileged
    case .installation: .configInvalid
    }
  }
}

/// What is wrong with the way Postern is installed.
package enum InstallationFault: Error {
  /// The process has neither privilege nor a configuration directory of its own to work with.
  case notPrivileged
  /// The set-id bits would make it root, or leave it with the caller's IDs.
  case wrongPrivilege
  /// A file of the configuration cannot be read.
  case unreadable(path: String, Errno)
  /// Somebody else than root could have written a file of the configuration.
  case untrusted(path: String)
  /// postern.cf has errors.
  case configuration([FileProblem])
  /// senders.db cannot be used.
  case senderIndex(path: String, SenderIndexFault)
}
