extension Setting {
  /// The parameters of postern.cf about the SMTP door.
  static func doorRow(_ code: UInt16) -> Setting? {
    switch code {
    case 30:
      Setting(
        code, "smtp_connections_per_user",
        "How many SMTP connections of each site are served at once.",
        parameter: { $0.value(NumberValue(), &$1.smtpConnectionsPerUser) })
    default: nil
    }
  }
}
