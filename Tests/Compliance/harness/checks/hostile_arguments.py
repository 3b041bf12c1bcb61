"""Arguments and environment of every size, with everything that any library or program honours in it."""

import subprocess
from itertools import product

from ..hostility import (ARGUMENTS, MESSAGE, Refusal, begin_anew, check, expect_not_sent, expect_sent,
                         expect_state, submit_spoiled)
from ..machine import mount
from ..postern import DROP_IN
from ..process import Command, run
from ..stage import Stage, expect, expect_permitted, expect_refused

USAGE = Refusal("usage", 64)
FORGED = b"From: evil@z.example\nTo: r@x.example\n\nb\n"
FROM_NOT_ALLOWED = Refusal("from-not-allowed", 77)

#: Each would change what a program does, if the program, its libraries or Postfix saw it.
VARIABLES = {
    "the dynamic loader's": {
        "LD_PRELOAD": "/tmp/x.so", "LD_AUDIT": "/tmp/x.so", "LD_LIBRARY_PATH": "/tmp", "LD_DEBUG": "all",
        "LD_DEBUG_OUTPUT": "/tmp/ld", "LD_TRACE_LOADED_OBJECTS": "1", "LD_PROFILE": "libc.so.6",
        "LD_BIND_NOT": "1", "LD_SHOW_AUXV": "1",
    },
    "the C library's": {
        "GLIBC_TUNABLES": "glibc.malloc.check=3:glibc.malloc.perturb=165", "MALLOC_CHECK_": "3",
        "MALLOC_PERTURB_": "165", "MALLOC_TRACE": "trace", "GCONV_PATH": "/tmp", "LOCPATH": "/tmp",
        "NLSPATH": "/tmp/%N", "TZ": "/dev/zero", "TZDIR": "/tmp", "LANG": "../../tmp/x", "LC_ALL": "xx_YY",
        "HOSTALIASES": "/tmp/x", "RES_OPTIONS": "debug", "GETCONF_DIR": "/tmp", "TMPDIR": "/nonexistent",
    },
    "the Swift runtime's": {
        "SWIFT_BACKTRACE": "enable=yes,interactive=yes,swift-backtrace=/bin/false,output-to=stdout",
        "SWIFT_DEBUG_HELP": "YES", "SWIFT_ROOT": "/tmp", "SWIFT_ENABLE_MANGLED_NAME_VERIFICATION": "YES",
        "SWIFT_DEBUG_ENABLE_METADATA_BACKTRACE_LOGGING": "YES", "SWIFT_DETERMINISTIC_HASHING": "1",
        "SWIFT_DEBUG_VALIDATE_UNCHECKED_CONTINUATIONS": "YES",
    },
    "Postfix's": {
        "MAIL_CONFIG": "/tmp", "MAIL_DEBUG": "1", "MAIL_VERBOSE": "1", "MAIL_LOGTAG": "x", "MAIL_LOG": "x",
        "MAIL_SERVICE_NAME": "x", "NAME": "x", "LOGNAME": "root", "USER": "root",
    },
    "the shell's": {
        "IFS": "/ \n", "ENV": "/tmp/x", "BASH_ENV": "/tmp/x", "SHELLOPTS": "xtrace", "PS4": "$(id)", "CDPATH": "/",
        "BASH_FUNC_cat%%": "() { id; }", "PATH": "/tmp", "HOME": "/root", "PYTHONPATH": "/tmp",
    },
}


@check("no variable of a library's, of Postfix's or of a shell's changes anything")
def _variables(stage: Stage) -> None:
    for whose, variables in VARIABLES.items():
        begin_anew(stage)
        sent = run(stage.machine, Command("alice", DROP_IN, ARGUMENTS, MESSAGE, environment=variables))
        expect(f"outcome with {whose}", (sent.status, sent.stdout, sent.stderr), (0, b"", b""))
        messages = stage.postfix.drain()
        expect(f"sender with {whose}", [message.sender for message in messages], ["alice@test.example"])
        forged = run(stage.machine, Command("alice", DROP_IN, ARGUMENTS, FORGED, environment=variables))
        expect_not_sent(stage, forged, FROM_NOT_ALLOWED, charged=1)
    expect("files of the caller's making", list(stage.machine.home("alice").glob("*trace*")), [])


@check("an environment of a megabyte, and one of thousands of variables: delivered")
def _large_environment(stage: Stage) -> None:
    for code in ("for n in range(8): os.environ['V%d' % n] = 'x' * 125_000",
                 "for n in range(20_000): os.environ['V%d' % n] = 'x' * 20"):
        begin_anew(stage)
        expect_sent(stage, submit_spoiled(stage, code))


@check("an environment with entries that are no variables: delivered")
def _odd_environment(stage: Stage) -> None:
    code = """
names = [b"", b"=", b"no equals sign", b"A=1", b"A=2", b"\\xff\\xfe=\\x01", b"=A=B"]
environ = (ctypes.c_char_p * (len(names) + 1))(*names)
libc.execve(words[0], vector, environ)
"""
    expect_sent(stage, submit_spoiled(stage, code))


@check("more arguments, or more bytes of them, than anybody needs are refused")
def _large_arguments(stage: Stage) -> None:
    for many in ("[b'r'] * 70_000", "[b'r@x.example'] * 2 + [b'x' * 130_000] * 17"):
        begin_anew(stage)
        code = f"""
limit(resource.RLIMIT_STACK, 32 << 20)
many = words + {many}
libc.execv(words[0], (ctypes.c_char_p * (len(many) + 1))(*many))
"""
        expect_not_sent(stage, submit_spoiled(stage, code), USAGE)


@check("a thousand recipients of two hundred bytes each are counted one by one, or refused together")
def _many_recipients(stage: Stage) -> None:
    words = tuple(b"%0190d@x.example" % number for number in range(1000))
    expect_not_sent(stage, stage.postern.submit("alice", b"-i", *words), Refusal("recipient-limit", 65))
    stage.postern.configure(["recipients_per_message = 1000"])
    outcome = stage.postern.submit("alice", b"-i", *words)
    expect("status", outcome.status, 0)
    messages = stage.postfix.drain()
    expect("recipients", [len(message.recipients) for message in messages], [1000])
    expect("charged", stage.postern.used("alice")[:2], (1, 1000))


HANDOFF_FAILED = Refusal("handoff-failed", 71)

@check("words below 2 MB that make a longer command line than the kernel takes are one refusal, fewer are sent")
def _beyond_the_kernel(stage: Stage) -> None:
    # A set-uid program has a stack of 8 MB, whatever its caller's, and may fill a quarter of it with a command line.
    # Sixteen words of 6000 recipients are 1.7 MB; one by one, and with a pointer to each, they are 2.5 MB.
    for handoff, words in product(("exec", "supervise"), (16, 12)):
        stage.postern.configure([f"handoff = {handoff}", "recipients_per_message = 100000"])
        begin_anew(stage)
        code = f"""
limit(resource.RLIMIT_STACK, 64 << 20)
many = words + [b",".join(b"%07d@x.example" % (word * 6000 + n) for n in range(6000)) for word in range({words})]
libc.execv(words[0], (ctypes.c_char_p * (len(many) + 1))(*many))
"""
        outcome = submit_spoiled(stage, code, arguments=(b"-i",))
        if words == 16:
            line = expect_not_sent(stage, outcome, HANDOFF_FAILED)
            expect("the cause is named", b"Argument list too long" in line, True)
        else:
            expect_permitted(outcome)
            expect("recipients", [len(message.recipients) for message in stage.postfix.drain()], [72_000])
            expect("charged", stage.postern.used("alice"), (1, 72_000, 0))


@check("a vector of no arguments at all is read as no arguments, not as the environment")
def _no_vector(stage: Stage) -> None:
    """Since Linux 5.18 the kernel itself puts one empty argument into an empty vector.

    So what is tested there is an argv[0] of no bytes; without any, an older kernel would let argv[1] be the first
    variable of the environment.
    """
    code = """
nothing = (ctypes.c_char_p * 1)(None)
environ = (ctypes.c_char_p * 3)(b"-t", b"r@x.example", None)
libc.execve(words[0], nothing, environ)
"""
    expect_not_sent(stage, submit_spoiled(stage, code), Refusal("no-recipients", 65))


@check("the arguments are read although no file can be opened at the start")
def _no_descriptor_at_the_start(stage: Stage) -> None:
    expect_sent(stage, submit_spoiled(stage, "limit(resource.RLIMIT_NOFILE, 0, 256)"))


@check("without /proc everything works: arguments, delivery, refusal, log")
def _no_proc(stage: Stage) -> None:
    stage.log.records()
    mount("-t", "tmpfs", "-o", "mode=555", "no-proc", "/proc")
    try:
        outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
        refused = stage.postern.submit("alice", *ARGUMENTS, stdin=FORGED)
    finally:
        subprocess.run(["umount", "/proc"], check=True)
    expect("outcome", (outcome.status, outcome.stdout, outcome.stderr), (0, b"", b""))
    expect("verdicts", [line["verdict"] for line in stage.log.decisions()], ["permit", "reject"])
    expect_refused(refused, FROM_NOT_ALLOWED.reason, FROM_NOT_ALLOWED.status)
    expect_state(stage, queued=1, charged=1)
