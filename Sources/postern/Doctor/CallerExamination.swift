internal import LinuxSystem

/// The programs that hand received mail to a sendmail again: what is refused there is lost.
enum CallerExamination {
  /// The most homes that are looked into.
  private static let homes = 200_000

  /// Looks for them.
  ///
  /// - Parameters:
  ///   - instances: Those of Postfix; the default one first.
  ///   - gate: Who takes their mail.
  ///   - diagnosis: Takes what is found.
  static func run(
    _ instances: [PostfixInstance], gate: MailGate, _ diagnosis: inout Diagnosis
  ) {
    var callers = instances.flatMap(filters) + dovecot()
    if let main = instances.first { callers += aliases(main) }
    callers += privateRules(&diagnosis)
    diagnosis.add(callers.compactMap(gate.finding))
  }

  /// The pipe(8) services of master.cf.
  static func filters(_ instance: PostfixInstance) -> [MailCaller] {
    filters(instance, script: MailCommand.script)
  }

  /// The same, with the scripts of another machine.
  static func filters(
    _ instance: PostfixInstance, script: (String) -> String?
  ) -> [MailCaller] {
    (instance.services ?? []).compactMap { service in
      guard let (account, command) = service.pipe,
        let program = MailCommand.sendmail(in: command, script: script)
      else { return nil }
      return MailCaller(
        what: "the content filter \(service.name)", account: account, program: program,
        loss: .bounce,
        evidence: "\(instance.directory)/master.cf: \(service.name): "
          + service.words.joined(separator: " "))
    }
  }

  /// The commands of aliases(5), which local(8) runs as `default_privs` where the file is root's.
  private static func aliases(_ instance: PostfixInstance) -> [MailCaller] {
    let tables = (instance.value("alias_maps") + " " + instance.value("alias_database")).listWords
    let files = Set(tables.compactMap { $0.divided(at: ":")?.1 }.filter { $0.hasPrefix("/") })
    return files.sorted().flatMap { file in
      MailRules.aliases(Machine.text(file) ?? "").compactMap { alias in
        guard
          let program = MailCommand.sendmail(in: alias.command, script: MailCommand.script)
        else { return nil }
        return MailCaller(
          what: "the alias \(alias.name)", account: instance.value("default_privs"),
          program: program, loss: .silence, evidence: "\(file):\(alias.line): |\(alias.command)")
      }
    }
  }

  /// Sieve's redirect, vacation and notify.
  private static func dovecot() -> [MailCaller] {
    let directory = "/etc/dovecot"
    let parts = Machine.entries(directory + "/conf.d").filter { $0.hasSuffix(".conf") }
    let files = ["dovecot.conf"] + parts.map { "conf.d/\($0)" } + ["local.conf"]
    var found = MailRules.Dovecot()
    for file in files.map({ "\(directory)/\($0)" }) {
      if let text = Machine.text(file) { MailRules.add(text, file: file, to: &found) }
    }
    guard !found.sieve.isEmpty, !found.usesServer else { return [] }
    return [
      MailCaller(
        what: "Dovecot's Sieve", account: found.account, program: found.sendmailPath, loss: .bounce,
        evidence: found.sieve)
    ]
  }

  /// What users have in their homes; these are read as theirs, and never executed.
  private static func privateRules(_ diagnosis: inout Diagnosis) -> [MailCaller] {
    guard let accounts = try? UserDatabase.all() else {
      diagnosis.skip("the rules in the users' homes", because: "the accounts cannot be listed")
      return []
    }
    if accounts.count > homes {
      diagnosis.skip("some users' homes", because: "only the first \(homes) were looked into")
    }
    return accounts.prefix(homes).flatMap { account -> [MailCaller] in
      let home = String(decoding: account.home, as: UTF8.self)
      guard home.hasPrefix("/"), home.count > 1, home != "/nonexistent" else { return [] }
      return rules(of: account, in: home)
    }
  }

  private static func rules(of account: Account, in home: String) -> [MailCaller] {
    let name = String(decoding: account.name, as: UTF8.self)
    let readers: [(String, (String) -> [(command: String, line: Int)])] = [
      (".procmailrc", MailRules.procmail), (".forward", MailRules.forward),
    ]
    return readers.flatMap { file, read in
      let path = "\(home)/\(file)"
      let found = GuardedFile.text(path, owner: account.userID).map(read) ?? []
      // One is enough to know that the file sends mail.
      let calls = found.lazy.compactMap { rule in
        MailCommand.sendmail(in: rule.command, script: MailCommand.script).map { ($0, rule) }
      }
      return calls.prefix(1).map { program, rule in
        MailCaller(
          what: path, account: name, program: program, loss: .silence,
          evidence: "\(path):\(rule.line): \(rule.command)")
      }
    }
  }
}
