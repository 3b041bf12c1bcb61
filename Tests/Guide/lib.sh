# shellcheck shell=bash
# What the guides of Tests/Guide have in common: a private machine with a log, and who types. Sourced; needs
# Install/private-machine.sh.

readonly mail_log=/var/log/mail.log

# A /dev of its own, so that its log is nobody else's.
private_devices() {
  local device
  mkdir "$copies/dev" "$copies/dev/shm"
  for device in null zero full random urandom tty; do
    cp -a "/dev/$device" "$copies/dev/$device"
  done
  ln -s /proc/self/fd "$copies/dev/fd"
  for device in 0:stdin 1:stdout 2:stderr; do
    ln -s "/proc/self/fd/${device%:*}" "$copies/dev/${device#*:}"
  done
  mount --bind "$copies/dev" /dev
}

# The log daemon and Postfix; both end with the machine.
start_services() {
  local tenths
  python3 -B "$top/Tests/Guide/logd.py" /dev/log "$mail_log" &
  for ((tenths = 0; tenths < 100; tenths++)); do
    [[ ! -S /dev/log ]] || break
    sleep 0.1
  done
  trap 'postfix stop >/dev/null 2>&1 || true' EXIT
  postfix start
}

# What the administrator types; the shell of this test is root's already.
# shellcheck disable=SC2317 # called by the commands
sudo() { "$@"; }
export -f sudo

# in_private_machine [--inside DIRECTORY]: runs "inside" of the script that is running in namespaces of its own.
in_private_machine() {
  if [[ ${1:-} == --inside ]]; then
    inside "$2"
    return
  fi
  local copies status=0
  require_root
  require_swift
  copies=$(mktemp -d)
  unshare --mount --pid --fork --kill-child --mount-proc \
    env PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${PATH}" \
    bash "$0" --inside "$copies" </dev/null || status=$?
  rmdir "$copies"
  return "$status"
}
