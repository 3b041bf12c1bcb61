# shellcheck shell=bash
# Counting and reporting for Tests/run. Sourced.

passed=0
failed=0

# check NAME COMMAND…: runs it in a subshell; one line says how it went, a failure shows the end of what it said.
check() {
  local name=$1 log start=$SECONDS
  shift
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
  local name=$1 reader=$2 log start=$SECONDS status=0 good=0 bad=0
  shift 2
  log=$(mktemp)
  ("$@") >"$log" 2>&1 </dev/null || status=$?
  read -r good bad < <("$reader" "$log") || true
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

# The first hundred lines that tell of a failure, and the end. One awk, because a "head" that has enough would end the
# program before it with SIGPIPE, and "pipefail" this one with it.
show_failures() {
  awk '/✘|FAIL|error:|skipped/ && shown < 100 { print "      " $0; shown++ }' "$1"
  printf '      …\n'
  tail -n 20 "$1" | sed 's/^/      /'
}

# Swift Testing ends with "Test run with N tests in M suites passed after …"; every failed or skipped test has a line of
# its own before that. A skipped test is a failure here.
read_swift_testing() {
  awk '
    / Test run with [0-9]+ tests? / { for (i = 1; i < NF; i++) if ($i == "with") { total = $(i + 1); break } }
    / Test .* failed after / && !/ Test run with / { bad++ }
    / Test .* skipped/ { bad++ }
    END { if (total == "") print 0, bad + 1; else print total - bad, bad + 0 }' "$1"
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
