# shellcheck shell=bash
# What the built tool says of itself against postern(8): --help and completion are made from one table.
# Sourced by Tests/run, in the top directory, after documents.sh.

# The words of every command.
tool_commands() { "$tool" --help | sed -nE 's/^  ([a-z]+( [a-z]+)?)  .*/\1/p'; }

# Placeholders are in capitals there and slanted here.
plain_synopsis() { tr '[:upper:]' '[:lower:]' | sed -E 's/ \.\.\./.../g; s/ \| /|/g' | sort; }

manual_shows_every_synopsis() {
  local words
  same "synopses" \
    "$(while read -r words; do
      # shellcheck disable=SC2086 # one or two words
      "$tool" $words --help | sed -n '1s/^usage: //p'
    done < <(tool_commands) | plain_synopsis)" \
    "$(mandoc -Tascii -Owidth=300 Install/man/postern.8 | col -b | sed -n '/^SYNOPSIS/,/^DESCRIPTION/s/^ \+\(postern .*\)/\1/p' |
      grep -vx 'postern --help | --version' | plain_synopsis)"
}

# "command", and "command option" for each option of it.
tool_options() {
  local words
  while read -r words; do
    printf '%s\n' "$words"
    # shellcheck disable=SC2086 # one or two words
    "$tool" $words --help | sed -nE "s/^  (--[a-z-]+).*/$words \1/p"
  done < <(tool_commands)
}
manual_tool_options() {
  awk '
    /^\.Sh/ { inside = /COMMANDS/ }
    inside && /^\.It Cm / {
      command = $3
      for (i = 4; i <= NF && $i !~ /^(Ar|Cm|Fl|Oo|Op)$/; i++) command = command " " $i
      print command
    }
    inside && /^\.It Fl -[a-z]/ { print command " -" $3 }' Install/man/postern.8
}

manual_explains_every_option() { same "commands and options" "$(tool_options | sort)" "$(manual_tool_options | sort)"; }

# Every command, with each of its options, stands in a line that one can type.
manual_has_an_example_of_every_option() {
  local line option status=0
  while IFS= read -r line; do
    option=${line#"${line%% --*}"}
    option=${option# }
    if ! grep -E "^[#\$] .*postern ${line%% --*}( |$)" Install/man/postern.8 | grep -qF -e "$option"; then
      printf 'postern(8) has no example of: postern %s\n' "$line"
      status=1
    fi
  done < <(tool_options)
  return "$status"
}

# The scripts for the shells complete what --help shows.
completion_knows_every_option() {
  local line word script status=0
  script=$("$tool" completion bash)
  while IFS= read -r line; do
    for word in $line; do
      if ! grep -qF -e "${word#--}" <<<"$script"; then
        printf 'the completion does not know %s\n' "$line"
        status=1
      fi
    done
  done < <(tool_options)
  return "$status"
}

# What a reader copies from the page, under each renderer, is what was meant: examples are whole lines without a typographic
# quote or hyphen, and the shell gets the words of the suspension, which the tool understands.
manual_examples_can_be_pasted() {
  local renderer page example status
  local -a words
  for renderer in 'mandoc -Tutf8' 'groff -mdoc -Tutf8'; do
    # shellcheck disable=SC2086 # a program and its options
    page=$($renderer Install/man/postern.8 | col -bx)
    while IFS= read -r example; do
      if ! grep -qE "^ +${example//[^A-Za-z0-9 ]/.}\$" <<<"$page"; then
        printf '%s: not on one line: %s\n' "$renderer" "$example"
        return 1
      fi
    done < <(grep -E '^(\.Dl )?[#$] ' Install/man/postern.8 | sed 's/^\.Dl //')
    ! grep -E '^ +[#$] ' <<<"$page" | grep -P '[^\x00-\x7F]' || return 1
    example=$(sed -nE 's/^ +# (postern suspend --reason .* alice)$/\1/p' <<<"$page" | head -n 1)
    eval "words=($example)"
    printf '%s: %s\n' "$renderer" "${words[*]@Q}"
    [[ ${#words[@]} -eq 5 && ${words[3]} == 'ticket 4711: contact.php sends spam' ]] || return 1
    status=0
    POSTERN_CONFIG_DIR=/nonexistent "$tool" "${words[@]:1}" || status=$?
    # Not 64: the command line is right, and there is no map in which to look for alice.
    [[ $status -eq 1 ]] || return 1
  done
}

# DIAGNOSTICS describes what is written; commands are examples and stand elsewhere.
manual_diagnostics_have_no_examples() {
  local section
  section=$(mandoc -Tascii Install/man/postern.8 | col -bx | sed -n '/^DIAGNOSTICS/,/^SEE ALSO/p')
  [[ -n $section ]] && ! grep -E '^ +[#$] ' <<<"$section"
}

# postern internals is for these checks alone.
internals_are_hidden() {
  local said
  said=$("$tool" --help && "$tool" completion bash && "$tool" completion zsh && "$tool" completion fish) &&
    ! grep -n internals Install/man/* README.md && ! grep -n internals <<<"$said"
}
