/// `postern completion SHELL`: a script that completes the tool's words.
enum Completion {
  /// The subcommand.
  ///
  /// - Parameter commands: Every subcommand, of which the script is made.
  /// - Returns: The row for the table of commands.
  static func command(for commands: @escaping @Sendable () -> [Command]) -> Command {
    Command(
      group: "completion", name: "", operands: "bash|zsh|fish", operandCount: 1...1, flags: [],
      summary: "Print the script by which a shell completes these commands",
      details: """
        The script is installed where each shell looks for it. To load it yourself:
        source <(postern completion bash)
        """,
      run: { arguments throws(ToolFailure) in try run(arguments, commands()) })
  }

  private static func run(
    _ arguments: Arguments, _ commands: [Command]
  ) throws(ToolFailure) {
    let word = HelpText.shown(arguments.operands[0])
    let shells: [(String, ([Command]) -> String)] = [
      ("bash", BashCompletion.script), ("zsh", ZshCompletion.script),
      ("fish", FishCompletion.script),
    ]
    guard let shell = shells.first(where: { $0.0 == word }) else {
      let suggestion = Suggestion.text(for: word, among: shells.map(\.0))
      throw ToolFailure(.usage, "there is no completion for '\(word)'\(suggestion)")
    }
    try Output.write(shell.1(commands))
  }
}

/// What a placeholder of a synopsis stands for.
enum CompletionKind: Equatable {
  case nothing
  case users
  case files
  case words([String])

  /// Reads a placeholder: `USER`, `[USER...]`, `LOG...`, `bash|zsh|fish`.
  init(_ placeholder: String) {
    let name = placeholder.filter { !"[].".contains($0) }
    switch name {
    case "USER": self = .users
    case "FILE", "LOG": self = .files
    default:
      self = name.contains("|") ? .words(name.split(separator: "|").map(String.init)) : .nothing
    }
  }
}

extension CompletionKind {
  /// The word for it in the scripts for bash and zsh.
  var text: String {
    switch self {
    case .nothing: ""
    case .users: "users"
    case .files: "files"
    case .words(let words): "words:" + words.joined(separator: " ")
    }
  }
}

/// The table as the scripts need it.
extension [Command] {
  /// The first words, in the order of the help, each with its summary.
  var firstWords: [(word: String, summary: String)] {
    var seen: Set<String> = []
    let groups = filter { seen.insert($0.group).inserted }
    return groups.map { first in
      let members = filter { $0.group == first.group }
      let summary =
        members.count == 1 && first.name.isEmpty
        ? first.summary : members.map(\.name).joined(separator: ", ")
      return (first.group, summary)
    }
  }

  /// The groups that want a second word.
  var groups: [String] {
    firstWords.map(\.word).filter { word in contains { $0.group == word && !$0.name.isEmpty } }
  }

  /// The commands of a group.
  func members(of group: String) -> [Command] { filter { $0.group == group } }
}

extension Command {
  /// The options with `--help`, each with its summary.
  var options: [(name: String, kind: CompletionKind?, summary: String)] {
    flags.map { ($0.name, $0.value.map(CompletionKind.init), $0.summary) }
      + [("--help", nil, "explain this command")]
  }

  /// What its operands are.
  var operandKind: CompletionKind { operandsAreForeign ? .nothing : CompletionKind(operands) }
}

/// Quoting for the three shells, which agree on single quotes but for what is in them.
enum ShellText {
  /// A word in single quotes for bash and zsh.
  static func quoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }

  /// A word in single quotes for fish.
  static func quotedForFish(_ text: String) -> String {
    "'" + text.map { $0 == "'" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "'"
  }
}
