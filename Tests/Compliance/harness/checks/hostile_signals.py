"""Signals, timers and priority."""

import os
import signal
import subprocess

from .. import ledgerfile
from ..fakes import Fakes
from ..hostility import (ARGUMENTS, DIALOGUE, LEDGER, MESSAGE, SESSION, await_that, callers_ids, check, expect_sent,
                         expect_state, spoiling, submit_spoiled, user_ids, within)
from ..machine import USERS
from ..postern import DROP_IN
from ..process import Command, finish, start, start_with
from ..stage import Stage, expect, expect_permitted

SIGNALS = "signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}"


@check("all signals ignored and blocked, with supervise: the end of the real sendmail is seen")
def _signals_supervised(stage: Stage) -> None:
    stage.postern.configure(["handoff = supervise"])
    code = (f"for number in {SIGNALS}: signal.signal(number, signal.SIG_IGN)\n"
            f"signal.pthread_sigmask(signal.SIG_BLOCK, {SIGNALS})")
    expect_sent(stage, submit_spoiled(stage, code))


@check("SIGCHLD ignored, with supervise: the status of the real sendmail is still seen")
def _child_signal(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("exit-3", "cat >/dev/null; exit 3")
    stage.postern.configure(["handoff = supervise", f"sendmail_path = {fake}"])
    outcome = submit_spoiled(stage, "signal.signal(signal.SIGCHLD, signal.SIG_IGN)")
    expect("status", outcome.status, 3)
    expect_state(stage, queued=0, charged=0)


@check("a child of the caller's, unknown to the drop-in, is not taken for the real sendmail")
def _foreign_child(stage: Stage) -> None:
    stage.postern.configure(["handoff = supervise"])
    code = "if os.fork() == 0:\n    [os.close(n) for n in range(3)]\n    os._exit(9)"
    expect_sent(stage, submit_spoiled(stage, code))


@check("a signal that is pending and blocked at the start is the caller's own end of its process")
def _pending(stage: Stage) -> None:
    for name in ("SIGTERM", "SIGALRM", "SIGXCPU", "SIGRTMIN"):
        code = (f"signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.{name}}})\n"
                f"os.kill(os.getpid(), signal.{name})")
        outcome = submit_spoiled(stage, code)
        expect(f"status after {name}", outcome.status, -getattr(signal, name))
        expect_state(stage, queued=0, charged=0)


@check("pending signals that end nothing do not disturb")
def _pending_harmless(stage: Stage) -> None:
    code = ("signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n"
            "for name in ('SIGCHLD', 'SIGURG', 'SIGWINCH', 'SIGCONT', 'SIGPIPE', 'SIGXFSZ'):\n"
            "    os.kill(os.getpid(), getattr(signal, name))")
    expect_sent(stage, submit_spoiled(stage, code))


@check("timers of processor time do not survive the start")
def _timers(stage: Stage) -> None:
    # None can have run off before the caller executes the drop-in, all would long before its end.
    fake = Fakes(stage.machine).shell("busy", "cat >/dev/null; i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done")
    stage.postern.configure([f"sendmail_path = {fake}"])
    code = ("for timer in (signal.ITIMER_VIRTUAL, signal.ITIMER_PROF, signal.ITIMER_REAL):\n"
            "    signal.setitimer(timer, 0.1, 0.1)")
    expect_permitted(submit_spoiled(stage, code))


BURNERS = 2 * (os.cpu_count() or 1)
IDLE, VICTIMS = 10, 5


@check("under full load, an idle-class process of one user does not delay another")
def _idle(stage: Stage) -> None:
    burners = [subprocess.Popen(["/usr/bin/python3", "-ISc", "while True: pass"], user=USERS["alice"].uid)
               for _ in range(BURNERS)]
    idle = spoiling("os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))")
    sending = []
    try:
        for _ in range(IDLE):
            sending.append(start_with(stage.machine, Command("alice", DROP_IN, ARGUMENTS, MESSAGE, through=idle)))
        await_that("one of alice's messages is charged", lambda: ledgerfile.messages(LEDGER, USERS["alice"].uid) > 0)
        for _ in range(VICTIMS):
            with within(5, "a message of frank's under full load"):
                expect_permitted(stage.postern.submit("frank", b"r@x.example"))
        expect("frank's record", stage.postern.used("frank"), (VICTIMS, VICTIMS, 0))
        at_work = [process.pid for process in sending if process.poll() is None]
        expect("some idle process was still at work by then", bool(at_work), True)
        for burner in burners:
            burner.kill()
        for process in sending:
            expect_permitted(finish(process))
    finally:
        for process in burners + sending:
            process.kill()
            process.communicate()
    expect_state(stage, queued=IDLE + VICTIMS, charged=IDLE, refused=0)


@check("-bs with all signals ignored and blocked: the end of each real sendmail is seen")
def _session_signals(stage: Stage) -> None:
    code = (f"for number in {SIGNALS}: signal.signal(number, signal.SIG_IGN)\n"
            f"signal.pthread_sigmask(signal.SIG_BLOCK, {SIGNALS})")
    outcome = submit_spoiled(stage, code, arguments=(b"-bs",), stdin=SESSION)
    codes = [line[:3] for line in outcome.stdout.splitlines() if line[3:4] == b" "]
    expect("replies", codes, [b"220", b"250", b"250", b"250", b"354", b"250", b"221"])
    expect_state(stage, queued=1, charged=1)


@check("an SMTP session counts against its caller's process limit before and after each message")
def _session_counted(stage: Stage) -> None:
    process = start(stage.machine, Command("alice", DROP_IN, (b"-bs",)))
    try:
        if process.stdin is None or process.stdout is None:
            raise RuntimeError("no pipes")
        process.stdout.readline()
        expect("user IDs before a message", user_ids(process.pid), callers_ids("alice"))
        for _ in range(2):
            process.stdin.write(DIALOGUE)
            process.stdin.flush()
            for line in process.stdout:
                if line.startswith(b"354"):
                    break
            expect("reply to a message", process.stdout.readline()[:10], b"250 2.0.0 ")
            expect("user IDs after a message", user_ids(process.pid), callers_ids("alice"))
        output, _ = process.communicate(b"QUIT\r\n", timeout=10)
        expect("reply to QUIT", output[:3], b"221")
    finally:
        process.kill()
        process.communicate()
    expect_state(stage, queued=2, charged=2)
