package import InternetMessage

/// The outcome for one message.
///
/// What cannot be judged is an error, never a permit.
package enum Decision: Sendable, Equatable {
  case permit
  /// It is permitted, and brings what is used of a limit to the share that `notify_at` names.
  case permitNearing(QuotaLevel)
  /// It is handed over, for `mode = audit`, though there is a reason to refuse it.
  case waive(ReasonCode)
  case reject(Rejection)
}

/// The place in a message or envelope that names a sender.
package enum IdentityRole: Sendable, CaseIterable {
  case from
  case sender
  case resentFrom
  case resentSender
  case envelope

  /// The reason code for an address that is not allowed in this place.
  package var reason: ReasonCode {
    switch self {
    case .from: .fromNotAllowed
    case .sender: .senderNotAllowed
    case .resentFrom, .resentSender: .resentNotAllowed
    case .envelope: .envelopeNotAllowed
    }
  }
}

/// What was not allowed.
package enum OffendingIdentity: Sendable, Equatable {
  /// This address.
  case address(AddrSpec)
  /// What VERP makes of this address, which itself is allowed, for each recipient.
  case verp(of: AddrSpec)
  /// The null sender.
  case nullSender
  /// `-f` is missing and the user's entry gives no default: it needs `default=ADDRESS`.
  case missing
}

/// Why a message was refused, with all the data that the text and the log line need, and no prose.
package struct Rejection: Error, Sendable, Equatable {
  /// What is wrong.
  package enum Cause: Sendable, Equatable {
    /// The administrator suspended the user, for this reason.
    case userSuspended(reason: [UInt8])
    /// There is no entry for the user.
    case userUnlisted
    /// The user may not use this identity.
    case notAllowed(IdentityRole, OffendingIdentity)
    /// Two readers could find different authors in From:.
    case fromAmbiguous
    /// A field shows this address beside its mailbox, and the user may not use it.
    case shown(ShownAddress)
    /// The message has too many recipients.
    case tooManyRecipients(count: UInt32, limit: UInt32)
    /// A quota is used up.
    case quota(QuotaExcess)
  }

  /// What is wrong.
  package var cause: Cause
  /// The user: login name, else `uid:N`.
  package var user: [UInt8]
  /// What the user may send as, as the entry has it.
  package var allowed: [AddressPattern]
  /// Whether a visitor's From: goes to nobody but the user: what contact forms send.
  package var isOfContactForm = false

  /// Creates a rejection.
  package init(cause: Cause, user: [UInt8], allowed: [AddressPattern] = []) {
    self.cause = cause
    self.user = user
    self.allowed = allowed
  }

  /// The reason code.
  package var reason: ReasonCode {
    switch cause {
    case .userSuspended: .userSuspended
    case .userUnlisted: .userUnlisted
    case .notAllowed(let role, _): role.reason
    case .fromAmbiguous, .shown: .fromAmbiguous
    case .tooManyRecipients: .recipientLimit
    case .quota(let excess):
      excess.resource == .messages ? .quotaMessages : .quotaRecipients
    }
  }
}
