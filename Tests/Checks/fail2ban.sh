#!/bin/bash
# Unpacks Debian's fail2ban below .build and prints where: installing the package would start a service that changes
# the machine's firewall.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
place=$top/.build/fail2ban
if [[ ! -d $place ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  (cd "$work" && timeout 300 apt-get -qq -o APT::Sandbox::User=root download fail2ban >&2)
  dpkg-deb -x "$work"/fail2ban_*.deb "$work/unpacked"
  mv "$work/unpacked" "$place"
fi
printf '%s\n' "$place"
