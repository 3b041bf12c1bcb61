/// The script for bash.
enum BashCompletion {
  /// Forms the script; it needs nothing of the package bash-completion.
  static func script(_ commands: [Command]) -> String {
    """
    # Completion of postern(8) for bash. Written by 'postern completion bash'.
    _postern() {
      local current=${COMP_WORDS[COMP_CWORD]} call=${COMP_WORDS[1]-} kind='' options='' word
      local previous=${COMP_WORDS[COMP_CWORD - 1]}
      COMPREPLY=()
      if [[ $COMP_CWORD -eq 1 ]]; then
        mapfile -t COMPREPLY < <(compgen -W \(ShellText.quoted(first(commands))) -- "$current")
        return
      fi
    \(groups(commands))\
      case $call in
    \(commands.map(options).joined())\
        *) return ;;
      esac
    \(values(commands))\
      for word in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
        [[ $word != -- ]] || options=''
      done
      case $current:$kind in
        -*) mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current") ;;
        *:users) mapfile -t COMPREPLY < <(compgen -u -- "$current") ;;
        *:files) mapfile -t COMPREPLY < <(compgen -f -- "$current") ;;
        *:words:*) mapfile -t COMPREPLY < <(compgen -W "${kind#words:}" -- "$current") ;;
      esac
    }
    complete -F _postern postern

    """
  }

  private static func first(_ commands: [Command]) -> String {
    (commands.firstWords.map(\.word) + ["--help", "--version"]).joined(separator: " ")
  }

  private static func groups(_ commands: [Command]) -> String {
    commands.groups.map { group in
      let names = commands.members(of: group).map(\.name).joined(separator: " ")
      return """
          if [[ $call == \(group) ]]; then
            if [[ $COMP_CWORD -eq 2 ]]; then
              mapfile -t COMPREPLY < <(compgen -W \(ShellText.quoted(names)) -- "$current")
              return
            fi
            call="\(group) ${COMP_WORDS[2]}"
          fi

        """
    }.joined()
  }

  private static func options(_ command: Command) -> String {
    let names = command.options.map(\.name).joined(separator: " ")
    return """
          \(ShellText.quoted(command.words)))
            options=\(ShellText.quoted(names))
            kind=\(ShellText.quoted(command.operandKind.text))
            ;;

      """
  }

  /// The word behind an option that takes a value is that value.
  private static func values(_ commands: [Command]) -> String {
    let cases = commands.flatMap { command in
      command.options.compactMap { option in
        option.kind.map {
          "    \(ShellText.quoted("\(command.words) \(option.name)"))) kind=\(ShellText.quoted($0.text)) options='' ;;\n"
        }
      }
    }
    return cases.isEmpty ? "" : "  case \"$call $previous\" in\n\(cases.joined())  esac\n"
  }
}
