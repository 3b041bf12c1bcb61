internal import LinuxSystem

/// A program that hands mail to a sendmail, other than PHP.
struct MailCaller: Equatable {
  /// What becomes of mail that is refused there.
  enum Loss {
    /// It was received from elsewhere, and goes back to its sender: pipe(8), Dovecot.
    case bounce
    /// It was received from elsewhere, and nobody hears of it: procmail, a pipe of local(8).
    case silence
  }

  /// What calls, for texts: `the content filter spam`.
  let what: String
  /// As whom; empty = as the account of each mailbox.
  let account: String
  /// The sendmail that it calls.
  let program: String
  let loss: Loss
  /// `file:line: text`.
  let evidence: String
}

/// Who takes mail from whom, now or after a deployment.
struct MailGate {
  /// Whether a program is Postern's, by --divert.
  let isPostern: (String) -> Bool
  /// Whom Postfix itself takes mail from.
  let users: SubmitUsers
  /// The accounts whose mail Postern takes as it is.
  let exempt: Set<String>

  /// Whether nothing that a caller hands over is refused for who it is, or for what it says.
  func takes(_ caller: MailCaller) -> Bool {
    if isPostern(caller.program) { return exempt.contains(caller.account) }
    // A table is not asked: who is in it is the administrator's business. Nobody has an empty name.
    return users.permits(caller.account) { source, _ in !source.isEmpty && !caller.account.isEmpty }
  }

  /// Judges a caller.
  func finding(_ caller: MailCaller) -> Finding? {
    guard !takes(caller) else { return nil }
    let isPostern = isPostern(caller.program)
    let account = caller.account.isEmpty ? "the account of each mailbox" : caller.account
    let loss =
      switch caller.loss {
      case .bounce where isPostern: "what Postern refuses there goes back to its sender"
      case .bounce: "Postfix refuses it, and it goes back to its sender after some days"
      case .silence: "what is refused there is lost, and nobody hears of it"
      }
    let name = caller.account.isEmpty ? "ACCOUNT" : caller.account
    return Finding(
      .mailResubmitted,
      "\(caller.what) hands received mail to \(caller.program) as \(account): \(loss)",
      evidence: [caller.evidence],
      remedy:
        "with --divert: let it call \(MailCommand.diverted), and add \(name) to authorized_submit_users "
        + "if no site can use that account; or set exempt_users = root \(name) in postern.cf. "
        + "Without --divert: add \(name) to authorized_submit_users")
  }
}

/// What a command line says about mail.
enum MailCommand {
  static let sendmail = "/usr/sbin/sendmail"
  static let diverted = "/usr/sbin/sendmail.postfix"
  /// Programs that call /usr/sbin/sendmail themselves.
  private static let mailers: Set<String> = [
    "mail", "mailx", "Mail", "s-nail", "bsd-mailx", "mutt", "vacation", "mailbot", "rmail",
  ]
  /// What a shell, or a list of arguments, separates words with.
  private static let separators: Set<Character> = ["|", ";", "&", "(", ")", "\"", "'", "`", "="]

  /// Finds the sendmail that a command calls.
  ///
  /// - Parameters:
  ///   - command: The command line, of a shell or not.
  ///   - script: Reads a program that is a script; nil for any other.
  /// - Returns: The path of the sendmail; nil if the command names none.
  static func sendmail(in command: String, script: (String) -> String?) -> String? {
    let words = command.split { $0.isWhitespace || separators.contains($0) }.map(String.init)
    if let program = words.lazy.compactMap(named).first { return program }
    guard let program = words.first, program.hasPrefix("/"), let text = script(program) else {
      return nil
    }
    for line in Machine.lines(text) where !line.trimmed.hasPrefix("#") {
      let words = line.split { $0.isWhitespace || separators.contains($0) }.map(String.init)
      if let program = words.lazy.compactMap(named).first(where: { $0.hasPrefix("/") }) {
        return program
      }
    }
    return nil
  }

  private static func named(_ word: String) -> String? {
    if word.uppercased() == "$SENDMAIL" || word == "${SENDMAIL}" { return sendmail }
    let name = word.split(separator: "/").last.map(String.init) ?? ""
    if name == "sendmail" || name == "sendmail.postfix" {
      return word.hasPrefix("/") ? word : sendmail
    }
    let isProgram = word == name || word.hasPrefix("/") && word.hasSuffix("bin/\(name)")
    return mailers.contains(name) && isProgram ? sendmail : nil
  }

  /// Reads a script; nil for any other program.
  static func script(_ path: String) -> String? {
    guard let path = FileGuard.way(to: path).path, let status = Machine.status(path),
      let text = GuardedFile.text(path, owner: status.ownerUID), text.hasPrefix("#!")
    else { return nil }
    return text
  }
}
