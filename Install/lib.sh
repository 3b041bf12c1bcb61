# shellcheck shell=bash
# shellcheck disable=SC2034 # constants for those who source it
# What Install/install, Install/uninstall, Install/try and Tests/run have in common. Sourced, never run.

# Nothing here depends on the umask of the root shell that calls it: a directory made with umask 077 would hide the
# program from every site.
umask 022
# The Swift runtime would otherwise start a helper for backtraces in the programs that are run from here.
export SWIFT_BACKTRACE=enable=no

readonly account=postern
readonly configuration=/etc/postern
readonly state=/var/lib/postern
# Root's own memory of what --enforce replaced. Not in $state, which belongs to the account postern: whoever takes that
# account over must not decide what main.cf says after an uninstall.
readonly before_enforce=$configuration/before-enforce
readonly submit_users="root, $account"

# The exit statuses of sysexits.h, as everywhere in this project.
readonly EX_USAGE=64 EX_UNAVAILABLE=69 EX_NOPERM=77 EX_CONFIG=78

did() { printf '%s\n' "$*"; }
already() { printf '%s: already so\n' "$*"; }
warn() { printf 'warning: %s\n' "$*" >&2; }

# die STATUS TEXT…
die() {
  local status=$1
  shift
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit "$status"
}

require_root() {
  [[ $EUID -eq 0 ]] || die $EX_NOPERM "must be run by root (sudo $0)"
}

# require_prefix DIRECTORY [OPTION]: a prefix ends up in php.ini, in a shell command line that PHP composes, and in a path
# that must stay what it is.
require_prefix() {
  [[ $1 =~ ^/[A-Za-z0-9._+/-]*[A-Za-z0-9._+-]$ && $1 != *//* && $1/ != */../* && $1/ != */./* ]] ||
    die $EX_USAGE "${2:---prefix} $1: must be an absolute path of letters, digits and . _ + - / only"
}

# sudo's secure_path rarely holds the toolchain, so the usual places are tried after PATH.
find_swift() {
  local candidate
  if candidate=$(command -v swift); then
    printf '%s\n' "$candidate"
    return 0
  fi
  for candidate in /opt/swift*/usr/bin/swift /usr/local/swift*/usr/bin/swift /usr/libexec/swift/*/bin/swift \
    "${HOME:-/root}"/.local/share/swiftly/bin/swift; do
    if [[ -x $candidate ]]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

require_swift() {
  local swift
  swift=$(find_swift) ||
    die $EX_UNAVAILABLE "no Swift toolchain found; put it into PATH: sudo env PATH=\"\$PATH\" $0"
  PATH=${swift%/*}:$PATH
}

# Whose files root may build from and run: root's, and those of whoever called sudo.
is_trusted_owner() { [[ $1 -eq 0 || $1 -eq ${SUDO_UID:-0} || $1 -eq $EUID ]]; }

# require_trusted DIRECTORY NAME…: refuses what others can change: these entries of the directory with all that is in
# them, and the way there. What is built from them is run by root, and gets the IDs of the account postern.
require_trusted() {
  local directory found name places=()
  directory=$(cd "$1" && pwd -P)
  shift
  for name in "$@"; do
    [[ ! -e $directory/$name ]] || places+=("$directory/$name")
  done
  found=$(
    find "${places[@]}" ! -type l -perm /022 -printf '%p is writable by its group or by all (mode %m)\n' -quit
    find "${places[@]}" ! -uid 0 ! -uid "${SUDO_UID:-0}" ! -uid "$EUID" -printf '%p belongs to %u\n' -quit
    while :; do
      is_trusted_owner "$(stat -c %u "$directory")" || stat -c '%n belongs to %U' "$directory"
      # With the sticky bit, as in /tmp, nobody can rename what belongs to somebody else.
      [[ -n $(find "$directory" -maxdepth 0 -perm /022 ! -perm -1000) ]] &&
        stat -c '%n is writable by its group or by all (mode %a)' "$directory"
      [[ $directory != / ]] || break
      directory=${directory%/*}
      directory=${directory:-/}
    done
  )
  [[ -z $found ]] ||
    die $EX_NOPERM "others can change what would be built and run as root: ${found%%$'\n'*}; see to it (chown, chmod go-w), then repeat"
}

# require_trusted_sources CHECKOUT: the checkout, what was built in it before, and the toolchain.
require_trusted_sources() {
  require_trusted "$1" Package.swift Package.resolved Sources Tests Install .build
  require_trusted "$(dirname "$(readlink -f "$(command -v swift)")")/.." bin lib libexec
}

# build_products CHECKOUT: builds everything that Install/layout lays out, and says so; "built" is the directory that has it.
build_products() {
  built=$("$1/Tests/build") || die $EX_UNAVAILABLE "the build failed"
  did "$built: built"
}

# version_of CHECKOUT: the number that "postern --version" prints, from the place where it is written.
version_of() { sed -nE 's/^  static let current = "(.*)"$/\1/p' "$1/Sources/postern/CommandLine/Version.swift"; }

# install_file SOURCE TARGET OWNER:GROUP MODE: whole or not at all. The file gets its owner, then its mode (chown clears
# the set-id bits), under a name that nobody uses, and only then its own name.
install_file() {
  local source=$1 target=$2 owner=$3 mode=$4 beside
  if [[ -f $target && ! -L $target && $(stat -c '%U:%G %a' "$target") == "$owner $mode" ]] &&
    cmp -s "$source" "$target"; then
    already "$target"
    return 0
  fi
  beside=$(mktemp "${target%/*}/.${target##*/}.XXXXXXXX")
  cat "$source" >"$beside"
  chown "$owner" "$beside"
  chmod "$mode" "$beside"
  mv -fT "$beside" "$target"
  did "$target: installed ($owner $mode)"
}

# place_drop_in SOURCE TARGET: the one place that says whose the drop-in is, and how it gets the IDs of the account
# postern. It is root's, with a capability (Sources/SecureStart/Account.h), so that the account cannot change what root's
# own mail executes. Where the file system or the machine has none for files, it is set-uid and the account's. A rule of
# dpkg-statoverride for it takes precedence; one that leaves it to root gets the capability, without which it refuses.
place_drop_in() {
  local source=$1 target=$2 beside owner=root group=$account mode=2755 rule
  place_account_link
  if command -v dpkg-statoverride >/dev/null && rule=$(dpkg-statoverride --list "$target"); then
    read -r owner group mode _ <<<"$rule"
    mode=${mode#0}
    if [[ $owner != root ]]; then
      install_file "$source" "$target" "$owner:$group" "$mode"
      return
    fi
  fi
  if [[ $(stat -c '%U:%G %a' "$target" 2>/dev/null) == "$owner:$group $mode" ]] && is_capable "$target" &&
    cmp -s "$source" "$target"; then
    already "$target"
    return 0
  fi
  beside=$(mktemp "${target%/*}/.${target##*/}.XXXXXXXX")
  cat "$source" >"$beside"
  chown "$owner:$group" "$beside"
  chmod "$mode" "$beside"
  if setcap cap_setuid=p "$beside" 2>/dev/null && is_capable "$beside"; then
    mv -fT "$beside" "$target"
    did "$target: installed ($owner:$group $mode, cap_setuid)"
  else
    rm -f "$beside"
    warn "setcap(8) does not work for $target: it is set-uid, and the account $account can change what root's mail runs"
    install_file "$source" "$target" "$account:$account" 6755
  fi
}

is_capable() { [[ $(getcap "$1" 2>/dev/null) == *cap_setuid* ]]; }

# Its owner tells the drop-in who postern is: a link, because nobody can mount anything over one.
place_account_link() {
  local link=$configuration/account
  if [[ -L $link && $(stat -c '%U:%G' "$link") == "$account:$account" ]]; then
    already "$link"
    return 0
  fi
  [[ ! -e $link || -L $link ]] || die $EX_CONFIG "$link must be a symbolic link of $account's; remove what stands there"
  ln -sfn "$state" "$link"
  chown -h "$account:$account" "$link"
  did "$link: link ($account:$account)"
}

# install_directory PATH OWNER:GROUP MODE
install_directory() {
  local path=$1 owner=$2 mode=$3
  [[ ! -L $path ]] || die $EX_CONFIG "$path is a symbolic link; a directory must stand there"
  if [[ -d $path && $(stat -c '%U:%G %a' "$path") == "$owner $mode" ]]; then
    already "$path"
    return 0
  fi
  mkdir -p "$path"
  chown "$owner" "$path"
  chmod "$mode" "$path"
  did "$path: directory ($owner $mode)"
}

# remove_file PATH
remove_file() {
  if [[ -e $1 || -L $1 ]]; then
    rm -f "$1"
    did "$1: removed"
  else
    already "$1: absent"
  fi
}

# completion_file PREFIX SHELL: where that shell looks for the completion of postern.
completion_file() {
  case $2 in
    bash) printf '%s/share/bash-completion/completions/postern\n' "$1" ;;
    # Debian keeps site-functions for the administrator.
    zsh) [[ $1 == /usr ]] && printf '/usr/share/zsh/vendor-completions/_postern\n' || printf '%s/share/zsh/site-functions/_postern\n' "$1" ;;
    fish) printf '%s/share/fish/vendor_completions.d/postern.fish\n' "$1" ;;
  esac
}

# unit_directory PREFIX: where systemd looks for the units of what is installed there.
unit_directory() {
  case $1 in
    /usr | /usr/local) printf '%s/lib/systemd/system\n' "$1" ;;
    *) printf '/etc/systemd/system\n' ;;
  esac
}

systemd_runs() { [[ -d /run/systemd/system ]] && command -v systemctl >/dev/null; }

# Lets systemd read changed units.
reload_systemd() {
  if systemd_runs; then
    systemctl daemon-reload
    did "systemd: reloaded"
  fi
}

postfix_runs() {
  command -v postfix >/dev/null && postfix status >/dev/null 2>&1
}

reload_postfix() {
  if postfix_runs; then
    postfix reload >/dev/null 2>&1
    did "Postfix: reloaded"
  else
    did "Postfix: does not run, nothing to reload"
  fi
}

# The value of authorized_submit_users as main.cf writes it; fails where main.cf does not name it.
submit_users_line() {
  local line
  line=$(postconf -n authorized_submit_users 2>/dev/null) || return 1
  [[ -n $line ]] || return 1
  printf '%s\n' "$line"
}

# Installing Postfix would remove another mail server: nobody wants that from a trial or a test.
refuse_other_mail_server() {
  local other
  other=$(dpkg-query -W -f '${db:Status-Status} ${Package} ${Provides}\n' |
    awk '$1 == "installed" && $2 !~ /^postfix/ && /mail-transport-agent/ { print $2 }')
  [[ -z $other ]] || die $EX_UNAVAILABLE "${other//$'\n'/, } is this machine's mail server; installing postfix would remove it"
}

is_installed() { [[ $(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]; }

# need_packages NAME…: installs those Debian packages that are missing.
need_packages() {
  local package missing=()
  for package in "$@"; do
    is_installed "$package" || missing+=("$package")
  done
  if [[ ${#missing[@]} -eq 0 ]]; then
    already "Debian packages $*"
    return 0
  fi
  # Without a configuration the package starts no mail server that nobody asked for.
  if [[ " ${missing[*]} " == *" postfix "* ]]; then
    refuse_other_mail_server
    printf 'postfix postfix/main_mailer_type select No configuration\n' | debconf-set-selections
  fi
  export DEBIAN_FRONTEND=noninteractive
  timeout 300 apt-get update -qq </dev/null >/dev/null || warn "apt-get update failed; trying with what is known"
  timeout 600 apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null >/dev/null ||
    die $EX_UNAVAILABLE "could not install ${missing[*]}"
  did "Debian packages ${missing[*]}: installed"
}
