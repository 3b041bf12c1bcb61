# shellcheck shell=bash
# shellcheck disable=SC2154 # said, copies: of machine.sh
# What `postern check` says, for Tests/Doctor/run. Sourced.

# checked STATUS: runs it, keeps what it says in $checked, compares the exit status.
checked() {
  local wanted=$1 status=0
  shift
  checked=$("$@" 2>&1 </dev/null) || status=$?
  [[ $status -eq $wanted ]] || {
    printf 'exit status %d, not %d:\n%s\n' "$status" "$wanted" "$checked"
    return 1
  }
}

tells() { grep -F -- "$1" <<<"$checked" || { printf 'not said: %s\n%s\n' "$1" "$checked"; return 1; }; }

all_is_well() { checked 0 postern check && [[ $checked == 'ok: postern.cf, senders, senders.db, state file ('*' of 262144 records)' ]]; }

# Two bad lines in each file, a map that is too old, a mode: all in one run.
nothing_hides_another() {
  local status=0
  cp -rp /etc/postern "$copies/postern"
  printf 'nonsense = 1\nmode = sometimes\n' >>/etc/postern/postern.cf
  printf 'nobody-of-that-name info@shop.example\n%s again@shop.example\nbackup @@\n' $site >>/etc/postern/senders
  chmod 666 /etc/postern/senders.db
  { checked 1 postern check && tells 'there is no parameter nonsense' && tells 'mode = sometimes' &&
    tells 'there is no account nobody-of-that-name' && tells "$site already has an entry" && tells 'senders:' &&
    tells '@@' && tells 'senders.db: owner UID 0, mode 666'; } || status=1
  cp -p "$copies"/postern/* /etc/postern/
  return "$status"
}

staleness_is_a_problem() {
  local status=0
  keep /etc/postern/senders
  printf '# later\n' >>/etc/postern/senders
  { checked 1 postern check && tells "run 'postern map build'"; } || status=1
  put_back /etc/postern/senders
  return "$status"
}

others_are_told_what_they_may_not_read() {
  checked 77 as_site postern check && tells 'not checked: /etc/postern/postern.cf' && tells 'not checked: /var/lib/postern/quota'
}

no_link_is_followed_as_root() {
  local status=0
  make_state_unusable_in_link
  checked 1 postern check || status=1
  [[ $(stat -c '%U %s' /etc/shadow) == "$shadow" ]] || status=1
  mend_state_unusable_in_link
  return "$status"
}

missing_map_is_one_problem() {
  local status=0
  mv /etc/postern/senders.db "$copies/away"
  { checked 1 postern check && [[ $checked == '/etc/postern/senders.db: '* && $checked != *$'\n'* ]]; } || status=1
  mv "$copies/away" /etc/postern/senders.db
  return "$status"
}

# The Swift runtime finds the words of the command line there.
proc_is_asked_for() {
  local status=0
  mount -t tmpfs tmpfs /proc
  { checked 1 postern doctor && tells '/proc is not mounted'; } || status=1
  umount /proc
  return "$status"
}

json_is_json() { checked 0 postern check --json && python3 -m json.tool <<<"$checked" && tells '"problems":[]'; }
doctor_json_is_json() { postern doctor --json | python3 -m json.tool; }

check_problems() {
  local shadow
  shadow=$(stat -c '%U %s' /etc/shadow)
  check "check says ok, and nothing else, where all is well" all_is_well
  check "check tells all problems at once" nothing_hides_another
  check "check finds a map that is too old" staleness_is_a_problem
  check "check finds a missing map once" missing_map_is_one_problem
  check "check tells ordinary users what they may not read" others_are_told_what_they_may_not_read
  check "check follows no link in the state directory" no_link_is_followed_as_root
  check "without /proc that is what is said" proc_is_asked_for
  check "check --json is JSON" json_is_json
  check "doctor --json is JSON" doctor_json_is_json
}
