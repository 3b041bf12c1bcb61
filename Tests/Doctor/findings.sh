# shellcheck shell=bash
# shellcheck disable=SC2154 # log_daemon, copies: of machine.sh
# Everything doctor can find: make_CODE makes it, mend_CODE mends it; make_CODE_in_PLACE is another way. Sourced.

make_submit_users_open() { postconf -X authorized_submit_users; }
mend_submit_users_open() { postconf -e 'authorized_submit_users = root, postern'; }
make_submit_users_open_in_table() { postconf -e "authorized_submit_users = root, postern, inline:{ { $site = x } }"; }
mend_submit_users_open_in_table() { mend_submit_users_open; }
make_submit_users_open_in_another_instance() {
  mkdir /etc/postfix-two
  cp /etc/postfix/main.cf /etc/postfix/master.cf /etc/postfix-two
  postconf -c /etc/postfix-two -X authorized_submit_users
  postconf -e 'alternate_config_directories = /etc/postfix-two'
}
mend_submit_users_open_in_another_instance() {
  rm -r /etc/postfix-two
  postconf -X alternate_config_directories
}

make_submit_users_closed() { postconf -e 'authorized_submit_users = root'; }
mend_submit_users_closed() { mend_submit_users_open; }
make_submit_users_extra() { postconf -e 'authorized_submit_users = root, postern, backup'; }
mend_submit_users_extra() { mend_submit_users_open; }
make_instance_unreadable() { postconf -e 'multi_instance_directories = /etc/postfix-none'; }
mend_instance_unreadable() { postconf -X multi_instance_directories; }

make_sender_maps_unset() { postconf -X local_login_sender_maps; }
mend_sender_maps_unset() { postconf -e 'local_login_sender_maps = inline:{ { root = * }, { postern = * } }'; }
make_sender_maps_refuse() { postconf -e 'local_login_sender_maps = inline:{ { root = * } }'; }
mend_sender_maps_refuse() { mend_sender_maps_unset; }

make_drop_in_missing() { mv $drop_in "$copies/away"; }
mend_drop_in_missing() { mv "$copies/away" $drop_in; }
make_drop_in_writable() { chmod 2777 $drop_in; }
mend_drop_in_writable() { chmod 2755 $drop_in; }
make_drop_in_writable_in_directory() { chmod 777 ${drop_in%/*}; }
mend_drop_in_writable_in_directory() { chmod 755 ${drop_in%/*}; }
make_drop_in_set_id() { chmod 755 $drop_in; }
mend_drop_in_set_id() { chmod 2755 $drop_in; }
make_drop_in_set_id_in_capability() { setcap -r $drop_in; }
mend_drop_in_set_id_in_capability() { setcap cap_setuid=p $drop_in; }
make_drop_in_set_id_in_account() { chown -h root:root /etc/postern/account; }
mend_drop_in_set_id_in_account() { chown -h postern:postern /etc/postern/account; }
make_drop_in_owner() { chown postern:postern $drop_in && chmod 6755 $drop_in; }
mend_drop_in_owner() { chown root:postern $drop_in && chmod 2755 $drop_in && setcap cap_setuid=p $drop_in; }
make_drop_in_mount() {
  mount --bind ${drop_in%/*} ${drop_in%/*}
  mount -o remount,bind,nosuid ${drop_in%/*}
}
mend_drop_in_mount() { umount ${drop_in%/*}; }

make_sendmail_broken() { over /usr/sbin/sendmail root:root 644; }
mend_sendmail_broken() { under /usr/sbin/sendmail; }
make_sendmail_broken_in_postdrop() { over /usr/sbin/postdrop root:postdrop 755; }
mend_sendmail_broken_in_postdrop() { under /usr/sbin/postdrop; }
make_sendmail_writable() { over /usr/sbin/sendmail root:root 777; }
mend_sendmail_writable() { under /usr/sbin/sendmail; }
make_notice_command() { postern set notify_command=/usr/local/sbin/no-such-program; }
mend_notice_command() { postern set --unset notify_command; }
make_notice_command_writable() {
  install -m 777 /bin/true /usr/local/sbin/tell
  postern set notify_command=/usr/local/sbin/tell
}
mend_notice_command_writable() {
  mend_notice_command
  rm /usr/local/sbin/tell
}
make_postdrop_writable() { over /usr/sbin/postdrop root:postdrop 2777; }
mend_postdrop_writable() { under /usr/sbin/postdrop; }
make_postdrop_copy() { install -g postdrop -m 2755 /usr/sbin/postdrop /usr/local/bin/former-postdrop; }
mend_postdrop_copy() { rm /usr/local/bin/former-postdrop; }
make_postdrop_member() { gpasswd -a $site postdrop; }
mend_postdrop_member() { gpasswd -d $site postdrop; }
make_maildrop_writable() { chmod 1733 /var/spool/postfix/maildrop; }
mend_maildrop_writable() { chmod 1730 /var/spool/postfix/maildrop; }
make_set_id_mailer() { install -m 4755 /usr/bin/true /usr/local/bin/exim4; }
mend_set_id_mailer() { rm /usr/local/bin/exim4; }

make_smtp_open() {
  postconf -e 'mynetworks = 127.0.0.0/8'
  postfix reload
  sleep 1
}
mend_smtp_open() {
  postconf -e 'mynetworks ='
  postfix reload
  sleep 1
}
# Somebody who listens and says nothing, like a server that speaks TLS.
make_smtp_trusted() {
  postconf -e 'mynetworks = 127.0.0.0/8' 'smtpd_relay_restrictions = reject_unauth_destination'
  postfix reload
  python3 -c 'import socket
server = socket.create_server(("127.0.0.1", 465))
kept = []
while True: kept.append(server.accept())' &
  silent=$!
  wait_for 465
  sleep 1
}
mend_smtp_trusted() {
  kill "$silent"
  postconf -e 'smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination'
  mend_smtp_open
}
# A content filter's way back into Postfix: not one of the ports of SMTP.
make_smtp_open_in_master_cf() {
  keep /etc/postfix/master.cf
  cat >>/etc/postfix/master.cf <<'TEXT'
127.0.0.1:10025 inet n - n - - smtpd
  -o mynetworks=127.0.0.0/8
  -o smtpd_relay_restrictions=permit_mynetworks,reject
TEXT
  postfix reload
  wait_for 10025
  sleep 1
}
mend_smtp_open_in_master_cf() {
  put_back /etc/postfix/master.cf
  postfix reload
  sleep 1
}
# A relay that is none of Postfix's, and that no file names; its greeting ends in $1.
make_smtp_open_in_another_server() {
  python3 -c 'import socketserver, sys
greeting = "220 relay ESMTP" + sys.argv[1] + "\r\n"
class Relay(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(greeting.encode())
        while self.rfile.readline(): self.wfile.write(b"250 2.1.0 Ok\r\n")
socketserver.ThreadingTCPServer.allow_reuse_address = True
socketserver.ThreadingTCPServer(("127.0.0.1", 2526), Relay).serve_forever()' "${1:-}" &
  silent=$!
  wait_for 2526
}
mend_smtp_open_in_another_server() { kill "$silent"; }
make_mail_resubmitted() {
  keep /etc/postfix/master.cf
  # shellcheck disable=SC2016 # Postfix expands it
  printf 'filter unix - n n - - pipe\n  user=backup argv=/usr/bin/spamc -e /usr/sbin/sendmail -oi -f ${sender} ${recipient}\n' \
    >>/etc/postfix/master.cf
}
mend_mail_resubmitted() { put_back /etc/postfix/master.cf; }
make_mail_resubmitted_in_script() {
  keep /etc/postfix/master.cf
  # shellcheck disable=SC2016 # the script's own
  printf '#!/bin/sh\nSENDMAIL="/usr/sbin/sendmail -G -i"\ncat | $SENDMAIL "$@"\n' >/usr/local/bin/doctor-filter
  chmod 755 /usr/local/bin/doctor-filter
  # shellcheck disable=SC2016 # Postfix expands it
  printf 'filter unix - n n - 10 pipe\n  flags=Rq user=backup argv=/usr/local/bin/doctor-filter -f ${sender} -- ${recipient}\n' \
    >>/etc/postfix/master.cf
}
mend_mail_resubmitted_in_script() {
  put_back /etc/postfix/master.cf
  rm /usr/local/bin/doctor-filter
}
make_mail_resubmitted_in_aliases() { printf 'news: "|/usr/bin/mail -s news list@elsewhere.example"\n' >>/etc/aliases; }
mend_mail_resubmitted_in_aliases() { printf '# nothing\n' >/etc/aliases; }
make_mail_resubmitted_in_sieve() {
  mkdir -p /etc/dovecot/conf.d
  # shellcheck disable=SC2016 # Dovecot's own
  printf 'mail_uid = backup\nprotocol lda {\n  mail_plugins = $mail_plugins sieve\n}\n' >/etc/dovecot/conf.d/90-sieve.conf
}
mend_mail_resubmitted_in_sieve() { rm -r /etc/dovecot; }
as_owner() { setpriv --reuid $site --regid $site --clear-groups sh -c "cat >'$copies/home/$site/$1'"; }
make_mail_resubmitted_in_procmailrc() { printf ':0 c\n! friend@elsewhere.example\n' | as_owner .procmailrc; }
mend_mail_resubmitted_in_procmailrc() { rm "$copies/home/$site/.procmailrc"; }
make_mail_resubmitted_in_forward() { printf '\\%s, "|/usr/bin/vacation %s"\n' $site $site | as_owner .forward; }
mend_mail_resubmitted_in_forward() { rm "$copies/home/$site/.forward"; }
make_mail_around() {
  printf 'Nov 26 01:00:00 h postfix/sendmail[9]: fatal: User %s(%s) is not allowed to submit mail\n' \
    $site "$(id -u $site)" >>$mail_log
}
mend_mail_around() { sed -i '/is not allowed to submit mail/d' $mail_log; }
make_cron_refused() { printf '5 4 * * * backup /usr/bin/report\n' >/etc/cron.d/doctor; }
mend_cron_refused() { rm /etc/cron.d/doctor; }
make_cron_refused_in_users_crontab() {
  printf '5 4 * * * /usr/bin/report\n' >/var/spool/cron/crontabs/$site
  chown $site /var/spool/cron/crontabs/$site
}
mend_cron_refused_in_users_crontab() { rm /var/spool/cron/crontabs/$site; }
make_sender_rewritten() { postconf -e 'masquerade_domains = host.example'; }
mend_sender_rewritten() { postconf -X masquerade_domains; }
make_sender_rewritten_in_single_labels() { postconf -e 'append_dot_mydomain = yes'; }
mend_sender_rewritten_in_single_labels() { postconf -e 'append_dot_mydomain = no'; }
make_queue_visible() { postconf -X authorized_mailq_users; }
mend_queue_visible() { postconf -e 'authorized_mailq_users = root'; }

rules_of() {
  nft flush ruleset
  nft -f - <<TEXT
table inet filter {
  chain output {
    type filter hook output priority filter; policy accept;
    oifname != "lo" tcp dport { $1 } $2 drop
  }
}
TEXT
}
make_outgoing_open() { rules_of '465, 587' 'meta skuid != root'; }
mend_outgoing_open() { rules_for_the_world; }
# The rules know the first site only.
make_outgoing_open_in_one_site() {
  rules_of '465, 587' 'meta skuid != root'
  nft add rule inet filter output oifname != lo tcp dport 25 meta skuid "$site" drop
}
mend_outgoing_open_in_one_site() { rules_for_the_world; }
make_outgoing_submission() { rules_of 25 'meta skuid != root'; }
mend_outgoing_submission() { rules_for_the_world; }

make_php_sendmail_path() { printf 'sendmail_path = "/usr/sbin/sendmail -t -i"\n' >$fpm/conf.d/zz-panel.ini; }
mend_php_sendmail_path() { rm $fpm/conf.d/zz-panel.ini; }
make_php_sendmail_path_in_pool() { printf 'php_admin_value[sendmail_path] = /usr/sbin/sendmail -t -i\n' >>$fpm/pool.d/shop.conf; }
mend_php_sendmail_path_in_pool() { a_php; }
make_php_sendmail_path_in_section() { printf '[PATH=/srv/shop]\nsendmail_path = /usr/sbin/ssmtp -t\n' >>$fpm/php.ini; }
mend_php_sendmail_path_in_section() { a_php; }
make_php_sendmail_path_in_virtual_host() {
  mkdir -p /etc/apache2/sites-enabled "${fpm%/*}/apache2/conf.d"
  cp $fpm/conf.d/99-postern.ini "${fpm%/*}/apache2/conf.d"
  printf '<VirtualHost *:80>\n  php_admin_value sendmail_path "/usr/sbin/sendmail -t"\n</VirtualHost>\n' \
    >/etc/apache2/sites-enabled/doctor.conf
}
mend_php_sendmail_path_in_virtual_host() {
  rm /etc/apache2/sites-enabled/doctor.conf
  rm -r "${fpm%/*}/apache2"
}
make_php_forced_parameters() { printf 'mail.force_extra_parameters = -fwww@shop.example\n' >$fpm/conf.d/zz-panel.ini; }
mend_php_forced_parameters() { mend_php_sendmail_path; }
make_pool_reachable() { printf 'listen = 127.0.0.1:9002\n' >>$fpm/pool.d/shop.conf; }
mend_pool_reachable() { a_php; }
make_pool_reachable_in_socket() { printf 'listen = /run/php/shop.sock\nlisten.mode = 0666\n' >>$fpm/pool.d/shop.conf; }
mend_pool_reachable_in_socket() { a_php; }
make_pool_reachable_in_another_sites_socket() { printf 'listen = /run/php/shop.sock\nlisten.owner = %s\n' $former_site >>$fpm/pool.d/shop.conf; }
mend_pool_reachable_in_another_sites_socket() { a_php; }
# Started before its settings were changed, and not reloaded since.
make_php_not_reloaded() {
  cp /usr/bin/sleep "$copies/php-fpm8.99"
  "$copies/php-fpm8.99" 600 &
  running=$!
  touch -d '+10 seconds' $fpm/conf.d/99-postern.ini
}
mend_php_not_reloaded() {
  kill "$running"
  touch $fpm/conf.d/99-postern.ini
}
make_pool_chroot() { printf 'chroot = /srv/shop\n' >>$fpm/pool.d/shop.conf; }
mend_pool_chroot() { a_php; }

# service LINE…: a drop-in of the service.
service() { printf '%s\n' '[Service]' "$@" >$unit.d/doctor.conf; }
no_service() { rm $unit.d/doctor.conf; }
make_unit_set_id() { service NoNewPrivileges=yes; }
mend_unit_set_id() { no_service; }
make_unit_set_id_in_user_namespace() { service PrivateUsers=yes; }
mend_unit_set_id_in_user_namespace() { no_service; }
make_unit_set_id_in_bounding_set() { service CapabilityBoundingSet=CAP_SETGID; }
mend_unit_set_id_in_bounding_set() { no_service; }
make_unit_system_calls() { service SystemCallFilter=@system-service 'SystemCallFilter=~@privileged @resources'; }
mend_unit_system_calls() { no_service; }
make_unit_read_only() { service ProtectSystem=strict ReadWritePaths=/var/spool/postfix/maildrop; }
mend_unit_read_only() { no_service; }
make_unit_root() { service RootDirectory=/srv/jail; }
mend_unit_root() { no_service; }
make_unit_restricts_set_id() { service RestrictSUIDSGID=yes; }
mend_unit_restricts_set_id() { no_service; }

make_account_missing() {
  keep /etc/passwd
  sed -i '/^postern:/d' /etc/passwd
}
mend_account_missing() { put_back /etc/passwd; }
make_account_shared() { useradd --non-unique --uid "$(id -u postern)" --gid postern --no-create-home doctortwin; }
mend_account_shared() { sed -i '/^doctortwin:/d' /etc/passwd /etc/shadow; }
make_configuration_invalid() {
  keep /etc/postern/postern.cf
  printf 'messages_per_hour = many\n' >>/etc/postern/postern.cf
}
mend_configuration_invalid() { put_back /etc/postern/postern.cf; }
make_configuration_writable() { chmod 660 /etc/postern/senders; }
mend_configuration_writable() { chmod 640 /etc/postern/senders; }
make_configuration_unreadable() { chmod 600 /etc/postern/senders.db; }
mend_configuration_unreadable() { chmod 640 /etc/postern/senders.db; }
make_map_invalid() {
  keep /etc/postern/senders.db
  truncate -s 100 /etc/postern/senders.db
}
mend_map_invalid() { put_back /etc/postern/senders.db; }
make_map_stale() { printf '# later\n' >>/etc/postern/senders; }
mend_map_stale() { postern map build; }
make_user_gone() {
  keep /etc/passwd
  sed -i "/^$former_site:/d" /etc/passwd
}
mend_user_gone() { put_back /etc/passwd; }
make_user_reused() {
  keep /etc/passwd
  sed -i "s/^$former_site:/doctornew:/" /etc/passwd
}
mend_user_reused() { put_back /etc/passwd; }
make_state_writable() { chmod 777 /var/lib/postern; }
mend_state_writable() { chmod 700 /var/lib/postern; }
make_state_unusable() {
  mv /var/lib/postern/quota /var/lib/postern/quota.away
  install -o postern -g postern -m 600 /etc/hosts /var/lib/postern/quota
}
mend_state_unusable() { mv /var/lib/postern/quota.away /var/lib/postern/quota; }
# A file where the socket should be, and a link that postern laid: nobody follows it as root.
make_state_unusable_in_link() {
  mv /var/lib/postern/quota /var/lib/postern/quota.away
  ln -s /etc/shadow /var/lib/postern/quota
}
mend_state_unusable_in_link() { mend_state_unusable; }
# Records of 215 000 UIDs, as far as it shows whether one is in use.
make_state_full() {
  cp --sparse=always -p /var/lib/postern/quota /var/lib/postern/quota.away
  python3 - <<'PYTHON'
import struct, time
record = b"PoRc" + struct.pack("<I", 2) + bytes(32) + struct.pack("<Q", int(time.time()) // 3600)
with open("/var/lib/postern/quota", "r+b") as file:
    for slot in range(215_000):
        file.seek(4096 + 2048 * slot)
        file.write(record)
PYTHON
}
mend_state_full() { mv /var/lib/postern/quota.away /var/lib/postern/quota; }
make_log_socket() {
  kill "$log_daemon"
  rm /dev/log
}
mend_log_socket() { start_log; }

make_processes_visible() { mount -o remount,hidepid=0 /proc; }
mend_processes_visible() { mount -o remount,hidepid=2 /proc; }

make_sites_share_user() {
  install -d /etc/apache2/sites-enabled /etc/apache2/mods-enabled
  touch /etc/apache2/mods-enabled/php8.2.load
  printf '<VirtualHost *:80>\n  ServerName %s.example\n  DocumentRoot /srv/%s\n</VirtualHost>\n' one one two two >/etc/apache2/sites-enabled/sites.conf
}
mend_sites_share_user() { rm /etc/apache2/mods-enabled/php8.2.load /etc/apache2/sites-enabled/sites.conf; }

make_accept_unknown() { postern set doctor_accept=no-such-finding; }
mend_accept_unknown() { postern set --unset doctor_accept; }
