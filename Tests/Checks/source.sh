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

firewall_example_loads() {
  timeout 60 unshare --net nft -c -f Install/nftables/postern.nft
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
LinuxSystem:Glibc SwiftGlibc
InternetMessage:
Policy:InternetMessage
Ledger:LinuxSystem Policy
Submission:InternetMessage Ledger LinuxSystem Policy
postern-sendmail:LinuxSystem SecureStart Submission
postern-dispatch:LinuxSystem Policy SecureStart
postern:FoundationEssentials InternetMessage Ledger LinuxSystem Policy Submission
TEXT
  return "$status"
}

every_target_has_an_import_rule() {
  local directory
  for directory in Sources/*/; do
    directory=${directory#Sources/}
    case ${directory%/} in
      SecureStart | LinuxSystem | InternetMessage | Policy | Ledger | Submission | postern-sendmail | postern-dispatch | postern) ;;
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
  ! code "${files[@]}" | grep -E '(^|[^A-Za-z_])unsafe([^A-Za-z_]|$)|Unsafe(Mutable|Raw|Buffer|Pointer)'
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

files_are_short() {
  local file lines status=0
  for file in $(swift_files Sources); do
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
