package import InternetMessage

/// The envelope sender (RFC 5321 §4.1.2, Reverse-path).
package enum ReversePath: Sendable, Equatable {
  /// `<>`
  case null
  /// `<local-part@domain>`
  case address(AddrSpec)
}

/// What the From: field claims.
package enum FromClaim: Sendable, Equatable {
  /// The addresses, in order; empty if there is no From: field, so that none is claimed.
  case addresses([AddrSpec])
  /// Two readers could find different authors in it.
  case ambiguous
}

/// All that a message claims about its origin, and how much it asks for: everything that is judged.
package struct Claim: Sendable, Equatable {
  /// The real UID of the caller.
  package var uid: UInt32
  /// What `-f` says, `mailer-daemon` not yet recognised; `nil` if `-f` is missing.
  package var envelope: ReversePath?
  /// What From: says.
  package var from: FromClaim
  /// What Sender: says, `nil` if there is none.
  package var sender: AddrSpec?
  /// What Resent-From: says, empty if there is none.
  package var resentFrom: [AddrSpec]
  /// What Resent-Sender: says, `nil` if there is none.
  package var resentSender: AddrSpec?
  /// The number of recipients before duplicates are dropped.
  package var recipientCount: UInt32

  /// Creates a claim.
  package init(
    uid: UInt32, envelope: ReversePath?, from: FromClaim, sender: AddrSpec? = nil,
    resentFrom: [AddrSpec] = [], resentSender: AddrSpec? = nil, recipientCount: UInt32
  ) {
    self.uid = uid
    self.envelope = envelope
    self.from = from
    self.sender = sender
    self.resentFrom = resentFrom
    self.resentSender = resentSender
    self.recipientCount = recipientCount
  }
}
