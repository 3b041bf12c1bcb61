package import InternetMessage

/// What happens to a message that is not allowed.
package enum Mode: String, SettingWord {
  /// It is refused.
  case enforce
  /// It is logged, counted and handed over.
  case audit

  package var storedCode: UInt8 {
    switch self {
    case .enforce: 1
    case .audit: 2
    }
  }
}

/// What happens to a From: that is not allowed or ambiguous.
package enum FromPolicy: String, SettingWord {
  /// The message is refused.
  case reject
  /// The user's default address takes its place.
  case rewrite

  package var storedCode: UInt8 {
    switch self {
    case .reject: 1
    case .rewrite: 2
    }
  }
}

/// What happens to an identity field that is outside the plain grammar.
package enum AmbiguousFrom: String, SettingWord {
  /// It is put into a form that can be read in one way only, where every reading of it is
  /// permitted.
  case repair
  /// The message is refused.
  case reject

  package var storedCode: UInt8 {
    switch self {
    case .repair: 1
    case .reject: 2
    }
  }
}

/// What users without an entry in the map may do.
package enum UnlistedUsers: String, SettingWord {
  /// Nothing.
  case reject
  /// Send as login@default_domain, under the default limits.
  case login

  package var storedCode: UInt8 {
    switch self {
    case .reject: 1
    case .login: 2
    }
  }
}

/// What becomes of X-PHP-Originating-Script: once it is logged.
package enum PHPScriptHeader: String, SettingWord {
  /// It is sent.
  case keep
  /// It is taken out.
  case remove

  package var storedCode: UInt8 {
    switch self {
    case .keep: 1
    case .remove: 2
    }
  }
}

/// How the real sendmail is run.
package enum HandoffKind: String, SettingWord {
  /// It takes the place of the drop-in.
  case exec
  /// The drop-in waits for it and gives the charge back if it fails.
  case supervise

  package var storedCode: UInt8 {
    switch self {
    case .exec: 1
    case .supervise: 2
    }
  }
}

/// The syslog facility of the decision lines.
package enum SyslogFacility: String, SettingWord {
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

  /// RFC 5424 numbers them for good; 0 would be the kernel's own.
  package var storedCode: UInt8 { UInt8(truncatingIfNeeded: number) }
}

/// Who gets a notice.
package enum Notifiee: Sendable, Equatable {
  /// The word `user`: the default address of the user whom it is about.
  case user
  /// This address.
  case address(AddrSpec)
}

/// The settings: those of postern.cf, or those in force, as senders.db has them.
///
/// Each property begins with its default. `Setting` is the table of their names.
package struct Configuration: Sendable, Equatable {
  /// `sendmail_path`: the real sendmail, an absolute path.
  package var sendmailPath: [UInt8] = Array("/usr/sbin/sendmail".utf8)
  /// `mode`, which an entry of the map can override.
  package var mode: Mode = .enforce
  /// The setting `exempt_users`.
  ///
  /// The drop-in goes by the map's entries instead, which know their UIDs.
  package var exemptUsers: [UserName] = [.login(Array("root".utf8))]
  /// The setting `unlisted_users`.
  ///
  /// The drop-in goes by the map's entries instead.
  package var unlistedUsers: UnlistedUsers = .reject
  /// `default_domain`, in lower case and as A-labels; `nil` = not set; in senders.db it always is.
  package var defaultDomain: [UInt8]?
  /// `recipient_delimiter`: each byte is a delimiter, as in Postfix; empty = none.
  package var recipientDelimiter: [UInt8] = []
  /// `from_policy`, which an entry of the map can override.
  package var fromPolicy: FromPolicy = .reject
  /// `ambiguous_from`, which an entry of the map can override.
  package var ambiguousFrom: AmbiguousFrom = .repair
  /// `messages_per_hour` and its like, which an entry of the map can override.
  package var limits = QuotaLimits()
  /// `message_size_limit` and `header_size_limit`, which an entry of the map can override.
  package var sizes = SizeLimits()
  /// Postfix's own `message_size_limit` in bytes, as `postern map build` has read it.
  ///
  /// It bounds the queue file, which is larger than the message. `nil` = there is none, or Postfix
  /// does not tell; it is no setting of postern.cf.
  package var postfixMessageBytes: UInt64?
  /// `trace_header`: whether X-Postern: is added.
  package var addsTraceHeader = true
  /// `handoff`.
  package var handoff: HandoffKind = .exec
  /// `quota_file`, an absolute path.
  package var quotaFile: [UInt8] = Array("/var/lib/postern/quota".utf8)
  /// `syslog_facility`.
  package var syslogFacility: SyslogFacility = .mail
  /// `auto_suspend_refusals`: how many refused identities within an hour suspend a user; `nil` =
  /// `off`.
  package var autoSuspendRefusals: UInt32?
  /// `auto_suspend_for`: for how many seconds; `nil` = until it is resumed.
  package var autoSuspendFor: UInt32?
  /// `notify`: who gets mail when a quota is reached or a user is suspended.
  package var notify: [Notifiee] = []
  /// `notify_at`: the share of a limit, in percent, at which there is a notice, too; 100 = only
  /// where mail is refused.
  package var notifyAt: UInt32 = 100
  /// `notify_command`: the program that is run for each notice; empty = none.
  package var notifyCommand: [UInt8] = []
  /// `quota_notice_interval`: the seconds that lie between two notices about one user.
  package var quotaNoticeInterval: UInt32 = 3_600
  /// `mailbox_tables`; empty = Postfix's own virtual_mailbox_maps and virtual_alias_maps.
  package var mailboxTables: [MailTable] = []
  /// `doctor_accept`: the codes of findings that the administrator accepts.
  package var doctorAccept: [[UInt8]] = []
  /// `hosted_domains`: domains in comparison form, and paths of files with more.
  package var hostedDomains: [[UInt8]] = []
  /// `php_script_header`.
  package var phpScriptHeader: PHPScriptHeader = .keep
  /// `smtp_connections_per_user`: how many connections at once the SMTP door serves a user.
  package var smtpConnectionsPerUser: UInt32 = 10
  /// `quota_server` and its companions.
  package var quotaServer = QuotaServerSettings()

  /// Creates the configuration of an empty postern.cf.
  package init() {}
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
