/// The files in which mail that was received is handed to a command.
enum MailRules {
  /// Reads aliases(5).
  ///
  ///     line = name ":" value *( "," value ); value = address / [ DQUOTE ] "|" command [ DQUOTE ]
  ///
  /// - Returns: Each command with its name and line.
  static func aliases(_ text: String) -> [(name: String, command: String, line: Int)] {
    var found: [(String, String, Int)] = []
    var name = ""
    for (index, line) in Machine.lines(text).enumerated() where !line.hasPrefix("#") {
      var values = line
      if line.first?.isWhitespace == false, let (key, rest) = line.divided(at: ":") {
        name = key.trimmed
        values = rest
      }
      for command in commands(in: values) { found.append((name, command, index + 1)) }
    }
    return found
  }

  /// Reads a .forward file (local(8)): addresses and commands, separated by commas and line ends.
  static func forward(_ text: String) -> [(command: String, line: Int)] {
    Machine.lines(text).enumerated().flatMap { index, line in
      line.hasPrefix("#") ? [] : commands(in: line).map { ($0, index + 1) }
    }
  }

  /// The values that begin with `|`.
  private static func commands(in values: String) -> [String] {
    var (found, value, isQuoted): ([String], String, Bool) = ([], "", false)
    for character in values + "," {
      if character == "\"" {
        isQuoted.toggle()
      } else if character == ",", !isQuoted {
        if value.trimmed.hasPrefix("|") { found.append(String(value.trimmed.dropFirst()).trimmed) }
        value = ""
      } else {
        value.append(character)
      }
    }
    return found
  }

  /// Reads procmailrc(5), as far as it forwards mail or pipes it into a command.
  ///
  /// A condition begins with `*`; an action is `!` addresses, which procmail hands to a sendmail,
  /// or `|` command.
  static func procmail(_ text: String) -> [(command: String, line: Int)] {
    Machine.lines(text).enumerated().compactMap { index, line in
      let line = line.trimmed
      if line.hasPrefix("!"), line.count > 1 {
        return (MailCommand.sendmail + " " + line, index + 1)
      }
      return line.hasPrefix("|") ? (String(line.dropFirst()).trimmed, index + 1) : nil
    }
  }

  /// What Dovecot says about mail that Sieve sends.
  struct Dovecot: Equatable {
    /// The line that lets Sieve run; empty = it does not.
    var sieve = ""
    var sendmailPath = MailCommand.sendmail
    var account = ""
    /// Whether Sieve's mail goes to a server over SMTP instead.
    var usesServer = false
  }

  /// Adds a file of Dovecot's configuration.
  static func add(_ text: String, file: String, to dovecot: inout Dovecot) {
    for (index, line) in Machine.lines(text).enumerated() {
      guard let (key, rest) = line.prefix(while: { $0 != "#" }).description.divided(at: "=") else {
        continue
      }
      let (name, value) = (key.trimmed, rest.trimmed)
      switch name {
      case "mail_plugins" where value.listWords.contains("sieve"), "sieve" where value == "yes":
        dovecot.sieve = "\(file):\(index + 1): \(line.trimmed)"
      case "sendmail_path" where !value.isEmpty:
        dovecot.sendmailPath = value.split(separator: " ").first.map(String.init) ?? value
      case "mail_uid": dovecot.account = value
      case "submission_host": dovecot.usesServer = !value.isEmpty
      default: continue
      }
    }
  }
}
