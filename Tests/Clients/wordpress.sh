# shellcheck shell=bash
# WordPress without its package. Sourced behind Install/lib.sh.

wordpress=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/.build/debian/wordpress
readonly wordpress

# Where WordPress can be read without its package.
unpack_wordpress() {
  local directory=${wordpress%/*}
  [[ ! -d $wordpress/wp-includes ]] || return 0
  mkdir -p "$directory"
  (cd "$directory" && rm -f wordpress_*.deb && timeout 300 apt-get -qq download wordpress) 2>&1 ||
    die $EX_UNAVAILABLE "could not get the package wordpress"
  rm -rf "$directory/unpacked"
  dpkg-deb -x "$directory"/wordpress_*.deb "$directory/unpacked"
  mv "$directory/unpacked/usr/share/wordpress" "$wordpress"
  rm -rf "$directory/unpacked" "$directory"/wordpress_*.deb
}
