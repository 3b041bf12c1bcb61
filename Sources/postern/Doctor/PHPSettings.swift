/// The lines of PHP's own files that decide about mail: php.ini, its conf.d, FPM pools, virtual
/// hosts.
enum PHPSettings {
  /// The settings that matter.
  static let names: Set<String> = ["sendmail_path", "mail.force_extra_parameters"]

  /// A line that sets one of them.
  struct Setting: Equatable {
    let name: String
    let value: String
    let file: String
    let line: Int
    /// `[PATH=…]` or `[HOST=…]` of php.ini, the pool, or the virtual host; empty = everywhere.
    var scope = ""
    /// Whether it wins over lines that come later but are not so.
    var isAdministrators = false

    /// As evidence shows it.
    var evidence: String { "\(file):\(line): \(name) = \(value)" }
  }

  /// Reads a php.ini.
  ///
  ///     section = "[" name "]"          ; only PATH= and HOST= limit what follows
  ///     line = name "=" value           ; a value may be quoted; ";" begins a comment
  static func ini(_ text: String, file: String) -> [Setting] {
    var scope = ""
    var found: [Setting] = []
    for (index, line) in Machine.lines(text).enumerated() {
      let line = line.trimmed
      if line.hasPrefix("[") {
        let name = String(line.dropFirst().prefix { $0 != "]" })
        let isLimit = ["path=", "host="].contains { name.lowercased().hasPrefix($0) }
        scope = isLimit ? name : ""
      } else if let (name, value) = line.divided(at: "="), names.contains(name.trimmed) {
        found.append(
          Setting(
            name: name.trimmed, value: unquoted(value), file: file, line: index + 1, scope: scope))
      }
    }
    return found
  }

  /// Reads a pool file of php-fpm: sections are pools, and `php_admin_value[sendmail_path]` is the
  /// name.
  ///
  /// - Returns: The settings, the `chroot` of each pool, and the names of all pools.
  static func pools(_ text: String, file: String) -> (
    settings: [Setting], chroots: [Setting], pools: [String]
  ) {
    var pool = ""
    var (settings, chroots): ([Setting], [Setting]) = ([], [])
    var pools: [String] = []
    for (index, line) in Machine.lines(text).enumerated() {
      let line = line.trimmed
      if line.hasPrefix("[") {
        pool = String(line.dropFirst().prefix { $0 != "]" })
        if pool != "global" { pools.append(pool) }
        continue
      }
      guard !line.hasPrefix(";"), let (key, value) = line.divided(at: "=") else { continue }
      let name = key.trimmed
      if name == "chroot", !unquoted(value).isEmpty {
        chroots.append(
          Setting(name: name, value: unquoted(value), file: file, line: index + 1, scope: pool))
      }
      guard let (kind, rest) = name.divided(at: "["), rest.hasSuffix("]"),
        ["php_value", "php_admin_value"].contains(kind), names.contains(String(rest.dropLast()))
      else { continue }
      settings.append(
        Setting(
          name: String(rest.dropLast()), value: unquoted(value), file: file, line: index + 1,
          scope: pool, isAdministrators: kind == "php_admin_value"))
    }
    return (settings, chroots, pools)
  }

  /// Reads a configuration file of Apache.
  ///
  ///     line = ( "php_value" / "php_admin_value" ) 1*SP name 1*SP value
  static func apache(_ text: String, file: String) -> [Setting] {
    Machine.lines(text).enumerated().compactMap { index, line in
      let line = line.trimmed
      let words = line.split(maxSplits: 2, whereSeparator: \.isWhitespace).map(String.init)
      guard words.count == 3, let kind = words.first?.lowercased(),
        ["php_value", "php_admin_value"].contains(kind), names.contains(unquoted(words[1]))
      else { return nil }
      return Setting(
        name: unquoted(words[1]), value: unquoted(words[2]), file: file, line: index + 1,
        scope: "\(file):\(index + 1)", isAdministrators: kind == "php_admin_value")
    }
  }

  /// The files that a pool file takes in: `include = pattern`.
  static func includes(_ text: String) -> [String] {
    Machine.lines(text).compactMap { line in
      guard let (name, value) = line.divided(at: "="), name.trimmed == "include" else { return nil }
      return unquoted(value)
    }
  }

  /// Reads what `php -i` prints: `name => local value => master value`.
  static func information(_ text: String, file: String) -> [Setting] {
    Machine.lines(text).enumerated().compactMap { index, line in
      let parts = line.split(separator: "=").map { $0.drop { $0 == ">" } }
      guard parts.count >= 2, names.contains(String(parts[0]).trimmed) else { return nil }
      let value = parts.dropFirst().prefix(1).map { String($0).trimmed }.joined()
      return Setting(
        name: String(parts[0]).trimmed, value: value == "no value" ? "" : value, file: file,
        line: index + 1)
    }
  }

  /// The value without its quotes, and without a comment behind it.
  private static func unquoted(_ value: String) -> String {
    let value = value.trimmed
    if let quote = value.first, quote == "\"" || quote == "'" {
      return String(value.dropFirst().prefix { $0 != quote })
    }
    return String(value.prefix { $0 != ";" }).trimmed
  }
}
