internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern quota reset USER`: forgets what one user has used.
enum QuotaReset {
  static let command = Command(
    group: "quota", name: "reset", operands: "USER", operandCount: 1...1, flags: [],
    summary: "Forget what a user has used",
    details: """
      The user may send again at once: all windows become empty, the counts of refused messages too. Limits stay as they
      are: see 'postern map show USER'. USER is a login name, uid:N or a number.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    let ledger = try setup.openLedger(map.configuration)
    let before: Usage
    do throws(LedgerError) {
      before = try ledger.usage(uid: user.uid)
      try ledger.reset(uid: user.uid)
    } catch {
      throw ToolFailure(error)
    }
    try Tool.print(
      "\(user.description): quota reset; forgotten: \(before.hour.used(.messages)) messages of the "
        + "last hour, \(before.day.used(.messages)) of the last day\n")
  }
}
