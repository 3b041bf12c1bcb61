internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern suspend --fleet NAME` and `postern resume --fleet NAME`: on every web server.
enum FleetOrder {
  static let flag = Command.Flag(
    name: "--fleet",
    summary:
      "on every web server that asks quota_server; USER is the name of a quota or a login name")

  /// The longest name; those of groups and logins are shorter.
  private static let nameBytes = 255

  /// Suspends a name.
  ///
  /// - Parameters:
  ///   - arguments: The operand is the name.
  ///   - setup: The installation.
  ///   - seconds: For how long; nil = until it is resumed.
  ///   - reason: Why.
  /// - Throws: `ToolFailure`: nobody is suspended.
  static func suspend(
    _ arguments: Arguments, _ setup: Setup, for seconds: UInt64?, reason: [UInt8]
  ) throws(ToolFailure) {
    let name = try name(arguments)
    let map = try setup.readMap()
    let access = try EngineAccess(arguments, setup, map.configuration)
    let order = Suspension(since: 0, origin: .administrator, reason: reason)
    let former: Suspension?
    do throws(EngineFault) {
      var engine = try Engine.connect(to: access.address, as: access.account)
      former = try engine.suspend(name, by: order, for: seconds, replacing: true)
    } catch {
      throw failure(
        error, access, "nobody is suspended; 'postern suspend USER' does it on one machine")
    }
    var text =
      "\(HelpText.shown(name)) is suspended on every web server: \(Diagnostics.shown(order.reason, limit: 400))\n"
    if let former { text += "It was already suspended; the reason was: \(shown(former))\n" }
    if !knows(name, map) {
      text += "No user of this machine's map has that login name or quota_group.\n"
    }
    try Output.write(text)
  }

  /// Ends the suspension of a name.
  ///
  /// - Parameters:
  ///   - arguments: The operand is the name.
  ///   - setup: The installation.
  /// - Throws: `ToolFailure`: it is as it was.
  static func resume(_ arguments: Arguments, _ setup: Setup) throws(ToolFailure) {
    let name = try name(arguments)
    let access = try EngineAccess(arguments, setup, setup.readMap().configuration)
    let former: Suspension?
    do throws(EngineFault) {
      var engine = try Engine.connect(to: access.address, as: access.account)
      former = try engine.resume(name)
    } catch {
      throw failure(error, access, "nothing was changed; run it again when the server answers")
    }
    try Output.write(
      former.map {
        "\(HelpText.shown(name)) is no longer suspended on every web server; the reason was: \(shown($0))\n"
      } ?? "\(HelpText.shown(name)) is not suspended on every web server\n")
  }

  private static func shown(_ suspension: Suspension) -> String {
    Diagnostics.shown(Diagnostics.reason(of: suspension), limit: 400)
  }

  private static func name(_ arguments: Arguments) throws(ToolFailure) -> [UInt8] {
    let name = arguments.operands[0]
    guard !name.isEmpty, name.count <= nameBytes, name.allSatisfy({ $0 > 0x20 && $0 != 0x7F })
    else {
      throw ToolFailure(
        .usage,
        "'\(HelpText.shown(name))' is no name of a quota: give a quota_group or a login name")
    }
    return name
  }

  private static func knows(_ name: [UInt8], _ map: MapContents) -> Bool {
    map.entries.contains { FleetNames(of: $0, map.configuration).all.contains(name) }
  }

  private static func failure(
    _ fault: EngineFault, _ access: EngineAccess, _ state: String
  ) -> ToolFailure {
    ToolFailure(.failed, lines: access.failure(fault).lines + ["postern: \(state)"])
  }
}

/// The names by which a user can be suspended on every web server.
struct FleetNames {
  /// Where login names are the same fleet-wide.
  let login: [UInt8]?
  let group: [UInt8]?

  var all: [[UInt8]] { [login, group].compactMap { $0 } }

  /// Finds those of an entry, be it exempt from quotas.
  init(of entry: SenderEntry, _ configuration: Configuration) {
    group = entry.rules.quotaGroup?.name
    login = configuration.quotaServer.login(of: entry)
  }
}
