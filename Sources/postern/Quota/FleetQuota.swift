internal import LinuxSystem
internal import Policy

/// `postern quota status --fleet`: what all web servers together have let out.
enum FleetQuota {
  /// Prints the quotas that are named, or all.
  ///
  /// - Parameter arguments: The operands are names of quotas: groups, or login names.
  /// - Throws: `ToolFailure`.
  static func show(_ arguments: Arguments) throws(ToolFailure) {
    for flag in ["--all", "--watch", "--top"] where arguments.has(flag) {
      throw ToolFailure(.usage, "\(flag) cannot be used with --fleet")
    }
    let setup = try Setup.current()
    try setup.requireAdministrator("quota status --fleet")
    let map = try setup.readMap()
    let access = try EngineAccess(arguments, setup, map.configuration)
    var engine = try access.connect()
    var (usages, areAll) = ([SharedUsage](), true)
    do throws(EngineFault) {
      if arguments.operands.isEmpty {
        (usages, areAll) = try engine.usages()
      } else {
        for name in arguments.operands { usages.append(try engine.usage(of: name)) }
      }
    } catch {
      throw access.failure(error)
    }
    let limits = limits(map)
    let table = SharedUsageTable(usages: usages) { limits[$0] }
    try Output.write(arguments.has("--json") ? table.json : text(table))
    if !areAll {
      throw ToolFailure(
        .failed, "there are more than \(Engine.listed) quotas: these are some of them")
    }
  }

  private static func text(_ table: SharedUsageTable) -> String {
    table.usages.isEmpty ? "nothing was counted at the quota server in the last day\n" : table.text
  }

  private static func limits(_ map: MapContents) -> [[UInt8]: QuotaLimits] {
    var limits: [[UInt8]: QuotaLimits] = [:]
    for entry in map.entries {
      guard let names = map.configuration.quotaServer.names(of: entry) else { continue }
      limits[names.quota] = entry.limits(defaults: map.configuration)
    }
    return limits
  }
}
