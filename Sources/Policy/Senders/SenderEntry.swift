package import InternetMessage

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

  /// Whose record of the state file is charged: the group's, else the user's own.
  package var recordUID: UInt32 { rules.quotaGroup?.recordUID ?? uid }

  /// Whether the user may send as anybody, in any form: an exempt one, or one whose entry has `*`.
  package var sendsAsAnybody: Bool { isExempt || patterns.contains { $0.isAny } }

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

  /// Tells whether the user may send as whatever VERP makes of an address.
  ///
  /// That is its local part, a delimiter, and what the user writes for a recipient: with the
  /// delimiter `-` another user's `info-desk-sales@shop.example`.
  ///
  /// - Parameters:
  ///   - address: The address with its domain.
  ///   - first: The delimiters that may follow its local part.
  ///   - delimiter: The bytes of `recipient_delimiter`.
  /// - Returns: Whether all of them are permitted.
  package func permitsVERP(of address: AddrSpec, with first: [UInt8], delimiter: [UInt8]) -> Bool {
    first.allSatisfy { byte in
      // No `local@domain` of the map has a NUL: it is permitted for its domain or its extension.
      let sender = AddrSpec(localPart: address.localPart + [byte, 0], domain: address.domain)
      return permits(sender, delimiter: delimiter)
    }
  }

  /// Whether the user may send with the null envelope sender.
  package var permitsNullSender: Bool { nullSenderPermit != nil }

  /// What lets the user send with the null envelope sender.
  package var nullSenderPermit: Permit? {
    isExempt ? .exemption : patterns.first(where: { $0.permitsNullSender }).map { .pattern($0) }
  }

  /// Returns the mode in force.
  package func mode(defaults: Configuration) -> Mode { rules.mode ?? defaults.mode }

  /// Returns the From: policy in force.
  package func fromPolicy(defaults: Configuration) -> FromPolicy {
    rules.fromPolicy ?? defaults.fromPolicy
  }

  /// Returns what happens to an ambiguous identity field.
  package func ambiguousFrom(defaults: Configuration) -> AmbiguousFrom {
    rules.ambiguousFrom ?? defaults.ambiguousFrom
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
  /// - Returns: The default address; for a user without one who may send as anybody,
  ///   login@default_domain.
  package func ownAddress(_ configuration: Configuration) -> AddrSpec? {
    if let defaultAddress { return defaultAddress }
    guard sendsAsAnybody, !login.isEmpty, let domain = configuration.defaultDomain else {
      return nil
    }
    return AddrSpec(localPart: login, domain: domain)
  }
}
