package import InternetMessage
package import Ledger
package import LinuxSystem
package import Policy

/// Why mail was not handed over: data of every layer, no prose (see `Diagnostics`).
package enum Refusal: Error {
  case command(InvocationError)
  case intake(IntakeError)
  /// The message cannot be read in one way only; with what a text shows of it.
  case message(MessageError, MessageExcerpt)
  /// The name that `-F` gives shows this address beside the sender's.
  case deceptiveFullName(shown: [UInt8])
  /// The value of `-f` is not an address that can be checked.
  case unreadableReversePath([UInt8], MessageError)
  /// Nobody is to receive the message.
  case noRecipients(extracted: Bool)
  case policy(Rejection)
  case ledger(LedgerError)
  case handoff(HandoffError)
  case installation(InstallationFault)
  case system(Errno)
  case limit(LimitFault)
  case connection(ConnectionFault)

  /// Whether an SMTP client went away inside its message: its own doing, and nobody waits for an
  /// answer.
  var isClientLost: Bool {
    guard case .intake(.system(.connectionLost)) = self else { return false }
    return true
  }

  /// Whether it is about a connection, not about a message.
  var isOfConnection: Bool {
    guard case .connection = self else { return false }
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
    case .intake(.headerTooLarge), .intake(.messageTooLarge), .intake(.queueFileTooLarge):
      .sizeLimit
    case .intake(.system), .system, .limit, .connection: .systemError
    case .deceptiveFullName: .fromAmbiguous
    case .message(let error, _):
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
  /// The process has neither privilege nor a trial configuration directory.
  case notPrivileged
  /// The set-id bits would make it root, or leave it with the caller's IDs.
  case wrongPrivilege
  /// A file of the configuration cannot be read.
  case unreadable(path: String, Errno)
  /// Another user than root could have written a file of the configuration.
  case untrusted(path: String)
  /// senders.db cannot be used.
  case senderIndex(path: String, SenderIndexFault)
}

/// Why the SMTP door does not serve a connection.
package enum ConnectionFault: Error {
  /// It cannot be told whose it is: its client is not on this machine, or is gone.
  case noOwner(client: String)
  /// The socket that was its client's is no longer.
  case ownerChanged(client: String)
  /// The user has as many connections as it may have.
  case tooMany(limit: UInt32)
}

/// What went wrong while the message was read.
package enum IntakeError: Error {
  /// The header section is larger than `header_size_limit` bytes.
  case headerTooLarge(limit: Int)
  /// The message is larger than `message_size_limit` bytes.
  case messageTooLarge(limit: UInt64)
  /// Postfix's queue file would be larger than its own `message_size_limit` of so many bytes.
  case queueFileTooLarge(limit: UInt64)
  /// The kernel refused to read the input or to keep it.
  case system(Errno)

  /// Whether the message is to blame, not the machine.
  var isTooLarge: Bool {
    switch self {
    case .headerTooLarge, .messageTooLarge, .queueFileTooLarge: true
    case .system: false
    }
  }
}

/// What went wrong between the decision and the real sendmail.
package enum HandoffError: Error {
  /// The real sendmail is not root's, or others may write to it.
  case untrustedProgram(path: [UInt8])
  /// The real sendmail cannot be examined or executed.
  case system(Errno)
  /// The real sendmail died by a signal (`handoff = supervise`) before it had read the whole
  /// message.
  case killed(signal: Int32)
  /// The real sendmail died by a signal when it may have queued the message.
  case killedLate(signal: Int32)
  /// The last look has found what speaks against a message that had been permitted.
  case overtaken(LateObjection)
}

/// What can happen between the decision on a message and its hand-over.
package enum LateObjection: UInt8, Sendable {
  /// The user was suspended.
  case suspended = 1
  /// The user's entry or the settings have changed, or cannot be read.
  case rulesChanged
  /// So much time has passed that the charge belongs to another step of the quota.
  case late
}
