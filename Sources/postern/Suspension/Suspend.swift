internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern suspend USER`: stops all mail of one user at once.
enum Suspend {
  static let command = Command(
    group: "suspend", name: "", operands: "USER", operandCount: 1...1,
    flags: [
      Command.Flag(
        name: "--for", value: "TIME",
        summary: "end it after a time such as 90s, 15m, 2h or 7d; else 'postern resume' ends it"),
      Command.Flag(name: "--reason", value: "TEXT", summary: "the reason shown in every refusal"),
      FleetOrder.flag, EngineAccess.server, EngineAccess.passwordFile,
    ],
    summary: "Refuse all mail of a user from now on",
    details: """
      No map build is needed. Exempt users are refused, too. The reason, at most \(Suspension.reasonBytes) bytes, is shown in every
      refusal (user-suspended), in 'postern quota status' and in the notice, if notify is set in postern.cf.
      'postern resume USER' ends the suspension. At a terminal you are asked before an exempt user is suspended. With --fleet
      the end of --for is judged by the clock of quota_server.
      """,
    run: run)

  /// The reason where none is given.
  static let defaultReason = Array("by the administrator".utf8)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let reason = try reason(arguments)
    let seconds = try seconds(arguments)
    guard !arguments.has(FleetOrder.flag.name) else {
      return try FleetOrder.suspend(arguments, setup, for: seconds, reason: reason)
    }
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    guard try isMeant(user) else { throw ToolFailure(.failed, "nothing was changed") }
    try setup.becomeService()
    let (change, suspension) = try SuspensionOrder(map).carryOut(
      user, for: seconds, reason: reason)
    let shown = suspension.map(Diagnostics.reason) ?? reason
    var text = "\(user.description) is suspended: \(Diagnostics.shown(shown, limit: 400))\n"
    if let previous = change.previous {
      text += "It was already suspended; the reason was: "
      text += "\(Diagnostics.shown(Diagnostics.reason(of: previous), limit: 400))\n"
    }
    if let mapReason = user.entry?.suspended {
      text +=
        "It is also suspended in the map: suspended=\(Diagnostics.shown(mapReason, limit: 400))\n"
    }
    try Output.write(text)
    if let error = change.unrecorded {
      Output.complain(
        ToolFailure(error).lines + ["postern: the suspension is in force all the same"])
    }
  }

  private static func reason(_ arguments: Arguments) throws(ToolFailure) -> [UInt8] {
    guard let reason = arguments.value(of: "--reason") else { return defaultReason }
    guard !reason.isEmpty, reason.count <= Suspension.reasonBytes else {
      throw ToolFailure(.usage, "--reason: give 1 to \(Suspension.reasonBytes) bytes")
    }
    return reason
  }

  private static func seconds(_ arguments: Arguments) throws(ToolFailure) -> UInt64? {
    guard let text = arguments.value(of: "--for") else { return nil }
    return UInt64(try Duration.seconds(text, of: "--for"))
  }

  /// Asks before a user is suspended whose mail is the machine's own; without a terminal nobody can
  /// answer, and the order stands.
  private static func isMeant(_ user: NamedUser) throws(ToolFailure) -> Bool {
    let input = FileDescriptor.standardInput
    guard user.entry?.isExempt == true, input.isTerminal, StandardOutput.isTerminal else {
      return true
    }
    try Output.write(
      "\(user.description) is in exempt_users: mail of cron and of this machine may stop. Suspend it? [y/N] "
    )
    return readLine().map { ["y", "yes"].contains($0.lowercased()) } ?? false
  }
}
