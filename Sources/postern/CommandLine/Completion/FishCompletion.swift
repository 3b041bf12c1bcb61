/// The script for fish.
enum FishCompletion {
  /// Forms the script: one line for each word.
  static func script(_ commands: [Command]) -> String {
    let start = """
      # Completion of postern(8) for fish. Written by 'postern completion fish'.
      function __postern_call --description 'whether the command line begins with these words'
          set -l words (commandline -opc)
          set -e words[1]
          set -l count (count $argv)
          test (count $words) -ge $count; or return 1
          test "$words[1..$count]" = "$argv"
      end
      function __postern_empty --description 'whether it has no word yet, or only these'
          set -l words (commandline -opc)
          set -e words[1]
          test "$words" = "$argv"
      end
      complete -c postern -f
      complete -c postern -n __postern_empty -l help -d 'explain all commands'
      complete -c postern -n __postern_empty -l version -d 'print the version'

      """
    return start + first(commands) + commands.map(lines).joined()
  }

  private static func first(_ commands: [Command]) -> String {
    commands.firstWords.map { word, summary in
      "complete -c postern -n __postern_empty -a \(word) -d \(ShellText.quotedForFish(summary))\n"
    }.joined()
  }

  private static func lines(_ command: Command) -> String {
    let summary = ShellText.quotedForFish(command.summary)
    var lines: [String] = []
    if !command.name.isEmpty {
      lines.append("-n '__postern_empty \(command.group)' -a \(command.name) -d \(summary)")
    }
    let condition = "-n '__postern_call \(command.words)'"
    for option in command.options {
      let value = option.kind.map { " " + arguments($0, isValue: true) } ?? ""
      lines.append(
        "\(condition) -l \(option.name.dropFirst(2))\(value) -d \(ShellText.quotedForFish(option.summary))"
      )
    }
    if command.operandKind != .nothing {
      lines.append("\(condition) \(arguments(command.operandKind, isValue: false))")
    }
    return lines.map { "complete -c postern \($0)\n" }.joined()
  }

  private static func arguments(_ kind: CompletionKind, isValue: Bool) -> String {
    switch kind {
    case .nothing: "-x"
    case .users: (isValue ? "-x " : "") + "-a '(__fish_complete_users)'"
    case .files: isValue ? "-r -F" : "-F"
    case .words(let words): (isValue ? "-x " : "") + "-a '\(words.joined(separator: " "))'"
    }
  }
}
