internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern raise USER NAME=VALUE … --for TIME`: higher limits for a time.
enum RaiseLimits {
  static let command = Command(
    group: "raise", name: "", operands: "USER [NAME=VALUE...]", operandCount: 1...6,
    flags: [
      Command.Flag(
        name: "--for", value: "TIME", summary: "how long: a time such as 90s, 15m, 2h or 7d"),
      Command.Flag(name: "--end", summary: "end what was raised before"),
    ],
    summary: "Raise limits of a user for a time",
    details: """
      No map build is needed. NAME is messages_per_hour, recipients_per_hour, messages_per_day,
      recipients_per_day or recipients_per_message, VALUE a number or unlimited. What was raised before is
      replaced. A raise takes nothing away: of the raised limit and that of the map the higher one is in force.
      Within a quota_group it is this user's own.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let isEnd = arguments.has("--end")
    let raise = try isEnd ? nothing(arguments) : raise(arguments)
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    guard let entry = user.entry, user.hasLimits else {
      throw ToolFailure(.failed, "\(user.description) has no limits: it \(Self.why(user))")
    }
    let usual = entry.limits(defaults: map.configuration)
    guard isEnd || raise.applied(to: usual) != usual else {
      throw ToolFailure(
        .failed,
        "this raises nothing: the limits of \(user.description) are as high already; see 'postern map show \(HelpText.shown(user.name))'"
      )
    }
    try setup.becomeService()
    let raises = Raises(beside: map.configuration.quotaFile)
    let former = raises.raise(of: user.uid)
    do throws(LedgerError) {
      if isEnd { try raises.remove(for: user.uid) } else { try raises.store(raise, for: user.uid) }
    } catch {
      throw ToolFailure(error)
    }
    if !isEnd || former != nil {
      OrderEvent(
        .raise(raise), uid: user.uid, user: user.name, facility: map.configuration.syslogFacility
      ).log()
    }
    try Output.write("\(user.description): " + (isEnd ? told(end: former) : told(raise)) + "\n")
  }

  private static func why(_ user: NamedUser) -> String {
    user.entry == nil ? "has no entry in the map" : "is in exempt_users"
  }

  private static func told(_ raise: Raise) -> String {
    "\(Diagnostics.shown(raise.text, limit: 400)) until \(Diagnostics.shown(time: raise.until))"
  }

  private static func told(end former: Raise?) -> String {
    former.map { "the limits of the map again; raised were \(told($0))" } ?? "nothing was raised"
  }

  /// What `--end` comes to: nothing is raised from now on.
  private static func nothing(_ arguments: Arguments) throws(ToolFailure) -> Raise {
    guard arguments.operands.count == 1, !arguments.has("--for") else {
      throw ToolFailure(.usage, "--end ends all that was raised; give the user alone")
    }
    return Raise(until: Clock.seconds())
  }

  private static func raise(_ arguments: Arguments) throws(ToolFailure) -> Raise {
    guard let time = arguments.value(of: "--for") else {
      throw ToolFailure(.usage, "--for TIME is missing; usage: \(command.synopsis)")
    }
    var raise = Raise(until: Clock.seconds() + UInt64(try Duration.seconds(time, of: "--for")))
    for word in arguments.operands.dropFirst() {
      guard raise.take(word[...]) else {
        throw ToolFailure(
          .usage,
          "'\(HelpText.shown(word))': give one of \(Raise.names.joined(separator: ", ")), '=' and a number or unlimited"
        )
      }
    }
    guard !raise.text.isEmpty else {
      throw ToolFailure(.usage, "no limit is given, such as messages_per_hour=1000")
    }
    return raise
  }
}
