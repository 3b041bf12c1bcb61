internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern quota reset USER`: forgets what one user has used.
enum QuotaReset {
  static let command = Command(
    group: "quota", name: "reset", operands: "USER", operandCount: 1...1, flags: [],
    summary: "Set the usage of a user to zero",
    details: """
      The user can send again at once: the usage and the counts of refused messages are set to zero; the usage of a
      quota_group is that of all its users. Limits and suspensions are not changed; see 'postern map show USER'.
      USER is a login name, uid:N or a number.
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
  }
}
