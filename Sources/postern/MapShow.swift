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
      USER is a login name, uid:N or a number. Where the entry says nothing, the value of postern.cf is
      shown. It is the entry in senders.db; a last line tells if senders has changed since.
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
    try Tool.print(HelpText.aligned(rows))
  }

  private static func identity(
    of entry: SenderEntry, _ map: MapContents
  ) -> [(String, String)] {
    var configuration = map.configuration
    configuration.adopt(map.header)
    let own = entry.ownAddress(configuration)
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
    let rules = entry.rules
    let limits = entry.limits(defaults: configuration)
    let sizes = entry.sizes(defaults: configuration)
    func row(_ key: ConfigurationKey, _ value: String, isOwn: Bool) -> (String, String) {
      (key.rawValue, value + (isOwn ? " (this entry)" : ""))
    }
    func row(_ key: ConfigurationKey, _ limit: Limit, isOwn: Bool) -> (String, String) {
      row(key, limit.value.map { "\($0)" } ?? "unlimited", isOwn: isOwn && !entry.isExempt)
    }
    return [
      row(.mode, entry.mode(defaults: configuration).rawValue, isOwn: rules.mode != nil),
      row(
        .fromPolicy, entry.fromPolicy(defaults: configuration).rawValue,
        isOwn: rules.fromPolicy != nil),
      row(.messagesPerHour, limits.messagesPerHour, isOwn: rules.messagesPerHour != nil),
      row(.recipientsPerHour, limits.recipientsPerHour, isOwn: rules.recipientsPerHour != nil),
      row(.messagesPerDay, limits.messagesPerDay, isOwn: rules.messagesPerDay != nil),
      row(.recipientsPerDay, limits.recipientsPerDay, isOwn: rules.recipientsPerDay != nil),
      row(
        .recipientsPerMessage, limits.recipientsPerMessage,
        isOwn: rules.recipientsPerMessage != nil),
      row(.messageSizeLimit, "\(sizes.messageBytes)", isOwn: rules.messageBytes != nil),
      row(.headerSizeLimit, "\(sizes.headerBytes)", isOwn: rules.headerBytes != nil),
    ]
  }

  private static func age(of map: MapContents) -> String {
    let built = "built " + QuotaTable.ago(map.header.source.builtAt, now: Clock.seconds())
    return map.isStale
      ? built + "; senders or postern.cf is NEWER: run 'postern map build'" : built + ", current"
  }

  private static func shown(_ bytes: [UInt8]) -> String { Diagnostics.shown(bytes, limit: 2_048) }
}
