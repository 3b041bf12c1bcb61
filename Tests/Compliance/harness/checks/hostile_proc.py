"""What others can see of a process of the gate, do to it, or get of it when it dies."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..fakes import Fakes
from ..hostility import (ARGUMENTS, MESSAGE, SESSION, await_that, await_waiting, callers_ids, check, expect_state,
                         spoiling, status_of, user_ids)
from ..machine import USERS
from ..postern import DROP_IN
from ..process import Command, run, start, start_with
from ..stage import Stage, expect


@contextmanager
def _waiting(stage: Stage, through: tuple[str, ...] = ()) -> "Iterator[subprocess.Popen[bytes]]":
    """A process of alice's that has executed the drop-in and waits for its message."""
    process = start(stage.machine, Command("alice", DROP_IN, ARGUMENTS, through=through))
    try:
        await_waiting(process, "alice")
        yield process
    finally:
        process.kill()
        process.communicate()


@contextmanager
def _handing_over(stage: Stage, handoff: str, arguments: tuple[bytes, ...], stdin: bytes) -> Iterator[list[int]]:
    """The process of alice's message while the real sendmail sleeps, and that of the real sendmail, maybe the same."""
    fake = Fakes(stage.machine).shell("sleeps", "cat >/dev/null; exec sleep 100")
    stage.postern.configure([f"handoff = {handoff}", f"sendmail_path = {fake}"])
    process = start_with(stage.machine, Command("alice", DROP_IN, arguments, stdin))
    processes = [process.pid]

    def sleeps() -> bool:
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        processes[1:] = map(int, children)
        return status_of(processes[-1])["Name"] == "sleep"

    try:
        await_that("the real sendmail sleeps", sleeps)
        yield processes
    finally:
        for pid in reversed(processes):
            os.kill(pid, signal.SIGKILL)
        process.communicate()


def _as_user(stage: Stage, user: str, code: str, *words: object) -> str:
    """Runs Python code as a user; returns what it prints, errors too."""
    arguments = ("-ISc", code, *map(str, words))
    done = run(stage.machine, Command(user, "/usr/bin/python3", tuple(word.encode() for word in arguments)))
    return (done.stdout + done.stderr).decode()


SECRET = ("mem", "maps", "smaps", "pagemap", "environ", "auxv", "syscall", "io", "fd", "fdinfo", "map_files", "exe",
          "cwd", "root", "ns/user", "personality", "timers")

READ = f"""
import os, sys
for name in {SECRET!r}:
    path = f"/proc/{{sys.argv[1]}}/{{name}}"
    try:
        if name in ("fd", "fdinfo", "map_files"): os.listdir(path)
        elif name in ("exe", "cwd", "root", "ns/user"): os.readlink(path)
        else:
            with open(path, "rb") as file:
                if name not in ("mem", "pagemap"): file.read(64)  # These have nothing at their beginning.
        print(name)
    except OSError:
        pass
"""


def _readable(stage: Stage, user: str, pid: int) -> set[str]:
    return set(_as_user(stage, user, READ, pid).split())


@check("the caller reads nothing of its waiting process: memory, descriptors, environment, maps")
def _proc_files(stage: Stage) -> None:
    """What Linux shows of every process stays visible, unless /proc is mounted with hidepid.

    That is `cmdline`, the options and recipients that the caller has given itself; `stat`, `statm`, `status`, the IDs,
    limits of memory, signals; `comm`, `limits`, `mountinfo`, `cgroup`. Nothing of the message or the environment is.
    """
    own = start(stage.machine, Command("alice", "/usr/bin/sleep", (b"100",)))
    try:
        expect("readable of alice's own process", set(SECRET) - _readable(stage, "alice", own.pid), set())
    finally:
        own.kill()
        own.communicate()
    with _waiting(stage) as process:
        for user in ("alice", "bob"):
            expect(f"readable for {user}", _readable(stage, user, process.pid), set())


@check("neither the caller nor another user reads anything of the real sendmail, or of who waits for it")
def _proc_files_of_the_real_sendmail(stage: Stage) -> None:
    """The command line of the real sendmail, and so sender and recipients, is visible as that of any process."""
    for handoff, arguments, stdin in (("exec", ARGUMENTS, MESSAGE), ("supervise", ARGUMENTS, MESSAGE),
                                      ("exec", (b"-bs",), SESSION)):
        with _handing_over(stage, handoff, arguments, stdin) as processes:
            expect("processes", len(processes), 1 if (handoff, stdin) == ("exec", MESSAGE) else 2)
            expect("whose is the real sendmail", user_ids(processes[-1]), [USERS["postern"].uid] * 4)
            if len(processes) == 2:
                expect("whose is the process that waits", user_ids(processes[0]), callers_ids("alice"))
            for pid in processes:
                for user in ("alice", "bob"):
                    expect(f"{handoff} {arguments}: readable for {user}", _readable(stage, user, pid), set())


@check("the caller cannot write to its waiting process, nor take its descriptors or change its limits")
def _intrusion(stage: Stage) -> None:
    code = """
import ctypes, os, resource, sys
pid = int(sys.argv[1])
libc = ctypes.CDLL(None, use_errno=True)
def denied(name, result):
    if result != -1: print(name, "is possible:", result)
denied("PTRACE_ATTACH", libc.ptrace(16, pid, None, None))
denied("PTRACE_SEIZE", libc.ptrace(0x4206, pid, None, None))
denied("pidfd_getfd", libc.syscall(438, os.pidfd_open(pid), 0, 0))
place = ctypes.create_string_buffer(8)
vector = (ctypes.c_size_t * 2)(ctypes.addressof(place), 8)
denied("process_vm_readv", libc.process_vm_readv(pid, vector, 1, vector, 1, 0))
denied("move_pages", libc.syscall(279, pid, 1, ctypes.create_string_buffer(8), None, ctypes.create_string_buffer(8), 0))
denied("kcmp", libc.syscall(312, pid, os.getpid(), 0, 0, 0))
attributes = ctypes.create_string_buffer(bytes([1, 0, 0, 0, 112]) + bytes(107))
denied("perf_event_open", libc.syscall(298, attributes, pid, -1, -1, 0))
for name in ("oom_score_adj", "mem", "comm", "coredump_filter", "clear_refs", "attr/current", "timerslack_ns"):
    try:
        with open(f"/proc/{pid}/{name}", "wb", buffering=0) as file: file.write(b"1")
        print(name, "is writable")
    except OSError:
        pass
try:
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (1, 1))
    print("prlimit is possible")
except OSError:
    pass
"""
    with _waiting(stage) as process:
        expect("possible", _as_user(stage, "alice", code, process.pid), "")


@check("another user can neither signal nor slow down a waiting process")
def _other_user(stage: Stage) -> None:
    with _waiting(stage) as process:
        code = f"import os; os.kill({process.pid}, 15)"
        for user in ("bob", "postern"):
            done = run(stage.machine, Command(user, "/usr/bin/python3", (b"-ISc", code.encode())))
            # The account postern may end what runs with its rights; no site may.
            if user == "bob":
                expect("bob's signal is denied", b"PermissionError" in done.stderr, True)
                expect("still waiting", process.poll(), None)


CORE_PATTERN = Path("/proc/sys/kernel/core_pattern")


@check("a death by a core-dumping signal leaves no core")
def _core(stage: Stage) -> None:
    unlimited = spoiling("limit(resource.RLIMIT_CORE, resource.getrlimit(resource.RLIMIT_CORE)[1])")
    # A core that goes to a program, or to another directory, is seen in the status of its process alone.
    is_file_here = CORE_PATTERN.read_text()[:1] not in "|/"
    ordinary = start(stage.machine, Command("alice", "/usr/bin/sleep", (b"100",), through=unlimited))
    await_that("alice's own process sleeps", lambda: status_of(ordinary.pid)["Name"] == "sleep")
    expect("end of alice's own process", _end_by_quit(ordinary), os.CLD_DUMPED)
    expect("its core file", len(_cores(stage)), int(is_file_here))
    for core in _cores(stage):
        core.unlink()
    with _waiting(stage, unlimited) as process:
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max core"))
        expect("core limits", line.split()[4:6], ["0", "0"])
        expect("end of a process of the gate", _end_by_quit(process), os.CLD_KILLED)
    expect("core files", _cores(stage), [])
    expect_state(stage, queued=0, charged=0)


def _end_by_quit(process: "subprocess.Popen[bytes]") -> int:
    """Ends a process by a signal that dumps core; returns how it ended, what the shell's WCOREDUMP tells."""
    os.kill(process.pid, signal.SIGQUIT)
    end = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
    process.communicate()
    expect("ended by the signal", process.returncode, -signal.SIGQUIT)
    assert end is not None
    return end.si_code


def _cores(stage: Stage) -> list[Path]:
    return list(stage.machine.home("alice").glob("core*"))
