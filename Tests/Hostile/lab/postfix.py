"""The private Postfix, which delivers everything to the sink at once."""

import os
import signal
import time
from pathlib import Path

from harness import postfix
from harness.postfix import CONFIGURATION, ORIGIN, SETTLE_SECONDS, SPOOL, Queued
from harness.process import run_root

from .sink import PORT

MAIN_CF = f"""
compatibility_level = 3.6
myhostname = mail.{ORIGIN}
myorigin = {ORIGIN}
mydestination =
mynetworks =
inet_interfaces = loopback-only
inet_protocols = ipv4
relayhost = [127.0.0.1]:{PORT}
smtpd_relay_restrictions = permit_mynetworks, reject_unauth_destination
disable_dns_lookups = yes
in_flow_delay = 0
alias_maps =
alias_database =
append_dot_mydomain = no
biff = no
maillog_file =
"""

#: Beside what the compliance tests have: a server that listens, and a client that delivers.
MASTER_CF = postfix.MASTER_CF + """
smtp      inet n - n -   - smtpd
smtp      unix - - n -   - smtp
relay     unix - - n -   - smtp
anvil     unix - - n -   1 anvil
scache    unix - - n -   1 scache
"""

#: In the order in which a message goes through them.
QUEUES = ("maildrop", "incoming", "active", "deferred", "hold")


class Delivering(postfix.Postfix):
    """Its queue is empty as soon as all that was accepted has left."""

    main_cf, master_cf = MAIN_CF, MASTER_CF

    def configure(self, lines: list[str], *, submitters: str) -> None:
        """As in the compliance tests, but a Postfix that runs is only reloaded, which takes less time."""
        wanted = [f"authorized_submit_users = {submitters}", *lines]
        if self._running and wanted != self._main_cf:
            self._write(wanted)
            self._reload()
            self._main_cf = wanted
        super().configure(lines, submitters=submitters)

    def set(self, *settings: str) -> None:
        """Changes settings until the next attack."""
        self._main_cf = None
        _succeed("postconf", "-e", *settings)
        self._reload()

    def serve(self, service: str, *options: str) -> None:
        """Adds a service until the next attack: a line of master.cf and its options."""
        self._main_cf = None
        with (CONFIGURATION / "master.cf").open("a", encoding="utf-8") as file:
            file.write("".join([f"{service}\n", *(f"  -o {option}\n" for option in options)]))
        self._reload()

    @staticmethod
    def _reload() -> None:
        """Reloads; returns when no server with the settings from before is left."""
        before = _servers()
        # As `postfix reload` does it, without the second that its checks take.
        os.kill(int((SPOOL / "pid" / "master.pid").read_text()), signal.SIGHUP)
        deadline = time.monotonic() + SETTLE_SECONDS
        while before & _servers() or not any(name == "qmgr" for _, name in _servers()):
            if time.monotonic() > deadline:
                raise RuntimeError("Postfix does not reload")
            time.sleep(0.01)

    def drain(self) -> list[Queued]:
        """Waits until everything has left; nothing is ever kept."""
        deadline = time.monotonic() + SETTLE_SECONDS
        # Twice, for a bounce is queued before what it tells of is gone.
        empty = 0
        while empty < 2:
            empty = 0 if any(map(queued, QUEUES)) else empty + 1
            if time.monotonic() > deadline:
                raise RuntimeError(f"the queue does not become empty: {[(name, queued(name)) for name in QUEUES]}")
            time.sleep(0.01)
        return []


def queued(name: str) -> list[str]:
    """Returns the files of one queue."""
    return [file for directory, _, files in os.walk(SPOOL / name) for file in files
            if name != "maildrop" or postfix.is_submitted(Path(directory, file))]


def _servers() -> set[tuple[int, str]]:
    """The servers of Postfix, master aside, by process and name."""
    found = set()
    for entry in Path("/proc").iterdir():
        try:
            if os.readlink(entry / "exe").startswith("/usr/lib/postfix/sbin/"):
                found.add((int(entry.name), (entry / "comm").read_text().strip()))
        except (OSError, ValueError):
            continue
    return {server for server in found if server[1] != "master"}


def _succeed(*words: str) -> None:
    done = run_root(*words)
    if done.status != 0:
        raise RuntimeError(f"{words}: {done}")
