# shellcheck shell=bash
# A machine to measure on: Postern installed beside a Postfix of its own, in namespaces; programs, queue and state on a
# real disk.
# Sourced after Install/lib.sh, in the checkout's top directory.

# measure_inside SCRIPT ARGUMENT…: runs SCRIPT --inside COPIES DISK ARGUMENT… there, and takes all of it away again.
measure_inside() {
  local script=$1
  shift
  require_root
  require_swift
  need_packages postfix php-cli php-sqlite3 gcc libc6-dev musl-dev valgrind python3 util-linux binutils iproute2 systemd
  trap remove_measured_machine EXIT
  directory=$(mktemp -d /run/postern-benchmarks.XXXXXXXX)
  disk=$(mktemp -d /var/tmp/postern-benchmarks.XXXXXXXX)
  chmod 755 "$disk"
  mkdir "$disk/spool" "$disk/state" "$disk/programs"
  unshare --mount --pid --fork --kill-child --mount-proc \
    bash "$script" --inside "$directory" "$disk" "$@" </dev/null
}

# All that is outside of the namespaces, also where the measurement was interrupted.
remove_measured_machine() {
  [[ -z ${directory:-} ]] || rmdir "$directory"
  [[ -z ${disk:-} ]] || rm -rf "$disk"
}

# make_measured_machine COPIES DISK: Postfix is configured and does not run.
make_measured_machine() {
  # Read by make_private_machine's parts.
  local copies=$1 disk=$2
  # shellcheck source=Install/private-machine.sh
  source Install/private-machine.sh
  make_private_machine "$copies" "$PWD"
  configure_trial_postfix
  on_disk /var/spool/postfix "$disk/spool"
  install -d -m 755 /usr/local/lib/postern
  postfix check
  Install/install >"$copies/install.log" 2>&1 || { cat "$copies/install.log" >&2; return 1; }
  on_disk /var/lib/postern "$disk/state"
  # A program on a tmpfs starts a quarter of a millisecond later: its pages come one by one.
  on_disk /usr/local/lib/postern "$disk/programs"
  mount -o remount,bind,suid,exec /usr/local/lib/postern
  make_programs Tests/Benchmarks/contenders
}

# make_programs SOURCES: who measures, who makes records, who does nothing but execute Postfix's sendmail, and who does
# nothing.
make_programs() {
  cc -O2 -static -o "$copies/launch" "$1/launch.c"
  cc -O2 -static -o "$copies/records" "$1/records.c"
  cc -O2 -static -o "$disk/programs/exec" "$1/exec.c"
  with_musl "$disk/programs/exec-musl" "$1/exec.c"
  with_musl "$disk/programs/nothing" "$1/nothing.c"
}

# with_musl PROGRAM SOURCE: static, from Debian's musl-dev alone.
with_musl() {
  local triple library
  triple=$(uname -m)-linux-musl
  library=/usr/lib/$triple
  cc -O2 -static -nostdinc -isystem "/usr/include/$triple" -nostdlib -o "$1" \
    "$library/crt1.o" "$library/crti.o" "$2" "$library/libc.a" "$library/crtn.o"
}

# on_disk PATH DIRECTORY: what is at PATH from now on is on a real disk, where fsync(2) costs what it costs.
on_disk() {
  cp -a "$1/." "$2/"
  chown --reference="$1" "$2"
  chmod --reference="$1" "$2"
  mount --bind "$2" "$1"
}
