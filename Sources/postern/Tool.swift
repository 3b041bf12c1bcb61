internal import LinuxSystem

/// The administrator's tool: finds the subcommand and reports its end.
enum Tool {
  /// Every subcommand, in the order of the help.
  static let commands: [Command] = [
    MapBuild.command, MapShow.command, MapImport.command, MapExport.command, MapSources.command,
    SetCommand.command, Conf.command, QuotaStatus.command, QuotaReset.command, LogCommand.command,
    ReportCommand.command, Suspend.command,
    Resume.command, RaiseLimits.command, Explain.command, Learn.command, Check.command,
    Doctor.command, FleetSetup.command, FleetCheck.command, FleetStatus.command, FleetSync.command,
    Metrics.command, Completion.command { commands },
  ]

  /// What no help, completion or manual names.
  private static let hidden: [Command] = [Internals.command]

  /// Runs the tool.
  ///
  /// - Parameter argv: The argument vector, the program name first.
  /// - Returns: The exit status: 0, or a `ToolFailure.Kind`.
  static func run(_ argv: [[UInt8]]) -> Int32 {
    do throws(ToolFailure) {
      // Where the Swift runtime finds the words.
      guard !argv.isEmpty else {
        throw ToolFailure(.failed, "cannot read the command line: /proc is not mounted")
      }
      try dispatch(argv.dropFirst())
      return 0
    } catch {
      Output.complain(error.lines)
      return error.kind.rawValue
    }
  }

  private static func dispatch(_ words: ArraySlice<[UInt8]>) throws(ToolFailure) {
    guard let first = words.first else {
      throw ToolFailure(.usage, "no command given; see 'postern --help'")
    }
    switch HelpText.shown(first) {
    case "--help", "-h", "help": try Output.write(overview)
    case "--version": try Output.write("postern \(Version.current)\n")
    case let group: try dispatch(group: group, words.dropFirst())
    }
  }

  private static func dispatch(
    group: String, _ words: ArraySlice<[UInt8]>
  ) throws(ToolFailure) {
    let members = (commands + hidden).filter { $0.group == group }
    guard !members.isEmpty else {
      let names = commands.map(\.group) + ["--help", "--version"]
      let suggestion = Suggestion.text(for: group, among: names)
      throw ToolFailure(.usage, "there is no command '\(group)'\(suggestion)\(seeHelp)")
    }
    if members.count == 1, members[0].name.isEmpty { return try run(members[0], words) }
    let name = words.first.map(HelpText.shown)
    if let name, isHelp(name) { return try Output.write(help(members)) }
    guard let name else {
      let choice = members.map(\.name).joined(separator: " or ")
      throw ToolFailure(.usage, "'postern \(group)' needs another word: \(choice)")
    }
    guard let command = members.first(where: { $0.name == name }) else {
      let suggestion = Suggestion.text(for: name, among: members.map(\.name))
      throw ToolFailure(.usage, "there is no 'postern \(group) \(name)'\(suggestion)\(seeHelp)")
    }
    try run(command, words.dropFirst())
  }

  private static func run(
    _ command: Command, _ words: ArraySlice<[UInt8]>
  ) throws(ToolFailure) {
    let arguments = try Arguments(words, of: command)
    guard !arguments.wantsHelp else { return try Output.write(command.help) }
    try command.run(arguments)
  }

  private static func isHelp(_ word: String) -> Bool { word == "--help" || word == "-h" }

  private static let seeHelp = " (see 'postern --help')"

  private static var overview: String {
    "usage: postern COMMAND\n\n" + help(commands)
      + "\nEvery command prints its help with --help. --version prints the version.\n"
      + "USER is a login name, uid:N or a number. Manual: postern(8).\n"
  }

  private static func help(_ commands: [Command]) -> String {
    HelpText.aligned(commands.map { ($0.words, $0.summary) })
  }
}
