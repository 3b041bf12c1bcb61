/// The names that postern.cf may set; the raw value is the name.
package enum ConfigurationKey: String, Sendable, CaseIterable {
  case sendmailPath = "sendmail_path"
  case mode
  case exemptUsers = "exempt_users"
  case unlistedUsers = "unlisted_users"
  case defaultDomain = "default_domain"
  case recipientDelimiter = "recipient_delimiter"
  case fromPolicy = "from_policy"
  case messagesPerHour = "messages_per_hour"
  case recipientsPerHour = "recipients_per_hour"
  case messagesPerDay = "messages_per_day"
  case recipientsPerDay = "recipients_per_day"
  case recipientsPerMessage = "recipients_per_message"
  case messageSizeLimit = "message_size_limit"
  case headerSizeLimit = "header_size_limit"
  case traceHeader = "trace_header"
  case handoff
  case quotaFile = "quota_file"
  case syslogFacility = "syslog_facility"
  case autoSuspendRefusals = "auto_suspend_refusals"
  case notify
  case mailboxTables = "mailbox_tables"

  /// The position in the order of declaration.
  var index: Int {
    switch self {
    case .sendmailPath: 0
    case .mode: 1
    case .exemptUsers: 2
    case .unlistedUsers: 3
    case .defaultDomain: 4
    case .recipientDelimiter: 5
    case .fromPolicy: 6
    case .messagesPerHour: 7
    case .recipientsPerHour: 8
    case .messagesPerDay: 9
    case .recipientsPerDay: 10
    case .recipientsPerMessage: 11
    case .messageSizeLimit: 12
    case .headerSizeLimit: 13
    case .traceHeader: 14
    case .handoff: 15
    case .quotaFile: 16
    case .syslogFacility: 17
    case .autoSuspendRefusals: 18
    case .notify: 19
    case .mailboxTables: 20
    }
  }

  /// The names that an entry of the map can override.
  package static let siteOptions: [ConfigurationKey] = [
    .mode, .fromPolicy, .messagesPerHour, .recipientsPerHour, .messagesPerDay, .recipientsPerDay,
    .recipientsPerMessage, .messageSizeLimit, .headerSizeLimit,
  ]
}

extension Configuration {
  /// One name of postern.cf, as the documents have it.
  package struct KeyDescription: Sendable {
    /// The name.
    package let key: ConfigurationKey
    /// The default as it would be written in postern.cf; empty = the name's default is no value.
    package let defaultText: String
    /// The meaning in one line.
    package let meaning: String
  }

  /// Every name with its default and meaning, in the order of the documents.
  package static let keys: [KeyDescription] = ConfigurationKey.allCases.map {
    KeyDescription(key: $0, defaultText: defaultText(of: $0), meaning: meaning(of: $0))
  }

  private static func defaultText(of key: ConfigurationKey) -> String {
    switch key {
    case .sendmailPath: "/usr/sbin/sendmail"
    case .mode: "enforce"
    case .exemptUsers: "root"
    case .unlistedUsers: "reject"
    case .defaultDomain: ""
    case .recipientDelimiter: ""
    case .fromPolicy: "reject"
    case .messagesPerHour: "100"
    case .recipientsPerHour: "500"
    case .messagesPerDay: "unlimited"
    case .recipientsPerDay: "unlimited"
    case .recipientsPerMessage: "100"
    case .messageSizeLimit: "25M"
    case .headerSizeLimit: "256K"
    case .traceHeader: "yes"
    case .handoff: "exec"
    case .quotaFile: "/var/lib/postern/quota"
    case .syslogFacility: "mail"
    case .autoSuspendRefusals: "off"
    case .notify: ""
    case .mailboxTables: ""
    }
  }

  private static func meaning(of key: ConfigurationKey) -> String {
    switch key {
    case .sendmailPath: "the real sendmail; must be root's and not writable by others"
    case .mode: "enforce, or audit: log and count what would be refused, and hand it over"
    case .exemptUsers: "users who may send as anybody, uncounted"
    case .unlistedUsers: "users without a map entry: reject, or login (as login@default_domain)"
    case .defaultDomain: "appended to addresses without a domain; Postfix's myorigin if empty"
    case .recipientDelimiter: "if set to +, alice+x@d counts as alice@d"
    case .fromPolicy: "reject, or rewrite: put the default address in place of a forged From:"
    case .messagesPerHour: "messages in any 60 minutes: a number or unlimited; 0 blocks"
    case .recipientsPerHour: "recipients in any 60 minutes: a number or unlimited; 0 blocks"
    case .messagesPerDay: "messages in any 24 hours: a number or unlimited; 0 blocks"
    case .recipientsPerDay: "recipients in any 24 hours: a number or unlimited; 0 blocks"
    case .recipientsPerMessage: "recipients of one message: a number or unlimited; 0 blocks"
    case .messageSizeLimit: "bytes of a message, suffix K, M or G"
    case .headerSizeLimit: "bytes of the header section, suffix K, M or G"
    case .traceHeader: "yes or no: add X-Postern: so that an abuse report names the site"
    case .handoff: "exec, or supervise: wait for the real sendmail, undo the charge if it fails"
    case .quotaFile: "the state file"
    case .mailboxTables: "where mailboxes:DOMAIN looks; Postfix's virtual_*_maps if empty"
    case .syslogFacility: "mail, daemon, user, auth, authpriv, or local0 to local7"
    case .autoSuspendRefusals: "so many refused identities in an hour suspend a user; or off"
    case .notify: "addresses, and user: who gets mail about reached quotas and suspensions"
    }
  }
}
