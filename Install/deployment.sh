# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# Leads mail to an installed Postern and away from it again: what Install/install, Install/uninstall and Install/deploy
# have in common. Sourced, after lib.sh; "here" is the directory of this file.

# shellcheck source=Install/php/lib.sh
source "$here/php/lib.sh"
# shellcheck source=Install/php/services.sh
source "$here/php/services.sh"
# shellcheck source=Install/postfix/lib.sh
source "$here/postfix/lib.sh"
# shellcheck source=Install/postfix/divert.sh
source "$here/postfix/divert.sh"
# shellcheck source=Install/postfix/readiness.sh
source "$here/postfix/readiness.sh"

# shellcheck source=Install/nftables/door.sh
source "$here/nftables/door.sh"

with_divert=no
with_smtp=no
with_php=no
with_enforce=no
with_yes=no

# deployment_option WORD: takes one of these options; fails for any other word.
deployment_option() {
  case $1 in
    --divert) with_divert=yes ;;
    --smtp=loopback | --smtp=all) with_smtp=${1#--smtp=} ;;
    --php) with_php=yes ;;
    --php-script) with_php=yes php_script=yes ;;
    --no-php-script) with_php=yes php_script=no ;;
    --enforce) with_enforce=yes ;;
    --no-reload) with_reload=no ;;
    --yes) with_yes=yes ;;
    *) return 1 ;;
  esac
}

deployment_usage() {
  cat <<TEXT
  --divert      put Postern in the place of $standard_sendmail for the whole
                machine; Postfix's own stays root's, and becomes
                $diverted_sendmail
  --smtp=loopback|all
                lead what sites say to port 25 of this machine, or of any,
                through Postern (nftables, and a socket of systemd)
  --php         point sendmail_path of every PHP found in /etc/php at Postern,
                and reload what runs it
  --php-script  the same, and let PHP name its script in each message
                (mail.add_x_header), so that the log and "postern report" tell
                which one it was; --php keeps it, --no-php-script ends it
  --enforce     set authorized_submit_users = $submit_users in Postfix, so that
                nobody can submit mail around Postern
  --no-reload   do not reload PHP-FPM and Apache; what would lose the mail of
                one that still has the former settings is refused
  --yes         go on even though accounts that send mail have no entry, or
                received mail would be lost
TEXT
}

# require_deployable PREFIX: refuses, before anything is changed, what could not be done.
require_deployable() {
  if [[ $with_enforce == yes ]]; then
    command -v postconf >/dev/null || die $EX_UNAVAILABLE "--enforce: there is no Postfix here (postconf not found)"
  fi
  if [[ $with_smtp != no ]]; then
    command -v nft >/dev/null || die $EX_UNAVAILABLE "--smtp: nft is not installed (apt-get install nftables)"
  fi
  [[ $with_divert == no ]] || require_divertible "$1"
}

# deploy PREFIX: what the options ask for, in the order in which no mail is lost.
deploy() {
  local status=0
  [[ $with_yes == yes ]] || require_ready "$1/bin/postern"
  [[ $with_divert == no ]] || divert "$1"
  [[ $with_smtp == no ]] || open_smtp_door "$with_smtp"
  if [[ $with_php == yes ]]; then
    point_php_at "$1/lib/postern/sendmail"
    php_apply || status=$EX_UNAVAILABLE
  fi
  if [[ $with_enforce == yes ]]; then
    [[ $status -eq 0 ]] ||
      die "$status" "--enforce: a service has still to be reloaded, and its mail would be refused; nothing is enforced yet"
    enforce
  elif [[ $with_divert == yes && $(postconf -h authorized_submit_users) != "$submit_users" ]]; then
    warn "users can still execute $diverted_sendmail themselves; --enforce closes that"
  fi
  [[ $with_reload == no ]] || return "$status"
}

# deploy_again PREFIX: for a PHP that has come since, as a trigger of dpkg.
deploy_again() {
  php_is_deployed || return 0
  point_php_at "$1/lib/postern/sendmail"
  php_apply
}

# undeploy PREFIX: Postfix and /usr/sbin/sendmail first, so that no mail is lost between, then PHP. Fails where a service
# would still call the programs that are about to be removed.
undeploy() {
  close_smtp_door
  unenforce
  undivert "$1"
  point_php_back "$1/lib/postern/sendmail"
  php_apply ||
    die $EX_UNAVAILABLE "a service has still to be reloaded, and would call what is no longer there: its mail would be" \
      "lost. Postern stays installed; reload it, then repeat without --no-reload"
  forget_diversion "$1"
  rm -f "$php_record"
}
