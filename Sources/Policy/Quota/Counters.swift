/// Sums since a record began, for programs that draw curves: they only ever grow.
///
/// They are no part of any decision. What `Usage.giveBack` takes back stays counted here, and so
/// does what `postern quota reset` forgets.
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
  package private(set) var waived: [UInt64]

  /// Creates counters of zero.
  package init() {
    refused = Array(repeating: 0, count: Self.reasonCount)
    waived = refused
  }

  /// Restores counters that were stored; nil = a list has not `reasonCount` elements.
  package init?(messages: UInt64, recipients: UInt64, refused: [UInt64], waived: [UInt64]) {
    guard refused.count == Self.reasonCount, waived.count == Self.reasonCount else { return nil }
    self.messages = messages
    self.recipients = recipients
    self.refused = refused
    self.waived = waived
  }

  /// How many counters there are.
  package static let numberCount = 2 + 2 * reasonCount

  /// All of them, in the order in which they are stored.
  package var numbers: [UInt64] { [messages, recipients] + refused + waived }

  /// Restores counters from `numbers`; nil = there are not `numberCount` of them.
  package init?(numbers: [UInt64]) {
    guard numbers.count == Self.numberCount else { return nil }
    let reasons = numbers.dropFirst(2)
    self.init(
      messages: numbers[0], recipients: numbers[1],
      refused: Array(reasons.prefix(Self.reasonCount)),
      waived: Array(reasons.dropFirst(Self.reasonCount)))
  }

  /// Permitted messages whose From: `from_policy = rewrite` has replaced.
  ///
  /// It has a place of `waived` that no reason code has; so has `repaired`.
  package private(set) var rewritten: UInt64 {
    get { waived[Self.rewrittenIndex] }
    set { waived[Self.rewrittenIndex] = newValue }
  }

  /// Permitted messages of which an identity field was put into canonical form.
  package private(set) var repaired: UInt64 {
    get { waived[Self.repairedIndex] }
    set { waived[Self.repairedIndex] = newValue }
  }

  /// Places that no reason code may be given; see `ReasonCode.counterIndex`.
  static let rewrittenIndex = 23
  static let repairedIndex = 22

  /// How many messages were refused for a reason.
  package func refused(_ reason: ReasonCode) -> UInt64 { refused[reason.counterIndex] }

  /// How many messages `mode = audit` let pass in spite of a reason.
  package func waived(_ reason: ReasonCode) -> UInt64 { waived[reason.counterIndex] }

  /// Counts one permitted message.
  mutating func permit(messages: UInt32, recipients: UInt32) {
    self.messages &+= UInt64(messages)
    self.recipients &+= UInt64(recipients)
  }

  /// Counts what was changed in one permitted message.
  mutating func change(_ changes: IdentityChanges) {
    if changes.contains(.rewritten) { rewritten &+= 1 }
    if changes.contains(.repaired) { repaired &+= 1 }
  }

  /// Counts one refused message.
  mutating func refuse(_ reason: ReasonCode) { refused[reason.counterIndex] &+= 1 }

  /// Counts one message that passed in spite of a reason.
  mutating func waive(_ reason: ReasonCode) { waived[reason.counterIndex] &+= 1 }
}

/// What is changed in the identity fields of a permitted message.
package struct IdentityChanges: OptionSet, Sendable {
  package let rawValue: UInt8

  package init(rawValue: UInt8) { self.rawValue = rawValue }

  /// From: is replaced by the user's own address.
  package static let rewritten = IdentityChanges(rawValue: 1)
  /// A field is put into canonical form.
  package static let repaired = IdentityChanges(rawValue: 2)
}

extension ReasonCode {
  /// The position of its counters in a record of the state file, below `Counters.reasonCount`.
  ///
  /// It never changes and is never given to another code, wherever the codes are declared.
  package var counterIndex: Int {
    switch self {
    case .fromNotAllowed: 0
    case .senderNotAllowed: 1
    case .resentNotAllowed: 2
    case .envelopeNotAllowed: 3
    case .userUnlisted: 4
    case .userSuspended: 5
    case .quotaMessages: 6
    case .quotaRecipients: 7
    case .recipientLimit: 8
    case .sizeLimit: 9
    case .headerMalformed: 10
    case .fromAmbiguous: 11
    case .recipientMalformed: 12
    case .noRecipients: 13
    case .unsupportedOption: 14
    case .usage: 15
    case .storeUnavailable: 16
    case .handoffFailed: 17
    case .systemError: 18
    case .configInvalid: 19
    case .notPrivileged: 20
    }
  }

  /// Whether it is about an identity that is not the user's, which `auto_suspend_refusals` counts.
  ///
  /// A user without an entry has no identity at all, and a suspended one is suspended already.
  package var isForeignIdentity: Bool {
    switch self {
    case .fromNotAllowed, .senderNotAllowed, .resentNotAllowed, .envelopeNotAllowed: true
    default: false
    }
  }
}
