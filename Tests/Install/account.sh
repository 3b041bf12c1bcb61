# shellcheck shell=bash
# Whoever has taken over the account postern, and what root executes. Sourced, after lib.sh and mail.sh; "gate" is the
# drop-in, "copies" a directory for what is noted.

as_postern() { setpriv --reuid postern --regid postern --init-groups "$@"; }

# What root, its cron jobs and its services execute, read and trust: the files of the package or the installation, one a
# line, then where mail is led from.
trusted_places() {
  "$top/Install/layout" --prefix "${gate%/lib/postern/sendmail}" --list
  printf '%s\n' /etc/postern /etc/postern/{postern.cf,senders,senders.db} /usr/sbin/sendmail
  find /etc/php /etc/php.d -name 99-postern.ini 2>/dev/null || true
}

# Everything above, and the directories on the way there.
with_directories() {
  local place
  while IFS= read -r place; do
    while [[ $place == /* && $place != / ]]; do
      printf '%s\n' "$place"
      place=${place%/*}
    done
  done < <(trusted_places) | sort -u
}

# account_can_change: prints what the account postern can write; what is no longer there, it cannot.
account_can_change() {
  with_directories | as_postern xargs -d '\n' -I{} find {} -maxdepth 0 ! -type l -writable 2>/dev/null || true
}

# What it tries; each that works is printed.
# shellcheck disable=SC2016 # for the shell of the account
readonly account_attempts='
tried() { if ( "$@" ) >/dev/null 2>&1; then echo "$*"; fi; }
tried eval ": >>$0"
tried chmod 6777 "$0"
tried chown "$(id -u):$(id -g)" "$0"
tried setcap -r "$0"
tried ln -f "$0" "${0%/*}/beside"
tried cp -f /bin/true "$0"
tried rm -f "$0"
tried rm -f /etc/postern/account
tried ln -sfn / /etc/postern/other
'

state_of() { stat -c '%U:%G %a' "$1" && getcap "$1" && sha256sum "$1"; }

# account_changes_nothing: it can write nothing of it, and what root's mail executes stays what it was.
account_changes_nothing() {
  local was can is
  was=$(state_of "$gate")
  can=$(account_can_change; as_postern sh -c "$account_attempts" "$gate" 2>/dev/null)
  is=$(state_of "$gate")
  [[ -z $can && $is == "$was" ]] || { printf 'postern can change: %s\nwas: %s\nis: %s\n' "$can" "$was" "$is"; return 1; }
}

# is_capable_of_root FILE: the form in which the account cannot.
is_capable_of_root() { is "$1" 'root:postern 2755' && [[ $(getcap "$1") == *' cap_setuid=p' ]]; }
