internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern learn`: proposes entries of the map from what the log of an audit tells.
enum Learn {
  static let command = Command(
    group: "learn", name: "", operands: "LOG...", operandCount: 1...Int.max, flags: [],
    summary: "Propose entries of the map from the log of an audit period",
    details: """
      Reads Postern's own lines in each LOG, '-' is standard input: a mail.log, or what journalctl prints with -o short,
      short-iso or cat. What the present map does not permit is proposed, user by user, as lines for senders. What looks
      like abuse stays behind '#', with the reason: domains not hosted here, many or random local parts of one domain,
      many messages in one minute. The output changes nothing and can be appended to senders as it is. Read it before:
      on many machines any local user can write lines like Postern's into the system log.
      Example: zcat -f /var/log/mail.log* | postern learn -
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    var configuration = map.configuration
    configuration.adopt(map.header)
    var tally = LogTally()
    for path in arguments.operands { try read(path, into: &tally) }
    let hosted = HostedDomains.current()
    let finder = UserFinder(map.entries)
    var parts: [String] = []
    for (uid, user) in tally.users.sorted(by: { $0.key < $1.key }) {
      let proposal = Proposal(finder.user(uid: uid), user, configuration, hosted)
      parts.append(ProposalText(proposal: proposal).text)
    }
    try Tool.print(([heading(tally, hosted)] + parts).joined(separator: "#\n"))
  }

  private static func heading(_ tally: LogTally, _ hosted: HostedDomains) -> String {
    var lines = ["# postern learn: \(tally.decisions) decisions read."]
    lines.append(
      tally.users.isEmpty
        ? "# Nothing was refused, or would have been; there is nothing to add to senders."
        : "# For senders, when you have read it; then: postern map build")
    if tally.unread > 0 { lines.append("# \(tally.unread) lines of Postern could not be used.") }
    if !hosted.isKnown {
      lines.append("# Postfix does not say which domains are hosted here; none is held against it.")
    }
    return lines.map { $0 + "\n" }.joined()
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
