"""What the administrator lays down while a message is on its way: it binds whoever was started before."""

import json
import subprocess
import time
from collections.abc import Callable

from ..hostility import ARGUMENTS, MESSAGE, Refusal, await_waiting
from ..postern import CONFIGURATION, DROP_IN, TOOL
from ..process import CLEAN_ENVIRONMENT, TIMEOUT_SECONDS, Command, Outcome, start
from ..stage import Stage, check, expect, expect_permitted, expect_refused
from .smtp import HONEST

FORGED = MESSAGE.replace(b"good@ok.example", b"evil@z.example")
FROM_NOT_ALLOWED = Refusal("from-not-allowed", 77)


def senders(entry: str) -> Callable[[Stage], None]:
    """Returns what replaces alice's entry."""
    return lambda stage: stage.postern.configure(senders=[f"alice {entry}"])


def lose_map(_: Stage) -> None:
    """An administrator's mistake."""
    (CONFIGURATION / "senders.db").unlink()


def submit_meanwhile(stage: Stage, message: bytes, change: Callable[[Stage], None]) -> Outcome:
    """Starts the drop-in, makes it wait within the message, changes what is in force, and sends the rest."""
    with start(stage.machine, Command("alice", DROP_IN, ARGUMENTS)) as process:
        assert process.stdin is not None
        process.stdin.write(message[:10])
        process.stdin.flush()
        await_waiting(process, "alice")
        change(stage)
        await_next_second()
        stdout, stderr = process.communicate(message[10:], timeout=TIMEOUT_SECONDS)
        return Outcome(process.returncode, stdout, stderr)


def await_next_second() -> None:
    """What was read within the second in which it is needed is not read again."""
    time.sleep(1.1 - time.time() % 1)


CHANGES = [
    ("its address is withdrawn", senders("alice@test.example"), FROM_NOT_ALLOWED),
    ("its user is suspended", senders("good@ok.example suspended=spam"), Refusal("user-suspended", 77)),
    ("its quota is taken away", senders("good@ok.example messages_per_hour=0"), Refusal("quota-messages", 69)),
    ("the map is lost", lose_map, Refusal("config-invalid", 78)),
]


@check("a message is refused if what permits it is taken away while it is read")
def _binds(stage: Stage) -> None:
    for sentence, change, refusal in CHANGES:
        stage.postern.forget()
        stage.postern.configure()
        try:
            outcome = submit_meanwhile(stage, MESSAGE, change)
        finally:
            stage.postern.forget()
        expect(sentence, outcome.status, refusal.status)
        expect_refused(outcome, refusal.reason, refusal.status)
    expect("queued", stage.postfix.count(), 0)


@check("a message is sent if its address is permitted while it is read, or nothing changes")
def _permitted(stage: Stage) -> None:
    expect_permitted(submit_meanwhile(stage, MESSAGE, lambda _: None))
    expect_permitted(submit_meanwhile(stage, FORGED, senders("evil@z.example alice@test.example")))
    expect("queued", stage.postfix.count(), 2)
    expect("used", stage.postern.used("alice"), (2, 2, 0))


@check("audit lets no message pass that was begun before it, or ended after it")
def _audit(stage: Stage) -> None:
    def enforce(stage: Stage) -> None:
        stage.postern.configure()

    def audit(stage: Stage) -> None:
        stage.postern.configure(["mode = audit"])

    for before, after in ((enforce, audit), (audit, enforce)):
        before(stage)
        outcome = submit_meanwhile(stage, FORGED, after)
        expect_refused(outcome, FROM_NOT_ALLOWED.reason, FROM_NOT_ALLOWED.status)
    audit(stage)
    expect_permitted(submit_meanwhile(stage, FORGED, lambda _: None))
    [message] = stage.postfix.drain()
    expect("as it came", b"evil@z.example" in message.message, True)


@check("SMTP: each message of a session is judged by what is in force at its end")
def _session(stage: Stage) -> None:
    envelope, _, content = HONEST.partition(b"DATA\r\n")
    with start(stage.machine, Command("alice", DROP_IN, (b"-bs",))) as process:
        assert process.stdin is not None and process.stdout is not None
        replies = []

        def say(words: bytes, count: int) -> None:
            process.stdin.write(words)
            process.stdin.flush()
            for _ in range(count):
                replies.append(process.stdout.readline()[:9].decode())

        say(b"", 1)
        for change in (senders("good@ok.example"), senders("alice@test.example"), senders("good@ok.example")):
            say(envelope + b"DATA\r\n", 3)
            change(stage)
            await_next_second()
            say(content, 1)
        process.stdin.close()
        process.wait(TIMEOUT_SECONDS)
    expect("replies", replies[4::4], ["250 2.0.0", "550 5.7.1", "250 2.0.0"])
    expect("queued", stage.postfix.count(), 2)
    expect("used", stage.postern.used("alice"), (2, 2, 1))


@check("explain of a message that is long in coming says what the drop-in would do by then")
def _explained(stage: Stage) -> None:
    words = (TOOL, "explain", "--json", "--user", "alice", "--", *ARGUMENTS)
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=CLEAN_ENVIRONMENT) as process:
        assert process.stdin is not None
        process.stdin.write(MESSAGE[:10])
        process.stdin.flush()
        await_next_second()
        senders("alice@test.example")(stage)
        await_next_second()
        told = json.loads(process.communicate(MESSAGE[10:], timeout=TIMEOUT_SECONDS)[0])
    expect("decision", (told["verdict"], told["reason"]), ("reject", "from-not-allowed"))
