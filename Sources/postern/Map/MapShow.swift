internal import InternetMessage
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern map show USER`: what the compiled map says about one user.
enum MapShow {
  static let command = Command(
    group: "map", name: "show", operands: "USER", operandCount: 1...1, flags: [],
    summary: "Show what a user may send: addresses, limits, state",
    details: """
      USER is a login name, uid:N or a number. If the entry does not set a value, the common one is shown.
      The entry is read from senders.db; the last line says if senders or postern.cf has changed since it was built.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    let map = try setup.readMap()
    let user = try UserFinder(map.entries).user(arguments.operands[0])
    guard let entry = user.entry else {
      let rule = map.configuration.unlistedUsers.rawValue
      throw ToolFailure(
        .failed, "\(user.description) has no entry in the map (unlisted_users = \(rule))")
    }
    var rows = identity(of: entry, map) + limits(of: entry, map.configuration)
    rows.append(("senders.db", age(of: map)))
    try Output.write(HelpText.aligned(rows))
  }

  private static func identity(
    of entry: SenderEntry, _ map: MapContents
  ) -> [(String, String)] {
    let own = entry.ownAddress(map.configuration)
    return [
      ("user", shown(entry.user)),
      ("uid", "\(entry.uid)"),
      ("login", entry.login.isEmpty ? "- (no account)" : shown(entry.login)),
      ("full name", entry.fullName.isEmpty ? "-" : shown(entry.fullName)),
      ("listed", entry.isListed ? "yes" : "no"),
      ("exempt", entry.isExempt ? "yes: may send as anybody, uncounted" : "no"),
      ("suspended", entry.suspended.map { "yes: " + shown($0) } ?? "no"),
      ("addresses", entry.isExempt ? "*" : addresses(entry)),
      ("default address", own.map { shown($0.written) } ?? "- (mail without -f is refused)"),
    ]
  }

  private static func addresses(_ entry: SenderEntry) -> String {
    let written = entry.patterns.map { shown($0.written) }
    return written.isEmpty ? "-" : written.joined(separator: " ")
  }

  private static func limits(
    of entry: SenderEntry, _ configuration: Configuration
  ) -> [(String, String)] {
    var inForce = configuration
    inForce.mode = entry.mode(defaults: configuration)
    inForce.fromPolicy = entry.fromPolicy(defaults: configuration)
    inForce.ambiguousFrom = entry.ambiguousFrom(defaults: configuration)
    inForce.limits = entry.limits(defaults: configuration)
    inForce.sizes = entry.sizes(defaults: configuration)
    return Setting.options.filter(\.isParameter).map { setting in
      let value = setting.text(in: inForce)
      let isOwn = setting.text(in: entry.rules) == value
      return (setting.name, shown(value) + (isOwn ? " (this entry)" : ""))
    }
  }

  private static func age(of map: MapContents) -> String {
    let built = "built \(Age.text(of: map.header.source.builtAt, now: Clock.seconds())) ago"
    return map.isStale
      ? built + "; senders or postern.cf is NEWER: run 'postern map build'" : built + ", current"
  }

  private static func shown(_ bytes: [UInt8]) -> String { Diagnostics.shown(bytes, limit: 2_048) }
}
