internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern resume USER`: ends a suspension.
enum Resume {
  static let command = Command(
    group: "resume", name: "", operands: "USER", operandCount: 1...1,
    flags: [FleetOrder.flag, EngineAccess.server, EngineAccess.passwordFile],
    summary: "End the suspension of a user",
    details: """
      Ends a suspension by 'postern suspend' or auto_suspend_refusals; messages refused before do not count
      toward the next automatic suspension. A suspension in the map (suspended=REASON) ends only when it
      is removed from the map.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    guard !arguments.has(FleetOrder.flag.name) else {
      return try FleetOrder.resume(arguments, setup)
    }
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    let ledger = try setup.openLedger(map.configuration)
    let change: SuspensionChange
    do throws(LedgerError) {
      change = try ledger.resume(uid: user.uid, record: user.recordUID)
    } catch {
      throw ToolFailure(error)
    }
    if let ended = change.previous {
      OrderEvent(
        .resume(ended), uid: user.uid, user: user.name,
        facility: map.configuration.syslogFacility
      ).log()
      let reason = Diagnostics.shown(Diagnostics.reason(of: ended), limit: 400)
      try Output.write("\(user.description) is no longer suspended; the reason was: \(reason)\n")
    } else if user.entry?.suspended == nil {
      try Output.write("\(user.description) is not suspended\n")
    }
    if let error = change.unrecorded {
      let still =
        "postern: the refusals of the last hour still count towards the next automatic suspension"
      throw ToolFailure(.failed, lines: ToolFailure(error).lines + [still])
    }
    if change.previous?.origin == .fleet {
      let names = user.entry.map { FleetNames(of: $0, map.configuration).all } ?? []
      let shown = names.map { HelpText.shown($0) }.joined(separator: " or ")
      throw ToolFailure(
        .failed,
        "it is suspended on every web server, and here again with the next 'postern fleet sync': "
          + "run 'postern resume --fleet NAME' with the name \(shown)")
    }
    if let reason = user.entry?.suspended {
      let shown = Diagnostics.shown(reason, limit: 400)
      throw ToolFailure(
        .failed,
        "\(user.description) is suspended in the map: remove suspended=\(shown) from its line in "
          + "senders, then run 'postern map build'")
    }
  }
}
