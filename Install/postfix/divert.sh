# shellcheck shell=bash
# Puts Postern in the place of /usr/sbin/sendmail, and takes it away again. Sourced by
# Install/deployment.sh.
#
#   /usr/sbin/sendmail                 a link to PREFIX/lib/postern/dispatch, which is root's and has no set-id bit;
#                                      /usr/lib/sendmail, mailq and newaliases are links to it on every system
#   /usr/sbin/sendmail.postfix         Postfix's own; dpkg puts it there from now on, in upgrades as well
#   PREFIX/lib/postern/real-sendmail   a link to it, for the dispatcher
#   postern.cf                         names it in sendmail_path, for the gate
#
# Between any two steps both names lead to a sendmail that works, so a run that ends early loses no mail, and repeating
# it goes on where it ended.

readonly standard_sendmail=/usr/sbin/sendmail
readonly diverted_sendmail=/usr/sbin/sendmail.postfix
readonly other_names=(/usr/lib/sendmail /usr/bin/mailq /usr/bin/newaliases)
readonly divert_comment='# Written when Postern was deployed (--divert); undoing that removes both lines.'
readonly divert_setting="sendmail_path = $diverted_sendmail"

# Whether /usr/sbin/sendmail is Postern's, of whichever prefix.
is_dispatcher() { [[ -L $standard_sendmail && $(readlink "$standard_sendmail") == /*/lib/postern/dispatch ]]; }

same_file() { [[ ! -L $1 && ! -L $2 && $1 -ef $2 ]]; }

has_dpkg() { command -v dpkg-divert >/dev/null; }

# none, ours or foreign.
diversion() {
  local owner
  has_dpkg || { printf 'none\n'; return; }
  owner=$(dpkg-divert --listpackage "$standard_sendmail")
  if [[ -z $owner ]]; then
    printf 'none\n'
  elif [[ $owner == LOCAL && $(dpkg-divert --truename "$standard_sendmail") == "$diverted_sendmail" ]]; then
    printf 'ours\n'
  else
    printf 'foreign\n'
  fi
}

# require_divertible PREFIX: refuses, before anything is changed, whatever is not plainly Postfix's own sendmail.
require_divertible() {
  local name
  command -v postconf >/dev/null || die $EX_UNAVAILABLE "--divert: there is no Postfix here (postconf not found)"
  name=$(postconf -h sendmail_path)
  [[ $name == "$standard_sendmail" ]] ||
    die $EX_CONFIG "--divert: Postfix's sendmail is $name (postconf sendmail_path), not $standard_sendmail"
  [[ $(diversion) != foreign ]] ||
    die $EX_CONFIG "--divert: somebody else has diverted it already: $(dpkg-divert --list "$standard_sendmail")"
  is_dispatcher || require_own_sendmail "$1"
  for name in "${other_names[@]}"; do
    [[ ! -e $name || $name -ef $standard_sendmail ]] ||
      die $EX_CONFIG "--divert: $name is not the same program as $standard_sendmail; make it a link to that, or remove it"
  done
  require_no_own_setting
}

require_own_sendmail() {
  if [[ -L $standard_sendmail ]]; then
    die $EX_CONFIG "--divert: $standard_sendmail is a link to $(readlink "$standard_sendmail"): it is managed by" \
      "another system (update-alternatives, another mail server); let that choose a file of Postfix's own there first"
  fi
  # The set-id bits would be lost in a copy, and Postfix's sendmail has none.
  if [[ ! -f $standard_sendmail || $(stat -c '%U %a' "$standard_sendmail") != root\ ?(0)[0-7][0145][0145] ]] ||
    ! grep -qaF authorized_submit_users "$standard_sendmail"; then
    die $EX_CONFIG "--divert: $standard_sendmail is not Postfix's own sendmail (a file of root's, without set-id bits)"
  fi
  # The second name of a run that ended early, what dpkg has unpacked since, or the file before a "make upgrade" are
  # ours.
  if [[ -e $diverted_sendmail || -L $diverted_sendmail ]] && [[ $(diversion) != ours ]] &&
    ! same_file "$standard_sendmail" "$diverted_sendmail" && [[ ! -L $1/lib/postern/real-sendmail ]]; then
    die $EX_CONFIG "--divert: there is a $diverted_sendmail already; move it away"
  fi
}

# The administrator's own sendmail_path would lead the gate back to the dispatcher.
require_no_own_setting() {
  local value
  value=$(own_sendmail_path)
  [[ -z $value || $value == "$diverted_sendmail" || ! $value -ef $standard_sendmail ]] ||
    die $EX_CONFIG "--divert: $configuration/postern.cf sets sendmail_path = $value; remove the line, --divert writes its own"
}

# The sendmail_path of postern.cf; nothing if it is not set.
own_sendmail_path() {
  [[ -f $configuration/postern.cf ]] || return 0
  sed -nE 's/[[:space:]]*$//; s/^sendmail_path[[:space:]]*=[[:space:]]*//p' "$configuration/postern.cf"
}

# divert PREFIX
divert() {
  local home=$1/lib/postern
  link_to "$diverted_sendmail" "$home/real-sendmail"
  keep_both_names
  register_diversion
  write_setting
  link_to "$home/dispatch" "$standard_sendmail"
}

# link_to TARGET NAME: in one step, whatever stood there.
link_to() {
  if [[ -L $2 && $(readlink "$2") == "$1" ]]; then
    already "$2"
    return 0
  fi
  rm -f "$2.postern-new"
  ln -s "$1" "$2.postern-new"
  mv -fT "$2.postern-new" "$2"
  did "$2: now a link to $1"
}

# Gives Postfix's file its second name. Where dpkg keeps the diversion, an existing second name is the newer file;
# without dpkg, the newer one is what "make upgrade" has put back into the old place.
keep_both_names() {
  if is_dispatcher || same_file "$standard_sendmail" "$diverted_sendmail"; then
    already "$diverted_sendmail"
  elif [[ -e $diverted_sendmail && $(diversion) == ours ]]; then
    already "$diverted_sendmail"
  else
    second_name "$standard_sendmail" "$diverted_sendmail"
    did "$diverted_sendmail: is Postfix's sendmail"
  fi
}

# second_name FILE NAME: in one step, whatever stood there; a link gets it, too, not what it names. Ends the run where
# that cannot be done (its callers are not always under "set -e"): nothing after it may remove the first name then.
second_name() {
  if ! { rm -f "$2.postern-new" && ln -P "$1" "$2.postern-new" && mv -fT "$2.postern-new" "$2"; }; then
    die $EX_UNAVAILABLE "$2: could not become a second name of $1; nothing is lost, mend what is said above and repeat"
  fi
}

register_diversion() {
  if ! has_dpkg; then
    warn "no dpkg here: after every upgrade of Postfix repeat --divert"
  elif [[ $(diversion) == ours ]]; then
    already "dpkg: $standard_sendmail diverted to $diverted_sendmail"
  else
    dpkg-divert --quiet --local --no-rename --divert "$diverted_sendmail" --add "$standard_sendmail"
    did "dpkg: $standard_sendmail diverted to $diverted_sendmail, upgrades as well"
  fi
}

write_setting() {
  local file=$configuration/postern.cf value
  value=$(own_sendmail_path)
  if [[ -n $value ]]; then
    already "$file: sendmail_path = $value"
    return 0
  fi
  rewrite_file "$file" awk -v comment="$divert_comment" -v setting="$divert_setting" \
    '{ print } END { print comment; print setting }'
  put_in_force divert
  did "$file: $divert_setting"
}

# put_in_force divert|undivert: the gate goes by senders.db. Before the first build there is nothing to change; the install
# builds it.
put_in_force() {
  local tool
  [[ -e $configuration/senders.db ]] || return 0
  for tool in "${prefix:-/usr/local}/bin/postern" /usr/bin/postern; do
    [[ -x $tool ]] || continue
    # Without Postfix there is no domain to build with, and no mail that could be led anywhere.
    if ! command -v postconf >/dev/null; then
      warn "Postfix is not installed; run 'postern map build' when it is"
      return 0
    fi
    "$tool" map build >/dev/null && return 0
    # An entry of an account that is gone, say, must not keep anybody from taking Postern away.
    [[ $1 == divert ]] ||
      { warn "sendmail_path is taken out of postern.cf, but not out of force" && return 0; }
    die $EX_CONFIG "sendmail_path cannot be put in force; mend what is said above, then repeat this command"
  done
}

remove_setting() {
  local file=$configuration/postern.cf
  if ! grep -qsxF "$divert_comment" "$file"; then
    return 0
  fi
  # shellcheck disable=SC2016 # for awk, not for us
  rewrite_file "$file" awk -v comment="$divert_comment" -v setting="$divert_setting" \
    '$0 == comment { expected = 1; next } expected && $0 == setting { expected = 0; next } { expected = 0; print }'
  put_in_force undivert
  did "$file: sendmail_path is no longer set by --divert"
}

# rewrite_file FILE FILTER…: in one step; owner and mode stay.
rewrite_file() {
  local file=$1 beside
  shift
  beside=$(mktemp "${file%/*}/.${file##*/}.XXXXXXXX")
  "$@" <"$file" >"$beside"
  chown --reference="$file" "$beside"
  chmod --reference="$file" "$beside"
  mv -fT "$beside" "$file"
}

# undivert PREFIX: the reverse order. If Postfix was upgraded since, its new file goes back; if it was removed, nothing.
# The second name stays until forget_diversion: a process that is reading its message still, or a service that has not
# been reloaded, goes by a senders.db that names it.
undivert() {
  local real=$1/lib/postern/real-sendmail
  if ! is_dispatcher && [[ $(diversion) != ours && ! -L $real ]]; then
    already "$standard_sendmail: not diverted"
    return 0
  fi
  give_name_back || return 0
  remove_setting
  if [[ $(diversion) == ours ]]; then
    dpkg-divert --quiet --local --no-rename --divert "$diverted_sendmail" --remove "$standard_sendmail"
    did "dpkg: $standard_sendmail no longer diverted"
  fi
}

# forget_diversion PREFIX: the last step, once nothing calls Postern any more.
forget_diversion() {
  local real=$1/lib/postern/real-sendmail
  [[ -L $real && $(diversion) == none ]] || return 0
  ! is_dispatcher || return 0
  if [[ -e $diverted_sendmail || -L $diverted_sendmail ]]; then
    # For a process that has just found it named in senders.db.
    sleep 1
    rm -f "$diverted_sendmail"
    did "$diverted_sendmail: removed"
  fi
  remove_file "$real"
}

# Makes /usr/sbin/sendmail what it was; fails where somebody has put something else there since.
give_name_back() {
  if is_dispatcher || [[ ! -e $standard_sendmail && ! -L $standard_sendmail ]]; then
    if [[ -e $diverted_sendmail || -L $diverted_sendmail ]]; then
      second_name "$diverted_sendmail" "$standard_sendmail"
      did "$standard_sendmail: Postfix's own again"
    else
      rm -f "$standard_sendmail"
      did "$standard_sendmail: removed, as Postfix's own has been"
    fi
  elif has_dpkg && [[ -e $diverted_sendmail ]] && ! same_file "$standard_sendmail" "$diverted_sendmail"; then
    warn "$standard_sendmail is no longer Postern's: left as it is, and so is $diverted_sendmail. Decide which one is" \
      "right, then: dpkg-divert --local --no-rename --remove $standard_sendmail"
    return 1
  fi
}
