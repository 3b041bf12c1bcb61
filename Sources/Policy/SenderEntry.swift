package import InternetMessage

/// What a line of the map grants, apart from whom.
package struct SenderRules: Sendable, Equatable {
  /// The addresses.
  package var patterns: [AddressPattern] = []
  /// The domains of `mailboxes:DOMAIN`, in comparison form; `postern map build` turns them into patterns.
  package var mailboxDomains: [[UInt8]] = []
  /// The envelope sender where `-f` is missing: `default=ADDRESS`, else the first `local@domain`.
  ///
  /// Its local part is as written, its domain in comparison form.
  package var defaultAddress: AddrSpec?
  /// The option `mode`; nil = that of postern.cf, likewise below.
  package var mode: Mode?
  /// The option `from_policy`.
  package var fromPolicy: FromPolicy?
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
  /// The reason of `suspended=REASON`.
  package var suspended: [UInt8]?

  /// Creates rules that grant nothing.
  package init() {}
}

/// What the map's compiled form knows of one UID.
package struct SenderEntry: Sendable, Equatable {
  /// The UID.
  package var uid: UInt32
  /// The user as the map names it: login name, else `uid:N`.
  package var user: [UInt8]
  /// The login name; empty if there is no account.
  package var login: [UInt8]
  /// The account's full name; empty if there is none.
  package var fullName: [UInt8]
  /// Whether the user is in `exempt_users`: may send as anybody, uncounted.
  package var isExempt: Bool
  /// Whether the map lists the user; else the entry is there for `unlisted_users = login` or an
  /// exemption.
  package var isListed: Bool
  /// What the map grants.
  package var rules: SenderRules

  /// Creates an entry.
  package init(
    uid: UInt32, user: [UInt8], login: [UInt8] = [], fullName: [UInt8] = [],
    isExempt: Bool = false, isListed: Bool = true, rules: SenderRules = SenderRules()
  ) {
    self.uid = uid
    self.user = user
    self.login = login
    self.fullName = fullName
    self.isExempt = isExempt
    self.isListed = isListed
    self.rules = rules
  }

  /// The addresses that the user may send as, apart from the default address.
  package var patterns: [AddressPattern] { rules.patterns }
  /// The envelope sender where `-f` is missing.
  package var defaultAddress: AddrSpec? { rules.defaultAddress }
  /// The user's own `mode`.
  package var mode: Mode? { rules.mode }
  /// The user's own `from_policy`.
  package var fromPolicy: FromPolicy? { rules.fromPolicy }
  /// Why the user is suspended, `nil` = not suspended.
  package var suspended: [UInt8]? { rules.suspended }

  /// Tells whether the user may send as an address.
  ///
  /// - Parameters:
  ///   - address: The address with its domain.
  ///   - delimiter: The bytes of `recipient_delimiter`.
  /// - Returns: Whether a pattern, the default address or an exemption permits it.
  package func permits(_ address: AddrSpec, delimiter: [UInt8]) -> Bool {
    permit(for: address, delimiter: delimiter) != nil
  }

  /// Finds what lets the user send as an address.
  ///
  /// - Parameters:
  ///   - address: The address with its domain.
  ///   - delimiter: The bytes of `recipient_delimiter`.
  /// - Returns: The exemption, the first pattern, or the default address; nil = nothing permits it.
  package func permit(for address: AddrSpec, delimiter: [UInt8]) -> Permit? {
    if isExempt { return .exemption }
    if let pattern = patterns.first(permitting: address, delimiter: delimiter) {
      return .pattern(pattern)
    }
    guard let own = defaultAddress, address.domain != nil, own.canonical == address.canonical
    else { return nil }
    return .defaultAddress
  }

  /// Whether the user may send with the null envelope sender.
  package var permitsNullSender: Bool { nullSenderPermit != nil }

  /// What lets the user send with the null envelope sender.
  package var nullSenderPermit: Permit? {
    isExempt ? .exemption : patterns.first(where: \.permitsNullSender).map { .pattern($0) }
  }

  /// Returns the mode in force.
  package func mode(defaults: Configuration) -> Mode { rules.mode ?? defaults.mode }

  /// Returns the From: policy in force.
  package func fromPolicy(defaults: Configuration) -> FromPolicy {
    rules.fromPolicy ?? defaults.fromPolicy
  }

  /// Returns the limits in force: none for an exempt user.
  package func limits(defaults: Configuration) -> QuotaLimits {
    guard !isExempt else { return .unlimited }
    let common = defaults.limits
    return QuotaLimits(
      messagesPerHour: rules.messagesPerHour ?? common.messagesPerHour,
      recipientsPerHour: rules.recipientsPerHour ?? common.recipientsPerHour,
      messagesPerDay: rules.messagesPerDay ?? common.messagesPerDay,
      recipientsPerDay: rules.recipientsPerDay ?? common.recipientsPerDay,
      recipientsPerMessage: rules.recipientsPerMessage ?? common.recipientsPerMessage)
  }

  /// Returns the bounds on size in force, for an exempt user too: they bound memory.
  package func sizes(defaults: Configuration) -> SizeLimits {
    SizeLimits(
      messageBytes: rules.messageBytes ?? defaults.sizes.messageBytes,
      headerBytes: rules.headerBytes ?? defaults.sizes.headerBytes)
  }

  /// Returns the address that stands for the user where none is given.
  ///
  /// - Parameter configuration: Gives `default_domain`.
  /// - Returns: The default address; for an exempt user without one, login@default_domain.
  package func ownAddress(_ configuration: Configuration) -> AddrSpec? {
    if let defaultAddress { return defaultAddress }
    guard isExempt, !login.isEmpty, let domain = configuration.defaultDomain else { return nil }
    return AddrSpec(localPart: login, domain: domain)
  }
}
