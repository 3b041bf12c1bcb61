#!/bin/bash
# Prints the path of promtool. Where it is not installed it is unpacked from Debian's package prometheus below .build:
# installing that package would start a server that nobody asked for.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
place=$top/.build/promtool
if command -v promtool; then exit 0; fi
if [[ ! -x $place/promtool ]]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  chmod 755 "$work"
  (cd "$work" && timeout 300 apt-get -qq -o APT::Sandbox::User=root download prometheus >&2)
  mkdir -p "$place"
  dpkg-deb --fsys-tarfile "$work"/prometheus_*.deb | tar -xO ./usr/bin/promtool >"$work/promtool"
  install -m 755 "$work/promtool" "$place/promtool"
fi
printf '%s\n' "$place/promtool"
