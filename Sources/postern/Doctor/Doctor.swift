internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern doctor`: looks for ways around the gate, and for what is broken.
enum Doctor {
  static let command = Command(
    group: "doctor", name: "", operands: "", operandCount: 0...0,
    flags: [
      Command.Flag(name: "--json", summary: "print one JSON object"),
      Command.Flag(
        name: "--callers",
        summary: "only what else sends mail, and what --divert and --enforce would do to it"),
    ],
    summary: "Look for ways to send mail without Postern, and for faults",
    details: """
      Examines Postfix and all its instances, the programs that handle mail, SMTP to this machine (tested as a site, without
      sending) and from it, every PHP, pool and service, and Postern's own files. Each finding has a code, what was seen,
      and how to fix it; postern(8) lists the codes. Nothing is changed. The last line counts the findings and what could
      not be examined. The exit status is 1 if there is a hole, 2 if there are only faults, else 0. Findings that
      doctor_accept names are shown last and do not count.
      """,
    run: run)

  private static let defaultDropIn = "/usr/local/lib/postern/sendmail"

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    guard setup.credentials.effectiveUserID == 0 else {
      throw ToolFailure(.notPermitted, "only root may use '\(command.call)'")
    }
    var diagnosis = Diagnosis()
    if arguments.has("--callers") {
      examineCallers(setup, &diagnosis)
    } else if let account = try? UserDatabase.account(named: Array(SubmitUsers.gate.utf8)) {
      examine(setup, account, &diagnosis)
    } else {
      diagnosis.add(
        Finding(
          .accountMissing, "the account postern does not exist: all mail is refused",
          evidence: ["getent passwd postern: nothing"], remedy: "reinstall Postern"))
      diagnosis.skip("everything else", because: "the account is needed for it")
    }
    try Output.write(arguments.has("--json") ? diagnosis.json : diagnosis.report)
    if diagnosis.has(.hole) { throw ToolFailure(.failed, lines: []) }
    if diagnosis.has(.fault) { throw ToolFailure(.faulty, lines: []) }
  }

  private static func examine(
    _ setup: Setup, _ account: Account, _ diagnosis: inout Diagnosis
  ) {
    let gate = DropInExamination(at: dropInPath())
    let dropIn = gate.path
    let contents = FilesExamination.run(setup, account, &diagnosis)
    accept(contents.configuration, &diagnosis)
    examineAccount(account, &diagnosis)
    let sites = Sites(contents, &diagnosis)
    let isDropIn = isDropIn(dropIn)
    let instances = PostfixExamination.run(sites.logins, &diagnosis)
    let postfix = instances.first
    let users = SubmitUsers(postfix?.value("authorized_submit_users") ?? "")
    let mailGate = MailGate(isPostern: isDropIn, users: users, exempt: exempt(contents))
    examineCallers(instances, contents, mailGate, isPlanned: false, &diagnosis)
    examinePrograms(gate, account, contents.configuration, postfix, &diagnosis)
    SMTPExamination.run(
      user: sites.accounts[0], sender: sites.sender,
      door: OtherEnd(program: path(of: "smtpd", beside: dropIn), userID: account.userID),
      services: instances.flatMap { $0.services ?? [] },
      networks: postfix?.value("mynetworks"), &diagnosis)
    OutgoingExamination.run(users: sites.accounts, &diagnosis)
    PHPExamination.run(dropIn: dropIn, isDropIn: isDropIn, sites: sites.poolSites, &diagnosis)
    let state = FileSystem.directory(of: contents.configuration.quotaFile)
    let queue = postfix.map { $0.value("queue_directory") } ?? "/var/spool/postfix"
    let written = [String(decoding: state, as: UTF8.self), queue + "/maildrop"]
    ServiceExamination.run(written: written, gate: gate.form(account), &diagnosis)
    MachineExamination.run(&diagnosis)
    SharedUserExamination.run(&diagnosis)
    examineFleet(setup, contents.configuration, sites.accounts[0], account, &diagnosis)
    // Last, because root becomes postern for it.
    MachineExamination.state(setup, account, contents.configuration, &diagnosis)
  }

  /// The programs that send mail themselves, as if Postern stood in the place of /usr/sbin/sendmail
  /// and Postfix took mail from nobody else: before that is so.
  private static func examineCallers(_ setup: Setup, _ diagnosis: inout Diagnosis) {
    var contents = FilesExamination.Contents()
    // Without a map nobody has an entry.
    if let map = try? setup.readContents() {
      contents = FilesExamination.Contents(configuration: map.configuration, entries: map.entries)
    }
    accept(contents.configuration, &diagnosis)
    let instances = PostfixExamination.read(&diagnosis)
    let value = instances.first?.value("authorized_submit_users") ?? ""
    let isClosed = value.listWords.contains(SubmitUsers.gate)
    let gate = MailGate(
      isPostern: { $0 != MailCommand.diverted },
      users: SubmitUsers(isClosed ? value : "root, \(SubmitUsers.gate)"), exempt: exempt(contents))
    examineCallers(instances, contents, gate, isPlanned: true, &diagnosis)
  }

  private static func examineCallers(
    _ instances: [PostfixInstance], _ contents: FilesExamination.Contents, _ gate: MailGate,
    isPlanned: Bool, _ diagnosis: inout Diagnosis
  ) {
    CallerExamination.run(instances, gate: gate, &diagnosis)
    CronExamination.run(contents, gate: gate, &diagnosis)
    MailLogExamination.run(instances.first, users: gate.users, isPlanned: isPlanned, &diagnosis)
  }

  private static func exempt(_ contents: FilesExamination.Contents) -> Set<String> {
    Set(contents.entries.filter(\.isExempt).map { String(decoding: $0.login, as: UTF8.self) })
  }

  private static func accept(_ configuration: Configuration, _ diagnosis: inout Diagnosis) {
    let codes = configuration.doctorAccept.map { String(decoding: $0, as: UTF8.self) }
    diagnosis.accepted = Set(codes)
    let known = FindingCode.allCases.map(\.rawValue)
    let unknown = codes.filter { !known.contains($0) }
    guard !unknown.isEmpty else { return }
    diagnosis.add(
      Finding(
        .acceptUnknown, "doctor_accept names findings that there are not",
        evidence: unknown.map { "\($0)\(Suggestion.text(for: $0, among: known))" },
        remedy: "correct doctor_accept with 'postern set'; the codes are in postern(8)"))
  }

  /// Beside the directory of this program, where Install/layout has both.
  private static func dropInPath() -> String {
    guard let prefix = Installation.prefix else { return defaultDropIn }
    let path = prefix + "/lib/postern/sendmail"
    return Machine.exists(path) ? path : defaultDropIn
  }

  /// The server that quotas are shared through, where there is one.
  private static func examineFleet(
    _ setup: Setup, _ configuration: Configuration, _ site: Account, _ service: Account,
    _ diagnosis: inout Diagnosis
  ) {
    let settings = configuration.quotaServer
    guard let address = settings.address,
      FleetExamination.outside(address, settings, site: site, service: service, &diagnosis)
    else { return }
    do throws(ToolFailure) {
      FleetExamination.inside(try EngineAccess(.none, setup, configuration), &diagnosis)
    } catch {
      diagnosis.skip(
        "how the quota server is set up", because: error.lines.joined(separator: " "))
    }
  }

  /// The path of another of the programs that stand where the drop-in stands.
  private static func path(of name: String, beside dropIn: String) -> String {
    String(decoding: FileSystem.directory(of: Array(dropIn.utf8)), as: UTF8.self) + "/" + name
  }

  /// Tells whether a program is the drop-in.
  ///
  /// What `Install/install --divert` puts in the place of /usr/sbin/sendmail leads to the drop-in,
  /// too.
  private static func isDropIn(_ dropIn: String) -> (String) -> Bool {
    let dispatcher = path(of: "dispatch", beside: dropIn)
    let own = [dropIn, dispatcher].compactMap { Machine.status($0) }
    return { program in
      guard let status = Machine.status(program) else { return program == dropIn }
      return own.contains { $0.deviceNumber == status.deviceNumber && $0.inode == status.inode }
    }
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
    _ gate: DropInExamination, _ account: Account, _ configuration: Configuration,
    _ postfix: PostfixInstance?, _ diagnosis: inout Diagnosis
  ) {
    let mount = (try? MountFlags(of: Array(gate.path.utf8))) ?? MountFlags()
    let openDirectories = FileGuard.openAncestors(of: gate.path)
    diagnosis.add(gate.findings(account, mount, openDirectories: openDirectories))
    let sendmail = String(decoding: configuration.sendmailPath, as: UTF8.self)
    diagnosis.add(
      ProgramExamination.sendmail(
        sendmail, Machine.status(sendmail),
        openDirectories: FileGuard.openAncestors(of: sendmail)))
    let command = String(decoding: configuration.notifyCommand, as: UTF8.self)
    if !command.isEmpty {
      diagnosis.add(
        ProgramExamination.noticeCommand(
          command, Machine.status(command),
          openDirectories: FileGuard.openAncestors(of: command)))
    }
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
      gate.path, postdrop, postfix.value("command_directory") + "/postqueue",
      // Set-gid by 'postfix set-permissions' where postfix-files says so: it writes to the log
      // only.
      postfix.value("command_directory") + "/postlog",
    ]
    SetIDExamination.run(
      SetIDExamination.Rights(gateUID: account.userID, postdropGID: group?.groupID),
      expected: expected, &diagnosis)
  }
}

extension Doctor {
  /// The sites, the first of which things are tried as.
  private struct Sites {
    /// Login names of all sites; never empty.
    let logins: [String]
    /// Their accounts, without root; never empty.
    let accounts: [Account]
    /// An address that the first one may use; empty = the null sender.
    let sender: String

    init(_ contents: FilesExamination.Contents, _ diagnosis: inout Diagnosis) {
      let listed = contents.entries
        .filter { $0.isListed && !$0.isExempt && !$0.login.isEmpty && $0.uid != 0 }
        .sorted { $0.uid < $1.uid }
      // The groups are asked for once: a question for each of 10 000 sites takes ten seconds.
      let known = (try? UserDatabase.all()) ?? []
      if known.isEmpty, !listed.isEmpty {
        diagnosis.skip("the groups of the sites", because: "the accounts cannot be listed")
      }
      let groups = Dictionary(known.map { ($0.userID, $0.groupID) }) { first, _ in first }
      let accounts = listed.map { entry in
        Account(
          name: entry.login, userID: entry.uid, groupID: groups[entry.uid] ?? entry.uid,
          fullName: [])
      }
      let first = listed.first?.ownAddress(contents.configuration)?.written ?? []
      sender = String(decoding: first, as: UTF8.self)
      self.accounts = accounts.isEmpty ? [AnyUser.account] : accounts
      logins = self.accounts.map { String(decoding: $0.name, as: UTF8.self) }
    }

    var poolSites: PoolListener.Sites {
      let users = accounts.map { (String(decoding: $0.name, as: UTF8.self), $0.userID) }
      return PoolListener.Sites(
        users: Dictionary(users) { first, _ in first },
        groups: Set(accounts.filter { $0.groupID == $0.userID }.map(\.groupID)))
    }
  }
}
