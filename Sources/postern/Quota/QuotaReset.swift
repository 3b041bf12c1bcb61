internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern quota reset USER`: forgets what one user has used.
enum QuotaReset {
  static let command = Command(
    group: "quota", name: "reset", operands: "USER", operandCount: 1...1,
    flags: [
      Command.Flag(name: "--local", summary: "on this machine alone, not at quota_server"),
      EngineAccess.server, EngineAccess.passwordFile,
    ],
    summary: "Set the usage of a user to zero",
    details: """
      The user can send again at once: the usage and the counts of refused messages are set to zero; the usage of a
      quota_group is that of all its users. Limits and suspensions are not changed; see 'postern map show USER'.
      USER is a login name, uid:N or a number. With quota_server the quota is reset there and so on every web server,
      too; if the server does not answer, this machine's is reset all the same and the exit status is 1.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    guard user.entry != nil else {
      throw ToolFailure(
        .failed,
        "\(user.description) has no entry in the map: what users without one send is counted together and has no limit"
      )
    }
    let shared = try shared(user, arguments, setup, map.configuration)
    let ledger = try setup.openLedger(map.configuration)
    let before: Usage
    do throws(LedgerError) {
      before = try ledger.usage(uid: user.groupUID ?? user.uid)
      try ledger.reset(uid: user.uid)
      if let group = user.groupUID { try ledger.reset(uid: group) }
    } catch {
      throw ToolFailure(error)
    }
    let group = user.entry?.rules.quotaGroup.map {
      " for all users with quota_group=\(HelpText.shown($0.name))"
    }
    try Output.write(
      "\(user.description): quota reset\(group ?? ""); before: \(before.hour.used(.messages)) messages in the "
        + "last hour, \(before.day.used(.messages)) in the last day\n")
    try shared?.reset()
  }

  /// The user's quota at the fleet's server.
  private struct Shared {
    let access: EngineAccess
    let name: [UInt8]

    func reset() throws(ToolFailure) {
      let shown = HelpText.shown(name)
      do throws(EngineFault) {
        var engine = try Engine.connect(to: access.address, as: access.account)
        try engine.reset(name)
      } catch {
        throw ToolFailure(
          .failed,
          lines: access.failure(error).lines + [
            "postern: the quota \(shown) is reset on this machine alone; run it again when the server answers"
          ])
      }
      try Output.write("the quota \(shown) is reset at \(access.shown), for all web servers\n")
    }
  }

  /// What root alone may read is read before the process becomes another user's.
  private static func shared(
    _ user: NamedUser, _ arguments: Arguments, _ setup: Setup, _ configuration: Configuration
  ) throws(ToolFailure) -> Shared? {
    guard !arguments.has("--local"), let entry = user.entry,
      let names = configuration.quotaServer.names(of: entry)
    else { return nil }
    return Shared(access: try EngineAccess(arguments, setup, configuration), name: names.quota)
  }
}
