extension Setting {
  /// The quota that several web servers share.
  static func fleetRow(_ code: UInt16) -> Setting? {
    switch code {
    case 29:
      Setting(
        code, "quota_server",
        """
        The server that several web servers share their quotas through, Valkey or Redis 7.0 and \
        later: unix:/path, inet:192.0.2.5:6379 or inet:[2001:db8::5]:6379. Empty: each has its own.
        """,
        parameter: { $0.value(QuotaServerValue(), &$1.quotaServer.address) })
    case 30:
      Setting(
        code, "quota_server_user",
        "The name of the account there.",
        parameter: { $0.value(ServerUserValue(), &$1.quotaServer.user) })
    case 31:
      Setting(
        code, "quota_server_password_file",
        """
        The file with its password in one line, which root owns and the group postern can read. \
        Empty: the server asks for none.
        """,
        parameter: { $0.value(OptionalPathValue(), &$1.quotaServer.passwordFile) })
    case 32:
      Setting(
        code, "quota_server_timeout",
        """
        How long a message waits for the server at most, from connecting to the answer: a time \
        such as 1s or 250ms.
        """,
        parameter: { $0.value(TimeoutValue(), &$1.quotaServer.timeoutMilliseconds) })
    case 33:
      Setting(
        code, "quota_server_failure",
        """
        Without an answer: local (each web server grants a part of each limit), or reject (mail \
        is refused).
        """,
        parameter: { $0.value(WordValue<QuotaServerFailure>(), &$1.quotaServer.failure) })
    case 34:
      Setting(
        code, "quota_server_failure_percent",
        "That part, as a percentage of the limit; it is at least 1, unless the limit is 0.",
        parameter: { $0.value(PercentValue(), &$1.quotaServer.failurePercent) })
    case 35:
      Setting(
        code, "quota_server_scope",
        """
        Whose quota is shared: all, or groups (entries with quota_group= alone; where the same \
        login name is another site on each web server).
        """,
        parameter: { $0.value(WordValue<QuotaServerScope>(), &$1.quotaServer.scope) })
    default: nil
    }
  }
}
