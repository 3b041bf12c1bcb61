internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern learn`: proposes entries of the map from what the log of an audit tells.
enum Learn {
  static let command = Command(
    group: "learn", name: "", operands: "LOG...", operandCount: 1...Int.max, flags: [],
    summary: "Propose entries for senders from the log of an audit period",
    details: """
      Reads Postern's lines in each LOG, or on standard input if LOG is '-': a mail.log, or the output of journalctl with
      -o short, short-iso or cat. For each user, addresses that the map does not permit are proposed as lines for senders.
      Hosted here are the domains that Postfix receives mail for, those of hosted_domains, and for each user the names of
      Apache's and nginx's sites in a directory of that user's. A user who used more than a limit is proposed a higher one.
      Addresses that look like abuse are only comments, with the reason: those that another user's entry permits or that
      another user also used, the machine's own domains, domains not hosted here, many or random local parts in one domain,
      many messages in one minute. Many strangers in From: alone are a contact form, for which from_policy=rewrite is
      proposed. What senders already holds is not repeated. Nothing is changed; the output can be appended to senders. Read
      it first: on many machines any local user can write lines like Postern's into the system log.
      Example: zcat -f /var/log/mail.log* | postern learn -
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    var tally = LogTally()
    for path in arguments.operands { try read(path, into: &tally) }
    guard tally.decisions > 0 || tally.unread > 0 else {
      throw ToolFailure(
        .failed,
        "there is no line of Postern in it; its lines look like 'Nov 24 00:12:42 web postern[17]: verdict=…'"
      )
    }
    let senders = String(decoding: try SourceText.senders(in: setup.directory).bytes, as: UTF8.self)
    try write(tally, map.entries, map.configuration, FormerProposals(in: senders))
  }

  /// The most that comments may have in all, in bytes: a log has as many foreign addresses as spam
  /// has.
  private static let commentBytes = 65_536

  private static func write(
    _ tally: LogTally, _ entries: [SenderEntry], _ configuration: Configuration,
    _ former: FormerProposals
  ) throws(ToolFailure) {
    let hosted = HostedDomains.current(configuration)
    let finder = UserFinder(entries)
    let neighbors = Neighbors(entries, tally, ownDomains: PostfixSettings.localDomains())
    var names: [UInt32: NamedUser] = [:]
    func user(_ uid: UInt32) -> NamedUser {
      let user = names[uid] ?? finder.user(uid: uid)
      names[uid] = user
      return user
    }
    var (lines, commentBytes, silenced): ([String], Int, Int) = ([], 0, 0)
    for (uid, found) in tally.users.sorted(by: { $0.key < $1.key }) {
      let proposal = Proposal(user(uid), found, configuration, hosted, neighbors) {
        HelpText.shown(user($0).name)
      }
      let parts = ProposalText(proposal: proposal, former: former).parts
      let comments = (parts.before + parts.behind).reduce(0) { $0 + $1.utf8.count + 1 }
      commentBytes += comments
      if commentBytes <= Self.commentBytes {
        lines +=
          (lines.isEmpty || comments == 0 ? [] : ["#"]) + parts.before + parts.entry + parts.behind
      } else {
        lines += parts.entry
        if comments > 0 { silenced += 1 }
      }
    }
    if silenced > 0 {
      lines.append("# \(silenced) more users; what was seen of them is too much to tell")
    }
    let heading = heading(tally, hosted, isEmpty: lines.isEmpty)
    // What adds nothing to senders must not be appended to it.
    if lines.isEmpty { return Output.complain(heading) }
    try Output.write((heading + lines).map { $0 + "\n" }.joined())
  }

  private static func heading(
    _ tally: LogTally, _ hosted: HostedDomains, isEmpty: Bool
  ) -> [String] {
    var lines = ["# postern learn: \(tally.decisions) decisions read."]
    lines.append(
      isEmpty
        ? "# There is nothing to add to senders."
        : "# Read these lines, add them to senders, then run: postern map build")
    if tally.unread > 0 { lines.append("# \(tally.unread) lines of Postern could not be read.") }
    if !hosted.isKnown {
      lines.append(
        "# Postfix could not be asked which domains are hosted here; addresses of any domain are proposed."
      )
    }
    return lines
  }

  private static func read(_ path: [UInt8], into tally: inout LogTally) throws(ToolFailure) {
    let name = Diagnostics.shown(path)
    let file: FileDescriptor
    if path == Array("-".utf8) {
      file = .standardInput
    } else {
      do { file = try FileDescriptor.open(path: path, options: .followLinks) } catch {
        throw ToolFailure(error, "cannot read \(name)")
      }
    }
    var lines = LogLines(file)
    do throws(LogError) {
      try lines.forEach { tally.take($0, $1) }
    } catch {
      switch error {
      case .system(let error): throw ToolFailure(error, "cannot read \(name)")
      case .compressed:
        throw ToolFailure(.failed, "\(name) is compressed; use: zcat -f FILE... | postern learn -")
      }
    }
  }
}
