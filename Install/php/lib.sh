# shellcheck shell=bash
# Points PHP's sendmail_path at Postern and back again. Sourced by Install/deployment.sh.

readonly php_root=/etc/php
readonly php_file=99-postern.ini

# The conf.d directory of every PHP and every way to run it (cli, fpm, apache2, cgi, …), as Debian lays them out.
php_directories() {
  local directory
  for directory in "$php_root"/*/*/conf.d; do
    [[ -d $directory ]] && printf '%s\n' "$directory"
  done
  return 0
}

# What has to be told that an ini file changed: /etc/php/8.2/fpm/conf.d → php8.2-fpm.
php_reload_hint() {
  local version sapi
  IFS=/ read -r _ _ _ version sapi _ <<<"$1"
  case $sapi in
    fpm) printf 'systemctl reload php%s-fpm\n' "$version" ;;
    apache2) printf 'systemctl reload apache2\n' ;;
    cgi | cli | embed | phpdbg) ;;
    *) printf 'whatever runs PHP %s as %s\n' "$version" "$sapi" ;;
  esac
}

php_say_reloads() {
  local hint
  for hint in "$@"; do
    printf '%s\n' "$hint"
  done | sort -u | while IFS= read -r hint; do
    [[ -z $hint ]] || did "now do: $hint"
  done
}

# point_php_at PROGRAM
point_php_at() {
  local program=$1 directory wanted hints=()
  wanted=$(mktemp)
  printf '; Written when Postern was deployed (--php); undoing that removes it.\nsendmail_path = "%s -t -i"\n' \
    "$program" >"$wanted"
  while IFS= read -r directory; do
    if ! cmp -s "$wanted" "$directory/$php_file"; then
      hints+=("$(php_reload_hint "$directory")")
    fi
    install_file "$wanted" "$directory/$php_file" root:root 644
    php_report_later_files "$directory"
  done < <(php_directories)
  rm -f "$wanted"
  [[ -n $(php_directories) ]] || warn "no PHP found in $php_root; set sendmail_path = \"$program -t -i\" yourself"
  php_report_overrides "$program"
  php_report_services
  php_say_reloads ${hints[@]+"${hints[@]}"}
}

# Files of conf.d are read in the order of their names; the last one wins.
php_report_later_files() {
  local file past=no
  for file in "$1"/*.ini; do
    if [[ $past == yes ]] && grep -qsE '^[[:space:]]*sendmail_path[[:space:]]*=' "$file"; then
      warn "$file is read after $php_file and sets sendmail_path again: remove the line"
    fi
    [[ ${file##*/} != "$php_file" ]] || past=yes
  done
}

# A pool or virtual host can set sendmail_path over any ini file, and php.ini can in a [PATH=] or [HOST=] section. They
# are the administrator's lines: reported, never changed.
php_report_overrides() {
  local program=$1 found
  while IFS= read -r found; do
    [[ $found == *"$program"* ]] || leads_to_postern "$found" || warn "still goes around Postern: $found"
  done < <(
    grep -HnsE '^[[:space:]]*php_(admin_)?value\[sendmail_path\]' "$php_root"/*/fpm/pool.d/*.conf
    grep -RHnsiE '^[[:space:]]*php_(admin_)?value[[:space:]]+"?sendmail_path' \
      /etc/apache2/*-enabled /etc/apache2/*.conf
    php_section_overrides
  )
}

# leads_to_postern LINE: after --divert the usual names of sendmail do.
leads_to_postern() {
  is_dispatcher && [[ $1 =~ [[:space:]=\"\'](/usr/sbin|/usr/lib)/sendmail([[:space:]\"\']|$) ]]
}

# The sendmail_path lines of php.ini that stand below a [PATH=…] or [HOST=…] header.
php_section_overrides() {
  local file
  for file in "$php_root"/*/*/php.ini; do
    [[ -f $file ]] || continue
    awk -v file="$file" '
      /^[[:space:]]*\[/ { special = tolower($0) ~ /^[[:space:]]*\[(path|host)[[:space:]]*=/ }
      special && /^[[:space:]]*sendmail_path[[:space:]]*=/ { print file ":" FNR ":" $0 }' "$file"
  done
}

# systemd switches the set-uid bit off for a service that has NoNewPrivileges; many of the options that confine a
# service switch it on.
php_report_services() {
  local unit
  # Without systemd as init there are no units, and systemctl says so.
  command -v systemctl >/dev/null || return 0
  while read -r unit _; do
    if [[ $(systemctl show -p NoNewPrivileges --value "$unit" 2>/dev/null) == yes ]]; then
      warn "$unit has NoNewPrivileges: every message of its sites will be refused (not-privileged)"
    fi
  done < <(systemctl list-units --all --plain --no-legend --type service 'php*-fpm.service' apache2.service 2>/dev/null)
}

# php_report_leftovers PROGRAM: lines of the administrator's that name a program which is about to go. PHP reads them
# from php.ini, pools and virtual hosts, and web servers pass them on as PHP_VALUE; those of .user.ini and .htaccess are
# in the sites' own directories.
php_report_leftovers() {
  local found
  while IFS= read -r found; do
    warn "still names Postern, mail from there fails from now on: $found"
  done < <(
    grep -RHnsF -- "$1" "$php_root" /etc/apache2/*-enabled /etc/apache2/*.conf /etc/nginx |
      grep -vE "^[^:]*/$php_file:|^[^:]*:[0-9]+:[[:space:]]*[;#]"
  )
}

# point_php_back PROGRAM
point_php_back() {
  local program=$1 directory hints=()
  while IFS= read -r directory; do
    if [[ -e $directory/$php_file ]]; then
      hints+=("$(php_reload_hint "$directory")")
      remove_file "$directory/$php_file"
    fi
  done < <(php_directories)
  [[ ${#hints[@]} -gt 0 ]] || already "PHP ini files of Install/install --php"
  php_report_leftovers "$program"
  php_say_reloads ${hints[@]+"${hints[@]}"}
}
