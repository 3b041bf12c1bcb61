package import InternetMessage

/// The envelope sender (RFC 5321 §4.1.2, Reverse-path).
package enum ReversePath: Sendable, Equatable {
  /// `<>`
  case null
  /// `<local-part@domain>`
  case address(AddrSpec)
  /// The value of `-f` that Postfix alone can read, as it was given: only for users who may send as
  /// anybody.
  case word([UInt8])
}

/// What the From: field claims.
package enum FromClaim: Sendable, Equatable {
  /// The addresses, in order; empty = no From: field.
  case addresses([AddrSpec])
  /// Two readers could find different authors in it.
  case ambiguous
}

/// An address that a repaired field shows beside its mailbox, to some reader.
package struct ShownAddress: Sendable, Equatable {
  /// The field.
  package let role: IdentityRole
  /// The address; perhaps it only looks like one.
  package let address: AddrSpec
  /// The mailbox of the field.
  package let mailbox: AddrSpec

  /// Creates one.
  package init(role: IdentityRole, address: AddrSpec, mailbox: AddrSpec) {
    self.role = role
    self.address = address
    self.mailbox = mailbox
  }
}

/// All that a message claims about its origin, and how much it asks for: everything that is judged.
package struct Claim: Sendable, Equatable {
  /// The real UID of the caller.
  package var uid: UInt32
  /// What `-f` says, `mailer-daemon` not yet recognized; nil = `-f` is missing.
  package var envelope: ReversePath?
  /// What From: says.
  package var from: FromClaim
  /// What Sender: says; nil = none.
  package var sender: AddrSpec?
  /// What Resent-From: says; empty = none.
  package var resentFrom: [AddrSpec]
  /// What Resent-Sender: says; nil = none.
  package var resentSender: AddrSpec?
  /// What repaired fields show besides; each must be permitted.
  package var shown: [ShownAddress]
  /// The number of recipients before duplicates are dropped.
  package var recipientCount: UInt32

  /// Creates a claim.
  package init(
    uid: UInt32, envelope: ReversePath?, from: FromClaim, sender: AddrSpec? = nil,
    resentFrom: [AddrSpec] = [], resentSender: AddrSpec? = nil, shown: [ShownAddress] = [],
    recipientCount: UInt32
  ) {
    self.uid = uid
    self.envelope = envelope
    self.from = from
    self.sender = sender
    self.resentFrom = resentFrom
    self.resentSender = resentSender
    self.shown = shown
    self.recipientCount = recipientCount
  }
}
