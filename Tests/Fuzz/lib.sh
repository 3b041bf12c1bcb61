# shellcheck shell=bash
# What Tests/Fuzz/run and Tests/Fuzz/differential have in common: building. Sourced, in the top directory.

readonly build=$PWD/.build/fuzz
readonly programs=$build/by-name

build_targets() {
  local log status=0
  log=$(mktemp)
  POSTERN_FUZZ=1 timeout 1200 swift build -c release --sanitize fuzzer --disable-local-rpath --static-swift-stdlib \
    -Xswiftc -enable-testing --scratch-path "$build" --product fuzz >"$log" 2>&1 </dev/null || status=$?
  [[ $status -eq 0 ]] || cat "$log" >&2
  rm -f "$log"
  return "$status"
}

# name_targets NAME…: the program does what its name says.
name_targets() {
  local target
  mkdir -p "$programs"
  for target in "$@"; do
    ln -f "$build/release/fuzz" "$programs/$target"
  done
}
