internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern fleet sync`: brings the suspensions of a fleet to this machine, and its own there.
enum FleetSync {
  static let command = Command(
    group: "fleet", name: "sync", operands: "", operandCount: 0...0,
    flags: [EngineAccess.server, EngineAccess.passwordFile],
    summary: "Copy the fleet's suspensions to this machine, and automatic ones there",
    details: """
      With the copies a suspension by 'postern suspend --fleet' is in force while the server does not answer, and for exempt
      users, who ask it nothing. A suspension that ends there ends here; one by 'postern suspend USER' stays. What
      auto_suspend_refusals has suspended here is suspended on every web server. postern-fleet.timer runs it every minute.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let access = try EngineAccess(arguments, setup, map.configuration)
    guard let start = Machine.text("/proc/sys/kernel/random/boot_id")?.trimmed else {
      throw ToolFailure(.failed, "cannot read /proc/sys/kernel/random/boot_id")
    }
    // The server's socket may be for the account postern alone.
    let ledger = try setup.openLedger(map.configuration)
    let copy = SuspensionCopy(map: map)
    let (node, news): ([UInt8], [SuspensionCopy.News])
    do throws(LedgerError) {
      node = try FleetNode.name(beside: map.configuration.quotaFile)
      news = try copy.automatic(ledger)
    } catch {
      throw ToolFailure(error)
    }
    let (isTwice, shared): (Bool, SharedSuspensions)
    do throws(EngineFault) {
      var engine = try Engine.connect(to: access.address, as: access.account)
      isTwice = try engine.register(node, start: start)
      try engine.tell(news)
      shared = try engine.suspensions()
    } catch {
      throw access.failure(error)
    }
    var complaints = copy.follow(shared, in: ledger)
    if isTwice {
      complaints.append(
        "another machine calls itself \(HelpText.shown(node)) at \(access.shown), and each has the whole quota: "
          + "a cloned image; remove the file 'fleet' beside quota_file on one of them")
    }
    guard complaints.isEmpty else {
      throw ToolFailure(.failed, lines: complaints.map { "postern: \($0)" })
    }
  }
}
