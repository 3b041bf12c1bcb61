# shellcheck shell=bash
# A site that sends mail on an overlay machine where Postfix does not run, so that everything stays in the maildrop.
# Sourced, after lib.sh.

readonly site=mailsite address=shop@site.example
readonly maildrop=/var/spool/postfix/maildrop

add_site() {
  useradd --system --user-group --home-dir /nonexistent --no-create-home --shell /usr/sbin/nologin $site
}

as_site() { setpriv --reuid $site --regid $site --init-groups "$@"; }
message() { printf 'From: %s\nSubject: test\n\nhello\n' "$1"; }

# sends STATUS[|STATUS] FROM COMMAND…: the message, through the command; what was said is in $said, what was queued in $queued.
sends() {
  local wanted=$1 from=$2 status=0 file
  shift 2
  rm -f "$maildrop"/*
  message "$from" | "$@" >"$said" 2>&1 || status=$?
  queued=
  for file in "$maildrop"/*; do
    [[ ! -f $file ]] || queued+=$(tr -d '\0' <"$file")
  done
  [[ $status =~ ^($wanted)$ ]] || { cat "$said"; printf 'exit status %d, not %s: %s\n' "$status" "$wanted" "$*"; return 1; }
}

by_gate() { [[ $queued == *"X-Postern: uid=$(id -u $site);"* ]] || { printf 'not by the gate: %s\n' "$queued"; return 1; }; }
by_postfix_alone() { [[ -n $queued && $queued != *X-Postern:* ]] || { printf 'by the gate, or not: %s\n' "$queued"; return 1; }; }
nothing_queued() { [[ -z $queued ]]; }
