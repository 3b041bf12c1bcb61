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

# same TEXT FILE FILE: both hold the same lines and are not empty.
same() {
  local text=$1
  shift
  [[ -s $1 ]] || { printf '%s: found none\n' "$text"; return 1; }
  diff "$1" "$2" || { printf '%s differ (<: code, >: document)\n' "$text"; return 1; }
}

configuration_keys() { raw_values Sources/Policy/ConfigurationKey.swift ConfigurationKey; }
reason_codes() { raw_values Sources/Policy/ReasonCode.swift ReasonCode; }

manual_names_every_parameter() {
  same "parameters" <(configuration_keys) <(sed -n 's/^\.It Ic //p' Install/man/postern.cf.5 | sort)
}

sample_names_every_parameter() {
  same "parameters" <(configuration_keys) <(sed -nE 's/^#?([a-z_]+) =.*/\1/p' Install/postern.cf | sort)
}

# The defaults in the sample are those of the code.
sample_shows_the_defaults() {
  awk '/func defaultText/ { inside = 1 } inside && /^  }/ { exit }
    inside && / case \.[a-zA-Z]+: "/ { name = $2; gsub(/[.:]/, "", name); split($0, part, "\""); print name, part[2] }' \
    Sources/Policy/ConfigurationKey.swift |
    sed -E ':again; s/^([a-z_]*)([A-Z])/\1_\l\2/; t again' | sed 's/ $//' | sort >"$1"
  sed -nE 's/^#([a-z_]+) = ?/\1 /p' Install/postern.cf | sed 's/ $//' | sort >"$2"
  same "defaults" "$1" "$2"
}

defaults_agree() {
  local code document status=0
  code=$(mktemp)
  document=$(mktemp)
  sample_shows_the_defaults "$code" "$document" || status=1
  rm -f "$code" "$document"
  return "$status"
}

manual_names_every_reason_code() {
  same "reason codes" <(reason_codes) \
    <(sed -n '/^\.Sh REASON CODES/,/^\.Sh ENVIRONMENT/s/^\.It Cm //p' Install/man/postern-sendmail.8 | sort)
}

manual_names_every_site_option() {
  same "options" \
    <(awk '/let siteOptions/ { inside = 1 } inside { print } inside && /]/ && !/\[ConfigurationKey\]/ { exit }' \
      Sources/Policy/ConfigurationKey.swift | grep -oE '\.[a-z][A-Za-z]+' | tr -d . |
      sed -E ':again; s/^([a-z_]*)([A-Z])/\1_\l\2/; t again' | sort) \
    <(sed -nE 's/^\.It Cm ([a-z_]+)= Ns.*/\1/p' Install/man/postern-senders.5 | grep -vxE 'default|suspended' | sort)
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
