"""Descriptors 0 to 2 closed, swapped or of a kind that nobody expects, and a thousand others."""

from itertools import product

from ..fakes import Fakes
from ..hostility import (ARGUMENTS, LEDGER, MESSAGE, SESSION, SYSTEM_ERROR, await_waiting, begin_anew, check,
                         descriptors_of, expect_not_sent, expect_sent, expect_state, submit_spoiled, within)
from ..postern import CONFIGURATION, DROP_IN, STATE
from ..process import TIMEOUT_SECONDS, Command, Outcome, run, start
from ..stage import Stage, Unmet, expect, expect_permitted, expect_refused


@check("each combination of descriptors 0 to 2 closed: delivered with an input, refused without")
def _closed(stage: Stage) -> None:
    for closed in product((False, True), repeat=3):
        begin_anew(stage)
        sent = 0 if closed[0] else 1
        numbers = [number for number, isClosed in enumerate(closed) if isClosed]
        outcome = submit_spoiled(stage, "".join(f"os.close({number})\n" for number in numbers))
        _expect_form(stage, outcome, f"{numbers} closed", sent=sent, isHeard=not closed[2])


def _expect_form(stage: Stage, outcome: Outcome, what: str, *, sent: int, isHeard: bool) -> None:
    """Asks for a delivery in silence, or for a refusal: one line of its code, if there is anything to write it to."""
    try:
        if sent:
            expect_sent(stage, outcome)
        elif isHeard:
            expect_not_sent(stage, outcome, SYSTEM_ERROR)
        else:
            expect("outcome", (outcome.status, outcome.stdout, outcome.stderr), (SYSTEM_ERROR.status, b"", b""))
            expect_state(stage, queued=0, charged=0, refused=0)
        [line] = stage.log.decisions()
        expect("verdict", (line["verdict"], line["reason"]),
               ("permit", "none") if sent else ("reject", SYSTEM_ERROR.reason))
    except (Unmet, ValueError) as problem:
        raise Unmet(f"{what}: {problem}") from problem


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
        begin_anew(stage)
        code = f"kept = os.dup({first}); os.dup2({second}, {first}); os.dup2(kept, {second})"
        outcome = submit_spoiled(stage, code)
        # With 0 and 2 swapped, standard error is the reading end of a pipe.
        _expect_form(stage, outcome, f"{first} and {second} swapped", sent=sent, isHeard=second != 2)


@check("descriptors that are only paths: refused as input, harmless as output")
def _paths(stage: Stage) -> None:
    expect_not_sent(stage, submit_spoiled(stage, "os.dup2(os.open('/dev/null', os.O_PATH), 0)"), SYSTEM_ERROR)
    expect_sent(stage, submit_spoiled(
        stage, "null = os.open('/dev/null', os.O_PATH); os.dup2(null, 1); os.dup2(null, 2)"))


@check("a thousand inherited descriptors are closed, and delay nothing")
def _many(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    code = """
null = os.open("/dev/null", os.O_RDWR)
highest = min(resource.getrlimit(resource.RLIMIT_NOFILE)[1], 1 << 16)
limit(resource.RLIMIT_NOFILE, highest)
for n in [*range(3, 1027), highest - 1]: os.dup2(null, n)
limit(resource.RLIMIT_NOFILE, 64, highest)
"""
    for handoff in ("exec", "supervise"):
        begin_anew(stage)
        stage.postern.configure([f"handoff = {handoff}"])
        with within(5, "a message from among a thousand descriptors"):
            expect_sent(stage, submit_spoiled(stage, code))
        stage.postern.configure([f"handoff = {handoff}", f"sendmail_path = {fakes.recorder()}"])
        expect_permitted(submit_spoiled(stage, code))
        expect(f"descriptors of the real sendmail, {handoff}", fakes.recorded()["descriptors"], [0, 1, 2])


@check("descriptors 0 to 2 all the same open pipe: delivered")
def _one_pipe(stage: Stage) -> None:
    code = f"a, b = socket.socketpair(); a.sendall({MESSAGE!r}); a.shutdown(socket.SHUT_WR)\n" \
           "for n in range(3): os.dup2(b.fileno(), n)"
    outcome = submit_spoiled(stage, code)
    expect("status", outcome.status, 0)
    expect_state(stage, queued=1, charged=1)


PRECIOUS = (LEDGER, CONFIGURATION / "senders.db", CONFIGURATION / "postern.cf")


@check("the state file and the configuration are never within the caller's reach")
def _out_of_reach(stage: Stage) -> None:
    for path in PRECIOUS:
        for mode in ("O_RDONLY", "O_WRONLY | os.O_APPEND"):
            outcome = submit_spoiled(stage, f"os.dup2(os.open({str(path)!r}, os.{mode}), 2)")
            expect(f"opening {path}", b"PermissionError" in outcome.stderr, True)
    expect_state(stage, queued=0, charged=0)


@check("neither who waits nor the real sendmail has a descriptor of the state file or the configuration")
def _no_descriptor(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    for handoff in ("exec", "supervise"):
        stage.postern.configure([f"handoff = {handoff}", f"sendmail_path = {fakes.recorder()}"])
        for arguments, stdin in ((ARGUMENTS, MESSAGE), ((b"-bs",), SESSION)):
            with start(stage.machine, Command("alice", DROP_IN, arguments)) as process:
                await_waiting(process, "alice")
                expect("files of who waits", _precious(descriptors_of(process.pid)), [])
                _, stderr = process.communicate(stdin, timeout=TIMEOUT_SECONDS)
            expect("outcome", (process.returncode, stderr), (0, b""))
            given = fakes.recorded()
            expect("descriptors", given["descriptors"], [0, 1, 2])
            expect("files of the real sendmail", _precious(given["files"]), [])


def _precious(files: list[str]) -> list[str]:
    return [file for file in files if file.startswith((str(STATE), str(CONFIGURATION)))]


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
