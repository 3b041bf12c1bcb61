"""Every resource limit at nothing, at one, at too little and at just enough."""

import os
import signal
import subprocess
import time
from pathlib import Path

from ..fakes import Fakes
from ..hostility import (ARGUMENTS, MESSAGE, PRELUDE, STORE_UNAVAILABLE, SYSTEM_ERROR, await_waiting,
                         begin_anew, callers_ids, check, expect_not_sent, expect_sent, expect_state,
                         status_of, submit_spoiled, user_ids)
from ..machine import USERS
from ..postern import DROP_IN
from ..process import Command, run, start
from ..stage import Stage, Unmet, expect, expect_permitted

KB, MB = 1 << 10, 1 << 20

#: Resource, limits that refuse, and the least that is enough: the constants of ResourceLimits.swift.
NEEDED = {
    "RLIMIT_AS": ((16 * MB, 48 * MB, 64 * MB - 4096), 64 * MB),
    "RLIMIT_DATA": ((2 * MB, 8 * MB, 32 * MB - 4096), 32 * MB),
    "RLIMIT_STACK": ((64 * KB, 256 * KB - 4096), 256 * KB),
    "RLIMIT_NPROC": ((0, 1, 2), 3),
}

#: Without so much the kernel, or the C library's start code, ends the program before ours runs.
FATAL = {
    "RLIMIT_AS": (0, 1, MB, 4 * MB),
    "RLIMIT_DATA": (0, 1, 64 * KB, MB),
    "RLIMIT_STACK": (0, 1, 4096),
}

#: Limits that have nothing to do with what is done here.
HARMLESS = ("CORE", "MEMLOCK", "MSGQUEUE", "NICE", "RSS", "RTPRIO", "SIGPENDING")


def _hard(resource: str, value: int) -> str:
    return f"limit(resource.{resource}, {value})"


def _processes_of(stage: Stage, user: str) -> int:
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


@check("a hard limit below what a message needs refuses before anything is read")
def _too_little(stage: Stage) -> None:
    for resource, (values, _) in NEEDED.items():
        for value in values:
            outcome = submit_spoiled(stage, _hard(resource, value))
            line = expect_not_sent(stage, outcome, SYSTEM_ERROR)
            expect(f"{resource} {value} is named", b"the hard limit of 'ulimit -" in line, True)


@check("a hard limit that is just enough delivers")
def _enough(stage: Stage) -> None:
    for resource, (_, value) in NEEDED.items():
        begin_anew(stage)
        if resource == "RLIMIT_NPROC":
            value += _processes_of(stage, "postern")
        expect_sent(stage, submit_spoiled(stage, _hard(resource, value)))


@check("a limit with which no code of ours can run ends the program with nothing sent or charged")
def _fatal(stage: Stage) -> None:
    for resource, values in FATAL.items():
        for value in values:
            outcome = submit_spoiled(stage, _hard(resource, value))
            expect(f"{resource} {value}", outcome.status, -signal.SIGSEGV)
            expect_state(stage, queued=0, charged=0)


@check("soft limits of nothing are raised to the hard ones")
def _soft(stage: Stage) -> None:
    for resource in ("FSIZE", "NOFILE", "NPROC", "CORE", "MEMLOCK"):
        begin_anew(stage)
        code = f"limit(resource.RLIMIT_{resource}, 0, resource.getrlimit(resource.RLIMIT_{resource})[1])"
        expect_sent(stage, submit_spoiled(stage, code))


@check("a soft limit on the stack that lets the program start is raised")
def _soft_stack(stage: Stage) -> None:
    expect_sent(stage, submit_spoiled(stage, f"limit(resource.RLIMIT_STACK, {16 * KB}, {64 * MB})"))


@check("a hard limit on descriptors refuses below sixteen, and delivers above")
def _descriptors(stage: Stage) -> None:
    for value in (0, 1, 3, 6, 15):
        line = expect_not_sent(stage, submit_spoiled(stage, _hard("RLIMIT_NOFILE", value)), SYSTEM_ERROR)
        expect("the limit is named", b"ulimit -n" in line, True)
    outcome = submit_spoiled(stage, _hard("RLIMIT_NOFILE", 16))
    # Postfix complains about fewer than it would like, and delivers.
    expect("status", (outcome.status, outcome.stdout), (0, b""))
    if b"could allocate space for only 16 open files" not in outcome.stderr:
        raise Unmet(f"Postfix's warning expected: {outcome}")
    expect_state(stage, queued=1, charged=1)
    begin_anew(stage)
    expect_sent(stage, submit_spoiled(stage, _hard("RLIMIT_NOFILE", 256)))


@check("limits that do not matter do not matter, at nothing, one and five")
def _harmless(stage: Stage) -> None:
    for value in (0, 1, 5):
        begin_anew(stage)
        code = "; ".join(_hard(f"RLIMIT_{name}", value) for name in HARMLESS)
        expect_sent(stage, submit_spoiled(stage, code))


@check("a limit on processor time of one second, soft or hard, is enough and sends no SIGXCPU")
def _processor_time(stage: Stage) -> None:
    for code in ("limit(resource.RLIMIT_CPU, 0, 60)", "limit(resource.RLIMIT_CPU, 1, 60)",
                 "limit(resource.RLIMIT_CPU, 2)"):
        begin_anew(stage)
        # The caller itself must outlive the limit until it has executed the drop-in.
        expect_sent(stage, submit_spoiled(stage, f"signal.signal(signal.SIGXCPU, signal.SIG_IGN); {code}"))


@check("a hard limit on file sizes that ends inside the state file refuses and tears no record")
def _file_size(stage: Stage) -> None:
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    stage.postfix.drain()
    # 512 MiB is the whole file; the last value would let most users' records be written whole.
    for value in (MB, 16 * MB, 300 * MB, 512 * MB - 1):
        outcome = submit_spoiled(stage, _hard("RLIMIT_FSIZE", value))
        line = expect_not_sent(stage, outcome, STORE_UNAVAILABLE, charged=1)
        expect("the limit is named", b"ulimit -f" in line, True)
    outcome = submit_spoiled(stage, _hard("RLIMIT_FSIZE", 512 * MB + MB))
    expect_permitted(outcome)
    expect("charged", stage.postern.used("alice")[:2], (2, 2))


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
        limit = VICTIMS_LIMIT + _processes_of(stage, "postern")
        expect_sent(stage, submit_spoiled(stage, _hard("RLIMIT_NPROC", limit)))
    finally:
        for process in waiting:
            process.kill()
            process.communicate()


@check("a process that waits for its input counts against its caller's process limit")
def _counted(stage: Stage) -> None:
    code = f"""
import subprocess
limit(resource.RLIMIT_NPROC, {LIMIT_OF_WAITERS + _processes_of(stage, "alice")})
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
