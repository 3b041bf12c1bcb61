# shellcheck shell=bash
# Private copies of the machine's directories, for Install/try. Sourced inside a mount namespace of its own
# (unshare --mount): nothing done here is seen outside, and everything vanishes with the last process inside.

# make_private_machine DIRECTORY CHECKOUT: the copies are on a tmpfs over that directory.
make_private_machine() {
  local copies=$1 checkout=$2
  mount --make-rprivate /
  # Set-uid must work in the copies, so no nosuid, whatever fstab says about /tmp and its like.
  mount -t tmpfs -o mode=755,suid,exec,dev tmpfs "$copies"
  private_etc
  private_directory /var/spool/postfix
  private_view /usr/local . bin lib lib/systemd lib/systemd/system share share/man share/man/man5 share/man/man8 share/doc share/zsh share/zsh/site-functions \
    share/bash-completion share/bash-completion/completions share/fish share/fish/vendor_completions.d
  private_view /var/lib .
  rm -rf /usr/local/lib/postern /usr/local/bin/postern /usr/local/share/postern /usr/local/share/doc/postern /var/lib/postern /var/lib/postfix
  install -d -o postfix -g postfix -m 755 /var/lib/postfix
}

# The whole of /etc, because useradd, Install/install and PHP each want another part of it.
private_etc() {
  cp -a /etc "$copies/etc"
  rm -rf "$copies/etc/postern"
  mount --bind "$copies/etc" /etc
}

# private_directory PATH: an empty directory in its place, with the same owner and mode.
private_directory() {
  local copy=$copies/${1//\//_}
  mkdir "$copy"
  chown --reference="$1" "$copy"
  chmod --reference="$1" "$copy"
  mount --bind "$copy" "$1"
}

# private_view PATH SUBDIRECTORY…: PATH with all that is in it, as symbolic links into a read-only view of it; the
# subdirectories (each after the one that holds it) are directories of our own, full of such links. So the real
# Install/install can put its files at their real paths.
private_view() {
  local path=$1 seen=$copies/seen${1//\//_} new=$copies/new${1//\//_} directory
  shift
  mkdir "$seen" "$new"
  mount --bind "$path" "$seen"
  # Unless the build writes there.
  [[ $checkout == "$path"/* ]] || mount -o remount,bind,ro "$seen"
  for directory in "$@"; do
    rm -f "$new/$directory" 2>/dev/null || true
    mkdir -p "$new/$directory"
    find "$seen/$directory" -mindepth 1 -maxdepth 1 -exec ln -s -t "$new/$directory" -- {} + 2>/dev/null || true
  done
  mount --bind "$new" "$path"
}

# A Postfix that listens nowhere, delivers nothing and holds every message in its queue.
configure_trial_postfix() {
  cat >/etc/postfix/main.cf <<'TEXT'
compatibility_level = 3.6
command_directory = /usr/sbin
daemon_directory = /usr/lib/postfix/sbin
data_directory = /var/lib/postfix
queue_directory = /var/spool/postfix
mail_owner = postfix
setgid_group = postdrop
myhostname = trial.example
myorigin = $myhostname
mydestination =
alias_maps =
alias_database =
inet_interfaces = loopback-only
master_service_disable = inet
maillog_file = /var/lib/postfix/mail.log
header_checks = static:HOLD
TEXT
  local service
  {
    printf 'postlog unix-dgram n - n - 1 postlogd\n'
    printf 'pickup unix n - n 60 1 pickup\n'
    printf 'cleanup unix n - n - 0 cleanup\n'
    printf 'qmgr unix n - n 300 1 qmgr\n'
    printf 'rewrite unix - - n - - trivial-rewrite\n'
    printf 'showq unix n - n - - showq\n'
    for service in bounce defer trace; do
      printf '%s unix - - n - 0 bounce\n' "$service"
    done
    for service in error retry; do
      printf '%s unix - - n - - error\n' "$service"
    done
  } >/etc/postfix/master.cf
}
