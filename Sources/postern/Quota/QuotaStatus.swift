internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern quota status`: who has used how much.
enum QuotaStatus {
  static let command = Command(
    group: "quota", name: "status", operands: "[USER...]", operandCount: 0...Int.max,
    flags: [
      Command.Flag(name: "--all", summary: "include every user of the map"),
      Command.Flag(
        name: "--top", value: "NUMBER", summary: "show only this many users, the busiest"),
      Command.Flag(
        name: "--watch", summary: "repeat the table until q; keys sort it and suspend a user"),
      Command.Flag(
        name: "--interval", value: "SECONDS",
        summary: "seconds between two tables of --watch, 1 to 3600; default: 2"),
      Command.Flag(name: "--json", summary: "print a JSON array with one object for each user"),
      Command.Flag(
        name: "--fleet",
        summary: "what all web servers together have let out, as quota_server knows it"),
      EngineAccess.server, EngineAccess.passwordFile,
    ],
    summary: "Show how many messages and recipients were used",
    details: """
      Without USER: all users who have sent mail or had mail refused in the last 24 hours, busiest first. With USER also in
      how many messages From: was rewritten (from_policy) or an identity field was repaired, and why mail was last refused. Users with the same
      quota_group are one row, group:NAME. LEFT is the number of messages that the user may send now; WAIT is how long a
      user whose quota is used up must wait; REF/H is the number of messages refused in the last 60 minutes. The graph
      shows the last 60 minutes, refused messages included: each character is five minutes, the newest on the right. '-'
      means unlimited or none. Columns that do not fit are left out; COLUMNS sets the width if there is no terminal. Colors
      are used only on a terminal and if NO_COLOR is not set. Ordinary users see only their own row, without the graph.
      With --fleet USER is the name of a quota, a group's or a login name; without one all of the last day are shown, with the
      limits of this machine's map.
      """,
    run: run)

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    guard !arguments.has("--fleet") else { return try FleetQuota.show(arguments) }
    let top = try number(arguments, "--top", 1...1_000_000) ?? .max
    let interval = try number(arguments, "--interval", 1...3_600)
    let isWatch = arguments.has("--watch")
    guard isWatch || interval == nil else {
      throw ToolFailure(.usage, "--interval can only be used with --watch")
    }
    guard !isWatch || !arguments.has("--json") else {
      throw ToolFailure(.usage, "--watch cannot be used with --json")
    }
    let term = Environment.value("TERM") ?? []
    guard !isWatch || (StandardOutput.isTerminal && !term.isEmpty && term != Array("dumb".utf8))
    else { throw ToolFailure(.failed, "--watch needs a terminal; run it without --watch") }
    let setup = try Setup.current()
    guard setup.isAdministrator else {
      return try show(arguments, interval ?? 2, suspend: nil) { () throws(ToolFailure) in
        let lines = try OwnQuota.rows(setup, arguments).map { QuotaTable.Line(row: $0) }
        return (QuotaTable(lines, top: top, now: Clock.seconds()), lines.count)
      }
    }
    var reader = try QuotaReader(setup, users: arguments.operands)
    let journal = JournalReader(Journal(beside: reader.map.configuration.quotaFile))
    let map = reader.map
    let suspend: (QuotaRow) -> String = { self.suspend($0, map) }
    try show(arguments, interval ?? 2, suspend: suspend) { () throws(ToolFailure) in
      let now = Clock.seconds()
      let lines = try reader.users(arguments.has("--all") ? .listed : .active, now: now).map {
        QuotaTable.Line(
          row: $0.row, sparkline: Sparkline($0.usage.hour),
          note: note($0, arguments.operands.isEmpty ? nil : journal))
      }
      return (QuotaTable(lines, top: top, now: now), lines.count)
    }
  }

  /// Suspends the user of a row, from the screen of `--watch`.
  ///
  /// - Returns: What it has led to.
  private static func suspend(_ row: QuotaRow, _ map: MapContents) -> String {
    let finder = UserFinder(map.entries)
    let name = TerminalText.printable(row.user)
    guard row.uid != Ledger.sharedUID, finder.group(of: row.uid) == nil else {
      return "\(name) stands for several users: suspend them by name"
    }
    do throws(ToolFailure) {
      _ = try SuspensionOrder(map).carryOut(
        finder.user(uid: row.uid), reason: Suspend.defaultReason)
      return "\(name) is suspended; 'postern resume \(name)' ends that"
    } catch {
      return error.lines.first ?? "\(name) is not suspended"
    }
  }

  /// What is raised for a user; of one who was asked for by name, what was changed and why mail was
  /// last refused, too.
  private static func note(_ user: QuotaReader.User, _ journal: JournalReader?) -> String? {
    let raised = user.raise.map {
      "raised until \(Diagnostics.shown(time: $0.until)): \(Diagnostics.shown($0.text, limit: 400))"
    }
    let details = journal.map { [changes(user.usage.counters), lastRefusal(user.row.uid, $0)] }
    let notes = ([raised] + (details ?? [])).compactMap { $0 }
    return notes.isEmpty ? nil : notes.joined(separator: "; ")
  }

  /// Why a user's mail was last refused, as far as its journal reaches.
  private static func lastRefusal(_ uid: UInt32, _ journal: JournalReader) -> String? {
    guard let entries = try? journal.excerpt(of: uid).entries,
      let last = entries.last(where: { !$0.isPermitted }), let reason = last.reason
    else { return nil }
    let text = last.text.map { ": " + TerminalText.printable(Array($0.utf8)) } ?? ""
    return "last refused \(Diagnostics.shown(time: last.time)), \(reason)\(text)"
  }

  /// What was changed in a user's messages since the record began.
  private static func changes(_ counters: Counters) -> String? {
    guard counters.rewritten > 0 || counters.repaired > 0 else { return nil }
    return "From: rewritten in \(counters.rewritten) messages so far, "
      + "an identity field repaired in \(counters.repaired)"
  }

  private static func show(
    _ arguments: Arguments, _ interval: Int, suspend: ((QuotaRow) -> String)?,
    _ read: () throws(ToolFailure) -> (table: QuotaTable, users: Int)
  ) throws(ToolFailure) {
    guard !arguments.has("--watch") else {
      var watch = QuotaWatch(suspend: suspend)
      return try watch.run(every: interval, read)
    }
    let table = try read().table
    if arguments.has("--json") {
      let objects = table.rows.map { String(decoding: $0.json, as: UTF8.self) }
      try Output.write("[" + objects.joined(separator: ",") + "]\n")
    } else if table.rows.isEmpty {
      try Output.write("no user has sent mail or had mail refused in the last 24 hours\n")
    } else {
      try Output.writeAsItIs(table.lines(look()).map { $0 + "\n" }.joined())
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
