package import InternetMessage

/// What an entry of senders says of its user: the addresses, and the settings of its own.
package struct SenderRules: Sendable, Equatable {
  /// The addresses.
  package var patterns: [AddressPattern] = []
  /// The domains of `mailboxes:DOMAIN`, in comparison form; `postern map build` turns them into
  /// patterns.
  package var mailboxDomains: [[UInt8]] = []
  /// The envelope sender where `-f` is missing: `default=ADDRESS`, else the first `local@domain`.
  ///
  /// Its local part is as written, its domain in comparison form.
  package var defaultAddress: AddrSpec?
  /// The option `mode`; nil = that of postern.cf, likewise below.
  package var mode: Mode?
  /// The option `from_policy`.
  package var fromPolicy: FromPolicy?
  /// The option `ambiguous_from`.
  package var ambiguousFrom: AmbiguousFrom?
  /// The option `messages_per_hour`.
  package var messagesPerHour: Limit?
  /// The option `recipients_per_hour`.
  package var recipientsPerHour: Limit?
  /// The option `messages_per_day`.
  package var messagesPerDay: Limit?
  /// The option `recipients_per_day`.
  package var recipientsPerDay: Limit?
  /// The option `recipients_per_message`.
  package var recipientsPerMessage: Limit?
  /// The option `message_size_limit`, in bytes.
  package var messageBytes: UInt64?
  /// The option `header_size_limit`, in bytes.
  package var headerBytes: UInt64?
  /// Who gets the user's notices: `contact=ADDRESS`.
  package var contact: AddrSpec?
  /// Who shares the quota: `quota_group=NAME`.
  package var quotaGroup: QuotaGroup?
  /// The reason of `suspended=REASON`.
  package var suspended: [UInt8]?

  /// Creates rules that grant nothing.
  package init() {}
}
