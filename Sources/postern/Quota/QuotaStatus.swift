internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern quota status`: who has used how much.
enum QuotaStatus {
  static let command = Command(
    group: "quota", name: "status", operands: "[USER...]", operandCount: 0...Int.max,
    flags: [
      Command.Flag(name: "--all", summary: "every user of the map, not only those with usage"),
      Command.Flag(name: "--top", value: "NUMBER", summary: "only so many, the busiest ones"),
      Command.Flag(name: "--watch", summary: "show it again and again, until Ctrl-C"),
      Command.Flag(
        name: "--interval", value: "SECONDS",
        summary: "how long --watch waits, 1 to 3600; usually 2"),
      Command.Flag(name: "--json", summary: "an array with one object a user, for programs"),
    ],
    summary: "Show used and granted messages and recipients",
    details: """
      Without USER: everybody who has sent or was refused in the last 24 hours, busiest first, refused messages
      included. LEFT is how many messages may follow now; WAIT is the time until a user whose quota is used up may
      send again; REF/H counts what was refused in the last 60 minutes. The curve shows 60 minutes, refused
      messages included, a character for five of them, the newest at the right. '-' is unlimited or none. Columns
      that do not fit are left out; COLUMNS says how wide it may be where there is no terminal. Colours need a
      terminal and no NO_COLOR. Ordinary users see their own line, without the curve.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let top = try number(arguments, "--top", 1...1_000_000) ?? .max
    let interval = try number(arguments, "--interval", 1...3_600)
    let isWatch = arguments.has("--watch")
    guard isWatch || interval == nil else {
      throw ToolFailure(.usage, "--interval goes only with --watch")
    }
    guard !isWatch || !arguments.has("--json") else {
      throw ToolFailure(.usage, "--watch does not go with --json")
    }
    let term = Environment.value("TERM") ?? []
    guard !isWatch || (StandardOutput.isTerminal && !term.isEmpty && term != Array("dumb".utf8))
    else { throw ToolFailure(.failed, "--watch needs a terminal; leave it out") }
    let setup = try Setup.current()
    guard setup.isAdministrator else {
      return try show(arguments, interval ?? 2) { () throws(ToolFailure) in
        let lines = try OwnQuota.rows(setup, arguments).map { QuotaTable.Line(row: $0) }
        return (QuotaTable(lines, top: top, now: Clock.seconds()), lines.count)
      }
    }
    var reader = try QuotaReader(setup, users: arguments.operands)
    try show(arguments, interval ?? 2) { () throws(ToolFailure) in
      let now = Clock.seconds()
      let lines = try reader.users(arguments.has("--all") ? .listed : .active, now: now).map {
        QuotaTable.Line(row: $0.row, sparkline: Sparkline($0.usage.hour))
      }
      return (QuotaTable(lines, top: top, now: now), lines.count)
    }
  }

  private static func show(
    _ arguments: Arguments, _ interval: Int,
    _ read: () throws(ToolFailure) -> (table: QuotaTable, users: Int)
  ) throws(ToolFailure) {
    guard !arguments.has("--watch") else { return try QuotaWatch.run(every: interval, read) }
    let table = try read().table
    if arguments.has("--json") {
      let objects = table.rows.map { String(decoding: $0.json, as: UTF8.self) }
      try Tool.print("[" + objects.joined(separator: ",") + "]\n")
    } else if table.rows.isEmpty {
      try Tool.print("nobody has sent or was refused in the last 24 hours\n")
    } else {
      try Tool.print(table.lines(look()).map { $0 + "\n" }.joined())
    }
  }

  /// What standard output can show, by the terminal and the environment.
  static func look() -> QuotaTable.Look {
    func text(_ name: String) -> String {
      String(decoding: Environment.value(name) ?? [], as: UTF8.self)
    }
    let isTerminal = StandardOutput.isTerminal
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].map(text).first { !$0.isEmpty } ?? ""
    let wanted = Int(text("COLUMNS")).flatMap { (40...1_000).contains($0) ? $0 : nil }
    return QuotaTable.Look(
      columns: (isTerminal ? Terminal.size()?.columns : nil) ?? wanted ?? 80,
      hasColors: isTerminal && text("NO_COLOR").isEmpty && text("TERM") != "dumb",
      isPlain: !locale.lowercased().contains("utf"))
  }

  private static func number(
    _ arguments: Arguments, _ flag: String, _ range: ClosedRange<Int>
  ) throws(ToolFailure) -> Int? {
    guard let value = arguments.value(of: flag) else { return nil }
    guard let number = Int(String(decoding: value, as: UTF8.self)), range.contains(number) else {
      throw ToolFailure(
        .usage,
        "\(flag) \(HelpText.shown(value)): give a number from \(range.lowerBound) to \(range.upperBound)"
      )
    }
    return number
  }
}
