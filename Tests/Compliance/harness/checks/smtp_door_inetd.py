"""postern-smtpd behind inetd, with the line that postern-sendmail(8) has for inetd.conf."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..door import DOOR, PORT, install_door, say
from ..process import CLEAN_ENVIRONMENT, Command, run
from ..stage import Stage, check, expect
from .smtp import FORGED, HONEST, answers

INETD = "/usr/sbin/inetd"
MANUAL = Path(__file__).resolve().parents[4] / "Install" / "man" / "postern-sendmail.8"
QUIT = b"QUIT\r\n"
#: More than the 256 a minute after which an inetd without a number in its line is shut for ten minutes.
FLOOD = 300


def documented_line() -> str:
    """The line of the manual page, whose program stands where the tests have it."""
    [line] = [line for line in MANUAL.read_text().splitlines() if " stream tcp nowait" in line]
    expect("the program of the line", DOOR in line.split(), True)
    return line


@contextmanager
def inetd(stage: Stage) -> Iterator[None]:
    """Serves the line."""
    install_door(stage)
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as configuration:
        configuration.write(documented_line() + "\n")
        configuration.flush()
        with subprocess.Popen([INETD, "-i", configuration.name], env=CLEAN_ENVIRONMENT) as server:
            try:
                wait_for_port(server)
                yield
            finally:
                server.terminate()


def wait_for_port(server: "subprocess.Popen[bytes]") -> None:
    """Returns when somebody listens."""
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", PORT), 5).close()
            return
        except ConnectionRefusedError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
    raise RuntimeError("inetd does not listen")


@check("SMTP door behind inetd: a site sends as itself, a forged sender is refused")
def _sends(stage: Stage) -> None:
    with inetd(stage):
        outcome = say(stage, HONEST + FORGED + QUIT)
        expect("replies", (answers(outcome)[4], answers(outcome)[8]), ("250 2.0.0", "550 5.7.1"))
        expect("bob, as alice", answers(say(stage, HONEST + QUIT, user="bob"))[4], "550 5.7.1")
    expect("sent", [one.sender for one in stage.postfix.drain()], ["good@ok.example"])
    expect("used", stage.postern.used("alice"), (1, 1, 1))


@check("SMTP door behind inetd: three hundred connections of one site in a moment shut nobody out")
def _flood(stage: Stage) -> None:
    with inetd(stage):
        flood = (f"import socket\nfor n in range({FLOOD}):\n"
                 f"    with socket.create_connection(('127.0.0.1', {PORT}), 20) as one:\n"
                 "        one.sendall(b'QUIT\\r\\n')\n        while one.recv(4096): pass\n")
        outcome = run(stage.machine, Command("bob", "/usr/bin/python3", (b"-c", flood.encode())))
        expect("flood", (outcome.status, outcome.stderr), (0, b""))
        expect("alice after it", answers(say(stage, HONEST + QUIT))[4], "250 2.0.0")
    expect("sent", stage.postfix.count(), 1)
