"""Processes that wait: whose they are, and whom they cost something."""

import os
import signal
import subprocess
import time
from pathlib import Path

from ..fakes import Fakes
from ..hostility import (ARGUMENTS, MESSAGE, PRELUDE, await_waiting, callers_ids, check, expect_sent, processes_of,
                         status_of, submit_spoiled, user_ids)
from ..machine import USERS
from ..postern import DROP_IN
from ..process import Command, run, start
from ..stage import Stage, Unmet, expect

WAITING = 200
VICTIMS_LIMIT = 12
LIMIT_OF_WAITERS, STARTED = 10, 20


@check("two hundred waiting processes of one user do not keep another with a small process limit from sending")
def _waiting_processes(stage: Stage) -> None:
    waiting = []
    try:
        for _ in range(WAITING):
            waiting.append(start(stage.machine, Command("bob", DROP_IN, ARGUMENTS)))
        await_waiting(waiting[-1], "bob")
        limit = VICTIMS_LIMIT + processes_of(stage, "postern")
        expect_sent(stage, submit_spoiled(stage, f"limit(resource.RLIMIT_NPROC, {limit})"))
    finally:
        for process in waiting:
            process.kill()
            process.communicate()


@check("a process that waits for its input counts against its caller's process limit")
def _counted(stage: Stage) -> None:
    code = f"""
import subprocess
limit(resource.RLIMIT_NPROC, {LIMIT_OF_WAITERS + processes_of(stage, "alice")})
children = []
try:
    for _ in range({STARTED}):
        children.append(subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL))
        time.sleep(0.1)
except BlockingIOError:
    pass
print(len(children))
for child in children:
    child.kill()
    child.wait()
"""
    outcome = run(stage.machine,
                  Command("alice", "/usr/bin/python3", ("-ISc", PRELUDE + code, DROP_IN, "-t")))
    expect("errors", (outcome.status, outcome.stderr), (0, b""))
    # Other runs of these tests on the same machine have processes of the same user.
    expect("fewer than were started, and some", 0 < int(outcome.stdout) <= LIMIT_OF_WAITERS, True)


@check("who waits for the real sendmail counts against its caller's process limit")
def _supervisor(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("waits", "cat >/dev/null; sleep 100; true")
    stage.postern.configure(["handoff = supervise", f"sendmail_path = {fake}"])
    process = start(stage.machine, Command("alice", DROP_IN, ARGUMENTS))
    program = None
    try:
        if process.stdin is None:
            raise RuntimeError("no pipe")
        process.stdin.write(MESSAGE)
        process.stdin.close()
        program = _await_program(process)
        expect("whose process", user_ids(process.pid), callers_ids("alice"))
        expect("whose program", user_ids(program), [USERS["postern"].uid] * 4)
    finally:
        process.kill()
        if program is not None:
            os.kill(program, signal.SIGKILL)
        process.wait()


def _await_program(process: "subprocess.Popen[bytes]") -> int:
    """Waits until a process has started a program, and that has become another one; returns its ID."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    for _ in range(1000):
        started = children.read_text().split()
        if started and status_of(int(started[0]))["Name"] == "waits":
            return int(started[0])
        time.sleep(0.01)
    raise Unmet("the process never starts the real sendmail")
