# shellcheck shell=bash
# Looks, before mail is refused for the first time, whose mail that would be. Sourced by Install/deployment.sh.

# So much of the log is read; a large server writes some hundred thousand lines a day.
readonly readiness_lines=2000000
# So many accounts are named and so many looked up singly.
readonly readiness_accounts=20

# require_ready TOOL: refuses --enforce and --divert as long as they would stop mail that flows now.
require_ready() {
  local tool=$1 missing mode
  changes_anything || return 0
  mode=$(mode_in_force "$tool")
  if [[ $mode == enforce ]] && ! has_entries "$tool"; then
    die $EX_CONFIG "no account has an entry in $configuration/senders, and mode = enforce: all mail but root's would be" \
      "refused. Run 'postern set mode=audit' first, or add entries; --yes goes on regardless"
  fi
  require_callers "$tool" "$mode"
  # In the audit the place of /usr/sbin/sendmail refuses nobody; Postfix does, once --enforce has closed it.
  [[ $mode == enforce || $with_enforce == yes ]] || return 0
  missing=$(accounts_without_entry "$tool")
  [[ -z $missing ]] ||
    die $EX_CONFIG "these accounts have sent mail by the log and have no entry; it would be refused: $missing." \
      "Give them entries (postern learn proposes some) and build the map; --yes goes on regardless"
}

# require_callers TOOL MODE: names what sends mail without PHP, and refuses where received mail would be lost by it. In the
# audit --divert alone refuses nothing yet.
require_callers() {
  local tool=$1 mode=$2 said status=0
  said=$("$tool" doctor --callers 2>&1) || status=$?
  # The last line is a sum.
  said=$(sed '$d' <<<"$said")
  [[ -n $said ]] || return 0
  printf '%s\n' "$said" >&2
  [[ $status -ne 0 && ($mode == enforce || $with_enforce == yes) ]] || return 0
  die $EX_CONFIG "received mail would be lost by the programs above; mend that first; --yes goes on regardless"
}

# Whether the options change who may send: a second run is not held up.
changes_anything() {
  [[ $with_enforce == yes && $(submit_users_line || true) != "authorized_submit_users = $submit_users" ]] ||
    { [[ $with_divert == yes ]] && ! is_dispatcher; }
}

# mode_in_force TOOL: without a map all mail is refused, as by "enforce".
mode_in_force() {
  local line
  line=$("$1" conf mode 2>/dev/null) || true
  line=${line#mode = }
  printf '%s\n' "${line:-enforce}"
}

# The login names of the map, and uid:N; none where there is no map.
map_accounts() { "$1" map export --postfix 2>/dev/null | awk '{ sub(/^# /, ""); sub(/:$/, "", $1); print $1 }'; }

# Other entries than those of the accounts that may send anything.
has_entries() { "$1" map export --postfix 2>/dev/null | grep -qvE '^# Made by|^[^ ]+ \*$'; }

# accounts_without_entry TOOL: "alice (61), bob (9)", the busiest first.
accounts_without_entry() {
  local tool=$1 uid count name known listed=() looked=0 more=0
  known=$(map_accounts "$tool") || true
  while read -r uid count; do
    name=$(getent passwd "$uid" | cut -d: -f1)
    if [[ -n $name ]] && grep -qxF "$name" <<<"$known"; then continue; fi
    if [[ ${#listed[@]} -ge $readiness_accounts ]]; then
      more=$((more + 1))
    elif [[ $looked -lt $((readiness_accounts * 5)) ]]; then
      looked=$((looked + 1))
      "$tool" map show "uid:$uid" >/dev/null 2>&1 || listed+=("${name:-uid:$uid} ($count)")
    fi
  done < <(
    senders_by_log | sort | uniq -c | sort -rn | awk '{ print $2, $1 }'
  )
  [[ ${#listed[@]} -gt 0 ]] || return 0
  printf '%s' "${listed[0]}"
  [[ ${#listed[@]} -eq 1 ]] || printf ', %s' "${listed[@]:1}"
  [[ $more -eq 0 ]] || printf ', and perhaps %d more' "$more"
}

# The UIDs, one for each message: what Postfix has picked up or refused, and what Postern would refuse for want of an
# entry. Root and Postern itself need none.
senders_by_log() {
  mail_log | awk -v own="$(id -u "$account" 2>/dev/null || echo 0)" '
    match($0, /postfix[^ ]*\/pickup\[[0-9]+\]: [^ ]+: uid=[0-9]+ /) { uid($0, "uid=", RSTART) }
    match($0, /postfix[^ ]*\/(sendmail|postdrop)\[[0-9]+\]: fatal: User [^ ]*\([0-9]+\) is not allowed to submit/) { uid($0, "(", RSTART) }
    match($0, / postern(\[[0-9]+\])?: verdict=(audit|reject) reason=user-unlisted uid=[0-9]+ /) { uid($0, "uid=", RSTART) }
    function uid(line, mark, from) {
      line = substr(line, from)
      line = substr(line, index(line, mark) + length(mark)) + 0
      if (line != 0 && line != own) print line
    }'
}

# Where syslog or Postfix writes, or the journal.
mail_log() {
  local file
  for file in "$(postconf -h maillog_file 2>/dev/null)" /var/log/mail.log /var/log/maillog; do
    if [[ -n $file && -f $file ]]; then
      tail -n "$readiness_lines" "$file"
      return 0
    fi
  done
  if command -v journalctl >/dev/null; then
    journalctl -q -o short -n "$readiness_lines" -t postfix/pickup -t postfix/sendmail -t postern 2>/dev/null || true
  fi
}
