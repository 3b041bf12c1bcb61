internal import LinuxSystem

/// The administrator's tool: finds the subcommand and reports its end.
enum Tool {
  static let version = "0.1.0"

  /// Every subcommand, in the order of the help.
  static let commands: [Command] = [
    MapBuild.command, MapShow.command, MapImport.command, MapExport.command, MapSources.command,
    QuotaStatus.command, QuotaReset.command, Suspend.command, Resume.command, Explain.command,
    Learn.command, Check.command, Doctor.command, Metrics.command, Completion.command,
  ]

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
      let text = error.lines.map { $0 + "\n" }.joined()
      StandardError.write(Array(text.utf8))
      return error.kind.rawValue
    }
  }

  /// Writes text to standard output.
  static func print(_ text: String) throws(ToolFailure) {
    do { try StandardOutput.write(Array(text.utf8)) } catch {
      throw ToolFailure(error, "cannot write the output")
    }
  }

  private static func dispatch(_ words: ArraySlice<[UInt8]>) throws(ToolFailure) {
    guard let first = words.first else {
      throw ToolFailure(.usage, "no command given; see 'postern --help'")
    }
    switch HelpText.shown(first) {
    case "--help", "-h", "help": try print(overview)
    case "--version": try print("postern \(version)\n")
    case let group: try dispatch(group: group, words.dropFirst())
    }
  }

  private static func dispatch(
    group: String, _ words: ArraySlice<[UInt8]>
  ) throws(ToolFailure) {
    let members = commands.filter { $0.group == group }
    guard !members.isEmpty else {
      let names = commands.map(\.group) + ["--help", "--version"]
      let suggestion = Suggestion.text(for: group, among: names)
      throw ToolFailure(.usage, "there is no command '\(group)'\(suggestion)\(seeHelp)")
    }
    if members.count == 1, members[0].name.isEmpty { return try run(members[0], words) }
    let name = words.first.map(HelpText.shown)
    if let name, isHelp(name) { return try print(help(members)) }
    guard let name else {
      let choice = members.map(\.name).joined(separator: " or ")
      throw ToolFailure(.usage, "'postern \(group)' needs one word more: \(choice)")
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
    guard !arguments.wantsHelp else { return try print(command.help) }
    try command.run(arguments)
  }

  private static func isHelp(_ word: String) -> Bool { word == "--help" || word == "-h" }

  private static let seeHelp = " (see 'postern --help')"

  private static var overview: String {
    "usage: postern COMMAND\n\n" + help(commands)
      + "\nEvery command explains itself with --help. --version prints the version.\n"
      + "USER is a login name, uid:N or a number. Manual: postern(8).\n"
  }

  private static func help(_ commands: [Command]) -> String {
    HelpText.aligned(commands.map { ($0.words, $0.summary) })
  }
}
