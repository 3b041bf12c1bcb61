/// What postern.cf says of the server that several web servers share their quotas through.
package struct QuotaServerSettings: Sendable, Equatable {
  /// `quota_server`; nil = each machine has quotas of its own.
  package var address: QuotaServerAddress?
  /// `quota_server_user`.
  package var user: [UInt8] = Array("postern".utf8)
  /// `quota_server_password_file`; empty = the server asks for none.
  package var passwordFile: [UInt8] = []
  /// `quota_server_timeout`: for connecting, signing in and the answer together.
  package var timeoutMilliseconds: UInt32 = 1_000
  /// `quota_server_failure`.
  package var failure: QuotaServerFailure = .local
  /// `quota_server_failure_percent`.
  package var failurePercent: UInt32 = 25
  /// `quota_server_scope`.
  package var scope: QuotaServerScope = .all

  /// Creates the settings of an empty postern.cf.
  package init() {}
}

/// Where the server listens.
package enum QuotaServerAddress: Sendable, Equatable {
  /// At a socket of this machine: an absolute path.
  case unix(path: [UInt8])
  /// At a TCP port of an address in numbers: what runs for each message has no resolver.
  case inet(address: [UInt8], port: UInt16)
}

/// What happens to a message whose quota the server does not tell.
package enum QuotaServerFailure: String, SettingWord {
  /// This machine grants its share of each limit.
  case local
  /// It is refused.
  case reject

  package var storedCode: UInt8 {
    switch self {
    case .local: 1
    case .reject: 2
    }
  }
}

/// Whose quota is shared.
package enum QuotaServerScope: String, SettingWord {
  /// Everybody's who has a login name or a group.
  case all
  /// That of groups.
  case groups

  package var storedCode: UInt8 {
    switch self {
    case .all: 1
    case .groups: 2
    }
  }
}

extension QuotaLimits {
  /// What one machine grants alone: a percentage of each limit, and at least 1 where the limit is
  /// not 0, so that a small limit does not become a stop.
  ///
  /// The bound on the recipients of one message is no quota, and stays.
  package func share(percent: UInt32) -> QuotaLimits {
    func share(_ limit: Limit) -> Limit {
      guard case .count(let count) = limit, count > 0 else { return limit }
      return .count(UInt32(max(1, UInt64(count) * UInt64(min(percent, 100)) / 100)))
    }
    return QuotaLimits(
      messagesPerHour: share(messagesPerHour), recipientsPerHour: share(recipientsPerHour),
      messagesPerDay: share(messagesPerDay), recipientsPerDay: share(recipientsPerDay),
      recipientsPerMessage: recipientsPerMessage)
  }
}
