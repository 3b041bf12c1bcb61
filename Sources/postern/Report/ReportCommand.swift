internal import Ledger
internal import LinuxSystem
internal import Policy
internal import Submission

/// `postern report`: one page about all sites.
enum ReportCommand {
  static let command = Command(
    group: "report", name: "", operands: "", operandCount: 0...0,
    flags: [
      Command.Flag(
        name: "--since", value: "TIME",
        summary: "how far it goes back, 1h to 24h; default: 24h, all that the state file remembers"),
      Command.Flag(name: "--user", value: "USER", summary: "only this site"),
      Command.Flag(name: "--text", summary: "print 80 columns of text (the default)"),
      Command.Flag(
        name: "--html", value: "FILE",
        summary: "write a page for a browser to FILE, which is replaced in one step; - prints it"),
      Command.Flag(name: "--mail", value: "ADDRESS", summary: "mail both, through Postfix"),
    ],
    summary: "Show which sites, scripts and directories have sent what",
    details: """
      Messages and refusals over time, of the machine and of each of the busiest sites; scripts, directories and domains of
      recipients, as far as the journals of the busiest sites reach; refusals by reason; who is near a limit or suspended.
      The page has neither scripts nor links, and shows nothing that a site has written as anything but text.
      postern-report.timer mails it to root every day.
      """,
    run: run)

  /// A page is bounded by what it shows.
  private static let pageBytes = 4 << 20

  private static func run(_ arguments: Arguments) throws(ToolFailure) {
    let forms = ["--text", "--html", "--mail"].filter(arguments.has)
    guard forms.count <= 1 else {
      throw ToolFailure(.usage, "give one of \(forms.joined(separator: " and "))")
    }
    let hours = try hours(arguments)
    let address = try arguments.value(of: "--mail").map(ReportMail.checked)
    let setup = try Setup.current()
    try setup.requireAdministrator(command.call)
    if let path = arguments.value(of: "--html"), path != Array("-".utf8) {
      // What reads the state file becomes the account postern; root stays root for the file.
      var words = ["report", "--html", "-", "--since", "\(hours)h"]
      for user in arguments.values(of: "--user") {
        words += ["--user", String(decoding: user, as: UTF8.self)]
      }
      let page = try Child.ownOutput(words, bytes: pageBytes)
      return try IndexWriter.write(
        page, to: String(decoding: path, as: UTF8.self), groupID: nil, permissions: 0o600)
    }
    let (report, configuration) = try ReportReader.read(
      setup, users: arguments.values(of: "--user"), ReportPeriod(hours: hours))
    if let address {
      try ReportMail.send(report, to: address, by: configuration)
      try Output.write("mailed to \(HelpText.shown(address))\n")
    } else if arguments.has("--html") {
      try Output.write(ReportPage(report).html)
    } else {
      try Output.write(ReportText(report).text)
    }
  }

  private static func hours(_ arguments: Arguments) throws(ToolFailure) -> Int {
    guard let value = arguments.value(of: "--since") else { return ReportPeriod.longest }
    let seconds = try Duration.seconds(value, of: "--since")
    let hours = Int((seconds + 3_599) / 3_600)
    guard hours <= ReportPeriod.longest else {
      throw ToolFailure(
        .usage, "--since: at most \(ReportPeriod.longest)h; what is older is not kept")
    }
    return hours
  }
}

/// Reads what a report is made of.
enum ReportReader {
  /// How many decisions are read at most: those of the busiest sites.
  private static let maximumDecisions = 20_000

  /// Reads the state file and the journals; the process is the account postern then.
  ///
  /// - Parameters:
  ///   - setup: The installation.
  ///   - words: The users who are wanted; none = everybody.
  ///   - period: The time in question.
  /// - Returns: The report, and the settings in force.
  /// - Throws: `ToolFailure`.
  static func read(
    _ setup: Setup, users words: [[UInt8]], _ period: ReportPeriod
  ) throws(ToolFailure) -> (Report, Configuration) {
    let now = Clock.seconds()
    var reader = try QuotaReader(setup, users: words)
    let users = try reader.users(.recorded, now: now)
    let host = String(decoding: Host.nodeName(), as: UTF8.self)
    var report = Report(users, host: host, period: period, now: now)
    let journal = JournalReader(Journal(beside: reader.map.configuration.quotaFile))
    var entries: [LogEntry] = []
    var examined = 0
    for site in report.sites where entries.count < maximumDecisions {
      entries += try journal.excerpt(of: site.uid).entries
      examined += 1
    }
    report.add(entries, examined: examined)
    return (report, reader.map.configuration)
  }
}
