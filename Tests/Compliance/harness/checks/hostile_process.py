"""Tracing, filters, namespaces, personality: what a caller may do to a process of its own."""

from ..hostility import (ARGUMENTS, MESSAGE, NOT_PRIVILEGED, begin_anew, check, expect_not_sent, expect_sent,
                         submit_spoiled)
from ..stage import Stage, Unmet


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
