internal import Ledger
internal import LinuxSystem
internal import Policy

/// `postern fleet check`: whether the fleet's server can be relied upon.
enum FleetCheck {
  static let command = Command(
    group: "fleet", name: "check", operands: "", operandCount: 0...0,
    flags: [
      Command.Flag(name: "--json", summary: "print one object, as doctor does"),
      EngineAccess.server, EngineAccess.passwordFile,
    ],
    summary: "Examine the server of a fleet's quotas",
    details: """
      Each finding says how to mend it. The exit status is 1 if somebody can go around the quotas or change them, 2 for other
      faults, else 0. 'postern doctor' looks at the same where quota_server is set.
      """,
    run: run)

  /// How many calls are measured.
  private static let calls = 100

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let access = try EngineAccess(arguments, setup, map.configuration)
    var diagnosis = Diagnosis()
    diagnosis.accepted = Set(
      map.configuration.doctorAccept.map { String(decoding: $0, as: UTF8.self) })
    let answers = FleetExamination.outside(
      access.address, map.configuration.quotaServer, site: site(of: map),
      service: try setup.serviceAccount(), &diagnosis)
    if answers { FleetExamination.inside(access, &diagnosis) }
    let times = latency(access).map { "latency: \($0)\n" } ?? ""
    try Output.write(arguments.has("--json") ? diagnosis.json : times + diagnosis.report)
    if diagnosis.has(.hole) { throw ToolFailure(.failed, lines: []) }
    if diagnosis.has(.fault) { throw ToolFailure(.faulty, lines: []) }
  }

  private static func site(of map: MapContents) -> Account {
    map.entries.first { !$0.isExempt && $0.uid != 0 }.map {
      Account(name: $0.user, userID: $0.uid, groupID: $0.uid, fullName: [])
    } ?? AnyUser.account
  }

  /// As each message does it: connect, sign in, ask.
  private static func latency(_ access: EngineAccess) -> String? {
    var times: [Swift.Duration] = []
    let clock = ContinuousClock()
    for _ in 0..<calls {
      let start = clock.now
      guard var engine = try? Engine.connect(to: access.address, as: access.account),
        (try? engine.call(["PING"])) != nil
      else { return nil }
      times.append(clock.now - start)
    }
    times.sort()
    return
      "\(calls) connections with AUTH and PING: median \(shown(times[calls / 2])), longest \(shown(times[calls - 1]))"
  }

  private static func shown(_ time: Swift.Duration) -> String {
    "\(time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000) us"
  }
}
