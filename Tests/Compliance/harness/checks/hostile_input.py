"""Standard input that is no well-behaved pipe."""

import os
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from ..hostility import (MESSAGE, Refusal, SYSTEM_ERROR, begin_anew, check, expect_not_sent, expect_sent,
                         expect_state, submit_spoiled)
from ..machine import USERS, mount
from ..postern import DROP_IN
from ..process import Command, Outcome, finish, start
from ..stage import Stage, expect

SIZE_LIMIT = Refusal("size-limit", 65)
NO_RECIPIENTS = Refusal("no-recipients", 65)


def _as_input(code: str) -> str:
    """Code that makes the descriptor `source` standard input."""
    return f"{code}\nos.dup2(source, 0)"


@check("a directory as input is refused")
def _directory(stage: Stage) -> None:
    expect_not_sent(stage, submit_spoiled(stage, _as_input("source = os.open('.', os.O_RDONLY)")), SYSTEM_ERROR)


@check("descriptors that cannot be read are refused as input")
def _unreadable(stage: Stage) -> None:
    for name, code in {
        "epoll": "e = select.epoll(); source = e.fileno()",
        "listening socket": "s = socket.create_server(('127.0.0.1', 0)); source = s.detach()",
        "unconnected socket": "source = socket.socket(socket.AF_INET).detach()",
        "process": "source = os.pidfd_open(os.getpid())",
    }.items():
        outcome = submit_spoiled(stage, _as_input(code))
        expect(f"{name}: status", outcome.status, SYSTEM_ERROR.status)
        expect_not_sent(stage, outcome, SYSTEM_ERROR)


def _give_terminals() -> None:
    """Makes terminals in the private /dev, once."""
    if not Path("/dev/ptmx").exists():
        Path("/dev/pts").mkdir()
        mount("-t", "devpts", "-o", "newinstance,mode=620,ptmxmode=666", "devpts", "/dev/pts")
        Path("/dev/ptmx").symlink_to("pts/ptmx")


@check("a terminal as input: lines up to the end-of-file character are delivered")
def _terminal(stage: Stage) -> None:
    _give_terminals()
    keyboard, screen = os.openpty()
    os.write(keyboard, MESSAGE + b"\x04")
    try:
        expect_sent(stage, finish(_reading(stage, screen)))
    finally:
        os.close(keyboard)


@check("a terminal that has hung up is refused as input")
def _hung_up(stage: Stage) -> None:
    _give_terminals()
    keyboard, screen = os.openpty()
    os.close(keyboard)
    expect_not_sent(stage, finish(_reading(stage, screen)), NO_RECIPIENTS)


@check("sockets as input are read to their end: stream, packets, TCP")
def _sockets(stage: Stage) -> None:
    tcp = ("l = socket.create_server(('127.0.0.1', 0)); a = socket.create_connection(l.getsockname()); "
           "b, _ = l.accept()")
    for pair in ("a, b = socket.socketpair()",
                 "a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)", tcp):
        begin_anew(stage)
        code = f"{pair}\na.sendall({MESSAGE!r}); a.shutdown(socket.SHUT_WR); source = b.detach()"
        expect_sent(stage, submit_spoiled(stage, _as_input(code)))


@check("a connection that is reset while it is read is refused")
def _reset(stage: Stage) -> None:
    code = ("l = socket.create_server(('127.0.0.1', 0)); a = socket.create_connection(l.getsockname())\n"
            f"b, _ = l.accept(); a.sendall({MESSAGE!r})\n"
            "a.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); a.close()\n"
            "source = b.detach()")
    expect_not_sent(stage, submit_spoiled(stage, _as_input(code)), SYSTEM_ERROR)


@check("an endless pipe ends at message_size_limit")
def _endless(stage: Stage) -> None:
    stage.postern.configure(["message_size_limit = 2M"])
    for device in ("/dev/zero", "/dev/urandom"):
        begin_anew(stage)
        process = start(stage.machine, Command("alice", DROP_IN, (b"-i", b"r@x.example"), through=(
            "/bin/sh", "-c", f'cat {device} | "$@"', "sh")))
        expect_not_sent(stage, finish(process), SIZE_LIMIT)


@check("an endless header section ends at header_size_limit")
def _endless_header(stage: Stage) -> None:
    process = start(stage.machine, Command("alice", DROP_IN, (b"r@x.example",), through=(
        "/bin/sh", "-c", 'yes "X-Header: value" | "$@"', "sh")))
    expect_not_sent(stage, finish(process), SIZE_LIMIT)


@check("an input without data and without end waits, and ends with its caller")
def _silent(stage: Stage) -> None:
    process = start(stage.machine, Command("alice", DROP_IN, (b"r@x.example",)))
    time.sleep(0.2)
    expect("still waiting", process.poll(), None)
    process.kill()
    expect("ended by its caller", finish(process).status, -9)
    expect_state(stage, queued=0, charged=0)


@check("a non-blocking pipe that is empty at first is waited for, and read to its end")
def _non_blocking(stage: Stage) -> None:
    read, write = os.pipe()
    os.set_blocking(read, False)
    try:
        process = _reading(stage, read)
        for octet in MESSAGE[:20]:
            os.write(write, bytes([octet]))
            time.sleep(0.01)
        os.write(write, MESSAGE[20:])
    finally:
        os.close(write)
    expect_sent(stage, finish(process))


@check("a writer that dies in the middle: what came is a whole message or refused, never half counted")
def _dead_writer(stage: Stage) -> None:
    # Nothing in a pipe tells an end from a death; Postfix alone takes what came, too.
    for cut, sent in ((5, 0), (MESSAGE.index(b"\n\n"), 1), (len(MESSAGE) - 1, 1)):
        begin_anew(stage)
        read, write = os.pipe()
        os.write(write, MESSAGE[:cut])
        os.close(write)
        outcome = finish(_reading(stage, read))
        expect(f"sent with {cut} bytes", int(outcome.status == 0), sent)
        expect_state(stage, queued=sent, charged=sent)


@check("a FIFO is read to the end of its last writer")
def _fifo(stage: Stage) -> None:
    path = stage.machine.home("alice") / "fifo"
    os.mkfifo(path)
    os.chown(path, USERS["alice"].uid, -1)
    try:
        process = start(stage.machine, Command("alice", DROP_IN, (b"-t",), through=(
            "/bin/sh", "-c", 'exec "$@" <fifo', "sh")))
        for part in (MESSAGE[:10], MESSAGE[10:]):
            with path.open("ab") as first, path.open("ab"):
                first.write(part)
                first.flush()
                if part != MESSAGE[10:]:
                    keep = os.open(path, os.O_WRONLY)
        os.close(keep)
        expect_sent(stage, finish(process))
    finally:
        path.unlink()


def _reading(stage: Stage, descriptor: int) -> "subprocess.Popen[bytes]":
    """Starts the drop-in with this descriptor, which is closed here, as its input."""
    uid = USERS["alice"].uid
    try:
        return subprocess.Popen([DROP_IN, "-t", "-i"], stdin=descriptor, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, user=uid, group=uid, extra_groups=[],
                                cwd=stage.machine.home("alice"))
    finally:
        os.close(descriptor)


#: How often a file is sent while it changes: so often at least, and until both outcomes were seen, up to a bound.
SENDINGS, MOST_SENDINGS = 40, 1000


@check("a file that changes while it is read is sent as it was checked, or refused")
def _changing(stage: Stage) -> None:
    head = b"From: %s\nTo: r@x.example\nSubject: %s\n\n"
    own, forged = (head % words + b"line of text\n" * 20_000 + words[1] + b"\n"
                   for words in ((b"good@ok.example", b"own"), (b"evil@z.example2", b"not")))
    expect("lengths", len(own), len(forged))

    def change(file: BinaryIO) -> None:
        # The end turns before the beginning, so that what is read in between is of both.
        for content in (forged, own):
            os.pwrite(file.fileno(), content[-10:], len(content) - 10)
            os.pwrite(file.fileno(), content[:60], 0)

    outcomes = _while(stage, own, change, lambda sent, refused: sent > 0 and refused > 0)
    expect("reasons", {outcome.status for outcome in outcomes}, {0, 77})
    messages = [message.message for message in stage.postfix.drain()]
    expect("queued", len(messages), sum(outcome.status == 0 for outcome in outcomes))
    expect("forged messages", [message for message in messages if b"From: good@ok.example\n" not in message], [])
    _expect_charged(stage, outcomes)


@check("a file that is cut short while it is read ends nothing but the message")
def _shrinking(stage: Stage) -> None:
    whole = MESSAGE + b"line of text\n" * 100_000

    def change(file: BinaryIO) -> None:
        file.truncate(50_000)
        os.pwrite(file.fileno(), whole[50_000:], 50_000)

    outcomes = _while(stage, whole, change, lambda sent, _: sent >= SENDINGS)
    lengths = {len(message.message) for message in stage.postfix.drain()}
    expect(f"whole messages and others: lengths {lengths}", len(lengths) > 1, True)
    expect("outcomes", {outcome.status for outcome in outcomes}, {0})
    _expect_charged(stage, outcomes)


def _expect_charged(stage: Stage, outcomes: list[Outcome]) -> None:
    """Asks for a charge for each message that was sent, and a count of each that was refused."""
    sent = sum(outcome.status == 0 for outcome in outcomes)
    expect("charged", stage.postern.used("alice"), (sent, sent, len(outcomes) - sent))


def _while(stage: Stage, content: bytes, change: Callable[[BinaryIO], None],
           is_enough: Callable[[int, int], bool]) -> list[Outcome]:
    """Sends a file again and again while it is changed, until enough were sent and refused."""
    path = stage.machine.home("alice") / "message"
    path.write_bytes(content)
    end = threading.Event()

    def change_again_and_again() -> None:
        with path.open("r+b", buffering=0) as file:
            while not end.is_set():
                change(file)

    changer = threading.Thread(target=change_again_and_again)
    changer.start()
    outcomes: list[Outcome] = []
    try:
        while True:
            sent = sum(outcome.status == 0 for outcome in outcomes)
            if len(outcomes) >= SENDINGS and is_enough(sent, len(outcomes) - sent):
                return outcomes
            expect(f"both outcomes within {MOST_SENDINGS}", len(outcomes) < MOST_SENDINGS, True)
            outcomes.append(finish(_reading(stage, os.open(path, os.O_RDONLY))))
    finally:
        end.set()
        changer.join()
        path.unlink()
