"""Postern, installed in the private machine, with its configuration, log and ledger."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from .machine import USERS, Machine
from .process import Command, Outcome, run, run_root

DROP_IN = "/usr/local/lib/postern/sendmail"
TOOL = "/usr/local/bin/postern"
CONFIGURATION = Path("/etc/postern")
#: Whose owner a drop-in that belongs to root takes the user ID of.
ACCOUNT = CONFIGURATION / "account"
STATE = Path("/var/lib/postern")
#: As Install/lib.sh gives them.
CAPABILITIES = "cap_setuid"

# alice's default address is what Postfix itself would take for her, so that mail without -f and
# without From: can be compared with Postfix's own.
SENDERS = {
    "alice": "alice@test.example good@ok.example @shop.example @.sub.example",
    "bob": "bob@test.example",
    "erin": "* <> default=erin@test.example",
    "frank": "frank@test.example <>",
    "grace": "@grace.example",
    "heidi": "heidi@test.example",
}

POSTERN_CF = {
    "exempt_users": "root, dave",
    "messages_per_hour": "100000",
    "recipients_per_hour": "1000000",
}


class Postern:
    """The installed programs and their files."""

    def __init__(self, machine: Machine, binaries: Path, form: str = "set-id") -> None:
        self._machine = machine
        self._configured: object = None
        self.form = form
        self.binaries = binaries
        self.install(binaries)

    def install(self, binaries: Path) -> None:
        """Copies the programs to their places, with the owners and modes that they must have."""
        shutil.copyfile(binaries / "postern-sendmail", DROP_IN)
        ACCOUNT.symlink_to(STATE)
        os.chown(ACCOUNT, USERS["postern"].uid, USERS["postern"].uid, follow_symlinks=False)
        self.give_privilege()
        shutil.copyfile(binaries / "postern", TOOL)
        os.chmod(TOOL, 0o755)

    def give_privilege(self) -> None:
        """Gives the drop-in its owner, mode and capability in the form that this run is about."""
        if self.form == "capability":
            self.give_capability()
        else:
            self.set_drop_in_mode(0o6755)

    @staticmethod
    def give_capability(path: str | Path = DROP_IN) -> None:
        """Gives a drop-in to root, with the capability to become postern."""
        shutil.chown(path, "root", "postern")
        os.chmod(path, 0o2755)
        subprocess.run(["setcap", f"{CAPABILITIES}=p", str(path)], check=True)

    @staticmethod
    def set_drop_in_mode(mode: int) -> None:
        """Gives the drop-in to its account, with a mode."""
        shutil.chown(DROP_IN, "postern", "postern")
        os.chmod(DROP_IN, mode)

    def configure(self, postern_cf: list[str] | None = None,
                  senders: list[str] | None = None) -> None:
        """Writes postern.cf and senders and builds the map; nothing is done if they are the same.

        Lines replace those of the common configuration that have the same first word.
        """
        settings = {name: f"{name} = {value}" for name, value in POSTERN_CF.items()}
        settings |= {line.split("=")[0].strip(): line for line in postern_cf or []}
        entries = {name: f"{name} {rest}" for name, rest in SENDERS.items()}
        entries |= {line.split()[0]: line for line in senders or []}
        wanted = (list(settings.values()), list(entries.values()))
        if wanted == self._configured:
            return
        self._configured = None
        self.write("postern.cf", "\n".join(wanted[0]) + "\n")
        self.write("senders", "\n".join(wanted[1]) + "\n")
        built = run_root(TOOL, "map", "build")
        if built.status != 0:
            raise RuntimeError(f"postern map build: status {built.status}, {built.stderr!r}")
        self._configured = wanted

    def write(self, name: str, text: str) -> None:
        """Writes a configuration file with its owner and mode, until the next `configure`."""
        self._configured = None
        path = CONFIGURATION / name
        path.write_text(text)
        shutil.chown(path, "root", "postern")
        path.chmod(0o640)

    def forget(self) -> None:
        """Makes the next `configure` write everything, after a test has damaged a file."""
        self._configured = None

    def forget_usage(self) -> None:
        """Starts with an empty ledger."""
        for path in STATE.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()

    def row(self, user: str) -> dict[str, Any]:
        """Returns the user's own row, as the user sees it."""
        done = run(self._machine, Command(user, DROP_IN, (b"--quota-status",)))
        if done.status != 0 or done.stderr or done.stdout.count(b"\n") != 1:
            raise RuntimeError(f"--quota-status of {user}: {done}")
        row = json.loads(done.stdout)
        if row["uid"] != USERS[user].uid:
            raise RuntimeError(f"--quota-status of {user}: another user's row, {row}")
        return row

    def used(self, user: str) -> tuple[int, int, int]:
        """Returns (messages, recipients, refused) of the last hour; day and hour must agree."""
        row = self.row(user)
        counts = [
            (row["messages"][window]["used"], row["recipients"][window]["used"],
             row["refused"][window])
            for window in ("hour", "day")
        ]
        if counts[0] != counts[1]:
            raise RuntimeError(f"hour and day of {user} do not agree: {row}")
        return counts[0]

    def submit(self, user: str, *arguments: bytes, stdin: bytes = b"Subject: s\n\nb\n",
               through: tuple[str, ...] = ()) -> Outcome:
        """Runs the drop-in as a user."""
        return run(self._machine, Command(user, DROP_IN, arguments, stdin, through=through))
