# shellcheck shell=bash
# The whole machine in private: /usr, /etc and /var as overlays, so that dpkg itself can be run. Sourced inside a mount
# namespace of its own; everything vanishes with the last process inside.

# make_overlay_machine DIRECTORY: what is written goes to a tmpfs over that directory.
make_overlay_machine() {
  local upper=$1/upper work=$1/work tree
  mount --make-rprivate /
  mount -t tmpfs -o mode=755,suid,exec,dev tmpfs "$1"
  for tree in usr etc var; do
    mkdir -p "$upper/$tree" "$work/$tree"
    chown --reference="/$tree" "$upper/$tree"
    chmod --reference="/$tree" "$upper/$tree"
    mount -t overlay -o "suid,lowerdir=/$tree,upperdir=$upper/$tree,workdir=$work/$tree" overlay "/$tree"
  done
  # No init, no log and no mail server of the machine is within reach; packages start nothing.
  mount -t tmpfs -o mode=755 tmpfs /run
  printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
  chmod 755 /usr/sbin/policy-rc.d
  find /var/spool/postfix ! -type d -delete
  rm -rf /etc/postern /var/lib/postern /usr/local/lib/postern /usr/local/bin/postern /usr/local/share/postern
}
