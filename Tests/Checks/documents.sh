# shellcheck shell=bash
# Documents against code. Sourced by Tests/run, in the top directory.

# raw_values FILE ENUM: the raw values of an enumeration of strings (`case a = "b"` is b, `case a` is a).
raw_values() {
  awk -v name="$2" '
    index($0, "enum " name ": String") { inside = 1; next }
    inside && /^}/ { exit }
    inside && /^  case [a-zA-Z]+( = "[^"]*")?$/ { text = $2; if ($3 == "=") { text = $4; gsub(/"/, "", text) } print text }' \
    "$1" | sort
}

# same TEXT CODE DOCUMENT: both lists have the same lines, and at least one.
same() {
  [[ -n $2 ]] || { printf '%s: none found in the code\n' "$1"; return 1; }
  diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") || { printf '%s differ (<: code, >: document)\n' "$1"; return 1; }
}

configuration_keys() { raw_values Sources/Policy/ConfigurationKey.swift ConfigurationKey; }
reason_codes() { raw_values Sources/Policy/ReasonCode.swift ReasonCode; }

# camelCase as the configuration writes it.
underscored() { sed -E ':again; s/^([a-z_]*)([A-Z])/\1_\l\2/; t again'; }

manual_names_every_parameter() {
  same "parameters" "$(configuration_keys)" "$(sed -n 's/^\.It Ic //p' Install/man/postern.cf.5 | sort)"
}

sample_names_every_parameter() {
  same "parameters" "$(configuration_keys)" "$(sed -nE 's/^#?([a-z_]+) =.*/\1/p' Install/postern.cf | sort)"
}

# "name default" for each parameter.
default_values() {
  awk '/func defaultText/ { inside = 1 } inside && /^  }/ { exit }
    inside && / case \.[a-zA-Z]+: "/ { name = $2; gsub(/[.:]/, "", name); split($0, part, "\""); print name, part[2] }' \
    Sources/Policy/ConfigurationKey.swift | underscored | sed 's/ $//' | sort
}

sample_shows_the_defaults() {
  same "defaults" "$(default_values)" "$(sed -nE 's/^#([a-z_]+) = ?/\1 /p' Install/postern.cf | sed 's/ $//' | sort)"
}

# The options of the sender map that are parameters, too.
site_options() {
  awk '/let siteOptions/ { inside = 1 } inside { print } inside && /]/ && !/\[ConfigurationKey\]/ { exit }' \
    Sources/Policy/ConfigurationKey.swift | grep -oE '\.[a-z][A-Za-z]+' | tr -d . | underscored | sort
}

manual_names_every_site_option() {
  same "options" "$(site_options)" \
    "$(sed -nE 's/^\.It Cm ([a-z_]+)= Ns.*/\1/p' Install/man/postern-senders.5 | grep -vxE 'default|suspended' | sort)"
}

manual_names_every_reason_code() {
  same "reason codes" "$(reason_codes)" \
    "$(sed -n '/^\.Sh REASON CODES/,/^\.Sh ENVIRONMENT/s/^\.It Cm //p' Install/man/postern-sendmail.8 | sort)"
}

# The reason codes that README.md lists, each beside its exit status.
readme_lists_every_reason_code() {
  local tick=$'\x60'
  same "reason codes" "$(reason_codes)" \
    "$(sed -n '/^| exit | reason codes |/,/^$/p' README.md | grep -oE "${tick}[a-z-]+${tick}" | tr -d "$tick" | sort)"
}

# Every path of the repository that README.md names is there.
readme_names_what_exists() {
  local path status=0
  while IFS= read -r path; do
    if [[ ! -e $path ]]; then
      printf 'README.md or Tests/README.md names %s\n' "$path"
      status=1
    fi
  done < <(grep -ohE '(Install|Tests|Sources)/[A-Za-z0-9._/-]*[A-Za-z0-9_-]' README.md Tests/README.md | sort -u)
  return "$status"
}

# Every test that README.md names in its table of software is a client of Tests/Clients, and every client is named there.
readme_names_tests_of_clients() {
  local tick=$'\x60'
  same "tests of clients" "$(Tests/Clients/run --list | sort)" \
    "$(sed -n '/^| software | what to set |/,/^$/s/.*|\([^|]*\)|$/\1/p' README.md | grep -oE "${tick}[A-Za-z0-9-]+${tick}" |
      tr -d "$tick" | sort -u)"
}
