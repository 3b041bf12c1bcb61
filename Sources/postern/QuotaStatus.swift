internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern quota status`: who has used how much.
enum QuotaStatus {
  static let command = Command(
    group: "quota", name: "status", operands: "[USER...]", operandCount: 0...Int.max,
    flags: [
      Command.Flag(name: "--all", summary: "every user of the map, not only those with usage"),
      Command.Flag(name: "--json", summary: "an array with one object a user, for programs"),
    ],
    summary: "Show used and granted messages and recipients",
    details: """
      Without USER: everybody who has sent or was refused in the last 24 hours, busiest first. The bar
      is the hour's messages; LEFT is how many messages may follow now; FREE IN is the time until a
      user whose quota is used up may send again; REFUSED counts the last 60 minutes. '-' is unlimited
      or none. Ordinary users see their own line.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let setup = try Setup.current()
    let rows =
      setup.isAdministrator
      ? try ledgerRows(setup, arguments) : try OwnQuota.rows(setup, arguments)
    let table = QuotaTable(rows, now: Clock.seconds())
    if arguments.has("--json") {
      let objects = table.sortedRows.map { String(decoding: $0.json, as: UTF8.self) }
      try Tool.print("[" + objects.joined(separator: ",") + "]\n")
    } else if rows.isEmpty {
      try Tool.print("nobody has sent or was refused in the last 24 hours\n")
    } else {
      try Tool.print(table.lines.map { $0 + "\n" }.joined())
    }
  }

  /// Rows from the state file.
  private static func ledgerRows(
    _ setup: Setup, _ arguments: Arguments
  ) throws(ToolFailure) -> [QuotaRow] {
    // Root reads the configuration and asks the user database before it gives its rights away.
    let map = try setup.readMap()
    let finder = UserFinder(map.entries)
    var named: [NamedUser] = []
    for word in arguments.operands { named.append(try finder.user(word)) }
    let ledger = try setup.openLedger(map.configuration)
    do throws(LedgerError) {
      guard named.isEmpty else {
        return try distinct(named).map { (user) throws(LedgerError) in
          try row(user, ledger, map.configuration)
        }
      }
      var rows: [QuotaRow] = []
      var users = Set(try ledger.activeUsers())
      users.formUnion(try ledger.suspensions.all().map(\.uid))
      if arguments.has("--all") {
        users.formUnion(map.entries.lazy.filter(\.isListed).map(\.uid))
      }
      for uid in users {
        let row = try row(finder.user(uid: uid), ledger, map.configuration)
        if arguments.has("--all") || row.isActive { rows.append(row) }
      }
      return rows
    } catch {
      throw ToolFailure(error)
    }
  }

  private static func distinct(_ users: [NamedUser]) -> [NamedUser] {
    var seen: Set<UInt32> = []
    return users.filter { seen.insert($0.uid).inserted }
  }

  private static func row(
    _ user: NamedUser, _ ledger: borrowing Ledger, _ configuration: Configuration
  ) throws(LedgerError) -> QuotaRow {
    let now = Clock.seconds()
    let usage = try ledger.usage(uid: user.uid) { now }
    let suspension = try ledger.suspensions.suspension(of: user.uid)
    return QuotaRow(
      uid: user.uid, user: user.name, entry: user.entry, configuration: configuration,
      usage: usage, suspension: suspension, now: now)
  }
}
