extension Setting {
  /// The parameters of postern.cf about notices, besides `notify` itself.
  static func noticeRow(_ code: UInt16) -> Setting? {
    switch code {
    case 28:
      Setting(
        code, "notify_at",
        """
        A notice is also sent when a site has used this share of a limit: from 1% to 99%; at 100% \
        only when mail is refused.
        """,
        parameter: { $0.value(PercentValue(), &$1.notifyAt) })
    case 29:
      Setting(
        code, "notify_command",
        """
        A program that is run for each notice, as the account postern and without arguments, with \
        the notice as JSON on its standard input. It must be root's. Empty: none.
        """,
        parameter: { $0.value(OptionalPathValue(), &$1.notifyCommand) })
    default: nil
    }
  }
}
