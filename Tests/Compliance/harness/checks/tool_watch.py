"""postern quota status --watch on a pseudo terminal."""

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time

from ..ledgerfile import write
from ..postern import STATE, TOOL
from ..process import Command, run, run_root
from ..stage import Stage, Unmet, check, expect

ENTER, LEAVE = b"\x1b[?1049h\x1b[?25l", b"\x1b[?25h\x1b[?1049l"
#: Everything that the tool may send besides text.
ESCAPES = re.compile(rb"\x1b\[(?:\?1049[hl]|\?25[hl]|H|K|J|[0-9]+m)")


class Watch:
    """The tool on a terminal of 80 columns and 24 rows."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        self.ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.theirs = theirs
        self.before = termios.tcgetattr(theirs)
        self.output = b""
        variables = {"PATH": "/usr/bin:/bin", "TERM": "xterm", "LANG": "C.UTF-8", **environment}
        self.process = subprocess.Popen(
            [TOOL, "quota", "status", *arguments], stdin=theirs, stdout=theirs, stderr=theirs,
            env=variables, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))

    def until(self, wanted: bytes, count: int = 1) -> None:
        """Reads until something was written so many times."""
        end = time.monotonic() + 20
        while self.output.count(wanted) < count:
            if time.monotonic() > end:
                raise Unmet(f"{wanted!r} expected {count} times in {self.output!r}")
            if select.select([self.ours], [], [], 0.2)[0]:
                self.output += os.read(self.ours, 65536)

    def finish(self) -> None:
        """Asks for a clean end: status 0, the terminal as it was."""
        self.until(LEAVE)
        expect("status", self.process.wait(timeout=20), 0)
        expect("settings", termios.tcgetattr(self.theirs), self.before)
        expect("order", self.output.index(ENTER) < self.output.rindex(LEAVE), True)

    def pictures(self) -> list[list[str]]:
        """Returns the lines of each picture, without escapes."""
        parts = self.output.split(b"\x1b[H")[1:]
        return [ESCAPES.sub(b"", part).decode().split("\r\n") for part in parts]


@check("--watch redraws within 80 columns, and Ctrl-C leaves the terminal as it was")
def _redraws(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 4"])
    stage.postern.submit("alice", b"r@x.example")
    run_root(TOOL, "suspend", "bob", "--reason", "ticket \x1b[2J 12 " + "long " * 30)
    watch = Watch("--watch", "--interval", "1")
    watch.until(b"1/4")
    expect("echo", bool(termios.tcgetattr(watch.theirs)[3] & termios.ECHO), False)
    stage.postern.submit("alice", b"r@x.example")
    watch.until(b"2/4")
    os.write(watch.ours, b"\x03")
    watch.finish()
    for picture in watch.pictures():
        expect("lines", (len(picture) <= 24, max(map(len, picture)) <= 80), (True, True))
        text = "\n".join(picture)
        expect("words", all(word in text for word in ("alice", "bob", "susp", "ticket")), True)
        expect("curve", "▁" in text or "▂" in text, True)
        expect("controls", [c for c in text if ord(c) < 0x20 and c != "\n"], [])
    if b"\x1b[31m" not in watch.output:
        raise Unmet(f"colours expected in {watch.output!r}")


@check("--watch sorts, chooses and suspends by keys, after a question, and q ends it")
def _keys(stage: Stage) -> None:
    for user, count in (("alice", 3), ("bob", 1)):
        for _ in range(count):
            stage.postern.submit(user, b"r@x.example")
    stage.postern.submit("bob", b"-f", b"evil@z.example", b"r@x.example")
    stage.postern.submit("bob", b"-f", b"evil@z.example", b"r@x.example")
    watch = Watch("--watch", "--interval", "3600", NO_COLOR="1")

    def press(keys: bytes, shows: bytes) -> list[str]:
        before = len(watch.output)
        os.write(watch.ours, keys)
        watch.until(shows, watch.output.count(shows) + 1)
        # The picture that shows it, to its end.
        watch.until(b"\x1b[J", watch.output[:before].count(b"\x1b[J") + 1)
        return watch.pictures()[-1]

    def users(picture: list[str]) -> list[str]:
        return [word for word in (line.removeprefix("> ").split(" ")[0] for line in picture[2:-1]) if word in ("alice", "bob")]

    watch.until(b"q end")
    expect("busiest first", users(watch.pictures()[-1]), ["alice", "bob"])
    expect("most refused first", users(press(b"o", b"most refused first")), ["bob", "alice"])
    expect("by name", users(press(b"o", b"least left first") and press(b"o", b"by name")), ["alice", "bob"])
    press(b"s", b"choose a user")
    press(b"j", b"> alice")
    press(b"\x1b[B", b"> bob")
    press(b"s", b"Suspend bob, all of its mail?")
    press(b"n", b"nothing was changed")
    expect("not suspended", stage.postern.row("bob")["suspended"], None)
    press(b"s", b"Suspend bob, all of its mail?")
    picture = press(b"y", b"bob is suspended; 'postern resume bob' ends that")
    expect("rows", (len(picture), max(map(len, picture)) <= 80), (24, True))
    expect("suspended", stage.postern.row("bob")["suspended"], "by the administrator")
    expect("alice", stage.postern.row("alice")["suspended"], None)
    os.write(watch.ours, b"q")
    watch.finish()


@check("--watch has no colours with NO_COLOR, and SIGTERM ends it cleanly")
def _no_color(stage: Stage) -> None:
    run_root(TOOL, "suspend", "bob")
    watch = Watch("--watch", NO_COLOR="1", LANG="C")
    watch.until(b"bob")
    watch.process.send_signal(signal.SIGTERM)
    watch.finish()
    expect("colours", re.findall(rb"\x1b\[[1-9][0-9]*m", watch.output), [])
    expect("ASCII", all(byte < 0x80 for byte in watch.output), True)


@check("--watch pauses with Ctrl-Z and goes on; another size of the terminal redraws at once")
def _pause(stage: Stage) -> None:
    stage.postern.submit("alice", b"r@x.example")
    watch = Watch("--watch", "--interval", "3600")
    watch.until(b"alice")
    fcntl.ioctl(watch.theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    watch.until(b"alice", 2)
    watch.process.send_signal(signal.SIGTSTP)
    watch.until(LEAVE)
    _, status = os.waitpid(watch.process.pid, os.WUNTRACED)
    expect("stopped", os.WIFSTOPPED(status), True)
    expect("settings", termios.tcgetattr(watch.theirs), watch.before)
    watch.process.send_signal(signal.SIGCONT)
    watch.until(b"alice", 3)
    watch.process.send_signal(signal.SIGINT)
    watch.until(LEAVE, 2)
    watch.finish()
    expect("60 columns", max(map(len, watch.pictures()[-1])) <= 60, True)


@check("--watch refuses what it cannot do; an ordinary user watches the own row only")
def _refused(stage: Stage) -> None:
    for arguments, status in ((("--watch",), 1), (("--interval", "2"), 64), (("--top", "0"), 64),
                              (("--watch", "--json"), 64), (("--wach",), 64)):
        expect(str(arguments), run_root(TOOL, "quota", "status", *arguments).status, status)
    said = run_root(TOOL, "quota", "status", "--wach").stderr
    expect("suggestion", b"did you mean '--watch'?" in said, True)
    stage.postern.submit("bob", b"r@x.example")
    own = run(stage.machine, Command("alice", TOOL, (b"quota", b"status", b"--top", b"5")))
    expect("own row", (own.status, b"alice" in own.stdout, b"bob" in own.stdout), (0, True, False))


@check("quota status fits into 80 columns without a terminal, and --top cuts it")
def _top(stage: Stage) -> None:
    for user, count in (("alice", 1), ("bob", 3), ("grace", 2)):
        for _ in range(count):
            stage.postern.submit(user, b"-f", b"a@grace.example" if user == "grace" else b"",
                                 b"r@x.example")
    done = run_root(TOOL, "quota", "status", "--top", "2").stdout.decode().splitlines()
    expect("users", [line.split()[0] for line in done], ["USER", "bob", "grace"])
    expect("width", max(map(len, done)) <= 80, True)
    expect("escapes", "\x1b" in "".join(done), False)


@check("10 000 active users: one picture, sorted, takes seconds at most; so do the metrics")
def _crowd(stage: Stage) -> None:
    stage.postern.submit("alice", b"r@x.example")
    write(STATE / "quota", ((uid, uid % 997 + 1) for uid in range(20_000, 30_000)))
    started = time.monotonic()
    rows = run_root(TOOL, "quota", "status", "--json", "--top", "12000").stdout
    whole = time.monotonic()
    watch = Watch("--watch")
    watch.until(b"10001 users")
    watch.until(b"997/")
    pictured = time.monotonic()
    watch.process.send_signal(signal.SIGINT)
    watch.finish()
    metrics = run_root(TOOL, "metrics").stdout
    ended = time.monotonic()
    used = [row["messages"]["hour"]["used"] for row in json.loads(rows)]
    expect("rows", (len(used), used == sorted(used, reverse=True)), (10_001, True))
    total = sum(uid % 997 + 1 for uid in range(20_000, 30_000)) + 1
    expect("metrics", f"postern_messages_permitted_total {total}\n".encode() in metrics, True)
    expect("in time", (whole - started < 10, pictured - whole < 10, ended - pictured < 10), (True,) * 3)
