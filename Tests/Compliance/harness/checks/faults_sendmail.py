"""The real sendmail, or the queue behind it, in every bad state."""

import signal
import subprocess
import time

from ..fakes import Fakes
from ..hostility import ARGUMENTS, MESSAGE, Refusal, expect_not_sent
from ..machine import mount
from ..postern import DROP_IN
from ..postfix import SPOOL
from ..process import Command, Outcome, start
from ..stage import Stage, check, expect, expect_permitted

HANDOFF_FAILED = Refusal("handoff-failed", 71)

#: Every status of sysexits.h, what shells make up, and the ends of the range.
STATUSES = (1, 2, *range(64, 79), 99, 100, 111, 125, 126, 127, 128, 137, 255)


def _submit(stage: Stage, script: str, handoff: str) -> Outcome:
    fake = Fakes(stage.machine).shell("faulty", script)
    stage.postern.configure([f"sendmail_path = {fake}", f"handoff = {handoff}"])
    return stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)


def _charged(stage: Stage) -> int:
    charged: int = stage.postern.used("alice")[0]
    return charged


@check("each status of the real sendmail under supervise: 75 becomes 69, others pass, none is charged")
def _statuses_supervised(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("by-name", 'cat >/dev/null; exit "${3%@*}"')
    stage.postern.configure([f"sendmail_path = {fake}", "handoff = supervise"],
                            ["alice alice@test.example @n.example"])
    for status in STATUSES:
        outcome = stage.postern.submit("alice", b"-f", b"%d@n.example" % status, b"r@x.example")
        expect(f"status {status}", outcome.status, 69 if status == 75 else status)
    expect("charged", _charged(stage), 0)


@check("each status of the real sendmail under exec is the caller's, and each is charged")
def _statuses_executed(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("by-name", 'cat >/dev/null; exit "${3%@*}"')
    stage.postern.configure([f"sendmail_path = {fake}"], ["alice alice@test.example @n.example"])
    for status in STATUSES:
        outcome = stage.postern.submit("alice", b"-f", b"%d@n.example" % status, b"r@x.example")
        expect(f"outcome {status}", outcome, Outcome(status, b"", b""))
    expect("charged", _charged(stage), len(STATUSES))


@check("a real sendmail that is killed: handoff-failed under supervise, the signal itself under exec")
def _killed(stage: Stage) -> None:
    for name in ("KILL", "TERM", "SEGV", "PIPE", "XFSZ"):
        expect_not_sent(stage, _submit(stage, f"kill -{name} $$; sleep 9", "supervise"), HANDOFF_FAILED)
    expect("status under exec", _submit(stage, "kill -TERM $$; sleep 9", "exec").status, -signal.SIGTERM)
    expect("charged", _charged(stage), 1)


@check("a real sendmail that is not executable, or no program, is handoff-failed and not charged")
def _no_program(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    for mode, content in ((0o644, "exit 0"), (0o755, "")):
        fake = fakes.shell("no-program", content)
        if not content:
            fake.write_bytes(b"\x7fELF but not really")
        fake.chmod(mode)
        for handoff in ("exec", "supervise"):
            stage.postern.configure([f"sendmail_path = {fake}", f"handoff = {handoff}"])
            expect_not_sent(stage, stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE), HANDOFF_FAILED)


@check("a real sendmail that closes its input early delays nothing")
def _deaf(stage: Stage) -> None:
    for handoff in ("exec", "supervise"):
        fake = Fakes(stage.machine).shell("deaf", "exec <&-; exit 0")
        stage.postern.configure([f"sendmail_path = {fake}", f"handoff = {handoff}"])
        large = MESSAGE + b"line of text\n" * 400_000
        expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=large))
    expect("charged", _charged(stage), 2)


@check("a real sendmail that is stopped is waited for, and delays no other user")
def _stopped(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("stopped", "cat >/dev/null; kill -STOP $$; exit 0")
    stage.postern.configure([f"sendmail_path = {fake}", "handoff = supervise"])
    process = start(stage.machine, Command("alice", DROP_IN, (b"r@x.example",)))
    if process.stdin is not None:
        process.stdin.write(MESSAGE)
        process.stdin.close()
        process.stdin = None
    child = _stopped_child(process.pid)
    # The other user's own real sendmail would stop as well, so what is refused is asked.
    expect("bob's refusal", stage.postern.submit("bob", b"-f", b"evil@z.example", b"r@x.example").status, 77)
    expect("still waiting", process.poll(), None)
    subprocess.run(["kill", "-CONT", str(child)], check=True)
    stdout, stderr = process.communicate(timeout=10)
    expect("outcome", (process.returncode, stdout, stderr), (0, b"", b""))
    expect("charged", _charged(stage), 1)


def _stopped_child(parent: int) -> int:
    for _ in range(1000):
        found = subprocess.run(["pgrep", "-P", str(parent), "-r", "T"], capture_output=True, check=False)
        if found.stdout:
            return int(found.stdout)
        time.sleep(0.01)
    raise RuntimeError("the real sendmail never stops")


@check("a real sendmail that writes much is heard to the end")
def _talkative(stage: Stage) -> None:
    script = "cat >/dev/null; head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2; exit 0"
    for handoff in ("exec", "supervise"):
        outcome = _submit(stage, script, handoff)
        expect("status and sizes", (outcome.status, len(outcome.stdout), len(outcome.stderr)),
               (0, 3_000_000, 3_000_000))
    expect("charged", _charged(stage), 2)


@check("a full disk under Postfix's queue: exec passes its 75 on, supervise makes it 69 and charges nothing")
def _full_queue(stage: Stage) -> None:
    maildrop = SPOOL / "maildrop"
    status = maildrop.stat()
    options = f"size=64k,mode={status.st_mode & 0o7777:o},uid={status.st_uid},gid={status.st_gid}"
    mount("-t", "tmpfs", "-o", options, "small", str(maildrop))
    large = MESSAGE + b"line of text\n" * 20_000
    try:
        executed = stage.postern.submit("alice", *ARGUMENTS, stdin=large)
        charged = _charged(stage)
        stage.postern.configure(["handoff = supervise"])
        supervised = stage.postern.submit("alice", *ARGUMENTS, stdin=large)
    finally:
        subprocess.run(["umount", str(maildrop)], check=True)
    expect("status under exec", (executed.status, charged), (75, 1))
    expect("status under supervise", (supervised.status, _charged(stage)), (69, 1))
    expect("the last line is ours", b"nothing was sent" in supervised.stderr.splitlines()[-1], True)
    expect("queued", stage.postfix.count(), 0)
    stage.postern.configure()
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=large))
