# shellcheck shell=bash
# Points PHP's sendmail_path at Postern and back again. Sourced by Install/deployment.sh.

readonly php_root=/etc/php
readonly php_file=99-postern.ini

# Whether services are reloaded; --no-reload leaves that to the administrator.
with_reload=yes

# Whether PHP names its script in each message: yes, no, or as it was before.
php_script=

# Where Fedora and its kin have the files that every PHP reads.
readonly php_flat_directory=/etc/php.d
# Remembers --php for the PHP that is installed next, and which services have still to be reloaded.
readonly php_record=$configuration/deployed-php

# The conf.d directory of every PHP and every way to run it (cli, fpm, apache2, cgi, …), as Debian lays them out.
php_directories() {
  local directory
  for directory in "$php_root"/*/*/conf.d "$php_flat_directory"; do
    [[ -d $directory ]] && printf '%s\n' "$directory"
  done
  return 0
}

# Whether --php is in force; before 0.2.0 nothing but its files said so.
php_is_deployed() { [[ -e $php_record ]] || [[ -n $(find "$php_root" -name "$php_file" -print -quit 2>/dev/null) ]]; }

# php_pending SERVICE…: adds to those that have still to be reloaded; a run that ends early must not forget them.
php_pending() {
  [[ -d $configuration ]] || return 0
  { cat "$php_record" 2>/dev/null || true; printf '%s\n' "$@"; } | sort -u | sed '/^$/d' >"$php_record.new"
  mv -fT "$php_record.new" "$php_record"
}

# php_apply: lets the running services read what has changed; fails where one still has the former settings.
php_apply() {
  local service services=()
  mapfile -t services < <(cat "$php_record" 2>/dev/null)
  if [[ $with_reload == yes ]]; then
    php_reload ${services[@]+"${services[@]}"} || return 1
    [[ ! -e $php_record ]] || : >"$php_record"
    return 0
  fi
  for service in ${services[@]+"${services[@]}"}; do
    [[ -z $(php_master "$service") ]] || { did "still to do: systemctl reload $service" && return 1; }
  done
}

# php_settings PROGRAM: what every PHP reads.
php_settings() {
  printf '; Written when Postern was deployed (--php); undoing that removes it.\nsendmail_path = "%s -t -i"\n' "$1"
  if [[ $php_script == yes ]]; then
    printf '; --php-script: which script has sent it.\nmail.add_x_header = On\n'
  fi
}

# php_names_its_script: whether a PHP was told so before.
php_names_its_script() {
  local directory
  while IFS= read -r directory; do
    ! grep -qsE '^mail\.add_x_header = On$' "$directory/$php_file" || return 0
  done < <(php_directories)
  return 1
}

# point_php_at PROGRAM: what runs already has the former settings until php_apply.
point_php_at() {
  local program=$1 directory wanted changed=()
  wanted=$(mktemp)
  [[ -n $php_script ]] || ! php_names_its_script || php_script=yes
  php_settings "$program" >"$wanted"
  while IFS= read -r directory; do
    cmp -s "$wanted" "$directory/$php_file" || mapfile -t -O "${#changed[@]}" changed < <(php_services "$directory")
    php_pending ${changed[@]+"${changed[@]}"}
    install_file "$wanted" "$directory/$php_file" root:root 644
    php_report_later_files "$directory"
  done < <(php_directories)
  rm -f "$wanted"
  php_pending
  [[ -n $(php_directories) ]] || warn "no PHP found in $php_root; set sendmail_path = \"$program -t -i\" yourself"
  php_report_overrides "$program"
  php_report_services
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

# point_php_back PROGRAM: what runs already has the former settings until php_apply.
point_php_back() {
  local program=$1 directory found=no changed=()
  while IFS= read -r directory; do
    if [[ -e $directory/$php_file ]]; then
      found=yes
      mapfile -t -O "${#changed[@]}" changed < <(php_services "$directory")
      php_pending ${changed[@]+"${changed[@]}"}
      remove_file "$directory/$php_file"
    fi
  done < <(php_directories)
  [[ $found == yes ]] || already "PHP ini files of --php"
  php_report_leftovers "$program"
}
