"""Hostile callers.

What one may do to its process before it executes the drop-in, and what must hold whatever that was.
"""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .machine import USERS
from .postern import DROP_IN
from .process import Command, Outcome, run
from .stage import Stage, Unmet, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"
ARGUMENTS = (b"-t", b"-i")

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


def expect_sent(stage: Stage, outcome: Outcome) -> None:
    """Asks for a delivery in silence: one message queued and charged, and nobody else's state changed."""
    expect_permitted(outcome)
    expect_state(stage, queued=1, charged=1)


def expect_not_sent(stage: Stage, outcome: Outcome, refusal: Refusal, *, charged: int = 0) -> bytes:
    """Asks for a refusal that charges nothing more and changes nobody else's state; returns its line."""
    line = expect_refused(outcome, refusal.reason, refusal.status)
    expect_state(stage, queued=0, charged=charged)
    return line


def expect_state(stage: Stage, *, queued: int, charged: int) -> None:
    """Asks for so many messages in the queue and in alice's record, and for nothing in bob's."""
    expect("queued", stage.postfix.count(), queued)
    expect("charged", stage.postern.used("alice")[:2], (charged, charged))
    expect("bob's record", stage.postern.used("bob"), (0, 0, 0))


def status_of(pid: int) -> dict[str, str]:
    """Returns the fields of /proc/PID/status."""
    lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    return dict(line.split(":\t", 1) for line in lines)


def user_ids(pid: int) -> list[int]:
    """Returns a process's user IDs: real, effective, saved, for files."""
    return [int(word) for word in status_of(pid)["Uid"].split()]


def callers_ids(user: str) -> list[int]:
    """Returns the user IDs of a process of the gate that counts against its caller."""
    return [USERS[user].uid, *[USERS["postern"].uid] * 3]


def await_waiting(process: "subprocess.Popen[bytes]", user: str) -> None:
    """Waits until a user's process has executed the drop-in and waits for its message."""
    for _ in range(1000):
        if user_ids(process.pid) == callers_ids(user) and status_of(process.pid)["State"][0] == "S":
            return
        time.sleep(0.01)
    raise Unmet(f"the process never waits: {status_of(process.pid)}")
