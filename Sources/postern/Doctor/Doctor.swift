internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern doctor`: looks for ways around the gate, and for what is broken.
enum Doctor {
  static let command = Command(
    group: "doctor", name: "", operands: "", operandCount: 0...0,
    flags: [Command.Flag(name: "--json", summary: "one object, for programs")],
    summary: "Look for ways around the gate, and for what is broken",
    details: """
      Looks at Postfix and all its instances, the programs that mail passes through, SMTP to this machine (tried as a site,
      without sending) and from it, every PHP, pool and service, and Postern's own files. Each finding has a code, what was
      seen, and what mends it; postern(8) has a table of the codes. Nothing is changed. Exits 0 without a hole, 1 with one.
      """,
    run: run)

  private static let defaultDropIn = "/usr/local/lib/postern/sendmail"

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    guard setup.credentials.effectiveUserID == 0 else {
      throw ToolFailure(.notPermitted, "only root may use '\(command.call)'")
    }
    var diagnosis = Diagnosis()
    if let account = try? UserDatabase.account(named: Array(SubmitUsers.gate.utf8)) {
      examine(setup, account, &diagnosis)
    } else {
      diagnosis.add(
        Finding(
          .accountMissing, "there is no account postern: all mail is refused",
          evidence: ["getent passwd postern: nothing"], remedy: "Install/install"))
      diagnosis.skip("everything else", because: "it needs the account")
    }
    try Tool.print(arguments.has("--json") ? diagnosis.json : diagnosis.report)
    if diagnosis.hasHole { throw ToolFailure(.failed, lines: []) }
  }

  private static func examine(
    _ setup: Setup, _ account: Account, _ diagnosis: inout Diagnosis
  ) {
    let dropIn = dropInPath()
    let contents = FilesExamination.run(setup, account, &diagnosis)
    examineAccount(account, &diagnosis)
    let site = Site.choose(contents)
    let postfix = PostfixExamination.run(site.logins, &diagnosis)
    examinePrograms(dropIn, account, contents.configuration, postfix, &diagnosis)
    SMTPExamination.run(
      user: site.account, sender: site.sender, networks: postfix?.value("mynetworks"), &diagnosis)
    OutgoingExamination.run(user: site.account, &diagnosis)
    PHPExamination.run(dropIn: dropIn, &diagnosis)
    let state = FileSystem.directory(of: contents.configuration.quotaFile)
    let queue = postfix.map { $0.value("queue_directory") } ?? "/var/spool/postfix"
    let written = [String(decoding: state, as: UTF8.self), queue + "/maildrop"]
    ServiceExamination.run(written: written, &diagnosis)
    MachineExamination.run(&diagnosis)
    // Last, because root becomes postern for it.
    MachineExamination.state(setup, account, contents.configuration, &diagnosis)
  }

  /// Beside the directory of this program, where Install/install puts both.
  private static func dropInPath() -> String {
    guard let program = try? FileSystem.target(ofLink: Array("/proc/self/exe".utf8)) else {
      return defaultDropIn
    }
    let prefix = FileSystem.directory(of: FileSystem.directory(of: program))
    let path = String(decoding: prefix, as: UTF8.self) + "/lib/postern/sendmail"
    return Machine.exists(path) ? path : defaultDropIn
  }

  private static func examineAccount(_ account: Account, _ diagnosis: inout Diagnosis) {
    guard let accounts = try? UserDatabase.all() else {
      return diagnosis.skip("the UID of postern", because: "the accounts cannot be listed")
    }
    let names = accounts.filter { $0.userID == account.userID }
      .map { String(decoding: $0.name, as: UTF8.self) }
    diagnosis.add(UserExamination.shared(account, names: names))
  }

  private static func examinePrograms(
    _ dropIn: String, _ account: Account, _ configuration: Configuration,
    _ postfix: PostfixInstance?, _ diagnosis: inout Diagnosis
  ) {
    let mount = (try? MountFlags(of: Array(dropIn.utf8))) ?? MountFlags()
    diagnosis.add(
      ProgramExamination.dropIn(
        dropIn, Machine.status(dropIn), mount, account: account,
        openDirectories: FileGuard.openAncestors(of: dropIn)))
    let sendmail = String(decoding: configuration.sendmailPath, as: UTF8.self)
    diagnosis.add(
      ProgramExamination.sendmail(
        sendmail, Machine.status(sendmail),
        openDirectories: FileGuard.openAncestors(of: sendmail)))
    guard let postfix else { return }
    let group = GroupFile.group(named: postfix.value("setgid_group"))
    let postdrop = postfix.value("command_directory") + "/postdrop"
    diagnosis.add(
      ProgramExamination.postdrop(postdrop, Machine.status(postdrop), groupID: group?.groupID))
    let owner = (try? UserDatabase.account(named: Array(postfix.value("mail_owner").utf8)))?.userID
    let maildrop = postfix.value("queue_directory") + "/maildrop"
    diagnosis.add(ProgramExamination.maildrop(maildrop, Machine.status(maildrop), ownerUID: owner))
    if let group {
      let trusted: Set<String> = ["root", SubmitUsers.gate, postfix.value("mail_owner")]
      diagnosis.add(GroupFile.finding(group, trusted: trusted))
    }
    let expected: Set<String> = [
      dropIn, postdrop, postfix.value("command_directory") + "/postqueue",
    ]
    SetIDExamination.run(
      SetIDExamination.Rights(gateUID: account.userID, postdropGID: group?.groupID),
      expected: expected, &diagnosis)
  }
}

extension Doctor {
  /// The sites, and the one in whose name things are tried.
  private struct Site {
    /// Login names of all sites; never empty.
    let logins: [String]
    let account: Account
    /// An address that the site may use; empty = the null sender.
    let sender: String

    /// `nobody` stands for a site where there is none yet.
    private static let nobody = Account(
      name: Array("nobody".utf8), userID: 65_534, groupID: 65_534, fullName: [])

    static func choose(_ contents: FilesExamination.Contents) -> Site {
      let sites = contents.entries.filter { $0.isListed && !$0.isExempt && !$0.login.isEmpty }
        .sorted { $0.uid < $1.uid }
      let logins = sites.map { String(decoding: $0.login, as: UTF8.self) }
      for site in sites where site.uid != 0 {
        guard let account = try? UserDatabase.account(userID: site.uid) else { continue }
        let address = site.ownAddress(contents.configuration)?.written ?? []
        return Site(
          logins: logins, account: account, sender: String(decoding: address, as: UTF8.self))
      }
      return Site(logins: logins + ["nobody"], account: nobody, sender: "")
    }
  }
}
