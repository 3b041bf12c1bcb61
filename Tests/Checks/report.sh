# shellcheck shell=bash
# Counting and reporting for Tests/run and for suites in bash. Sourced.

passed=0
failed=0
# What Tests/run and the suites were asked for by --only: a regular expression for names, in any case; empty = all.
only=

# take_only [--only PATTERN]: the arguments of a suite whose checks do not need one another.
take_only() {
  [[ $# -ne 0 ]] || return 0
  [[ $# -eq 2 && $1 == --only ]] || die $EX_USAGE "usage: ${0##*/} [--only PATTERN]"
  only=$2
}

# is_wanted NAME: whether --only asks for it.
is_wanted() { [[ -z $only ]] || grep -qiE -e "$only" <<<"$1"; }

# check NAME COMMAND…: runs it in a subshell; one line says how it went, a failure shows the end of what it said.
check() {
  local name=$1 log start=$SECONDS
  shift
  is_wanted "$name" || return 0
  log=$(mktemp)
  if ("$@") >"$log" 2>&1 </dev/null; then
    passed=$((passed + 1))
    printf 'ok    %s (%d s)\n' "$name" $((SECONDS - start))
    [[ ! -s $log ]] || grep -E ': (met|MISSED)$' "$log" | sed 's/^/      /' || true
  else
    failed=$((failed + 1))
    printf 'FAIL  %s (%d s)\n' "$name" $((SECONDS - start))
    tail -n 60 "$log" | sed 's/^/      /'
  fi
  rm -f "$log"
}

# suite NAME READER COMMAND…: a program with tests of its own. READER LOG prints "PASSED FAILED" as the program counted
# them; where it cannot, or the program fails though nothing was counted as failed, that is one failure more.
suite() {
  ! is_wanted "$1" || run_suite whole "$@"
}

# suite_with OPTION NAME READER COMMAND…: the same for a program that takes a pattern after OPTION, and may have no test of
# that name. A suite whose own name is asked for runs whole.
suite_with() {
  local option=$1
  shift
  if is_wanted "$1"; then run_suite whole "$@"; else run_suite part "$@" "$option" "$only"; fi
}

# run_suite EXTENT NAME READER COMMAND…: EXTENT is whole, or part: then there may be no test.
run_suite() {
  local extent=$1 name=$2 reader=$3 log start=$SECONDS status=0 good=0 bad=0
  shift 3
  log=$(mktemp)
  ("$@") >"$log" 2>&1 </dev/null || status=$?
  read -r good bad < <("$reader" "$log") || true
  if [[ $extent == part && $good -eq 0 && $bad -eq 0 ]] && has_no_match "$log"; then
    rm -f "$log"
    return 0
  fi
  if [[ $good -eq 0 && $bad -eq 0 ]] || [[ $status -ne 0 && $bad -eq 0 ]]; then
    bad=$((bad + 1))
  fi
  passed=$((passed + good))
  failed=$((failed + bad))
  if [[ $bad -eq 0 ]]; then
    printf 'ok    %s: %d tests (%d s)\n' "$name" "$good" $((SECONDS - start))
  else
    printf 'FAIL  %s: %d of %d tests, exit status %d (%d s)\n' \
      "$name" "$bad" $((good + bad)) "$status" $((SECONDS - start))
    show_failures "$log"
  fi
  rm -f "$log"
}

# has_no_match LOG: whether a suite ended in order, and had no test that was asked for.
has_no_match() { grep -qE '^0 passed, 0 failed$|Test run with 0 tests? .*passed|No matching test cases' "$1"; }

# The first hundred lines that tell of a failure, and the end. One awk, because a "head" that has enough would end the
# program before it with SIGPIPE, and "pipefail" this one with it.
show_failures() {
  awk '/✘|FAIL|error:|skipped/ && shown < 100 { print "      " $0; shown++ }' "$1"
  show_unended "$1"
  printf '      …\n'
  tail -n 20 "$1" | sed 's/^/      /'
}

# Swift's tests that began and never ended: where a run was stopped for its time, one of them hangs.
show_unended() {
  awk '
    !match($0, / Test "[^"]*"/) { next }
    { name = substr($0, RSTART + 1, RLENGTH - 1) }
    / started\.$/ { began[name] }
    / (passed|failed) after / { ended[name] }
    END { for (name in began) if (!(name in ended) && shown++ < 30) print "      never ended: " name }' "$1"
}

# Swift Testing ends with "Test run with N tests in M suites passed after …"; every failed or skipped test has a line of
# its own before that. A skipped test is a failure here.
read_swift_testing() {
  awk '
    / Test run with [0-9]+ tests? / { for (i = 1; i < NF; i++) if ($i == "with") { total = $(i + 1); break } }
    / Test .* failed after / && !/ Test run with / { bad++ }
    / Test .* skipped/ { bad++ }
    END { if (total == "") print 0, bad + 0; else print total - bad, bad + 0 }' "$1"
}

# The last line "N passed, N failed".
read_plain_counts() {
  awk '/^[0-9]+ passed, [0-9]+ failed$/ { good = $1; bad = $3 } END { print good + 0, bad + 0 }' "$1"
}

# The very last line of Tests/run.
finish() {
  printf '%d passed, %d failed\n' "$passed" "$failed"
  [[ $failed -eq 0 && $passed -gt 0 ]]
}
