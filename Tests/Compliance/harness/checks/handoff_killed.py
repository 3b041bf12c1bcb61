"""Who kills or stops the real sendmail: the kernel short of memory, or a caller who has the means."""

import subprocess

from ..fakes import Fakes
from ..hostility import ARGUMENTS, MESSAGE, Refusal, callers_ids, expect_state
from ..postern import DROP_IN
from ..process import Command, run
from ..stage import Stage, check, expect, expect_refused
from .smtp import HONEST, answers

HANDOFF_FAILED = Refusal("handoff-failed", 71)

#: Postfix has the message by then, and nobody is told.
KILLED_LATE = '/usr/sbin/sendmail "$@"; kill -KILL $$'
ATTEMPTS = 40


@check("supervise: a real sendmail that is killed when it may have queued the message stays charged")
def _late(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("killed-late", KILLED_LATE)
    stage.postern.configure([f"sendmail_path = {fake}", "handoff = supervise"])
    line = expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE),
                          HANDOFF_FAILED.reason, HANDOFF_FAILED.status)
    expect("text", b"stays charged" in line, True)
    expect_state(stage, queued=1, charged=1)


@check("SMTP: a real sendmail that is killed when it may have queued the message stays charged")
def _late_session(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("killed-late", KILLED_LATE)
    stage.postern.configure([f"sendmail_path = {fake}"])
    outcome = run(stage.machine, Command("alice", DROP_IN, (b"-bs",), HONEST + b"QUIT\r\n"))
    expect("the reply says so", b"stays charged" in outcome.stdout, True)
    expect("it is no success", answers(outcome)[4][0] in "45", True)
    expect_state(stage, queued=1, charged=1)


#: Run by the caller: stops each child as soon as it is there, and says whose process it has stopped.
STOPPER = """
import os, signal, subprocess, sys
for attempt in range(ATTEMPTS):
    # What is stopped must not keep the harness waiting for its output.
    process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    process.stdin.write(MESSAGE)
    process.stdin.close()
    children = os.open(f"/proc/{process.pid}/task/{process.pid}/children", os.O_RDONLY)
    while process.poll() is None:
        child = os.pread(children, 64, 0).split()
        if not child:
            continue
        try:
            os.kill(int(child[0]), signal.SIGSTOP)
            with open(f"/proc/{child[0].decode()}/status") as status:
                print(next(line for line in status if line.startswith("Uid")).split()[1])
            process.kill()
            os.kill(int(child[0]), signal.SIGKILL)
        except (PermissionError, ProcessLookupError, FileNotFoundError):
            pass
        break
    os.close(children)
    process.wait()
"""


@check("supervise: a child that its caller stops counts as its caller's")
def _stopped(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("slow", "cat >/dev/null; sleep 0.05")
    stage.postern.configure([f"sendmail_path = {fake}", "handoff = supervise"])
    script = STOPPER.replace("ATTEMPTS", str(ATTEMPTS)).replace("MESSAGE", repr(MESSAGE))
    words = (b"-ISc", script.encode(), DROP_IN.encode(), *ARGUMENTS)
    try:
        outcome = run(stage.machine, Command("alice", "/usr/bin/python3", words))
    finally:
        subprocess.run(["pkill", "-KILL", "-U", "postern"], check=False)
    stopped = outcome.stdout.decode().split()
    # A stop that arrives in the very call that takes postern's IDs takes effect behind it.
    expect(f"nearly always, of {stopped}", stopped.count("7300") > 9 * stopped.count("7200"), True)
