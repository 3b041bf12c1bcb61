# shellcheck shell=bash
# What the built tool says of itself against postern(8): --help and completion are made from one table.
# Sourced by Tests/run, in the top directory, after documents.sh and binaries.sh.

# The words of every command.
tool_commands() { "$programs/postern" --help | sed -nE 's/^  ([a-z]+( [a-z]+)?)  .*/\1/p'; }

# Placeholders are in capitals there and slanted here.
plain_synopsis() { tr '[:upper:]' '[:lower:]' | sed -E 's/ \.\.\./.../g; s/ \| /|/g' | sort; }

manual_shows_every_synopsis() {
  local words
  same "synopses" \
    "$(while read -r words; do
      # shellcheck disable=SC2086 # one or two words
      "$programs/postern" $words --help | sed -n '1s/^usage: //p'
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
    "$programs/postern" $words --help | sed -nE "s/^  (--[a-z-]+).*/$words \1/p"
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
    if ! grep -E "^\.Dl .*postern ${line%% --*}( |$)" Install/man/postern.8 | grep -qF -e "$option"; then
      printf 'postern(8) has no example of: postern %s\n' "$line"
      status=1
    fi
  done < <(tool_options)
  return "$status"
}

# The scripts for the shells complete what --help shows.
completion_knows_every_option() {
  local line word script status=0
  script=$("$programs/postern" completion bash)
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
