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
        name: "--user", value: "USER", isRequired: true, summary: "whose message it would be"),
      Command.Flag(name: "--json", summary: "one object, for programs"),
    ],
    operandsAreForeign: true,
    summary: "Tell what would become of a message on standard input, and why",
    details: """
      The message goes the drop-in's own way: read, judged, weighed against the quota as it is now. Nothing is charged,
      counted, logged or sent. SENDMAIL-ARGUMENTs are what the site gives to sendmail, for PHP: -t -i.
      Exit status: 0 if the message would be handed over (with mode = audit, too), 1 if it would be refused.
      Example: postern explain --user alice -t -i < message
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    let argv = [Array("sendmail".utf8)] + arguments.operands
    let invocation = try understand(argv)
    // Root reads the map and asks the user database before it gives its rights away. The configuration of a message that
    // is long in coming is read again, as postern, like the drop-in does (`Site.renewed`).
    let user = try user(arguments.value(of: "--user") ?? [], setup)
    let site: Site
    do { site = try Site(of: user.uid, in: setup.directory) } catch {
      throw unusable(error, setup)
    }
    if setup.isAdministrator { try setup.becomeService() }
    let rehearsal = try rehearse(invocation, argv, site)
    if !setup.isAdministrator, case .ledger? = rehearsal.refusal {
      throw ToolFailure(
        .notPermitted, "only root may read the state file, without which \(noAnswer)")
    }
    let explanation = Explanation(
      user: user, argv: argv, rehearsal: rehearsal, quota: quota(user, site))
    try Tool.print(
      arguments.has("--json") ? explanation.json.line + "\n" : ExplanationText(explanation).text)
    if rehearsal.verdict == .reject { throw ToolFailure(.failed) }
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
        "explain takes one message, -bs is a dialogue; give the message as '-t -i' would get it")
    case .listQueue, .flushQueue, .flushSite, .flushMessage, .queueInterval, .quotaStatus:
      throw ToolFailure(
        .usage, "explain takes a message, and \(invocation.mode.option) submits none")
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
        .notPermitted, "only root may read \(setup.directory.path), without which \(noAnswer)")
    }
    return ToolFailure(fault)
  }

  private static func rehearse(
    _ invocation: Result<Invocation, InvocationError>, _ argv: [[UInt8]], _ site: Site
  ) throws(ToolFailure) -> Rehearsal {
    switch invocation {
    case .failure(let error): return Rehearsal(refusing: error, site)
    case .success(let invocation) where invocation.verifyOnly:
      // A probe has no message.
      var nothing: FileDescriptor
      do { nothing = try FileDescriptor.open(path: "/dev/null") } catch {
        throw ToolFailure(error, "cannot open /dev/null")
      }
      return Rehearsal(of: &nothing, invocation, argv: argv, site)
    case .success(let invocation):
      var input = FileDescriptor.standardInput
      return Rehearsal(of: &input, invocation, argv: argv, site)
    }
  }

  /// The user's row; where the state file cannot be used, the refusal says so.
  private static func quota(_ user: NamedUser, _ site: Site) -> QuotaRow? {
    let now = Clock.seconds()
    do throws(LedgerError) {
      let ledger = try Ledger.open(path: site.configuration.quotaFile)
      let usage = try ledger.usage(uid: site.uid) { now }
      let suspension = try ledger.suspensions.suspension(of: site.uid)
      return QuotaRow(
        uid: site.uid, user: user.name, entry: site.entry, configuration: site.configuration,
        usage: usage, suspension: suspension, now: now)
    } catch {
      return nil
    }
  }
}
