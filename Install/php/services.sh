# shellcheck shell=bash
# Reloads what runs PHP, and waits until the former settings are out of use. Sourced by Install/deployment.sh.

# How long a worker may take to end the request that it was busy with.
readonly php_reload_seconds=60

# php_services DIRECTORY: the services that read this conf.d; /etc/php/8.2/fpm/conf.d → php8.2-fpm. What is run for a
# single command or request reads the files by itself.
php_services() {
  local version sapi
  if [[ $1 == "$php_flat_directory" ]]; then
    printf '%s\n' php-fpm httpd
    return 0
  fi
  IFS=/ read -r _ _ _ version sapi _ <<<"$1"
  case $sapi in
    fpm) printf 'php%s-fpm\n' "$version" ;;
    apache2) printf 'apache2\n' ;;
  esac
}

# php_master SERVICE: the process ID of its first process; nothing if it does not run.
php_master() {
  local pid
  if systemd_runs; then
    pid=$(systemctl show -p MainPID --value "$1.service" 2>/dev/null) || return 0
    [[ $pid == 0 ]] || printf '%s\n' "$pid"
    return 0
  fi
  php_master_by_name "$(php_process_name "$1")"
}

# php8.2-fpm is started as php-fpm8.2.
php_process_name() { sed -E 's/^php([0-9.]+)-fpm$/php-fpm\1/' <<<"$1"; }

# Without systemd: the process of that name whose parent has another one, and which sees the same files as we do, not
# those of a container.
php_master_by_name() {
  local process pid
  for process in /proc/[0-9]*; do
    pid=${process#/proc/}
    if [[ $(cat "$process/comm" 2>/dev/null) == "$1" && $process/ns/mnt -ef /proc/self/ns/mnt && $process/root/ -ef / ]] &&
      [[ $(cat "/proc/$(php_parent "$pid")/comm" 2>/dev/null) != "$1" ]]; then
      printf '%s\n' "$pid"
      return 0
    fi
  done
}

# Field 4 of stat, behind the name in parentheses.
php_parent() { sed -E 's/^.*\) . ([0-9]+) .*/\1/' "/proc/$1/stat" 2>/dev/null; }

# php_workers PID: its children, each with the time of its start, so that a reused ID is not taken for one of them.
php_workers() {
  sed -nE "s/^([0-9]+) \(.*\) [^ ] $1 ([^ ]+ ){17}([0-9]+) .*/\1 \3/p" /proc/[0-9]*/stat 2>/dev/null || true
}

# php_reload SERVICE…: gracefully; fails where a worker with the former settings is left, or a service cannot be told.
php_reload() {
  local service pid status=0 before=
  for service in "$@"; do
    pid=$(php_master "$service")
    [[ -n $pid ]] || continue
    before=$(php_workers "$pid")
    if ! php_signal "$service" "$pid"; then
      warn "$service could not be reloaded; do it by hand, then repeat"
      status=1
    elif php_wait "$service" "$pid" "$before"; then
      did "$service: reloaded"
    else
      status=1
    fi
  done
  return "$status"
}

php_signal() {
  if systemd_runs; then
    systemctl reload "$1.service"
  elif [[ $1 == php*-fpm ]]; then
    kill -USR2 "$2"
  else
    kill -USR1 "$2"
  fi
}

# php_wait SERVICE PID WORKERS: until none of the workers of before is left.
php_wait() {
  local tenths left
  for ((tenths = 0; tenths < php_reload_seconds * 10; tenths++)); do
    left=$(comm -12 <(sort <<<"$3") <(php_workers "$2" | sort) | cut -d ' ' -f 1 | paste -sd ' ')
    [[ -n $left ]] || return 0
    sleep 0.1
  done
  warn "$1: still busy with requests begun before the reload, and so with the former sendmail_path: process $left;" \
    "repeat when they have ended"
  return 1
}
