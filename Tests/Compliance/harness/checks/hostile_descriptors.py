"""Descriptors 0 to 2 closed, swapped or of a kind that nobody expects, and a thousand others."""

from itertools import product

from ..hostility import (MESSAGE, SYSTEM_ERROR, expect_not_sent, expect_sent, expect_state,
                         submit_spoiled)
from ..postern import CONFIGURATION, DROP_IN, STATE
from ..process import Command, run
from ..stage import Stage, check, expect, expect_refused


@check("each combination of descriptors 0 to 2 closed: delivered with an input, refused without")
def _closed(stage: Stage) -> None:
    for closed in product((False, True), repeat=3):
        stage.postern.forget_usage()
        numbers = [number for number, isClosed in enumerate(closed) if isClosed]
        outcome = submit_spoiled(stage, "".join(f"os.close({number})\n" for number in numbers))
        sent = 0 if closed[0] else 1
        expect(f"status with {numbers} closed", outcome.status, 0 if sent else SYSTEM_ERROR.status)
        expect(f"lines on stderr with {numbers} closed", outcome.stderr.count(b"\n"),
               0 if sent or closed[2] else 1)
        expect_state(stage, queued=sent, charged=sent)


@check("standard output and error open for reading only: delivered")
def _read_only_outputs(stage: Stage) -> None:
    code = "null = os.open('/dev/null', os.O_RDONLY); os.dup2(null, 1); os.dup2(null, 2)"
    expect_sent(stage, submit_spoiled(stage, code))


@check("a refusal that cannot be written anywhere still has its status")
def _no_place_for_the_refusal(stage: Stage) -> None:
    forged = b"From: x@z.example\nTo: r@x.example\n\nb\n"
    for code in ("os.dup2(os.open('/dev/null', os.O_RDONLY), 2)", "os.dup2(os.open('/dev/full', os.O_WRONLY), 2)",
                 "r, w = os.pipe(); os.dup2(w, 2); os.close(r)"):
        outcome = submit_spoiled(stage, code, stdin=forged)
        expect(f"outcome of {code}", (outcome.status, outcome.stdout, outcome.stderr), (77, b"", b""))
    expect_state(stage, queued=0, charged=0)


@check("descriptors 0 to 2 swapped among each other: refused where the input is an output, delivered where it is one")
def _swapped(stage: Stage) -> None:
    for first, second, sent in ((0, 1, 0), (0, 2, 0), (1, 2, 1)):
        stage.postern.forget_usage()
        code = f"kept = os.dup({first}); os.dup2({second}, {first}); os.dup2(kept, {second})"
        outcome = submit_spoiled(stage, code)
        expect(f"status with {first} and {second} swapped", outcome.status, 0 if sent else SYSTEM_ERROR.status)
        expect_state(stage, queued=sent, charged=sent)


@check("descriptors that are only paths: refused as input, harmless as output")
def _paths(stage: Stage) -> None:
    expect_not_sent(stage, submit_spoiled(stage, "os.dup2(os.open('/dev/null', os.O_PATH), 0)"), SYSTEM_ERROR)
    expect_sent(stage, submit_spoiled(
        stage, "null = os.open('/dev/null', os.O_PATH); os.dup2(null, 1); os.dup2(null, 2)"))


@check("a thousand inherited descriptors are closed, and delay nothing")
def _many(stage: Stage) -> None:
    code = "null = os.open('/dev/null', os.O_RDWR)\nfor n in range(3, 1024): os.dup2(null, n)"
    expect_sent(stage, submit_spoiled(stage, code))


@check("descriptors 0 to 2 all the same open pipe: delivered")
def _one_pipe(stage: Stage) -> None:
    code = f"a, b = socket.socketpair(); a.sendall({MESSAGE!r}); a.shutdown(socket.SHUT_WR)\n" \
           "for n in range(3): os.dup2(b.fileno(), n)"
    outcome = submit_spoiled(stage, code)
    expect("status", outcome.status, 0)
    expect_state(stage, queued=1, charged=1)


@check("the state file and the configuration are never within the caller's reach")
def _out_of_reach(stage: Stage) -> None:
    for path in (STATE / "quota", CONFIGURATION / "senders.db", CONFIGURATION / "postern.cf"):
        code = f"os.dup2(os.open({str(path)!r}, os.O_RDWR | os.O_APPEND), 2)"
        stage.postern.submit("alice", b"r@x.example")
        outcome = submit_spoiled(stage, code)
        expect(f"opening {path}", b"PermissionError" in outcome.stderr, True)


@check("the real sendmail's own standard output and error are the caller's")
def _passed_on(stage: Stage) -> None:
    outcome = run(stage.machine, Command("alice", DROP_IN, (b"-bp",)))
    expect("queue listing", (outcome.status, outcome.stdout, outcome.stderr),
           (0, b"Mail queue is empty\n", b""))


@check("a signal that the caller has bound to its pipe ends nothing after the hand-over began")
def _bound_signal(stage: Stage) -> None:
    # F_SETOWN and F_SETSIG survive execution; the kernel asks who set them each time it sends one.
    code = ("fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid()); fcntl.fcntl(0, 10, signal.SIGTERM)\n"
            "fcntl.fcntl(0, fcntl.F_SETFL, fcntl.fcntl(0, fcntl.F_GETFL) | os.O_ASYNC)")
    outcome = submit_spoiled(stage, code)
    # The caller may end its own process while it still reads, in this way as in any other.
    if outcome.status == -15:
        expect_state(stage, queued=0, charged=0)
    else:
        expect_sent(stage, outcome)


@check("a lock on the caller's input delays nobody")
def _locked_input(stage: Stage) -> None:
    code = (f"f = open('locked', 'w+b'); f.write({MESSAGE!r}); f.seek(0); fcntl.flock(f, fcntl.LOCK_EX)\n"
            "os.dup2(f.fileno(), 0)")
    expect_sent(stage, submit_spoiled(stage, code))


@check("an input that is open for writing only is refused")
def _write_only(stage: Stage) -> None:
    outcome = submit_spoiled(stage, "os.dup2(os.open('out', os.O_WRONLY | os.O_CREAT), 0)")
    expect_refused(outcome, SYSTEM_ERROR.reason, SYSTEM_ERROR.status)
    expect_state(stage, queued=0, charged=0)
