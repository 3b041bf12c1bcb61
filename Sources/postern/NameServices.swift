/// Which services know the accounts of the machine: the line `passwd:` of nsswitch.conf(5).
struct NameServices {
  /// Whether a service may know accounts that it does not list, as directories of many users do.
  ///
  /// `files` lists all; `systemd` is nss-systemd(8), whose further accounts are those of running services.
  let mayHideAccounts: Bool

  /// Reads the line.
  ///
  /// - Parameter text: The file; nil if it cannot be read. Then anything may be configured.
  init(parsing text: String?) {
    guard let text else {
      mayHideAccounts = true
      return
    }
    let line = text.split(separator: "\n").first {
      $0.drop(while: \.isWhitespace).hasPrefix("passwd:")
    }
    let services =
      line?.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).dropFirst() ?? []
    mayHideAccounts = !services.allSatisfy { ["files", "systemd"].contains($0) }
  }
}
