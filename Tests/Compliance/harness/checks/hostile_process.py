"""Tracing, filters, namespaces, personality: what a caller may do to a process of its own."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..hostility import (ARGUMENTS, MESSAGE, NOT_PRIVILEGED, await_waiting, begin_anew, check,
                         expect_not_sent, expect_sent, expect_state, spoiling, submit_spoiled)
from ..postern import DROP_IN
from ..process import Command, run, start
from ..stage import Stage, Unmet, expect

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


def _as_alice(stage: Stage, code: str, *words: str) -> str:
    """Runs Python code as alice; returns what it prints, errors too."""
    arguments = ("-ISc", code, *words)
    done = run(stage.machine, Command("alice", "/usr/bin/python3", tuple(word.encode() for word in arguments)))
    return (done.stdout + done.stderr).decode()


@check("the caller reads nothing of its waiting process: memory, descriptors, environment, maps")
def _proc_files(stage: Stage) -> None:
    code = """
import os, sys
for name in ("mem", "maps", "smaps", "pagemap", "environ", "auxv", "stack", "syscall", "io", "fd", "fdinfo",
             "map_files", "exe", "cwd", "root", "ns/user", "personality", "timers"):
    path = f"/proc/{sys.argv[1]}/{name}"
    try:
        if name in ("fd", "fdinfo", "map_files"): found = os.listdir(path)
        elif name in ("exe", "cwd", "root", "ns/user"): found = os.readlink(path)
        else: found = open(path, "rb").read(64)
        if found: print(name, "is readable")
    except OSError:
        pass
"""
    with _waiting(stage) as process:
        expect("readable files", _as_alice(stage, code, str(process.pid)), "")


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
        expect("possible", _as_alice(stage, code, str(process.pid)), "")


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


@check("a traced caller gets no privilege")
def _traced(stage: Stage) -> None:
    # The tracer lets everything pass; that it is there is enough for the kernel.
    code = """
child = os.fork()
if child:
    while True:
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status): os._exit(os.WEXITSTATUS(status))
        if os.WIFSIGNALED(status): os._exit(200)
        number = os.WSTOPSIG(status)
        libc.ptrace(7, child, None, ctypes.c_void_p(0 if number == signal.SIGTRAP else number))
libc.ptrace(0, 0, None, None)
"""
    expect_not_sent(stage, submit_spoiled(stage, code), NOT_PRIVILEGED)


@check("a death by a core-dumping signal leaves no core")
def _core(stage: Stage) -> None:
    unlimited = spoiling("limit(resource.RLIMIT_CORE, *resource.getrlimit(resource.RLIMIT_CORE)[::-1])")
    with _waiting(stage, unlimited) as process:
        expect("dumpable files", Path(f"/proc/{process.pid}/coredump_filter").exists(), True)
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        line = next(line for line in limits.splitlines() if line.startswith("Max core"))
        expect("core limits", line.split()[4:6], ["0", "0"])
        process.send_signal(signal.SIGQUIT)
        expect("ended by the signal", process.wait(10), -signal.SIGQUIT)
    expect("core files", [path.name for path in stage.machine.home("alice").glob("core*")], [])
    expect_state(stage, queued=0, charged=0)


@check("a filter of system calls costs the privilege, whatever it answers")
def _filter(stage: Stage) -> None:
    # PR_SET_NO_NEW_PRIVS, then a filter that allows everything.
    code = """
libc.prctl(38, 1, 0, 0, 0)
program = ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7fff0000))
header = struct.pack("HxxxxxxP", 1, ctypes.addressof(program))
assert libc.prctl(22, 2, header, 0, 0) == 0
"""
    expect_not_sent(stage, submit_spoiled(stage, code), NOT_PRIVILEGED)


@check("in a user namespace of the caller's there is no privilege")
def _user_namespace(stage: Stage) -> None:
    for options in (("--user",), ("--user", "--map-root-user"), ("--user", "--map-current-user"),
                    ("--user", "--map-root-user", "--mount", "--pid", "--fork", "--net", "--ipc", "--uts"),
                    ("--user", "--map-root-user", "--root=/", "--mount")):
        outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE, through=("/usr/bin/unshare", *options, "--"))
        try:
            expect_not_sent(stage, outcome, NOT_PRIVILEGED)
        except Unmet as problem:
            raise Unmet(f"unshare {' '.join(options)}: {problem}") from problem


#: What else is inherited across execution: one line of Python each.
INHERITED = {
    "the personality": "libc.personality(0x0040000 | 0x0400000 | 0x0100000 | 0x4000000)",
    "a parent-death signal": "libc.prctl(1, signal.SIGTERM, 0, 0, 0)",
    "an undumpable process": "libc.prctl(4, 0, 0, 0, 0)",
    "memory that may not become executable": "libc.prctl(65, 1, 0, 0, 0)",
    "transparent huge pages switched off": "libc.prctl(41, 1, 0, 0, 0)",
    "speculation switched off": "libc.prctl(53, 0, 8, 0, 0)",
    "a time-stamp counter that faults": "libc.prctl(26, 2, 0, 0, 0)",
    "the highest timer slack": "libc.prctl(29, 10_000_000, 0, 0, 0)",
    "a subreaper": "libc.prctl(36, 1, 0, 0, 0)",
    "the worst OOM score": "open('/proc/self/oom_score_adj', 'w').write('1000')",
    "niceness": "os.nice(19)",
    "the idle scheduling class": "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))",
    "the idle input-output class": "libc.syscall(251, 1, 0, 3 << 13)",
    "one processor": "os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})",
    "a keyring": "libc.syscall(250, 1, b'spoiled')",
    "a session and process group of its own": "os.setsid() if os.getpid() != os.getsid(0) else None",
    "umask 0777": "os.umask(0o777)",
    "securebits": "libc.prctl(28, 0, 0, 0, 0)",
    "memory locked for the future": "libc.mlockall(2)",
    "a deleted current directory": "os.mkdir('gone'); os.chdir('gone'); os.rmdir('../gone')",
    "an unreadable current directory": "os.mkdir('dark'); os.chdir('dark'); os.chmod('.', 0)",
    "a current directory 3000 bytes deep":
        "for _ in range(15): os.mkdir('d' * 200); os.chdir('d' * 200)",
}


@check("what else a process inherits changes nothing")
def _inherited(stage: Stage) -> None:
    for what, code in INHERITED.items():
        begin_anew(stage)
        outcome = submit_spoiled(stage, code)
        try:
            expect_sent(stage, outcome)
        except Unmet as problem:
            raise Unmet(f"{what}: {problem}") from problem
