/// Which services know the accounts of the machine: the line `passwd:` of nsswitch.conf(5).
struct NameServices {
  /// Whether a service may know accounts that it does not list, as directories of many users do.
  ///
  /// `files` lists all; `systemd` is nss-systemd(8), whose further accounts are those of running
  /// services.
  let mayHideAccounts: Bool

  /// Reads the line.
  ///
  /// - Parameter text: The file; nil if it cannot be read. Then anything may be configured.
  init(parsing text: String?) {
    guard let text else {
      mayHideAccounts = true
      return
    }
    // Several such lines are none too many here: what any of them names may hide accounts.
    mayHideAccounts = text.split(separator: "\n").contains { line in
      let setting = line.drop(while: \.isWhitespace)
      guard setting.hasPrefix("passwd:") else { return false }
      let services = setting.dropFirst("passwd:".count).prefix { $0 != "#" }
      return services.split(whereSeparator: \.isWhitespace)
        .contains { $0 != "files" && $0 != "systemd" }
    }
  }
}
