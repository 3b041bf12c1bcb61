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

# Those that only the sender map has.
own_site_options() { sed -nE 's/.*let ownOptions = \[(.*)\]/\1/p' Sources/Policy/SenderLine.swift | grep -oE '[a-z_]+'; }

manual_names_every_site_option() {
  same "options" "$( (site_options && own_site_options) | sort)" \
    "$(sed -nE 's/^\.It Cm ([a-z_]+)= Ns.*/\1/p' Install/man/postern-senders.5 | sort)"
}

# "name default" for each parameter, as the manual says behind "Default:".
manual_defaults() {
  awk '
    function told() { if (name != "") { sub(/[.,]$/, "", value); print name, (value == "empty" ? "" : value) } name = "" }
    /^\.It Ic / { told(); name = $3; value = "not-told"; waits = 0 }
    /^\.El/ { told() }
    /^Default:/ { waits = 1; sub(/^Default: */, "") }
    waits && NF > 0 { value = /^\./ ? $2 : $1; waits = 0 }' Install/man/postern.cf.5 | sed 's/ $//' | sort
}

manual_tells_the_defaults() { same "defaults" "$(default_values)" "$(manual_defaults)"; }

# "code status" for each reason code.
reasons_with_status() {
  awk '
    /^  case [a-z][A-Za-z]+( = "[a-z-]+")?$/ { code[$2] = $2; if ($3 == "=") { gsub(/"/, "", $4); code[$2] = $4 } }
    /^    case \.[a-z][A-Za-z]+: [0-9]+$/ { kind = $2; gsub(/[.:]/, "", kind); status[kind] = $3 }
    /var kind: ReasonKind/ { inside = 1; next }
    inside && /^  }/ { exit }
    inside && /^      \.[a-z][A-Za-z]+$/ {
      kind = substr($1, 2)
      count = split(cases, word, /[^A-Za-z]+/)
      for (i = 1; i <= count; i++) if (word[i] != "case" && word[i] in code) print code[word[i]], status[kind]
      cases = ""
      next
    }
    inside { cases = cases $0 }' Sources/Policy/ReasonCode.swift | sort
}

manual_names_every_reason_code() {
  same "reason codes" "$(reason_codes)" "$(reasons_with_status | cut -d ' ' -f 1)" &&
    same "reason codes" "$(reasons_with_status)" \
      "$(awk '/^\.Sh/ { inside = /REASON CODES/ } inside && /^\.Ss/ { match($0, /status [0-9]+/); status = substr($0, RSTART + 7, RLENGTH - 7) }
         inside && /^\.It Cm / { print $3, status }' Install/man/postern-sendmail.8 | sort)"
}

# The keys of a line about a message, and of one about a suspension.
decision_keys() {
  code Sources/Submission/DecisionRecord.swift | grep -oE '(append\(" ?[a-z-]+=|[aA]dd\("[a-z-]+")' |
    sed -E 's/.*" ?([a-z-]+).*/\1/; s/.*\("([a-z-]+)"/\1/' | sort -u
}
event_keys() { code Sources/Submission/SuspensionEvent.swift | grep -oE '[ "][a-z]+=' | tr -d ' "=' | sort -u; }

# diagnostics_list N: the names of the N-th list in DIAGNOSTICS of postern-sendmail(8).
diagnostics_list() {
  awk -v wanted="$1" '/^\.Sh/ { inside = /DIAGNOSTICS/ } inside && /^\.Bl/ { list++ }
    inside && list == wanted && /^\.It Li / { for (i = 3; i <= NF; i++) if ($i != ",") print $i }' \
    Install/man/postern-sendmail.8 | sort
}

manual_names_every_log_key() {
  same "keys of a decision" "$(decision_keys)" "$(diagnostics_list 1)" &&
    same "keys of an event" "$(event_keys)" "$(diagnostics_list 2)"
}

# Each option of sendmail: "letter ignored", "letter refused", "letter value" or "letter -"; then the words of -b and -o.
sendmail_options() {
  sed -nE 's/^ +row\("(.)", value: ([a-z]+), \.([A-Za-z]+)\),$/\1 \2 \3/p' Sources/Submission/SendmailOptions.swift |
    awk '$1 ~ /[bo]/ { next } { print $1, ($3 == "ignored" ? $3 : $3 ~ /^(refused|rebuildAliases)$/ ? "refused" : $2 == "true" ? "value" : "-") }'
  awk '/func take(Mode|Other)\(/ { prefix = /Mode/ ? "b" : "o" } /^  }/ { prefix = "" }
    prefix != "" && /^    case "/ { sub(/:.*/, ""); gsub(/[^A-Za-z]+/, " "); for (i = 2; i <= NF; i++) print prefix $i }' \
    Sources/Submission/InvocationReader.swift
}
manual_options() {
  awk '
    /^\.Sh/ { inside = /OPTIONS/ }
    !inside { next }
    /^\.It Fl -/ { next }
    /^\.It / { for (i = 2; i < NF; i++) if ($i == "Fl") told($(i + 1), $(i + 2) ~ /^(Ar|Cm|Ns|Op)$/ ? "value" : "-") }
    /^Accepted and without effect/ { class = "ignored" }
    /^Refused with/ { class = "refused" }
    class != "" && /^\.Fl . , / || /^\.Fl bd , / { for (i = 2; i <= NF; i++) if ($i ~ /^[A-Za-z]+$/) told($i, class) }
    function told(word, class) { print (length(word) == 1 ? word " " class : word) }' Install/man/postern-sendmail.8
}

manual_names_every_sendmail_option() { same "options" "$(sendmail_options | sort)" "$(manual_options | sort)"; }

# The names in a row of quota status: in the code, in the manual's example, and in its list.
manual_names_every_part_of_a_row() {
  local names section
  names=$(sed '/^extension QuotaRow {$/,/^}/!d' Sources/Submission/QuotaReportJSON.swift | sed -n '/var json/,/^}/p' |
    grep -oE '\\"[a-z_]+\\":' | tr -d '\\":' | sort -u)
  section=$(sed -n '/^\.Sh JSON/,/^\.Sh EXPLANATION/p' Install/man/postern.8)
  same "names" "$names" "$(grep -oE '"[a-z_]+":' <<<"$section" | tr -d '":' | sort -u)" &&
    same "names" "$names" "$(sed -nE 's/^\.It Li //p; s/^\.Li ([a-z]+) ?[.;,]?$/\1/p' <<<"$section" | tr -s ', ' '\n' |
      grep -vxE 'enforce|audit' | sort -u)"
}

manual_names_every_unit() {
  same "units" "$(find Install/systemd -type f -printf '%f\n' | sort)" \
    "$(sed -nE 's/^\.It Pa (postern-[a-z-]+\.(path|service|timer))$/\1/p' Install/man/postern.8 | sort)"
}

# "code severity" for each finding of postern doctor.
findings_with_severity() {
  awk '
    /^  case [a-zA-Z]+ = "/ { gsub(/"/, "", $4); code[$2] = $4 }
    /var severity: Severity/ { inside = 1 }
    inside && /\.[a-zA-Z]+[,:]/ { cases = cases $0 }
    inside && /^      \.(hole|fault|advice)$/ {
      severity = $1; sub(/^\./, "", severity)
      count = split(cases, word, /[^a-zA-Z]+/)
      for (i = 1; i <= count; i++) if (word[i] in code) print code[word[i]], severity
      cases = ""
    }' Sources/postern/Doctor/FindingCode.swift | sort
}

manual_names_every_finding() {
  same "findings" "$(findings_with_severity)" \
    "$(sed -n '/^\.Sh FINDINGS/,/^\.Sh EXIT STATUS/s/^\.It Cm \([a-z-]*\) Pq \([a-z]*\)$/\1 \2/p' Install/man/postern.8 | sort)"
}

# The names of an explanation in their order; the test that holds them to the program is the code here.
manual_names_every_part_of_an_explanation() {
  same "names" "$(awk '/^NAMES = \[/, /\]/' Tests/Compliance/harness/checks/tool_explain.py | grep -oE '"[a-z_]+"' | tr -d '"')" \
    "$(sed -n '/^\.Sh EXPLANATION/,/^\.Sh ENVIRONMENT/s/^\.It Li //p' Install/man/postern.8 | tr -s ', ' '\n')"
}

# The reason codes that README.md lists, each beside its exit status.
readme_lists_every_reason_code() {
  same "reason codes" "$(reasons_with_status)" \
    "$(sed -n '/^| exit | reason codes |/,/^$/p' README.md | tr -d '\140' |
      awk -F '|' '$2 ~ /[0-9]/ { count = split($3, code, " "); for (i = 1; i <= count; i++) print code[i], $2 + 0 }' | sort)"
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
        grep -rqF -e "@check(\"$name\")" -e "func $tick$name$tick" -e "name = \"$name\"" Tests \
          --include='*.py' --include='*.swift' --include='*.toml'
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
