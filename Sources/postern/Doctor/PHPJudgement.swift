/// Whether a PHP hands its mail to Postern.
enum PHPJudgement {
  /// One way to run PHP, with everything that sets something for it.
  struct Runtime: Equatable {
    /// What it is called in texts: `/etc/php/8.2/cli`, `pool shop of
    /// /etc/php/8.2/fpm/pool.d/shop.conf`.
    let name: String
    /// The settings in the order in which PHP reads them.
    let settings: [PHPSettings.Setting]
    /// Whether they are only what a pool or virtual host changes; the rest is judged by itself.
    var isPart = false
  }

  /// Returns the line that counts: the last one, but the administrator's over those that a script
  /// may set.
  static func effective(
    _ name: String, _ settings: [PHPSettings.Setting]
  ) -> PHPSettings.Setting? {
    let own = settings.filter { $0.name == name }
    return own.last(where: \.isAdministrators) ?? own.last
  }

  /// Judges one way to run PHP.
  ///
  /// - Parameters:
  ///   - runtime: The way.
  ///   - dropIn: The path of the drop-in, for the remedy.
  ///   - isDropIn: Whether a program is the drop-in.
  /// - Returns: What is wrong with it.
  static func findings(
    _ runtime: Runtime, dropIn: String, isDropIn: (String) -> Bool
  ) -> [Finding] {
    // A section of php.ini is a runtime of its own, for the sites in it.
    let scopes = Set(runtime.settings.map(\.scope)).union(runtime.isPart ? [] : [""]).sorted()
    return scopes.flatMap { scope in
      // A section counts over what holds everywhere, wherever it stands.
      let settings = runtime.settings.filter { $0.scope == scope }
      let name = scope.isEmpty ? runtime.name : "\(runtime.name), \(scope),"
      let found = [
        path(name, settings, scope, dropIn, isDropIn), forced(name, settings),
      ]
      return found.compactMap { $0 }
    }
  }

  /// What PHP runs without a setting, as Debian builds it.
  private static let builtIn = "/usr/sbin/sendmail"

  private static func path(
    _ name: String, _ settings: [PHPSettings.Setting], _ scope: String, _ dropIn: String,
    _ isDropIn: (String) -> Bool
  ) -> Finding? {
    let setting = effective("sendmail_path", settings)
    // What a section leaves alone is judged with the empty scope.
    guard setting != nil || scope.isEmpty else { return nil }
    let named = setting.map { Self.program(of: $0.value) } ?? ""
    let program = named.isEmpty ? builtIn : named
    guard !isDropIn(program) else { return nil }
    let what = named.isEmpty ? "PHP's own default, \(builtIn)," : named
    let place = setting.map { "in \($0.file), line \($0.line)" }
    return Finding(
      .phpSendmailPath,
      "\(name) sends mail with \(what) instead of Postern; Postfix refuses that mail as soon as "
        + "only Postern may submit mail",
      evidence: [setting?.evidence ?? "sendmail_path is not set"],
      remedy: place.map { "set \"\(dropIn) -t -i\" \($0)" } ?? "\(Installation.share)/deploy --php")
  }

  private static func forced(
    _ name: String, _ settings: [PHPSettings.Setting]
  ) -> Finding? {
    guard let setting = effective("mail.force_extra_parameters", settings), !setting.value.isEmpty
    else { return nil }
    return Finding(
      .phpForcedParameters,
      "\(name) adds the same sendmail options to every message of all its sites",
      evidence: [setting.evidence],
      remedy: "remove the line, unless every site may use the address in it")
  }

  /// The program of a command line as sh(1) reads it: the first word.
  static func program(of command: String) -> String {
    let word = command.trimmed.prefix { !$0.isWhitespace }
    return String(word.filter { $0 != "\"" && $0 != "'" })
  }

  /// Judges pools that see another root directory.
  static func chroot(_ setting: PHPSettings.Setting, hasDropIn: Bool) -> Finding? {
    guard !hasDropIn else { return nil }
    return Finding(
      .poolChroot,
      "the pool \(setting.scope) is confined to \(setting.value), which has no drop-in sendmail: mail() fails",
      evidence: [setting.evidence],
      remedy: "remove the chroot line, and confine the pool with open_basedir and file permissions")
  }
}
