# shellcheck shell=bash
# What a machine needs beside the files of Install/layout: the account, the directories, the first configuration, and the
# change from the programs of one version to those of the next, in an order in which no mail is lost. Sourced after
# lib.sh by Install/install and by Install/activate, which the packages call; "here" is the directory of this file.

# activate PREFIX DROP_IN TOOL: the two programs may lie somewhere else than in their places still.
activate() {
  create_account
  install_directory "$configuration" "root:$account" 750
  install_directory "$state" "$account:$account" 700
  install_samples
  bring_in "$@"
}

create_account() {
  if getent group "$account" >/dev/null; then
    already "group $account"
  else
    groupadd --system "$account"
    did "group $account: created"
  fi
  if getent passwd "$account" >/dev/null; then
    [[ $(id -u "$account") -ne 0 && $(id -gn "$account") == "$account" ]] ||
      die $EX_CONFIG "account $account: exists, but is root's or has not $account as its group"
    already "account $account"
  else
    useradd --system --gid "$account" --home-dir /nonexistent --no-create-home \
      --shell /usr/sbin/nologin "$account"
    did "account $account: created"
  fi
}

# Never again once they are there: they are the administrator's, and no package's conffiles.
install_samples() {
  local sample
  for sample in postern.cf senders; do
    if [[ -e $configuration/$sample ]]; then
      already "$configuration/$sample (kept)"
    else
      install_file "$here/$sample" "$configuration/$sample" "root:$account" 640
    fi
  done
}

# bring_in PREFIX DROP_IN TOOL: the drop-in, the tool and senders.db change together. The format of senders.db can be
# another one in each version, and a drop-in refuses all mail where it finds none of its own; so, in this order:
#
#   senders.db.N       built by the new tool, with the number of its format, while everything goes on
#   senders.db.M       a second name of the one in force, for processes that are reading their message still
#   the drop-in        of the new version from here on; senders.db is not of its format, so it reads senders.db.N
#   senders.db         the new one
#
# At every moment each version finds what it reads. "postern map build" removes the two other names the next time.
bring_in() {
  local drop_in=$1/lib/postern/sendmail tool=$1/bin/postern built='' said status=0
  rm -f "$configuration"/senders.db.[0-9]*
  if said=$("$3" map build --beside); then
    built=${said%%: *}
    did "$said"
  elif "$3" map export --postfix >/dev/null 2>&1; then
    warn "the sender map could not be built; the one in force stays. Mend what is said above, then: $tool map build"
  elif [[ -e $drop_in && ! $drop_in -ef $2 ]]; then
    die $EX_CONFIG "the sender map could not be built, and the new programs do not read the one in force: the programs" \
      "of the version before stay in use. Mend what is said above, and repeat (dpkg --configure postern)"
  else
    warn "the sender map could not be built; until it is, mail that goes through Postern is refused. Mend what is said" \
      "above, then: $tool map build"
    status=$EX_CONFIG
  fi
  [[ -z $built ]] || keep_second_name "$built"
  place_drop_in "$2" "$drop_in"
  [[ -z $built ]] || put_map_in_force "$built" "$3"
  install_file "$3" "$tool" root:root 755
  return "$status"
}

# The number of the format is in bytes 8 to 11.
format_of() { od -An -tu4 -j8 -N4 "$1" | tr -d ' '; }

formats_differ() { [[ -e $configuration/senders.db && $(format_of "$configuration/senders.db") != "$(format_of "$1")" ]]; }

keep_second_name() {
  if formats_differ "$1"; then
    ln -f "$configuration/senders.db" "$configuration/senders.db.$(format_of "$configuration/senders.db")"
  fi
}

# put_map_in_force FILE TOOL: the first pause is for processes of versions that do not look for a second name (before
# 0.2.0), the other one for those that have just found senders.db to be of another format.
put_map_in_force() {
  local wait=no
  ! formats_differ "$1" || wait=yes
  [[ $wait == no ]] || sleep 1
  # A build or "postern set" in between has removed it: what that has changed is built anew.
  if ! ln -f "$1" "$configuration/senders.db.in-force" 2>/dev/null; then
    "$2" map build
    return
  fi
  mv -fT "$configuration/senders.db.in-force" "$configuration/senders.db"
  [[ $wait == no ]] || sleep 1
  rm -f "$1"
}
