/// What kind of thing a refusal complains about; it decides the exit status and whether audit lifts
/// it.
package enum ReasonKind: Sendable, CaseIterable {
  /// The caller may not use this sender: 77 (EX_NOPERM).
  case identity
  /// The caller has used up a quota: 69 (EX_UNAVAILABLE), never 75, which PHP 8.5 takes for
  /// success.
  case quota
  /// The message itself: 65 (EX_DATAERR).
  case message
  /// The command line: 64 (EX_USAGE).
  case commandLine
  /// This machine; nothing was sent: 71 (EX_OSERR).
  case machine
  /// The installation: 78 (EX_CONFIG).
  case installation

  /// Whether it is the administrator's to repair, not the sender's.
  package var isOfTheServer: Bool { self == .machine || self == .installation }

  /// The exit status from sysexits.h.
  ///
  /// 75 (EX_TEMPFAIL) is not among them, on purpose.
  package var exitStatus: Int32 {
    switch self {
    case .identity: 77
    case .quota: 69
    case .message: 65
    case .commandLine: 64
    case .machine: 71
    case .installation: 78
    }
  }
}

/// Why a submission was refused: the one table of reason codes.
///
/// The raw value is the word in the refusal line, in the log and in the documents. It is fixed:
/// administrators' tools match it.
package enum ReasonCode: String, CaseIterable, Sendable {
  case fromNotAllowed = "from-not-allowed"
  case senderNotAllowed = "sender-not-allowed"
  case resentNotAllowed = "resent-not-allowed"
  case envelopeNotAllowed = "envelope-not-allowed"
  case userUnlisted = "user-unlisted"
  case userSuspended = "user-suspended"
  case quotaMessages = "quota-messages"
  case quotaRecipients = "quota-recipients"
  case recipientLimit = "recipient-limit"
  case sizeLimit = "size-limit"
  case headerMalformed = "header-malformed"
  case fromAmbiguous = "from-ambiguous"
  case recipientMalformed = "recipient-malformed"
  case noRecipients = "no-recipients"
  case unsupportedOption = "unsupported-option"
  case usage
  case storeUnavailable = "store-unavailable"
  case handoffFailed = "handoff-failed"
  case systemError = "system-error"
  case configInvalid = "config-invalid"
  case notPrivileged = "not-privileged"

  /// What the refusal complains about.
  package var kind: ReasonKind {
    switch self {
    case .fromNotAllowed, .senderNotAllowed, .resentNotAllowed, .envelopeNotAllowed,
      .userUnlisted, .userSuspended:
      .identity
    case .quotaMessages, .quotaRecipients:
      .quota
    case .recipientLimit, .sizeLimit, .headerMalformed, .fromAmbiguous, .recipientMalformed,
      .noRecipients:
      .message
    case .unsupportedOption, .usage:
      .commandLine
    case .storeUnavailable, .handoffFailed, .systemError:
      .machine
    case .configInvalid, .notPrivileged:
      .installation
    }
  }

  /// The exit status of the drop-in when it refuses for this reason.
  package var exitStatus: Int32 { kind.exitStatus }

  /// Whether `mode = audit` hands the message over all the same.
  ///
  /// A suspension is an explicit order of the administrator, and the size limit bounds memory:
  /// audit lifts neither. What concerns the command line, the machine or the installation cannot be
  /// waived.
  package var isWaivedByAudit: Bool {
    switch kind {
    case .identity: self != .userSuspended
    case .quota: true
    case .message: self != .sizeLimit
    case .commandLine, .machine, .installation: false
    }
  }
}
