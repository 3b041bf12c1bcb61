"""The private machine of the clients: the compliance harness's, with Postern put on it by Install/install."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from harness.machine import USERS, Machine, mount
from harness.postern import DROP_IN, TOOL, Postern
from harness.process import Command, Outcome, run, run_root

PROJECT = Path(__file__).resolve().parents[3]
SENDMAIL = "/usr/sbin/sendmail"


class Site(Machine):
    """A machine with one site, alice, and what the clients need besides."""

    def __init__(self, mountpoint: str, wordpress: Path) -> None:
        super().__init__(mountpoint)
        # Install/install writes its manuals there, cron its process ID and its tables.
        for place in ("/usr/local/share/man", "/run", "/var/spool/cron"):
            empty = self.directory("empty" + place.replace("/", "-"))
            mount("--bind", str(empty), place)
        Path("/var/spool/cron/crontabs").mkdir(mode=0o1730)
        # cron asks PAM, which wants to see that the account has not expired.
        shadow = Path("/etc/shadow")
        shadow.write_text("".join(f"{user}:*:19000:0:99999:7:::\n" for user in USERS))
        shadow.chmod(0o600)
        self.programs = self.root / "programs"
        shutil.copytree(PROJECT / "Tests/Clients/programs", self.programs)
        for path in (self.programs, *self.programs.iterdir()):
            path.chmod(0o755)
        mount("--bind", str(wordpress), str(self.directory("wordpress")))

    def shell(self, user: str, line: str, stdin: bytes = b"") -> Outcome:
        """Runs a line as popen(3) and its like do, in the user's home, emptied before."""
        home = self.home(user)
        for path in home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        environment = {"HOME": str(home), "USER": user, "LOGNAME": user}
        return run(self, Command(user, "/bin/sh", (b"-c", line.encode()), stdin,
                                 environment=environment))


class InstalledPostern(Postern):
    """Postern as Install/install leaves it: PHP pointed at it, Postfix closed to others."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine, PROJECT)

    def install(self, binaries: Path) -> None:
        """Runs the checkout's Install/install, and puts the drop-in where Postfix's sendmail is."""
        done = subprocess.run([binaries / "Install/install", "--php", "--enforce", "--yes"], check=False,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=300)
        if done.returncode != 0:
            raise RuntimeError(f"Install/install: status {done.returncode}, {done.stderr!r}")
        self._real = self._put_in_place()

    def configure(self, postern_cf: list[str] | None = None,
                  senders: list[str] | None = None) -> None:
        """Configures as usual, the real sendmail being at its new place."""
        super().configure([f"sendmail_path = {self._real}", *(postern_cf or [])], senders)

    def row(self, user: str) -> dict[str, Any]:
        """Returns the user's row, as the administrator sees it."""
        done = run_root(TOOL, "quota", "status", "--json", user)
        if done.status != 0:
            raise RuntimeError(f"postern quota status: {done}")
        rows = json.loads(done.stdout)
        if len(rows) != 1 or rows[0]["user"] != user:
            raise RuntimeError(f"postern quota status {user}: {rows}")
        return dict(rows[0])

    def _put_in_place(self) -> Path:
        """Lays the drop-in over /usr/sbin/sendmail; returns where the real one is."""
        real = self._machine.directory("postfix-sendmail") / "sendmail"
        shutil.copyfile(SENDMAIL, real)
        os.chmod(real, 0o755)
        mount("--bind", DROP_IN, SENDMAIL)
        return real

