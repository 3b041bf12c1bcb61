package import InternetMessage

/// What happens to a message that is not allowed.
package enum Mode: String, Sendable, CaseIterable {
  /// It is refused.
  case enforce
  /// It is logged, counted and handed over.
  case audit
}

/// What happens to a From: that is not allowed or ambiguous.
package enum FromPolicy: String, Sendable, CaseIterable {
  /// The message is refused.
  case reject
  /// The user's default address takes its place.
  case rewrite
}

/// What users without an entry in the map may do.
package enum UnlistedUsers: String, Sendable, CaseIterable {
  /// Nothing.
  case reject
  /// Send as login@default_domain, under the default limits.
  case login
}

/// How the real sendmail is run.
package enum HandoffKind: String, Sendable, CaseIterable {
  /// It takes the place of the drop-in.
  case exec
  /// The drop-in waits for it and gives the charge back if it fails.
  case supervise
}

/// The syslog facility of the decision lines.
package enum SyslogFacility: String, Sendable, CaseIterable {
  case mail, daemon, user, auth, authpriv
  case local0, local1, local2, local3, local4, local5, local6, local7

  /// The facility's number (RFC 5424 §6.2.1, table 1).
  package var number: Int32 {
    switch self {
    case .user: 1
    case .mail: 2
    case .daemon: 3
    case .auth: 4
    case .authpriv: 10
    case .local0: 16
    case .local1: 17
    case .local2: 18
    case .local3: 19
    case .local4: 20
    case .local5: 21
    case .local6: 22
    case .local7: 23
    }
  }
}

/// Who gets a notice.
package enum Notifiee: Sendable, Equatable {
  /// The word `user`: the default address of the user whom it is about.
  case user
  /// This address.
  case address(AddrSpec)
}

/// The settings of postern.cf; each property has the default of its documentation.
package struct Configuration: Sendable, Equatable {
  /// `sendmail_path`: the real sendmail, an absolute path.
  package var sendmailPath: [UInt8] = Array("/usr/sbin/sendmail".utf8)
  /// `mode`, which an entry of the map can override.
  package var mode: Mode = .enforce
  /// The setting `exempt_users`.
  ///
  /// The drop-in goes by the map's compiled form instead, which knows their UIDs.
  package var exemptUsers: [SiteName] = [.login(Array("root".utf8))]
  /// The setting `unlisted_users`.
  ///
  /// It takes effect with `postern map build`.
  package var unlistedUsers: UnlistedUsers = .reject
  /// `default_domain`, in lower case and as A-labels; `nil` = not set.
  package var defaultDomain: [UInt8]?
  /// `recipient_delimiter`: each byte is a delimiter, as in Postfix; empty = none.
  package var recipientDelimiter: [UInt8] = []
  /// `from_policy`, which an entry of the map can override.
  package var fromPolicy: FromPolicy = .reject
  /// `messages_per_hour` and its like, which an entry of the map can override.
  package var limits = QuotaLimits()
  /// `message_size_limit` and `header_size_limit`, which an entry of the map can override.
  package var sizes = SizeLimits()
  /// `trace_header`: whether X-Postern: is added.
  package var addsTraceHeader = true
  /// `handoff`.
  package var handoff: HandoffKind = .exec
  /// `quota_file`, an absolute path.
  package var quotaFile: [UInt8] = Array("/var/lib/postern/quota".utf8)
  /// `syslog_facility`.
  package var syslogFacility: SyslogFacility = .mail
  /// `auto_suspend_refusals`: how many refused identities within an hour suspend a user; `nil` = `off`.
  package var autoSuspendRefusals: UInt32?
  /// `notify`: who gets mail when a quota is reached or a user is suspended.
  package var notify: [Notifiee] = []
  /// `mailbox_tables`; empty = Postfix's own virtual_mailbox_maps and virtual_alias_maps.
  package var mailboxTables: [MailTable] = []
  /// The line that sets each name, by `Key.index`; 0 = not set.
  var lines: [Int] = []

  /// Creates the configuration of an empty postern.cf.
  package init() {}

  /// Takes over the default domain that the map was built with.
  ///
  /// Like `exempt_users` and `unlisted_users` it takes effect with `postern map build`, so that all three
  /// always belong together; `settingsDigest` tells that a build is due, and must be asked first.
  ///
  /// - Parameter index: The compiled map.
  package mutating func adopt(_ index: SenderIndexHeader) {
    defaultDomain = index.defaultDomain
  }

  /// Returns the line of postern.cf that sets a name, `nil` if it is not set.
  package func line(of key: ConfigurationKey) -> Int? {
    guard lines.indices.contains(key.index), lines[key.index] > 0 else { return nil }
    return lines[key.index]
  }
}

/// Bounds in bytes on what is read from the caller.
package struct SizeLimits: Sendable, Equatable {
  /// The whole message.
  package var messageBytes: UInt64
  /// The header section, which is held in memory.
  package var headerBytes: UInt64

  /// Creates limits; without arguments the defaults of postern.cf.
  package init(messageBytes: UInt64 = 25 << 20, headerBytes: UInt64 = 256 << 10) {
    self.messageBytes = messageBytes
    self.headerBytes = headerBytes
  }
}
