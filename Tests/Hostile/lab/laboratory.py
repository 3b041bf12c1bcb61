"""What an attack is given: a machine from which mail leaves, and a neighbour on it."""

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness import ledgerfile
from harness.hostility import LEDGER, status_of, user_ids
from harness.machine import USERS, Machine, mount
from harness.postern import TOOL
from harness.process import CLEAN_ENVIRONMENT, Command, Outcome, run
from harness.stage import Stage, Unmet, expect, expect_permitted

from .sink import Mail, Sink

PROGRAMS = Path(__file__).resolve().parents[1] / "programs"
NEIGHBOUR = "bob"
NEIGHBOURS_RECIPIENT = b"neighbour@dest.example"
#: A neighbour's message takes milliseconds; whoever makes it wait this long has harmed it.
NEIGHBOURS_SECONDS = 10


def message(from_: bytes, *fields: bytes, recipient: bytes = b"x@dest.example") -> bytes:
    """A message with this From: and, before it, these other fields."""
    return b"".join(line + b"\n" for line in (*fields, b"From: " + from_, b"To: " + recipient, b"", b"b"))


class LabMachine(Machine):
    """The private machine with what the attacks need besides."""

    def __init__(self, mountpoint: str) -> None:
        super().__init__(mountpoint)
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["hostname", "mail.test.example"], check=True)
        # A directory of its own: applications are laid out there.
        self._shadow("/opt")
        # A systemd that runs knows nothing of what is in here.
        if Path("/run/systemd").is_dir():
            mount("-t", "tmpfs", "tmpfs", "/run/systemd")
        shutil.copytree(PROGRAMS, self.root / "programs")


class Attacker(subprocess.Popen[bytes]):
    """A program of Tests/Hostile/programs that runs as a user, and tells of itself in JSON."""

    #: What it has told of its preparations.
    carried_out: "dict[str, object]" = {}

    def __init__(self, machine: Machine, program: str, *arguments: str, user: str = "alice") -> None:
        uid = USERS[user].uid
        super().__init__(["/usr/bin/python3", "-IS", machine.root / "programs" / program, *arguments],
                         cwd=machine.home(user), user=uid, group=uid, extra_groups=[], umask=0o022,
                         env=CLEAN_ENVIRONMENT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def told(self) -> "dict[str, object]":
        """Waits for its next line."""
        assert self.stdout
        line = self.stdout.readline()
        if not line:
            raise Unmet(f"the attacker's program ended: status {self.wait()}")
        return dict(json.loads(line))

    def go_on(self) -> None:
        """Lets it go on, which is waiting for a line."""
        assert self.stdin
        self.stdin.write(b"\n")
        self.stdin.flush()

    def __exit__(self, *_: object) -> None:
        # What it has started may keep the pipes, and is ended behind the attack.
        self.kill()
        self.wait()
        for pipe in (self.stdin, self.stdout):
            if pipe:
                pipe.close()


@dataclass
class Lab(Stage):
    """The machine, a Postfix that delivers, and the server that mail leaves to."""

    sink: Sink = field(default_factory=Sink)
    _neighbours: int = field(default=0, init=False)
    phase: str = field(default="attack", init=False)

    # MARK: - What leaves the machine

    def leaves(self) -> list[Mail]:
        """Waits until the queue is empty; returns what has left since the last call but the neighbour's mail."""
        self.postfix.drain()
        mails = self.sink.take()
        neighbours = [mail for mail in mails if mail.recipients == (NEIGHBOURS_RECIPIENT,)]
        for mail in neighbours:
            expect("the neighbour's mail", (mail.sender, b"From: bob@test.example\n" in mail.message),
                   (b"bob@test.example", True))
        self._neighbours -= len(neighbours)
        return [mail for mail in mails if mail not in neighbours]

    def nothing_leaves(self) -> None:
        """Asks for that."""
        expect("what left", self.leaves(), [])

    # MARK: - Who sends

    def neighbour_passes(self, through: tuple[str, ...] = ()) -> None:
        """Sends as the honest neighbour, now; that it arrives is looked at later."""
        begun = time.monotonic()
        expect_permitted(self.postern.submit(NEIGHBOUR, b"-i", NEIGHBOURS_RECIPIENT, through=through,
                                             stdin=b"From: bob@test.example\nTo: neighbour@dest.example\n\nb\n"))
        taken = time.monotonic() - begun
        expect(f"the neighbour's message takes {taken:.1f} s", taken < NEIGHBOURS_SECONDS, True)
        self._neighbours += 1
        self.neighbour_sent = True

    def send(self, text: bytes, *arguments: bytes, user: str = "alice") -> Outcome:
        """Submits a message with `-t -i` and these arguments."""
        return self.postern.submit(user, b"-t", b"-i", *arguments, stdin=text)

    def attacker(self, program: str, *arguments: str, user: str = "alice") -> Attacker:
        """Starts a program of the attacker's."""
        return Attacker(self.machine, program, *arguments, user=user)

    def as_user(self, user: str, executable: str, *arguments: bytes, stdin: bytes = b"") -> Outcome:
        """Runs any program as a user."""
        return run(self.machine, Command(user, executable, arguments, stdin))

    # MARK: - What is seen of it

    def charged(self, user: str = "alice") -> int:
        """How many messages were ever charged to a user."""
        return ledgerfile.messages(LEDGER, USERS[user].uid)

    def processes(self, user: str = "postern") -> list[int]:
        """The processes of this machine whose real user this is."""
        return [int(entry.name) for entry in Path("/proc").iterdir()
                if entry.name.isdigit() and _is(int(entry.name), USERS[user].uid)]

    def file(self, path: str, text: str | bytes, owner: str = "root", mode: int = 0o644) -> Path:
        """Writes a file, and the directories above it."""
        file = Path(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        shutil.chown(file, owner, owner)
        file.chmod(mode)
        return file

    def doctor(self, directory: str = "/") -> "tuple[int, dict[str, list[dict[str, object]]]]":
        """Runs `postern doctor` in a directory; returns its status and its report."""
        done = subprocess.run([TOOL, "doctor", "--json"], cwd=directory, env=CLEAN_ENVIRONMENT, check=False,
                              capture_output=True, timeout=60)
        return done.returncode, json.loads(done.stdout)

    # MARK: - One attack

    def run(self, name: str, check: "Callable[[Lab], None]") -> None:
        """Runs one attack from a clean state and counts it; the neighbour must have passed in it."""
        self._neighbours, self.neighbour_sent = 0, False

        def attack(_: Stage) -> None:
            self.sink.take()
            check(self)
            expect("the neighbour has sent", self.neighbour_sent, True)
            self.leaves()
            expect("mails of the neighbour that did not arrive", self._neighbours, 0)
        super().run(name, attack)
        self._sweep()

    def _sweep(self) -> None:
        """Ends what an attack has left behind, so that it does not count against the next one."""
        for user in USERS.keys() - {"root"}:
            for process in self.processes(user):
                with suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            for path in self.machine.home(user).iterdir():
                shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()


def _is(process: int, uid: int) -> bool:
    try:
        return user_ids(process)[0] == uid and status_of(process)["State"][0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


Attack = Callable[[Lab], None]

#: All attacks by name, in the order of their modules.
ATTACKS: dict[str, Attack] = {}


def attack(name: str) -> Callable[[Attack], Attack]:
    """Registers an attack under a sentence that says what must be so in spite of it."""
    def register(function: Attack) -> Attack:
        if name in ATTACKS:
            raise ValueError(f"two attacks are named {name!r}")
        ATTACKS[name] = function
        return function
    return register
