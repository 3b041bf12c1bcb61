internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern resume USER`: ends a suspension.
enum Resume {
  static let command = Command(
    group: "resume", name: "", operands: "USER", operandCount: 1...1, flags: [],
    summary: "End the suspension of a user",
    details: """
      It ends what 'postern suspend' or auto_suspend_refusals began; the refusals of the last hour do
      not count towards the next automatic one. A suspension that stands in the map (suspended=REASON)
      ends only with a change of the map.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    let ledger = try setup.openLedger(map.configuration)
    let ended: Suspension?
    do throws(LedgerError) { ended = try ledger.resume(uid: user.uid) } catch {
      throw ToolFailure(error)
    }
    if let ended {
      SuspensionEvent(
        ended, isEnd: true, uid: user.uid, user: user.name,
        facility: map.configuration.syslogFacility
      ).log()
      let reason = Diagnostics.shown(ended.reason, limit: 400)
      try Tool.print("\(user.description) is no longer suspended; the reason was: \(reason)\n")
    } else if user.entry?.suspended == nil {
      try Tool.print("\(user.description) is not suspended\n")
    }
    if let reason = user.entry?.suspended {
      let shown = Diagnostics.shown(reason, limit: 400)
      throw ToolFailure(
        .failed,
        "the map suspends \(user.description): remove suspended=\(shown) from its line in "
          + "senders, then run 'postern map build'")
    }
  }
}
