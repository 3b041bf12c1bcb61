/// Sums since a record began, for programs that draw curves: they only ever grow.
///
/// They are no part of any decision. What `Usage.giveBack` takes back stays counted here, and so does
/// what `postern quota reset` forgets.
package struct Counters: Sendable, Equatable {
  /// How many reason codes there is room for; see `ReasonCode.counterIndex`.
  package static let reasonCount = 24

  /// Messages permitted, those among them that `mode = audit` let pass.
  package var messages: UInt64 = 0
  /// Their recipients.
  package var recipients: UInt64 = 0
  /// Messages refused, by `ReasonCode.counterIndex`: always `reasonCount` elements.
  package private(set) var refused: [UInt64]
  /// Messages that would have been refused but for `mode = audit`, likewise.
  package private(set) var lifted: [UInt64]

  /// Creates counters that stand at zero.
  package init() {
    refused = Array(repeating: 0, count: Self.reasonCount)
    lifted = refused
  }

  /// Restores counters that were stored; nil unless both lists have `reasonCount` elements.
  package init?(messages: UInt64, recipients: UInt64, refused: [UInt64], lifted: [UInt64]) {
    guard refused.count == Self.reasonCount, lifted.count == Self.reasonCount else { return nil }
    self.messages = messages
    self.recipients = recipients
    self.refused = refused
    self.lifted = lifted
  }

  /// How many messages were refused for a reason.
  package func refused(_ reason: ReasonCode) -> UInt64 { refused[reason.counterIndex] }

  /// How many messages `mode = audit` let pass in spite of a reason.
  package func lifted(_ reason: ReasonCode) -> UInt64 { lifted[reason.counterIndex] }

  /// Counts one permitted message.
  mutating func permit(messages: UInt32, recipients: UInt32) {
    self.messages &+= UInt64(messages)
    self.recipients &+= UInt64(recipients)
  }

  /// Counts one refused message.
  mutating func refuse(_ reason: ReasonCode) { refused[reason.counterIndex] &+= 1 }

  /// Counts one message that passed in spite of a reason.
  mutating func lift(_ reason: ReasonCode) { lifted[reason.counterIndex] &+= 1 }
}

extension ReasonCode {
  /// The position of its counters in a record of the state file: that of its declaration.
  ///
  /// A new code must be declared last, and `Counters.reasonCount` bounds their number.
  package var counterIndex: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Whether it tells of an identity that is not the user's, which `auto_suspend_refusals` counts.
  ///
  /// A user without an entry has no identity at all, and a suspended one is suspended already.
  package var isForeignIdentity: Bool {
    switch self {
    case .fromNotAllowed, .senderNotAllowed, .resentNotAllowed, .envelopeNotAllowed: true
    default: false
    }
  }
}
