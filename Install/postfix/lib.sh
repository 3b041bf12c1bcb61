# shellcheck shell=bash
# Closes Postfix to everybody who does not come through Postern, and opens it again. Sourced by
# Install/deployment.sh.

# Remembers what main.cf said (an empty file: nothing), once: a second --enforce must not take our own line for the
# administrator's.
enforce() {
  local line
  line=$(submit_users_line || true)
  if [[ $line == "authorized_submit_users = $submit_users" ]]; then
    already "Postfix: $line"
  elif names_account "$line"; then
    already "Postfix: $line"
    warn "the other accounts in that line submit mail unchecked: keep only those that must"
  else
    remember_line "$line"
    postconf -e "authorized_submit_users = $submit_users"
    did "Postfix: authorized_submit_users = $submit_users (before: ${line:-not set})"
    reload_postfix
  fi
  report_other_instances
}

# Whether the administrator has only added to the line of an earlier --enforce; it is theirs then.
names_account() {
  local word
  for word in ${1//[=,]/ }; do
    [[ $word != "$account" ]] || return 0
  done
  return 1
}

remember_line() {
  local beside
  beside=$(mktemp "$configuration/.before-enforce.XXXXXXXX")
  printf '%s' "${1:+$1$'\n'}" >"$beside"
  chmod 600 "$beside"
  mv -fT "$beside" "$before_enforce"
  did "$before_enforce: remembers the former value"
}

# postdrop also accepts the configuration directories that the default main.cf lists, each with its own list of users:
# one that is open is a way around Postern.
report_other_instances() {
  local directory value
  for directory in $(postconf -h alternate_config_directories multi_instance_directories | tr ',' ' '); do
    value=$(postconf -c "$directory" -h authorized_submit_users 2>/dev/null) || value='(unreadable)'
    [[ $value == "$submit_users" ]] ||
      warn "other Postfix instance $directory: authorized_submit_users = $value: a way around Postern"
  done
}

# Puts back what --enforce found, unless somebody has changed the line since.
unenforce() {
  local line former
  command -v postconf >/dev/null || return 0
  line=$(submit_users_line || true)
  if [[ $line != "authorized_submit_users = $submit_users" ]]; then
    already "Postfix: ${line:-authorized_submit_users not set}"
    if names_account "$line"; then
      former=$(cat "$before_enforce" 2>/dev/null) || former=''
      warn "that line still keeps all other users from sending mail; before --enforce it was: ${former:-not set}"
    fi
  elif [[ ! -f $before_enforce ]]; then
    warn "Postfix: $line was not set by --enforce; left as it is: only root and $account may submit mail"
  else
    former=$(<"$before_enforce")
    if [[ -n $former ]]; then
      postconf -e "$former"
    else
      postconf -X authorized_submit_users
    fi
    did "Postfix: ${former:-authorized_submit_users no longer set}"
    reload_postfix
  fi
  rm -f "$before_enforce"
}
