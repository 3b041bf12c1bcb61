# shellcheck shell=bash
# What the tests of Install/ have in common. Sourced.

# What the last command of "does" has said.
said=/dev/null

# does STATUS COMMAND…: runs it, keeps what it says in the file $said, compares its exit status.
does() {
  local wanted=$1 status=0
  shift
  "$@" >"$said" 2>&1 </dev/null || status=$?
  if [[ $status -ne $wanted ]]; then
    cat "$said"
    printf 'exit status %d, not %d: %s\n' "$status" "$wanted" "$*"
    return 1
  fi
}

says() { grep -F -- "$1" "$said" || { cat "$said"; printf 'not said: %s\n' "$1"; return 1; }; }
is() { [[ $(stat -c '%U:%G %a' "$1") == "$2" ]] || { stat -c '%n: %U:%G %a' "$1"; return 1; }; }
absent() { [[ ! -e $1 && ! -L $1 ]]; }
