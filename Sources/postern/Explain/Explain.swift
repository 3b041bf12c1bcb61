internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern explain`: what the drop-in would do with a message, and why.
enum Explain {
  static let command = Command(
    group: "explain", name: "", operands: "[--] [SENDMAIL-ARGUMENT...]",
    operandCount: 0...Int.max,
    flags: [
      Command.Flag(
        name: "--user", value: "USER", isRequired: true,
        summary: "the user who would send the message"),
      Command.Flag(name: "--json", summary: "print one JSON object"),
      Command.Flag(
        name: "--candidate",
        summary: "use postern.cf and senders as they are, not what is in force"),
    ],
    operandsAreForeign: true,
    summary: "Explain what would be done with a message on standard input",
    details: """
      The message is processed by the same code as real mail and checked against the current quota. Nothing is charged,
      counted, logged or sent. SENDMAIL-ARGUMENTs are the arguments that the site gives to sendmail; PHP gives -t -i.
      Exit status: 0 if the message would be handed over (with mode = audit, too), 1 if it would be refused.
      Example: postern explain --user alice -t -i < message
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    let argv = [Array("sendmail".utf8)] + arguments.operands
    let invocation = try understand(argv)
    // Root reads the map and asks the user database before it gives its rights away. The
    // configuration of a message that is long in coming is read again, as postern, like the drop-in
    // does (`SenderPolicy.renewed`).
    let word = arguments.value(of: "--user") ?? []
    let (user, policy) =
      try arguments.has("--candidate") ? candidate(word, setup) : inForce(word, setup)
    if setup.isAdministrator { try setup.becomeService() }
    let dryRun = try tryOut(invocation, argv, policy)
    if !setup.isAdministrator, case .ledger? = dryRun.refusal {
      throw ToolFailure(
        .notPermitted, "only root may read the state file, and without it \(noAnswer)")
    }
    let explanation = Explanation(
      user: user, argv: argv, dryRun: dryRun, quota: quota(user, policy))
    try Output.write(
      arguments.has("--json") ? explanation.json.line + "\n" : ExplanationText(explanation).text)
    if dryRun.verdict == .reject { throw ToolFailure(.failed) }
  }

  private static func inForce(
    _ word: [UInt8], _ setup: Setup
  ) throws(ToolFailure) -> (NamedUser, SenderPolicy) {
    let user = try user(word, setup)
    do { return (user, try SenderPolicy(of: user.uid, in: setup.directory)) } catch {
      throw unusable(error, setup)
    }
  }

  /// What a build would put in force is compiled in memory.
  private static func candidate(
    _ word: [UInt8], _ setup: Setup
  ) throws(ToolFailure) -> (NamedUser, SenderPolicy) {
    try setup.requireAdministrator("\(command.call) --candidate")
    let compilation = try Compilation(setup)
    guard compilation.problems.isEmpty else {
      throw ToolFailure(problems: compilation.problems, "nothing can be explained by these files")
    }
    let builder = compilation.builder
    let user = try UserFinder(builder.entries).user(word)
    return (
      user, SenderPolicy(uid: user.uid, configuration: builder.configuration, entry: user.entry)
    )
  }

  private static let noAnswer = "nothing can be explained; your own quota: 'postern quota status'"

  /// Only a submission can be explained; a command line that cannot be understood is a refused one.
  private static func understand(
    _ argv: [[UInt8]]
  ) throws(ToolFailure) -> Result<Invocation, InvocationError> {
    let invocation: Invocation
    do { invocation = try Invocation.parse(argv) } catch { return .failure(error) }
    switch invocation.mode {
    case .deliver: return .success(invocation)
    case .smtp:
      throw ToolFailure(
        .usage,
        "explain reads one message, and -bs is a dialogue; use -t -i instead")
    case .listQueue, .flushQueue, .flushSite, .flushMessage, .queueInterval, .quotaStatus,
      .ownLog:
      throw ToolFailure(
        .usage, "explain reads a message, and \(invocation.mode.option) does not submit one")
    }
  }

  /// Ordinary users may ask about themselves only, and only where the files let them.
  private static func user(_ word: [UInt8], _ setup: Setup) throws(ToolFailure) -> NamedUser {
    if setup.isAdministrator { return try UserFinder(try setup.readMap().entries).user(word) }
    let user = try UserFinder([]).user(word)
    guard user.uid == setup.credentials.realUserID else {
      throw ToolFailure(.notPermitted, "only root may explain other users' messages")
    }
    return user
  }

  private static func unusable(_ refusal: Refusal, _ setup: Setup) -> ToolFailure {
    guard case .installation(let fault) = refusal else {
      return ToolFailure(.failed, Diagnostics.text(for: refusal))
    }
    if case .unreadable = fault, !setup.isAdministrator {
      return ToolFailure(
        .notPermitted, "only root may read \(setup.directory.path), and without it \(noAnswer)")
    }
    return ToolFailure(fault)
  }

  private static func tryOut(
    _ invocation: Result<Invocation, InvocationError>, _ argv: [[UInt8]], _ policy: SenderPolicy
  ) throws(ToolFailure) -> DryRun {
    switch invocation {
    case .failure(let error): return DryRun(refusing: error, policy)
    case .success(let invocation) where invocation.verifyOnly:
      // A probe has no message.
      var nothing: FileDescriptor
      do { nothing = try FileDescriptor.open(path: "/dev/null") } catch {
        throw ToolFailure(error, "cannot open /dev/null")
      }
      return DryRun(of: &nothing, invocation, argv: argv, policy)
    case .success(let invocation):
      var input = FileDescriptor.standardInput
      return DryRun(of: &input, invocation, argv: argv, policy)
    }
  }

  /// The user's row; where the state file cannot be used, the refusal says so.
  private static func quota(_ user: NamedUser, _ policy: SenderPolicy) -> QuotaRow? {
    let now = Clock.seconds()
    do throws(LedgerError) {
      let ledger = try Ledger.open(for: policy.configuration)
      let (usage, refusals) = try ledger.usage(of: policy, now: now)
      let suspension = try ledger.suspensions.suspension(of: policy.uid)
      return QuotaRow(
        uid: policy.uid, user: user.name, entry: policy.entry, configuration: policy.configuration,
        usage: usage, refusals: refusals, suspension: suspension, raise: policy.raise,
        now: now)
    } catch {
      return nil
    }
  }
}
