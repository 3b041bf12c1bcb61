"""Hostile callers.

What one may do to its process before it executes the drop-in, and what must hold whatever that was.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import ledgerfile, stage as plain
from .machine import USERS
from .postern import DROP_IN, STATE
from .process import TIMEOUT_SECONDS, Command, Outcome, run
from .stage import Check, Stage, Unmet, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"
ARGUMENTS = (b"-t", b"-i")

#: The same message in SMTP: behind the greeting, one transaction of four commands and the message.
DIALOGUE = (b"EHLO x\r\nMAIL FROM:<good@ok.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"
            + MESSAGE.replace(b"\n", b"\r\n") + b".\r\n")
SESSION = DIALOGUE + b"QUIT\r\n"
LEDGER = STATE / "quota"

#: What spoiling code may use; its end becomes the drop-in.
PRELUDE = """\
import ctypes, fcntl, os, resource, select, signal, socket, struct, sys, time
libc = ctypes.CDLL(None, use_errno=True)
words = [os.fsencode(word) for word in sys.argv[1:]]
vector = (ctypes.c_char_p * (len(words) + 1))(*words)
def limit(which, soft, hard=None):
    libc.setrlimit(which, struct.pack("qq", soft, soft if hard is None else hard))
def go():  # Needs no memory, which may be gone by then.
    libc.execv(words[0], vector)
    os._exit(124)
"""


@dataclass(frozen=True)
class Refusal:
    """A reason code and its exit status."""

    reason: str
    status: int


    @property
    def counted(self) -> int:
        """How often such a refusal is counted: what is wrong with the message is, this machine's faults are not."""
        return int(self.status in (64, 65, 69, 77))


SYSTEM_ERROR = Refusal("system-error", 71)
STORE_UNAVAILABLE = Refusal("store-unavailable", 71)
NOT_PRIVILEGED = Refusal("not-privileged", 78)


def spoiling(code: str) -> tuple[str, ...]:
    """Returns a program that runs this Python code and then executes its arguments."""
    return ("/usr/bin/python3", "-ISc", f"{PRELUDE}{code}\ngo()")


def submit_spoiled(stage: Stage, code: str, *, user: str = "alice",
                   arguments: tuple[bytes, ...] = ARGUMENTS, stdin: bytes = MESSAGE) -> Outcome:
    """Submits a message from a process that was spoiled by this code."""
    return run(stage.machine,
               Command(user, DROP_IN, arguments, stdin, through=spoiling(code)))


def check(name: str) -> Callable[[Check], Check]:
    """Registers a check of a hostile caller, alice, during which nothing of bob's may change."""
    def register(function: Check) -> Check:
        @plain.check(name)
        def with_bystander(stage: Stage) -> None:
            expect_permitted(stage.postern.submit("bob", b"r@x.example"))
            expect_refused(stage.postern.submit("bob", b"-f", b"x@z.example", b"r@x.example"),
                           "envelope-not-allowed", 77)
            stage.postfix.drain()
            stage.log.records()
            expect("bob's usage", stage.postern.used("bob"), (1, 1, 1))
            stage.bystander = ledgerfile.slot(LEDGER, USERS["bob"].uid)
            function(stage)
            expect_bystander(stage)
        return with_bystander
    return register


def begin_anew(stage: Stage) -> None:
    """Starts once more with nothing in the ledger but bob's record."""
    expect_bystander(stage)
    ledgerfile.clear(LEDGER, USERS["bob"].uid)


def expect_bystander(stage: Stage) -> None:
    """Asks for each byte of bob's record as it was."""
    if ledgerfile.slot(LEDGER, USERS["bob"].uid) != stage.bystander:
        raise Unmet(f"bob's record has changed: {stage.postern.row('bob')}")


def expect_sent(stage: Stage, outcome: Outcome) -> None:
    """Asks for a delivery in silence: one message queued and charged, and nobody else's state changed."""
    expect_permitted(outcome)
    expect_state(stage, queued=1, charged=1, refused=0)


def expect_not_sent(stage: Stage, outcome: Outcome, refusal: Refusal, *, charged: int = 0) -> bytes:
    """Asks for a refusal that charges nothing more and changes nobody else's state; returns its line."""
    line = expect_refused(outcome, refusal.reason, refusal.status)
    expect_state(stage, queued=0, charged=charged, refused=refusal.counted)
    return line


def expect_state(stage: Stage, *, queued: int, charged: int, refused: int | None = None) -> None:
    """Asks for so many messages in the queue and in alice's record, and for bob's as it was."""
    expect("queued", stage.postfix.count(), queued)
    used = stage.postern.used("alice")
    expect("charged", used[:2], (charged, charged))
    if refused is not None:
        expect("counted as refused", used[2], refused)
    expect_bystander(stage)


@contextmanager
def within(seconds: float, what: str) -> Iterator[None]:
    """Asks for an end of what is done here before so many seconds have passed."""
    begun = time.monotonic()
    yield
    taken = time.monotonic() - begun
    if taken >= seconds:
        raise Unmet(f"{what}: less than {seconds} seconds expected, {taken:.1f} taken")


def status_of(pid: int) -> dict[str, str]:
    """Returns the fields of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":\t", 1) for line in lines)


def user_ids(pid: int) -> list[int]:
    """Returns a process's user IDs: real, effective, saved, for files."""
    return [int(word) for word in status_of(pid)["Uid"].split()]


def descriptors_of(pid: int) -> list[str]:
    """Returns what a process's descriptors are open on."""
    return [os.readlink(entry) for entry in Path(f"/proc/{pid}/fd").iterdir()]


def callers_ids(user: str) -> list[int]:
    """Returns the user IDs of a process of the gate that counts against its caller."""
    return [USERS[user].uid, *[USERS["postern"].uid] * 3]


def await_that(what: str, holds: Callable[[], bool]) -> None:
    """Waits until something holds."""
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while not holds():
        if time.monotonic() > deadline:
            raise Unmet(f"never so: {what}")
        time.sleep(0.005)


def await_waiting(process: "subprocess.Popen[bytes]", user: str) -> None:
    """Waits until a user's process has executed the drop-in and waits for its message."""
    await_that("the process waits", lambda: user_ids(process.pid) == callers_ids(user)
               and status_of(process.pid)["State"][0] == "S")


def await_no_process(user: str) -> None:
    """Waits until nothing runs any more with one of a user's IDs, on this private machine."""
    processes = Path("/proc")
    await_that(f"no process of {user}", lambda: not any(
        _is_run_by(entry, USERS[user].uid) for entry in processes.iterdir() if entry.name.isdigit()))


def _is_run_by(process: Path, uid: int) -> bool:
    try:
        status = status_of(int(process.name))
    except (FileNotFoundError, ProcessLookupError):
        return False
    # One that has left its caller, and may become its own again, has it as effective user.
    return str(uid) in status["Uid"].split() and status["State"][0] != "Z"


def processes_of(stage: Stage, user: str) -> int:
    """Counts a user's processes as the kernel does: on the whole machine, ended ones that nobody waits for included."""
    code = """
import os, resource
for limit in range(1, 10_000):
    resource.setrlimit(resource.RLIMIT_NPROC, (limit, resource.getrlimit(resource.RLIMIT_NPROC)[1]))
    try:
        child = os.fork()
    except BlockingIOError:
        continue
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    print(limit - 2)  # Without this one and its child.
    break
"""
    return int(run(stage.machine, Command(user, "/usr/bin/python3", (b"-ISc", code.encode()))).stdout)
