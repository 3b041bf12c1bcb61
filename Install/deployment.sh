# shellcheck shell=bash
# shellcheck source-path=SCRIPTDIR
# Leads mail to an installed Postern and away from it again: what Install/install, Install/uninstall and Install/deploy
# have in common. Sourced, after lib.sh; "here" is the directory of this file.

# shellcheck source=Install/php/lib.sh
source "$here/php/lib.sh"
# shellcheck source=Install/postfix/lib.sh
source "$here/postfix/lib.sh"
# shellcheck source=Install/postfix/divert.sh
source "$here/postfix/divert.sh"

with_divert=no
with_php=no
with_enforce=no

# deployment_option WORD: takes one of the three options; fails for any other word.
deployment_option() {
  case $1 in
    --divert) with_divert=yes ;;
    --php) with_php=yes ;;
    --enforce) with_enforce=yes ;;
    *) return 1 ;;
  esac
}

deployment_usage() {
  cat <<TEXT
  --divert      put Postern in the place of $standard_sendmail for the whole
                machine; Postfix's own stays root's, and becomes
                $diverted_sendmail
  --php         point sendmail_path of every PHP found in /etc/php at Postern
  --enforce     set authorized_submit_users = $submit_users in Postfix, so that
                nobody can submit mail around Postern
TEXT
}

# require_deployable PREFIX: refuses, before anything is changed, what could not be done.
require_deployable() {
  if [[ $with_enforce == yes ]]; then
    command -v postconf >/dev/null || die $EX_UNAVAILABLE "--enforce: there is no Postfix here (postconf not found)"
  fi
  [[ $with_divert == no ]] || require_divertible "$1"
}

# deploy PREFIX: what the options ask for.
deploy() {
  [[ $with_divert == no ]] || divert "$1"
  [[ $with_php == no ]] || point_php_at "$1/lib/postern/sendmail"
  if [[ $with_enforce == yes ]]; then
    enforce
  elif [[ $with_divert == yes && $(postconf -h authorized_submit_users) != "$submit_users" ]]; then
    warn "users can still execute $diverted_sendmail themselves; --enforce closes that"
  fi
}

# undeploy PREFIX: Postfix and /usr/sbin/sendmail first, so that no mail is lost between, then PHP.
undeploy() {
  unenforce
  undivert "$1"
  point_php_back "$1/lib/postern/sendmail"
}
