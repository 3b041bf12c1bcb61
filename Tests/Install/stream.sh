# shellcheck shell=bash
# A site that sends a message every 100 ms while something is done to the machine. Sourced, after mail.sh; "gate" is the
# drop-in, "copies" a directory for what is noted.

# One message each 100 ms, each by another way: what PHP calls, /usr/sbin/sendmail, mail() itself; by the second alone where
# only_way is 1. "N status" for each.
send_on() {
  local number=0 status
  while [[ ! -e $copies/stop ]]; do
    number=$((number + 1))
    (
      status=0
      case ${only_way:-$((number % 3))} in
        0) numbered $number | as_site sh -c "$gate -t -i" 2>>"$copies/errors" || status=$? ;;
        1) numbered $number | as_site /usr/sbin/sendmail -t -i 2>>"$copies/errors" || status=$? ;;
        2)
          as_site php -r "exit(mail('x@elsewhere.example', 'number $number.', 't', 'From: $address') ? 0 : 1);" \
            >/dev/null 2>>"$copies/errors" </dev/null || status=$?
          ;;
      esac
      printf '%s %s\n' $number $status >>"$copies/sent"
    ) &
    sleep 0.1
  done
  wait
}
numbered() { printf 'From: %s\nTo: x@elsewhere.example\nSubject: number %s.\n\nhello\n' "$address" "$1"; }

# while_sending COMMAND…: nothing is refused meanwhile, and everything is queued, by the gate unless only_way is set.
while_sending() {
  local status=0 sender count queued bad trace
  rm -f "$maildrop"/* "$copies"/{stop,sent,errors}
  touch "$copies/errors"
  send_on &
  sender=$!
  sleep 1
  "$@" || status=$?
  sleep 1
  touch "$copies/stop"
  wait "$sender"
  count=$(wc -l <"$copies/sent")
  bad=$(awk '$2 != 0' "$copies/sent" | wc -l)
  trace="X-Postern: uid=$(id -u "$site");"
  [[ -z ${only_way:-} ]] || trace=number
  queued=$(grep -laE 'number [0-9]+\.' "$maildrop"/* | xargs grep -laF "$trace" | wc -l)
  printf '%s messages, %s refused, %s queued by the gate\n' "$count" "$bad" "$queued"
  [[ $status -eq 0 && $bad -eq 0 && $queued -eq $count && $count -ge 15 ]] ||
    { cat "$copies/errors" "$said"; printf 'exit status %s\n' "$status"; return 1; }
  rm -f "$maildrop"/*
}
