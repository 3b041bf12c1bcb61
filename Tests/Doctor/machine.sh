# shellcheck shell=bash
# The private machine of Tests/Doctor/run: a deployment of Postern with nothing wrong. Sourced.

readonly site=doctorsite
readonly former_site=doctorformer
readonly mail_log=/var/lib/postfix/mail.log
readonly drop_in=/usr/local/lib/postern/sendmail
readonly fpm=/etc/php/8.99/fpm
readonly unit=/etc/systemd/system/php8.99-fpm.service

as_site() { setpriv --reuid "$site" --regid "$site" --clear-groups "$@"; }

lay_out_machine() {
  copies=$1
  make_private_machine "$copies" "$top"
  ip link set lo up
  mount -o remount,hidepid=2 /proc
  private_dev
  # A systemd that runs knows nothing of the units in here; without this directory their files count.
  [[ ! -d /run/systemd ]] || mount -t tmpfs tmpfs /run/systemd
  listening_postfix
  no_other_callers
  a_php
  local name
  for name in $site $former_site; do
    useradd --system --user-group --home-dir "$copies/home/$name" --no-create-home --shell /usr/sbin/nologin "$name"
    install -d -o "$name" -g "$name" -m 700 "$copies/home/$name"
  done
  "$top/Install/install" --php --enforce --yes >"$copies/install.log" 2>&1 </dev/null || {
    cat "$copies/install.log"
    return 1
  }
  printf '%s info@shop.example\n%s old@shop.example\n' $site $former_site >>/etc/postern/senders
  postern map build >/dev/null
  postconf -e 'local_login_sender_maps = inline:{ { root = * }, { postern = * } }'
  postfix start >/dev/null 2>&1
  trap 'postfix stop >/dev/null 2>&1 || true' EXIT
  wait_for 25
  rules_for_the_world
  # The state file is there after the first message; status makes it, too.
  postern quota status >/dev/null
}

# A /dev with a log daemon.
private_dev() {
  local name
  mkdir "$copies/dev"
  for name in null zero full random urandom tty; do
    cp -a "/dev/$name" "$copies/dev/"
  done
  for name in fd stdin stdout stderr; do
    cp -a "/dev/$name" "$copies/dev/" 2>/dev/null || true
  done
  mount --bind "$copies/dev" /dev
  mkdir -m 1777 /dev/shm
  start_log
}

start_log() {
  python3 -c 'import socket
log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
log.bind("/dev/log")
while True: log.recv(65536)' &
  log_daemon=$!
  chmod_when_there /dev/log
}

chmod_when_there() {
  local tenths
  for ((tenths = 0; tenths < 100; tenths++)); do
    if [[ -S $1 ]]; then
      chmod 666 "$1"
      return 0
    fi
    sleep 0.1
  done
  return 1
}

# wait_for PORT: until somebody listens there.
wait_for() {
  local tenths
  for ((tenths = 0; tenths < 100; tenths++)); do
    ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

# Postfix as on a server that receives mail: it listens, and relays for nobody.
listening_postfix() {
  configure_trial_postfix
  postconf -X master_service_disable
  postconf -e 'mynetworks =' 'mynetworks_style = host' 'local_recipient_maps =' 'inet_protocols = ipv4' \
    'append_dot_mydomain = no' 'authorized_mailq_users = root' 'alias_maps = texthash:/etc/aliases' \
    'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination'
  {
    printf 'smtp inet n - n - - smtpd\n'
    printf 'anvil unix - - n - 1 anvil\n'
  } >>/etc/postfix/master.cf
}

# What else of this machine sends mail is not this machine's.
no_other_callers() {
  rm -rf /etc/dovecot /etc/cron.d /etc/crontab
  mkdir -p /etc/cron.d
  printf '# nothing\n' >/etc/aliases
  private_directory /var/spool/cron/crontabs
}

# A PHP with FPM, as Debian lays it out.
a_php() {
  mkdir -p "$fpm/conf.d" "$fpm/pool.d" "$unit.d"
  printf '[PHP]\n' >"$fpm/php.ini"
  printf '[global]\ninclude=%s/pool.d/*.conf\n' "$fpm" >"$fpm/php-fpm.conf"
  printf '[shop]\nuser = %s\n' "$site" >"$fpm/pool.d/shop.conf"
  printf '[Service]\nExecStart=/usr/sbin/php-fpm8.99\n' >"$unit"
}

# As Install/nftables/postern.nft, but open to this machine, so that SMTP to it can be tried.
rules_for_the_world() {
  nft -f - <<'TEXT'
flush ruleset
table inet postern {
  chain output {
    type filter hook output priority filter; policy accept;
    oifname != "lo" tcp dport { 25, 465, 587 } meta skuid != { root, postfix } reject
  }
}
TEXT
}

# over FILE OWNER:GROUP MODE: a copy with these in its place; under FILE: the file itself again.
over() {
  cp "$1" "$copies/over"
  chown "$2" "$copies/over"
  chmod "$3" "$copies/over"
  mount --bind "$copies/over" "$1"
}

under() {
  umount "$1"
  rm -f "$copies/over"
}

# keep FILE, put_back FILE: its contents, owner, mode and times.
keep() { cp -p "$1" "$copies/kept"; }
put_back() { cp -p "$copies/kept" "$1"; }
