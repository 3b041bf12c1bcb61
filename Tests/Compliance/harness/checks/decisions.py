"""One line for each decision, and no mail lost for want of a log daemon."""

import os
import socket

from ..hostility import within
from ..postern import DROP_IN
from ..process import Command, run
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = (b"From: good@ok.example\nTo: r@x.example, q@x.example\nMessage-ID: <1@ok.example>\n"
           b"X-PHP-Originating-Script: 7300:mailer.php\n\nb\n")


@check("a Message-Id: that is added is in the log and in the message, so that Postfix's lines can be joined")
def _message_id(stage: Stage) -> None:
    stage.log.records()
    expect_permitted(stage.postern.submit("alice", b"-t", b"-i", stdin=b"From: good@ok.example\nTo: r@x.example\n\nb\n"))
    (line,) = stage.log.decisions()
    (mail,) = stage.postfix.drain()
    expect("in the message", f"Message-Id: {line['message-id']}\n".encode() in mail.message, True)


@check("a permitted message is logged with all that is known of it")
def _permitted(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 100", "recipients_per_hour = 500"])
    stage.log.records()
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    lines = stage.log.decisions()
    expect("lines", len(lines), 1)
    wanted = {
        "verdict": "permit", "uid": "7300", "user": "alice", "envelope": "<alice@test.example>",
        "from": "<good@ok.example>", "recipients": "2", "message-id": "<1@ok.example>",
        "messages": "1/100", "recipients-used": "2/500", "cwd": str(stage.machine.home("alice")),
        "ppid": str(os.getpid()),
    }
    expect("line", {name: lines[0].get(name) for name in wanted}, wanted)
    expect("script", "mailer.php" in lines[0].get("script", ""), True)
    expect("size is a number", lines[0].get("size", "").isdigit(), True)


@check("a refused message is logged with its reason and the address")
def _refused(stage: Stage) -> None:
    stage.log.records()
    forged = MESSAGE.replace(b"good@ok", b"evil@z")
    expect_refused(stage.postern.submit("alice", b"-t", stdin=forged), "from-not-allowed", 77)
    lines = stage.log.decisions()
    expect("lines", len(lines), 1)
    wanted = {"verdict": "reject", "reason": "from-not-allowed", "from": "<evil@z.example>"}
    expect("line", {name: lines[0].get(name) for name in wanted}, wanted)


@check("bytes of the caller's cannot forge a log line or a second stderr line")
def _forged(stage: Stage) -> None:
    for address in (b'x"verdict=permit\n', b"a\x1b[2J@z.example", b"\xff\xfe@z.example",
                    b"a" * 3000 + b"@z.example", b"<x@z.example> verdict=permit uid=0"):
        stage.log.records()
        outcome = stage.postern.submit("alice", b"-i", b"-f", address, b"r@x.example")
        if outcome.stderr.count(b"\n") != 1 or outcome.status not in (64, 65, 77):
            raise Unmet(f"one refusal line expected for {address[:60]!r}, got {outcome}")
        if any(byte < 32 or byte > 126 for byte in outcome.stderr[:-1]):
            raise Unmet(f"unescaped bytes in {outcome.stderr[:300]!r}")
        records = [record for record in stage.log.records() if b"postern" in record]
        expect(f"records for {address[:60]!r}", len(records), 1)
        text = records[0].rstrip(b"\n")
        if any(byte < 32 or byte > 126 for byte in text) or text.count(b"uid=7300") != 1:
            raise Unmet(f"unescaped bytes or no uid in {text!r}")
        expect("length of the record", len(text) <= 2048, True)


@check("without a log socket mail goes on")
def _no_socket(stage: Stage) -> None:
    stage.log.close()
    try:
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
        forged = MESSAGE.replace(b"good@ok", b"evil@z")
        expect_refused(stage.postern.submit("alice", b"-t", stdin=forged), "from-not-allowed", 77)
        expect("queued", stage.postfix.count(), 1)
    finally:
        stage.log.open()


@check("a log socket that nobody reads does not stop a refusal")
def _full_socket(stage: Stage) -> None:
    # Postfix itself waits for a reader, so only what is decided before it can be asked here.
    stage.log.close()
    unread = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    unread.bind(stage.log.PATH)
    os.chmod(stage.log.PATH, 0o666)
    filler = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    filler.setblocking(False)
    try:
        _fill(filler, stage.log.PATH)
        forged = (b"-f", b"x@z.example", b"r@x.example")
        with within(5, "a refusal"):
            outcome = run(stage.machine, Command("alice", DROP_IN, forged))
        expect_refused(outcome, "envelope-not-allowed", 77)
    finally:
        filler.close()
        unread.close()
        stage.log.close()
        stage.log.open()


def _fill(filler: socket.socket, path: str) -> None:
    for _ in range(10_000):
        try:
            filler.sendto(b"x" * 1024, path)
        except BlockingIOError:
            return
    raise Unmet("the socket never fills")
