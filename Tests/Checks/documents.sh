# shellcheck shell=bash
# Documents against code. The code is asked what its own tables hold: "postern internals", of the debug build.
# Sourced by Tests/run, in the top directory.

readonly tool=.build/debug/postern

build_tool() { timeout 1200 swift build --disable-local-rpath --product postern; }

# internals TABLE: its rows, fields separated by blanks; an empty last field is none.
internals() { "$tool" internals "$1" | tr '\t' ' ' | sed 's/ *$//'; }

# column TABLE N: a field of each row, sorted.
column() { "$tool" internals "$1" | cut -f "$2" | sort; }

# same TEXT CODE DOCUMENT: both lists have the same lines, and at least one.
same() {
  [[ -n $2 ]] || { printf '%s: none found in the code\n' "$1"; return 1; }
  diff <(printf '%s\n' "$2") <(printf '%s\n' "$3") || { printf '%s differ (<: code, >: document)\n' "$1"; return 1; }
}

configuration_keys() { column parameters 1; }

manual_names_every_parameter() {
  same "parameters" "$(configuration_keys)" "$(sed -n 's/^\.It Ic //p' Install/man/postern.cf.5 | sort)"
}

# The sample is made from the table: postern internals sample >Install/postern.cf
sample_is_made_from_the_table() { diff <("$tool" internals sample) Install/postern.cf; }

# "name default" for each parameter.
default_values() { column parameters 1,2 | tr '\t' ' ' | sed 's/ $//'; }

# The vector that a test of the reader goes through: every parameter, none with its default.
vector_names_every_parameter() {
  local vector=Tests/Vectors/config/every-name.cf
  same "parameters" "$(configuration_keys)" "$(sed -nE 's/^([a-z_]+) =.*/\1/p' $vector | sort)" &&
    ! comm -12 <(default_values) <(sed -nE 's/^([a-z_]+) = ?/\1 /p' $vector | sort) | grep .
}

manual_names_every_site_option() {
  same "options" "$(column site-options 1)" \
    "$(sed -nE 's/^\.It Cm ([a-z_]+)= Ns.*/\1/p' Install/man/postern-senders.5 | sort)"
}

# "name default" for each parameter, as the manual says behind "Default:".
manual_defaults() {
  awk '
    function told() { if (name != "") { sub(/[.,]$/, "", value); print name, (value == "empty" ? "" : value) } name = "" }
    /^\.It Ic / { told(); name = $3; value = "not-told"; waits = 0 }
    /^\.El/ { told() }
    /^Default:/ { waits = 1; sub(/^Default: */, "") }
    waits && NF > 0 { value = match($0, /"[^"]*"/) ? substr($0, RSTART + 1, RLENGTH - 2) : /^\./ ? $2 : $1; waits = 0 }' Install/man/postern.cf.5 | sed 's/ $//' | sort
}

manual_tells_the_defaults() { same "defaults" "$(default_values)" "$(manual_defaults)"; }

# "code status" for each reason code.
reasons_with_status() { internals reason-codes | sort; }

manual_names_every_reason_code() {
  same "reason codes" "$(reasons_with_status)" \
    "$(awk '/^\.Sh/ { inside = /REASON CODES/ } inside && /^\.Ss/ { match($0, /status [0-9]+/); status = substr($0, RSTART + 7, RLENGTH - 7) }
       inside && /^\.It Cm / { print $3, status }' Install/man/postern-sendmail.8 | sort)"
}

# diagnostics_list N: the names of the N-th list in DIAGNOSTICS of postern-sendmail(8).
diagnostics_list() {
  awk -v wanted="$1" '/^\.Sh/ { inside = /DIAGNOSTICS/ } inside && /^\.Bl/ { list++ }
    inside && list == wanted && /^\.It Li / { for (i = 3; i <= NF; i++) if ($i != ",") print $i }' \
    Install/man/postern-sendmail.8 | sort
}

manual_names_every_log_key() {
  same "keys of a decision" "$(column decision-keys 1)" "$(diagnostics_list 1)" &&
    same "keys of an event" "$(column event-keys 1)" "$(diagnostics_list 2)"
}

# Each option of sendmail(1): a letter with what becomes of it; the words of -b and -o.
manual_options() {
  awk '
    /^\.Sh/ { inside = /OPTIONS/ }
    !inside { next }
    /^\.It Fl -/ { next }
    /^\.It / { for (i = 2; i < NF; i++) if ($i == "Fl") told($(i + 1), $(i + 2) ~ /^(Ar|Cm|Ns|Op)$/ ? "value" : "flag") }
    /^Accepted and without effect/ { class = "ignored" }
    /^Refused with/ { class = "refused" }
    class != "" && /^\.Fl . , / || /^\.Fl bd , / { for (i = 2; i <= NF; i++) if ($i ~ /^[A-Za-z]+$/) told($i, class) }
    function told(word, class) { print (length(word) == 1 ? word " " class : word) }' Install/man/postern-sendmail.8
}

manual_names_every_sendmail_option() {
  same "options" "$(internals sendmail-options | awk 'length($1) == 2 { $2 = "" } { print $1 ($2 == "" ? "" : " " $2) }' | sort)" \
    "$(manual_options | sort)"
}

# The names in a row of quota status: in the code, in the manual's example, and in its list.
manual_names_every_part_of_a_row() {
  local names section
  names=$(internals row | grep -oE '"[a-z_]+":' | tr -d '":' | sort -u)
  section=$(sed -n '/^\.Sh JSON/,/^\.Sh EXPLANATION/p' Install/man/postern.8)
  same "names" "$names" "$(grep -oE '"[a-z_]+":' <<<"$section" | tr -d '":' | sort -u)" &&
    same "names" "$names" "$(sed -nE 's/^\.It Li //p; s/^\.Li ([a-z]+) ?[.;,]?$/\1/p' <<<"$section" | tr -s ', ' '\n' |
      grep -vxE 'enforce|audit' | sort -u)"
}

manual_names_every_unit() {
  same "units" "$(find Install/systemd -type f -printf '%f\n' | sort)" \
    "$(sed -nE 's/^\.It Pa (postern-[a-z-]+@?\.(path|service|socket|timer))$/\1/p' Install/man/postern.8 | sort)"
}

manual_names_every_finding() {
  same "findings" "$(internals findings | sort)" \
    "$(sed -n '/^\.Sh FINDINGS/,/^\.Sh EXIT STATUS/s/^\.It Cm \([a-z-]*\) Pq \([a-z]*\)$/\1 \2/p' Install/man/postern.8 | sort)"
}

# The names of an explanation in their order.
manual_names_every_part_of_an_explanation() {
  same "names" "$(internals explanation)" \
    "$(sed -n '/^\.Sh EXPLANATION/,/^\.Sh ENVIRONMENT/s/^\.It Li //p' Install/man/postern.8 | tr -s ', ' '\n')"
}

# The reason codes that Install/watching.md lists, each beside its exit status.
readme_lists_every_reason_code() {
  same "reason codes" "$(reasons_with_status)" \
    "$(sed -n '/^| exit | reason codes |/,/^$/p' Install/watching.md | tr -d '\140' |
      awk -F '|' '$2 ~ /[0-9]/ { count = split($3, code, " "); for (i = 1; i <= count; i++) print code[i], $2 + 0 }' | sort)"
}

# Every test that Install/clients.md names in its table of software is a client of Tests/Clients, and every client is named there.
readme_names_tests_of_clients() {
  local tick=$'\x60'
  same "tests of clients" "$(Tests/Clients/run --list | sort)" \
    "$(sed -n '/^| software | what to set |/,/^$/s/.*|\([^|]*\)|$/\1/p' Install/clients.md | grep -oE "${tick}[A-Za-z0-9-]+${tick}" |
      tr -d "$tick" | sort -u)"
}

# table_rows DOCUMENT START: the rows of the first table behind START, without its head.
table_rows() {
  awk -v start="$2" '
    $0 ~ start { behind = 1 }
    behind && /^\|/ { if (++rows > 2) print }
    rows && !/^\|/ { exit }' "$1"
}

# tests_exist DOCUMENT START LEAST: every one of at least LEAST rows of the table behind START names tests in its last
# column, and nothing else, and every test is there by exactly that name: a check or a scenario of the compliance tests,
# a Swift test, a target of the fuzzer ("fuzz target NAME").
tests_exist() {
  local row cell name count=0 status=0 tick=$'\x60'
  while IFS= read -r row; do
    count=$((count + 1))
    cell=$(sed -E 's/^.*[^\\]\| (.*) \|$/\1/' <<<"$row")
    if ! grep -qxE "(${tick}[^$tick]+$tick ?)+" <<<"$cell"; then
      printf '%s has a row without a test: %s\n' "$1" "$row"
      status=1
      continue
    fi
    while IFS= read -r name; do
      if [[ $name == "fuzz target "* ]]; then
        grep -qF -e "FuzzTarget(name: \"${name#fuzz target }\"" Tests/Fuzz/Targets/Entry.swift
      else
        grep -rqF -e "@check(\"$name\")" -e "@attack(\"$name\")" -e "@attack(f\"$name: " -e "func $tick$name$tick" -e "name = \"$name\"" -e "  check \"$name\" " Tests \
          --include=run --include='*.py' --include='*.swift' --include='*.toml'
      fi || {
        printf '%s names a test that does not exist: %s\n' "$1" "$name"
        status=1
      }
    done < <(grep -oE "${tick}[^$tick]+$tick" <<<"$cell" | tr -d "$tick")
  done < <(table_rows "$1" "$2")
  [[ $count -ge $3 ]] || { printf '%s has a table of only %s rows\n' "$1" "$count"; status=1; }
  return "$status"
}

fault_table_names_tests_that_exist() { tests_exist Tests/README.md '^## Faults' 30; }
threat_table_names_tests_that_exist() { tests_exist Install/SECURITY.md '^## Attacks' 30; }

# The number is written in one place; what repeats it agrees: the built tool, the package's changelog, CHANGES.md.
version_is_one_number() {
  local version
  version=$(version_of .)
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || { printf 'no version found: "%s"\n' "$version"; return 1; }
  same "versions" "$(printf '%s\n' "$version" "$version" "postern $version")" \
    "$(sed -nE '1s/^postern \(([^)]*)\).*/\1/p' Install/packaging/debian/changelog
      sed -nE 's/^## ([^ ]+).*/\1/p' Install/CHANGES.md | head -n 1
      "$tool" --version)"
}
