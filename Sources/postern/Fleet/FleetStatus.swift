internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern fleet status`: what the fleet's server is, and what it holds.
enum FleetStatus {
  static let command = Command(
    group: "fleet", name: "status", operands: "", operandCount: 0...0,
    flags: [
      Command.Flag(name: "--json", summary: "print one object"), EngineAccess.server,
      EngineAccess.passwordFile,
    ],
    summary: "Tell what the server of a fleet's quotas is and holds",
    details: """
      What each site has used is told by 'postern quota status --fleet', what is wrong by 'postern fleet check'.
      """,
    run: run)

  /// What is told.
  private struct Status {
    let server: String
    let facts: EngineFacts
    let usages: [SharedUsage]
    /// Whether those are all.
    let areAll: Bool
    let suspended: [(name: [UInt8], reason: [UInt8])]

    var messages: UInt64 { usages.reduce(0) { $0 + UInt64($1.hour.messages) } }
  }

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let access = try EngineAccess(arguments, setup, setup.readMap().configuration)
    var engine = try access.connect()
    let status: Status
    do throws(EngineFault) {
      let (usages, areAll) = try engine.usages()
      status = Status(
        server: access.shown, facts: try engine.facts(), usages: usages, areAll: areAll,
        suspended: try engine.suspended())
    } catch {
      throw access.failure(error)
    }
    try Output.write(arguments.has("--json") ? json(status) : text(status))
  }

  private static func text(_ status: Status) -> String {
    let facts = status.facts
    let limit = facts.memoryLimit == 0 ? "no limit" : "of \(facts.memoryLimit / 1_024) K"
    let suspended = status.suspended.map {
      (
        "suspended",
        "\(Diagnostics.shown($0.name, limit: 40)): \(Diagnostics.shown($0.reason, limit: 200))"
      )
    }
    return HelpText.aligned(
      [
        ("server", "\(status.server), \(facts.program)"),
        ("role", "\(facts.role), \(facts.replicas) replicas"),
        ("memory", "\(facts.memoryBytes / 1_024) K, \(limit)"),
        (
          "quotas",
          "\(status.areAll ? "" : "at least ")\(status.usages.count), with \(status.messages) messages in the last hour"
        ),
      ] + suspended)
  }

  private static func json(_ status: Status) -> String {
    let suspended = status.suspended.map {
      JSON.object([("name", .string($0.name)), ("reason", .string($0.reason))])
    }
    return JSON.object([
      ("server", .text(status.server)), ("program", .text(status.facts.program)),
      ("role", .text(status.facts.role)), ("replicas", .number(status.facts.replicas)),
      ("memory_bytes", .number(status.facts.memoryBytes)),
      ("quotas", .number(UInt64(status.usages.count))),
      ("messages_last_hour", .number(status.messages)), ("suspended", .array(suspended)),
    ]).line + "\n"
  }
}
