"""A private Postfix that keeps what it accepts in its hold queue, and a reader of that queue."""

import re
import stat
import time
from dataclasses import dataclass
from pathlib import Path

from .process import run_root

SPOOL = Path("/var/spool/postfix")
CONFIGURATION = Path("/etc/postfix")
ORIGIN = "test.example"

#: pickup is woken by postdrop and needs milliseconds; this is for a machine that is busy elsewhere.
SETTLE_SECONDS = 30

# HOLD is an action of cleanup after it has written what it always writes, so the queue file is what
# the mail would have left with, and nothing ever leaves. Every header matches, and pickup's
# Received: makes sure that there is one.
MAIN_CF = f"""
compatibility_level = 3.6
myhostname = mail.{ORIGIN}
myorigin = {ORIGIN}
mydestination =
inet_interfaces = loopback-only
inet_protocols = ipv4
default_transport = retry:kept in the queue by the compliance tests
local_transport = retry:kept in the queue by the compliance tests
alias_maps =
alias_database =
append_dot_mydomain = no
biff = no
header_checks = regexp:{{{{ /./ HOLD }}}}
internal_mail_filter_classes = bounce
maillog_file =
"""

# No inet service: nothing listens but sockets in the private spool.
MASTER_CF = """
pickup    unix n - n 60  1 pickup
cleanup   unix n - n -   0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n -   - trivial-rewrite
bounce    unix - - n -   0 bounce
defer     unix - - n -   0 bounce
trace     unix - - n -   0 bounce
verify    unix - - n -   1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n -   - proxymap
error     unix - - n -   - error
retry     unix - - n -   - error
discard   unix - - n -   - discard
showq     unix n - n -   - showq
"""


@dataclass(frozen=True)
class Queued:
    """One message in the queue: its envelope records, and the message as cleanup wrote it."""

    envelope: tuple[str, ...]
    message: bytes

    @property
    def sender(self) -> str:
        """The envelope sender; empty for the null sender."""
        return self.records("sender")[0]

    @property
    def recipients(self) -> list[str]:
        """The envelope recipients in their order."""
        return self.records("recipient")

    def records(self, name: str) -> list[str]:
        """The values of all envelope records of one name."""
        return [line.partition(": ")[2] for line in self.envelope
                if line.partition(":")[0] == name]


class Postfix:
    """Starts, stops and configures the private instance."""

    #: What main.cf begins with, and the services.
    main_cf, master_cf = MAIN_CF, MASTER_CF

    def __init__(self) -> None:
        self._main_cf: list[str] | None = None
        self._running = False

    def configure(self, lines: list[str], *, submitters: str) -> None:
        """Makes main.cf end with these lines; a running Postfix is started anew if that changes."""
        wanted = [f"authorized_submit_users = {submitters}", *lines]
        if wanted == self._main_cf:
            return
        self.stop()
        self._write(wanted)
        done = run_root("postfix", "start")
        if done.status != 0:
            raise RuntimeError(f"postfix does not start: {done.stderr.decode(errors='replace')}")
        self._main_cf = wanted
        self._running = True
        self.drain()

    def _write(self, wanted: list[str]) -> None:
        (CONFIGURATION / "main.cf").write_text(self.main_cf + "\n".join(wanted) + "\n")
        (CONFIGURATION / "master.cf").write_text(self.master_cf)

    def stop(self) -> None:
        """Stops the instance if it runs."""
        if self._running:
            self._running = False
            run_root("postfix", "stop")

    def drain(self) -> list[Queued]:
        """Waits until cleanup has written all that was submitted; returns that, and removes it."""
        self._settle()
        held = [path for path in (SPOOL / "hold").iterdir() if path.is_file()]
        messages = [read(path) for path in sorted(held, key=lambda path: path.stat().st_mtime_ns)]
        for path in held:
            path.unlink()
        return messages

    def count(self) -> int:
        """Waits as `drain` does; returns how many messages are there, and empties the queue."""
        self._settle()
        held = list((SPOOL / "hold").iterdir())
        for path in held:
            path.unlink()
        return len(held)

    @staticmethod
    def _settle() -> None:
        deadline = time.monotonic() + SETTLE_SECONDS
        while any(map(is_submitted, (SPOOL / "maildrop").iterdir())):
            if time.monotonic() > deadline:
                raise RuntimeError("pickup does not empty the maildrop directory")
            time.sleep(0.002)


def read(path: Path) -> Queued:
    """Reads a queue file with postcat(1)."""
    envelope = run_root("postcat", "-e", path).stdout.decode("utf-8", "surrogateescape")
    return Queued(tuple(line for line in envelope.split("\n") if line and line[0] != "*"),
                  run_root("postcat", "-hb", path).stdout)


def is_submitted(path: Path) -> bool:
    """Whether a file in the maildrop directory is a whole message."""
    # postdrop makes a file executable when it is complete; what a killed postdrop leaves is not.
    try:
        return bool(path.stat().st_mode & stat.S_IXUSR)
    except FileNotFoundError:
        return False


MADE_UP = {
    # Postfix's, or Postern's.
    "message-id": re.compile(r"<\d{14}\.[0-9A-F]+@mail\.test\.example>|<\d{10}\.\d{1,20}@[a-z0-9_.-]+>"),
    "date": re.compile(r"[A-Z][a-z]{2}, .{11} \d\d:\d\d:\d\d [+-]\d{4} \([A-Z]+\)"),
    "resent-message-id": re.compile(r"<\d{14}\.[0-9A-F]+@mail\.test\.example>"),
    "resent-date": re.compile(r"[A-Z][a-z]{2}, .{11} \d\d:\d\d:\d\d [+-]\d{4} \([A-Z]+\)"),
}
