/// The script for zsh.
enum ZshCompletion {
  /// Forms the script, a function that zsh loads by its name `_postern`.
  static func script(_ commands: [Command]) -> String {
    """
    #compdef postern
    # Completion of postern(8) for zsh. Written by 'postern completion zsh'.
    _postern() {
      local call=${words[2]} previous=${words[CURRENT-1]} kind='' word
      local -a choices
      if (( CURRENT == 2 )); then
        choices=(\(first(commands)))
        _describe command choices
        return
      fi
    \(groups(commands))\
      case $call in
    \(commands.map(options).joined())\
        *) return 1 ;;
      esac
    \(values(commands))\
      for word in "${(@)words[2,CURRENT-1]}"; do
        [[ $word != -- ]] || choices=()
      done
      if [[ ${words[CURRENT]} == -* ]]; then
        _describe option choices
        return
      fi
      case $kind in
        users) _users ;;
        files) _files ;;
        words:*) compadd -- ${=kind#words:} ;;
        *) return 1 ;;
      esac
    }
    if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
      _postern "$@"
    else
      compdef _postern postern
    fi

    """
  }

  private static func first(_ commands: [Command]) -> String {
    let words =
      commands.firstWords.map { described($0.word, $0.summary) }
      + [described("--help", "explain all commands"), described("--version", "print the version")]
    return words.joined(separator: " ")
  }

  private static func groups(_ commands: [Command]) -> String {
    commands.groups.map { group in
      let members = commands.members(of: group).map { described($0.name, $0.summary) }
      return """
          if [[ $call == \(group) ]]; then
            if (( CURRENT == 3 )); then
              choices=(\(members.joined(separator: " ")))
              _describe command choices
              return
            fi
            call="\(group) ${words[3]}"
          fi

        """
    }.joined()
  }

  private static func options(_ command: Command) -> String {
    let choices = command.options.map { described($0.name, $0.summary) }
    return """
          \(ShellText.quoted(command.words)))
            choices=(\(choices.joined(separator: " ")))
            kind=\(ShellText.quoted(command.operandKind.text))
            ;;

      """
  }

  private static func values(_ commands: [Command]) -> String {
    let cases = commands.flatMap { command in
      command.options.compactMap { option in
        option.kind.map {
          "    \(ShellText.quoted("\(command.words) \(option.name)"))) kind=\(ShellText.quoted($0.text)) choices=() ;;\n"
        }
      }
    }
    return cases.isEmpty ? "" : "  case \"$call $previous\" in\n\(cases.joined())  esac\n"
  }

  /// A word with its description; a colon separates them.
  private static func described(_ word: String, _ summary: String) -> String {
    let escaped = summary.map { $0 == ":" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
    return ShellText.quoted("\(word):\(escaped)")
  }
}
