/// One parameter of postern.cf, or one option of an entry of senders: a row of the table in
/// `init(code:)`.
///
/// To declare one, add a row there and the property that it goes to, whose first value is the
/// default.
package struct Setting: Sendable {
  /// What it is in senders.db: never changed, and never given to another setting.
  package let code: UInt16
  /// The name, as the files have it.
  package let name: String
  /// What it does, as the sample postern.cf explains it.
  package let meaning: String
  /// The property of the configuration; `nil` = postern.cf cannot set it.
  let parameter: SettingAccess<Configuration>?
  /// The property of an entry's rules; `nil` = an entry of senders cannot set it.
  let option: SettingAccess<SenderRules>?

  init(
    _ code: UInt16, _ name: String, _ meaning: String,
    parameter: SettingAccess<Configuration>? = nil, option: SettingAccess<SenderRules>? = nil
  ) {
    self.code = code
    self.name = name
    self.meaning = meaning
    self.parameter = parameter
    self.option = option
  }

  /// The table: finds a setting by its stored code.
  ///
  /// The drop-in asks for single rows, so the table is no array that would have to be built at its
  /// start.
  ///
  /// - Parameter code: The code. `nil` is returned for one that this version does not know.
  init?(code: UInt16) {
    guard let row = Self.row(code) ?? Self.entryRow(code) else { return nil }
    self = row
  }

  /// The greatest code that there may be.
  private static let maximumCode: UInt16 = 255

  /// Every setting, in the order of the codes.
  package static let all: [Setting] = (1...maximumCode).compactMap { Setting(code: $0) }

  /// The parameters of postern.cf.
  package static let parameters = all.filter { $0.parameter != nil }

  /// The options of an entry of senders.
  package static let options = all.filter { $0.option != nil }

  /// The parameters of postern.cf, some of them options, too.
  private static func row(_ code: UInt16) -> Setting? {
    switch code {
    case 1:
      Setting(
        code, "sendmail_path",
        "The real sendmail. Must be owned by root and not be writable by anybody else.",
        parameter: { $0.value(PathValue(), &$1.sendmailPath) })
    case 2:
      Setting(
        code, "mode",
        """
        enforce, or audit: what would be refused is only logged (verdict=audit), counted, \
        and handed over unchanged.
        """,
        parameter: { $0.value(WordValue<Mode>(), &$1.mode) },
        option: { $0.option(WordValue<Mode>(), &$1.mode) })
    case 3:
      Setting(
        code, "exempt_users",
        """
        Users who may send with any address, and whose mail is not counted: login names or \
        uid:N. Cron jobs of the system run as root.
        """,
        parameter: { $0.value(UsersValue(), &$1.exemptUsers) })
    case 4:
      Setting(
        code, "unlisted_users",
        """
        Users without an entry in "senders": reject, or login (may send as \
        login@default_domain, with the limits of this file).
        """,
        parameter: { $0.value(WordValue<UnlistedUsers>(), &$1.unlistedUsers) })
    case 5:
      Setting(
        code, "default_domain",
        """
        The domain that is added to addresses without one. Empty: Postfix's myorigin at the \
        time of "postern map build".
        """,
        parameter: { $0.value(DomainValue(), &$1.defaultDomain) })
    case 6:
      Setting(
        code, "recipient_delimiter",
        """
        For example "+": then alice+shop@example.com is treated as alice@example.com. Empty: \
        no extensions.
        """,
        parameter: { $0.value(DelimiterValue(), &$1.recipientDelimiter) })
    case 7:
      Setting(
        code, "from_policy",
        """
        What happens to a From: that is not allowed: reject, or rewrite (it is replaced by \
        the site's default address).
        """,
        parameter: { $0.value(WordValue<FromPolicy>(), &$1.fromPolicy) },
        option: { $0.option(WordValue<FromPolicy>(), &$1.fromPolicy) })
    case 8:
      Setting(
        code, "messages_per_hour",
        """
        The most messages of each site in any 60 minutes. A number, or unlimited; 0 refuses \
        everything.
        """,
        parameter: { $0.value(LimitValue(), &$1.limits.messagesPerHour) },
        option: { $0.option(LimitValue(), &$1.messagesPerHour) })
    case 9:
      Setting(
        code, "recipients_per_hour",
        "The most recipients of each site in any 60 minutes. A number, or unlimited.",
        parameter: { $0.value(LimitValue(), &$1.limits.recipientsPerHour) },
        option: { $0.option(LimitValue(), &$1.recipientsPerHour) })
    case 10:
      Setting(
        code, "messages_per_day",
        "The most messages of each site in any 24 hours. A number, or unlimited.",
        parameter: { $0.value(LimitValue(), &$1.limits.messagesPerDay) },
        option: { $0.option(LimitValue(), &$1.messagesPerDay) })
    case 11:
      Setting(
        code, "recipients_per_day",
        "The most recipients of each site in any 24 hours. A number, or unlimited.",
        parameter: { $0.value(LimitValue(), &$1.limits.recipientsPerDay) },
        option: { $0.option(LimitValue(), &$1.recipientsPerDay) })
    case 12:
      Setting(
        code, "recipients_per_message",
        "The most recipients of one message. A number, or unlimited.",
        parameter: { $0.value(LimitValue(), &$1.limits.recipientsPerMessage) },
        option: { $0.option(LimitValue(), &$1.recipientsPerMessage) })
    case 13:
      Setting(
        code, "message_size_limit",
        """
        The most bytes of a message, optionally with K, M or G. If Postfix's own \
        message_size_limit is smaller, it is used instead.
        """,
        parameter: { $0.value(SizeValue.message, &$1.sizes.messageBytes) },
        option: { $0.option(SizeValue.message, &$1.messageBytes) })
    case 14:
      Setting(
        code, "header_size_limit",
        "The most bytes of the whole header section, optionally with K, M or G.",
        parameter: { $0.value(SizeValue.header, &$1.sizes.headerBytes) },
        option: { $0.option(SizeValue.header, &$1.headerBytes) })
    case 15:
      Setting(
        code, "trace_header",
        """
        yes: adds "X-Postern: uid=...; host=...; time=..." to each message, so that an abuse \
        report identifies the site. Or no.
        """,
        parameter: { $0.value(YesNoValue(), &$1.addsTraceHeader) })
    case 16:
      Setting(
        code, "handoff",
        """
        exec: Postern replaces itself with the real sendmail. supervise: it waits, gives the \
        charge back if the real sendmail fails, and turns its exit status 75 (which PHP 8.5 \
        reports as success) into 69.
        """,
        parameter: { $0.value(WordValue<HandoffKind>(), &$1.handoff) })
    case 17:
      Setting(
        code, "quota_file",
        """
        The state file, which records how much each user has sent. Its directory must be \
        owned by the account postern.
        """,
        parameter: { $0.value(PathValue(), &$1.quotaFile) })
    case 18:
      Setting(
        code, "syslog_facility",
        """
        The facility for lines in the system log: mail, daemon, user, auth, authpriv, or \
        local0 to local7.
        """,
        parameter: { $0.value(WordValue<SyslogFacility>(), &$1.syslogFacility) })
    case 19:
      Setting(
        code, "auto_suspend_refusals",
        """
        Suspend a site automatically when this many of its messages are refused for a forged \
        sender within an hour ("postern resume" ends it). A number, or off.
        """,
        parameter: { $0.value(ThresholdValue(), &$1.autoSuspendRefusals) })
    case 20:
      Setting(
        code, "notify",
        """
        Who is sent a notice when a site reaches a limit or is suspended: addresses, and \
        "user" for the site's contact= or default address; for example \
        "postmaster@example.com, user". Empty: nobody.
        """,
        parameter: { $0.value(NotifieesValue(), &$1.notify) })
    case 21:
      Setting(
        code, "mailbox_tables",
        """
        Where "mailboxes:DOMAIN" in "senders" finds the mailboxes and aliases that exist: \
        hash:, btree:, lmdb:, cdb:, dbm:, sdbm: and texthash: tables, or command:/path of a \
        program that prints addresses. Empty: the tables in Postfix's virtual_mailbox_maps \
        and virtual_alias_maps.
        """,
        parameter: { $0.value(TablesValue(), &$1.mailboxTables) })
    case 22:
      Setting(
        code, "quota_notice_interval",
        "How many seconds lie at least between two notices about a site.",
        parameter: { $0.value(NumberValue(), &$1.quotaNoticeInterval) })
    case 23:
      Setting(
        code, "ambiguous_from",
        """
        What happens to a From: that programs could read in different ways: repair (it is put into \
        one clear form if every reading is allowed), or reject.
        """,
        parameter: { $0.value(WordValue<AmbiguousFrom>(), &$1.ambiguousFrom) },
        option: { $0.option(WordValue<AmbiguousFrom>(), &$1.ambiguousFrom) })
    case 24:
      Setting(
        code, "doctor_accept",
        """
        Codes of findings of "postern doctor" that you accept: they are still shown, but do not \
        count. For example "outgoing-submission".
        """,
        parameter: { $0.value(FindingCodesValue(), &$1.doctorAccept) })
    case 25:
      Setting(
        code, "hosted_domains",
        """
        Domains of customers for "postern learn", besides those that Postfix receives mail for and \
        the names of web sites: domains, or the path of a file with one on each line.
        """,
        parameter: { $0.value(HostedDomainsValue(), &$1.hostedDomains) })
    case 26:
      Setting(
        code, "php_script_header",
        """
        What happens to X-PHP-Originating-Script:, which PHP adds with mail.add_x_header, once its \
        script is in the log: keep, or remove (recipients do not see it).
        """,
        parameter: { $0.value(WordValue<PHPScriptHeader>(), &$1.phpScriptHeader) })
    case 27:
      Setting(
        code, "auto_suspend_for",
        """
        How long auto_suspend_refusals suspends a site: a time such as 90s, 15m, 2h or 7d, or \
        "until resumed" (by "postern resume").
        """,
        parameter: { $0.value(TimeOrOrderValue(), &$1.autoSuspendFor) })
    default: fleetRow(code)
    }
  }

  /// What only an entry of senders can set.
  private static func entryRow(_ code: UInt16) -> Setting? {
    switch code {
    case 128:
      Setting(
        code, "default",
        "The address that is used where none is given.",
        option: { $0.option(AddressValue(), &$1.defaultAddress) })
    case 129:
      Setting(
        code, "suspended",
        "Refuse all mail of the user, with this reason.",
        option: { $0.option(ReasonValue(), &$1.suspended) })
    case 130:
      Setting(
        code, "contact",
        "Who gets the notices of \"notify = user\"; without it the user's default address.",
        option: { $0.option(AddressValue(), &$1.contact) })
    case 131:
      Setting(
        code, "quota_group",
        "The users who have the same name here share one quota.",
        option: { $0.option(QuotaGroupValue(), &$1.quotaGroup) })
    default: nil
    }
  }
}
