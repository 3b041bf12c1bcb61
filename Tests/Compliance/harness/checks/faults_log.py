"""The log socket in every bad state, and log lines that must be complete."""

import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..fakes import Fakes
from ..hostility import ARGUMENTS, MESSAGE, begin_anew, check, expect_state, within
from ..postern import CONFIGURATION
from ..stage import Stage, expect, expect_permitted, expect_refused

FORGED = b"From: evil@z.example\nTo: r@x.example\n\nb\n"


@contextmanager
def _without_log(stage: Stage) -> Iterator[Path]:
    stage.log.close()
    path = Path(stage.log.PATH)
    try:
        yield path
    finally:
        if path.is_dir() and not path.is_symlink():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)
        stage.log.open()


def _goes_on(stage: Stage) -> None:
    with within(5, "a message and a refusal"):
        expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
        expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=FORGED), "from-not-allowed", 77)
    expect_state(stage, queued=1, charged=1, refused=1)
    begin_anew(stage)


@check("a log socket whose daemon is dead, a plain file, a directory or a dangling link stops no mail")
def _dead(stage: Stage) -> None:
    def dead() -> None:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.bind(stage.log.PATH)
        os.chmod(stage.log.PATH, 0o666)

    for make in (dead, lambda: path.touch(0o666), lambda: path.mkdir(), lambda: path.symlink_to("nowhere")):
        with _without_log(stage) as path:
            make()
            _goes_on(stage)


@check("a log daemon that listens on a stream gets one line for each decision")
def _stream(stage: Stage) -> None:
    received: list[bytes] = []

    def accept(log: socket.socket) -> None:
        while True:
            try:
                connection, _ = log.accept()
            except OSError:
                return
            threading.Thread(target=receive, args=(connection,), daemon=True).start()

    def receive(connection: socket.socket) -> None:
        with connection:
            while data := connection.recv(1 << 16):
                received.append(data)

    with _without_log(stage), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as log:
        log.bind(stage.log.PATH)
        os.chmod(stage.log.PATH, 0o666)
        log.listen(64)
        threading.Thread(target=accept, args=(log,), daemon=True).start()
        _goes_on(stage)
        # What was sent is there, but the threads that read it may not have been.
        end = time.monotonic() + 5
        while len(lines := _lines(received)) < 2 and time.monotonic() < end:
            time.sleep(0.01)
    expect("verdicts", sorted(b"verdict=permit" in line for line in lines), [False, True])


def _lines(received: list[bytes]) -> list[bytes]:
    return [line for line in b"".join(received).split(b"\0") if b" postern[" in line]


@check("a log daemon that accepts no connection delays no refusal")
def _deaf_stream(stage: Stage) -> None:
    with _without_log(stage), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as log:
        log.bind(stage.log.PATH)
        os.chmod(stage.log.PATH, 0o666)
        log.listen(0)
        blocked = []
        for _ in range(3):
            client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            client.setblocking(False)
            blocked.append(client)
            last = client.connect_ex(stage.log.PATH)
        expect("a connection more would wait", last, errno.EAGAIN)
        with within(5, "a refusal"):
            expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=FORGED), "from-not-allowed", 77)
        for client in blocked:
            client.close()


@check("long values that must be escaped push no key out of the log line")
def _complete(stage: Stage) -> None:
    long = b"\xff" * 900
    message = (b"From: good@ok.example\nTo: r@x.example\nMessage-ID: <" + long + b">\n"
               b"X-PHP-Originating-Script: " + long + b"\n\nb\n")
    stage.log.records()
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=message))
    [line] = stage.log.decisions()
    missing = {"message-id", "messages", "recipients-used", "script", "cwd", "ppid"} - set(line)
    expect("missing keys", missing, set())
    expect("parent", line["ppid"], str(os.getpid()))


@check("a failed hand-over under supervise is logged as a refusal, with the status, behind its permission")
def _failed_handover(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("exit-3", "cat >/dev/null; exit 3")
    stage.postern.configure(["handoff = supervise", f"sendmail_path = {fake}"])
    stage.log.records()
    expect("status", stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE).status, 3)
    wanted = {"verdict": "reject", "reason": "handoff-failed", "status": "3", "envelope": "<alice@test.example>"}
    permitted, failed = stage.log.decisions()
    expect("verdict before it", permitted["verdict"], "permit")
    expect("line", {name: failed.get(name) for name in wanted}, wanted)


@check("what is handed over is in the log, whatever becomes of the process that waits for the real sendmail")
def _killed_waiter(stage: Stage) -> None:
    # The account's own signal stands for what the caller has: processor time that ends, a control group that is killed.
    fake = Fakes(stage.machine).shell("kills-its-parent", "cat >/dev/null; kill -KILL $PPID")
    dialogue = (b"MAIL FROM:<good@ok.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"
                + MESSAGE.replace(b"\n", b"\r\n") + b".\r\nQUIT\r\n")
    stage.postern.configure(["handoff = supervise", f"sendmail_path = {fake}"])
    for arguments, stdin in ((ARGUMENTS, MESSAGE), ((b"-bs",), dialogue)):
        begin_anew(stage)
        stage.log.records()
        expect("status", stage.postern.submit("alice", *arguments, stdin=stdin).status, -9)
        expect("verdicts", [line["verdict"] for line in stage.log.decisions()], ["permit"])
        expect("charged", stage.postern.used("alice")[:2], (1, 1))


@check("a fault of the machine or the installation is logged with its text, a refusal of mail without")
def _texts(stage: Stage) -> None:
    stage.postern.configure(["handoff = supervise", "sendmail_path = /nonexistent/sendmail"])
    stage.log.records()
    expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE), "handoff-failed", 71)
    expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=FORGED), "from-not-allowed", 77)
    (CONFIGURATION / "senders.db").write_bytes(b"no map")
    stage.postern.forget()
    expect("status", stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE).status, 78)
    handover, forged, configuration = stage.log.decisions()
    expect("text of the hand-over", "No such file or directory" in handover["text"], True)
    expect("text of the forgery", forged.get("text"), None)
    expect("text of the configuration", "senders.db cannot be used" in configuration["text"], True)
