# shellcheck shell=bash
# Leads SMTP of sites through the SMTP door, and away from it again. Sourced by deployment.sh.

smtp_rules=$configuration/smtp.nft
smtp_socket=postern-smtpd.socket

# open_smtp_door loopback|all: whose connections to port 25 are redirected, those to this machine or all. The socket unit
# loads the rules when it listens, and takes them away before it stops, so that nobody is led to a closed door.
open_smtp_door() {
  local rules
  rules=$(<"$here/nftables/postern-smtp.nft")
  [[ $1 == loopback ]] || rules=$(sed '/# loopback:/d; /fib daddr type/d' <<<"$rules")
  install -m 640 /dev/null "$smtp_rules.new"
  printf '%s\n' "$rules" >"$smtp_rules.new"
  nft -c -f "$smtp_rules.new" || die $EX_UNAVAILABLE "--smtp: nft does not take the rules; nothing is changed"
  mv "$smtp_rules.new" "$smtp_rules"
  if ! systemd_runs; then
    warn "--smtp: without systemd, add the line of postern-sendmail(8) to inetd.conf, then nft -f $smtp_rules"
    return
  fi
  systemctl --quiet enable "$smtp_socket"
  if systemctl --quiet is-active "$smtp_socket"; then
    # In one step: no connection goes by the door meanwhile.
    nft -f "$smtp_rules"
  else
    systemctl start "$smtp_socket"
  fi
  did "SMTP of sites ($1): led through Postern"
}

close_smtp_door() {
  if systemd_runs && systemctl --quiet is-active "$smtp_socket"; then systemctl --quiet disable --now "$smtp_socket"; fi
  if command -v nft >/dev/null && nft list table inet postern_smtp >/dev/null 2>&1; then
    nft delete table inet postern_smtp
    did "SMTP of sites: no longer led through Postern"
  fi
  rm -f "$smtp_rules"
}
