# shellcheck shell=bash
# What the sources must look like: format, imports, unsafe code, layout. Sourced by Tests/run, in the top directory.

swift_is_formatted() {
  timeout 300 swift format lint --strict --recursive Sources Tests Package.swift
}

# Every file whose first line names a shell; the files they source are checked with them.
shell_scripts() {
  local file first
  while IFS= read -r file; do
    # tr: the first line of a file that is no script may hold NUL.
    first=$(head -c 64 "$file" | tr -d '\0' | head -n 1)
    [[ $first =~ ^#!.*[/\ ](ba|da)?sh( |$) ]] && printf '%s\n' "$file"
  done < <(find . -path './.build*' -prune -o -path ./.git -prune -o -type f -print)
  return 0
}

shell_is_clean() {
  local scripts
  mapfile -t scripts < <(shell_scripts)
  [[ ${#scripts[@]} -gt 0 ]] && timeout 300 shellcheck -x -a -P . "${scripts[@]}"
}

manuals_are_clean() {
  timeout 60 mandoc -Tlint -W warning Install/man/*.[58]
}

# In a network namespace of its own; for others than root in a user namespace, too.
firewall_examples_load() {
  local as_root=()
  [[ $EUID -eq 0 ]] || as_root=(--user --map-root-user)
  timeout 60 unshare "${as_root[@]}" --net nft -c -f Install/nftables/postern.nft &&
    # The account may not be there before an installation.
    sed 's/, postern }/ }/' Install/nftables/postern-smtp.nft | timeout 60 unshare "${as_root[@]}" --net nft -c -f - &&
    sed 's/, postern }/ }/' Install/nftables/postern-fleet.nft | timeout 60 unshare "${as_root[@]}" --net nft -c -f -
}

haproxy_takes_the_fleets_file() {
  local directory status=0
  directory=$(mktemp -d)
  # haproxy looks the group up, which may not be there before an installation.
  sed 's/ user root group postern//' Install/fleet/haproxy.cfg >"$directory/haproxy.cfg"
  timeout 60 /usr/sbin/haproxy -c -f "$directory/haproxy.cfg" || status=$?
  rm -r "$directory"
  return "$status"
}

# What is installed counts in minutes; Tests/Fleet/run asks the released program itself.
short_steps_are_for_tests() {
  [[ $(grep -rl POSTERN_TEST_STEPS Sources Package.swift Install Tests --include='*' | sort | tr '\n' ' ') == \
    "Sources/Policy/Quota/Limit.swift Tests/Checks/source.sh Tests/build " ]]
}

# code FILE…: the lines of Swift files as file:line:text, without comments.
code() { grep -Hn '' "$@" | sed -E 's@^([^:]*:[0-9]+:)(.*)$@\1 \2@; s@//.*$@@'; }

swift_files() { find "$@" -name '*.swift' -type f | sort; }

# imports DIRECTORY: the names that its files import.
imports() {
  local files
  mapfile -t files < <(swift_files "$1")
  sed -nE 's/^[[:space:]]*(@[A-Za-z_]+(\([^)]*\))?[[:space:]]+)*((public|package|internal|fileprivate|private)[[:space:]]+)?import[[:space:]]+((struct|class|enum|protocol|func|let|var|typealias)[[:space:]]+)?([A-Za-z_]+).*/\7/p' \
    "${files[@]}" | sort -u
}

# Which target may import what; whatever is not here must not be imported. Nothing points up.
modules_import_downwards_only() {
  local target allowed name status=0
  while IFS=: read -r target allowed; do
    for name in $(imports "Sources/$target"); do
      if [[ " $allowed " != *" $name "* ]]; then
        printf 'Sources/%s imports %s\n' "$target" "$name"
        status=1
      fi
    done
  done <<'TEXT'
LinuxSystem:Glibc GlibcExtras SecureStart SwiftGlibc
InternetMessage:
Policy:InternetMessage
Ledger:LinuxSystem Policy
Submission:InternetMessage Ledger LinuxSystem Policy
postern-sendmail:LinuxSystem SecureStart Submission
postern-dispatch:LinuxSystem Policy SecureStart
postern-smtpd:LinuxSystem SecureStart Submission
postern:FoundationEssentials InternetMessage Ledger LinuxSystem Policy Submission
TEXT
  return "$status"
}

# The same between the rooms inside a module; Tests/Checks/house/rooms.py has their order.
house() { PYTHONPATH=Tests/Checks python3 -B -m house "$@"; }
rooms_use_what_is_below() { house; }
rooms_check_sees_an_upward_arrow() { house --self-test; }

# Every program that the tool starts is found, guarded and bounded by one function.
one_function_starts_programs() {
  local files found
  mapfile -t files < <(swift_files Sources/postern)
  found=$(code "${files[@]}" | grep -E 'Execution\.(capture|spawnAndWait|launch|execve|becomeUnchanged)' | grep -v '^Sources/postern/Machine/Child.swift:') || return 0
  printf 'starts a program, which only Child may:\n%s\n' "$found"
  return 1
}

# What the tool prints goes through SafeText; only the table of quotas and the log have commands for a terminal in them.
one_function_prints() {
  local files found
  mapfile -t files < <(swift_files Sources/postern)
  found=$(code "${files[@]}" | grep -E 'Standard(Output|Error)\.write|writeAsItIs' \
    | grep -vE '^Sources/postern/(CommandLine/Output|Quota/QuotaWatch|Quota/QuotaStatus|Log/LogPrinter)\.swift:') || return 0
  printf 'prints, which only Output may:\n%s\n' "$found"
  return 1
}

every_target_has_an_import_rule() {
  local directory
  for directory in Sources/*/; do
    directory=${directory#Sources/}
    case ${directory%/} in
      SecureStart | LinuxSystem | InternetMessage | Policy | Ledger | Submission | postern-sendmail | postern-dispatch | postern-smtpd | postern) ;;
      *)
        printf 'Sources/%s: not in the layout\n' "$directory"
        return 1
        ;;
    esac
  done
}

unsafe_code_is_in_linuxsystem_only() {
  local files
  mapfile -t files < <(swift_files Sources | grep -v '^Sources/LinuxSystem/')
  # A word of Content-Security-Policy is none of Swift's.
  ! code "${files[@]}" | sed "s/'unsafe-inline'//" | grep -E '(^|[^A-Za-z_])unsafe([^A-Za-z_]|$)|Unsafe(Mutable|Raw|Buffer|Pointer)'
}

# Each file with unsafe code says why it is right.
unsafe_code_is_explained() {
  local file status=0
  for file in $(swift_files Sources/LinuxSystem); do
    if code "$file" | grep -E '(^|[^A-Za-z_])unsafe([^A-Za-z_]|$)' >/dev/null && ! grep -q '// SAFETY:' "$file"; then
      printf '%s: unsafe without // SAFETY:\n' "$file"
      status=1
    fi
  done
  return "$status"
}

nothing_traps_on_purpose() {
  local files
  mapfile -t files < <(swift_files Sources)
  ! code "${files[@]}" | grep -E '(^|[^A-Za-z])(try!|as!|fatalError)' &&
    ! grep -nE 'TODO|FIXME|XXX' "${files[@]}"
}

# swift format looks at the width of code alone. Grammars and tables, which are indented, may be wider.
comments_are_narrow() {
  local files
  mapfile -t files < <(swift_files Sources)
  ! LC_ALL=C.UTF-8 grep -nE '^[[:space:]]*//([^/ ]|/? {1,4}[^ ])' "${files[@]}" | LC_ALL=C.UTF-8 grep -E '^[^:]*:[0-9]+:.{101,}$'
}

# What Embedded Swift refuses most often, found without building: key paths. The build shows the rest.
nothing_that_sites_execute_has_key_paths() {
  local files
  mapfile -t files < <(swift_files Sources/LinuxSystem Sources/InternetMessage Sources/Policy Sources/Ledger Sources/Submission)
  ! code "${files[@]}" | grep -E '[(: ]\\(\.|[A-Z][A-Za-z]*\.)[a-z]'
}

files_are_short() {
  local file lines status=0
  # Tables that a script makes are as long as what they hold.
  for file in $(swift_files Sources | grep -v '/Tables/'); do
    lines=$(wc -l <"$file")
    if [[ $lines -gt 300 ]]; then
      printf '%s: %d lines\n' "$file" "$lines"
      status=1
    fi
  done
  return "$status"
}

top_level_is_as_laid_out() {
  local entry status=0
  for entry in *; do
    case $entry in
      Package.swift | Sources | Tests | Install | README.md) ;;
      *)
        printf 'not in the layout: %s\n' "$entry"
        status=1
        ;;
    esac
  done
  return "$status"
}
