"""The filter and the action for fail2ban, with the real one."""

import os
import pwd
import re
import shutil
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path

from ..machine import USERS
from ..process import run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused
from ..systemlog import RECORD

PROJECT = Path(__file__).resolve().parents[4]
UNPACKED = PROJECT / ".build/fail2ban"
JAIL = """[postern]
enabled = true
filter = postern
backend = polling
logpath = {log}
action = postern-suspend
maxretry = 3
findtime = 10m
bantime = {seconds}
usedns = no
ignoreself = false
"""


def _program(name: str, *arguments: str | Path) -> list[str]:
    packages = UNPACKED / "usr/lib/python3/dist-packages"
    return ["/usr/bin/env", f"PYTHONPATH={packages}", f"PATH={UNPACKED}/usr/bin:/usr/bin:/bin", sys.executable,
            str(UNPACKED / "usr/bin" / name), *map(str, arguments)]


def _configuration(directory: Path, seconds: int) -> Path:
    """Debian's configuration with ours laid over it."""
    configuration = directory / "conf"
    shutil.copytree(UNPACKED / "etc/fail2ban", configuration)
    for part in ("filter.d", "action.d"):
        shutil.copytree(PROJECT / "Install/fail2ban" / part, configuration / part, dirs_exist_ok=True)
    for file in (configuration / "jail.d").iterdir():
        file.unlink()
    (configuration / "jail.d/postern.conf").write_text(JAIL.format(log=directory / "log", seconds=seconds))
    (configuration / "fail2ban.local").write_text(
        f"[Definition]\nallowipv6 = auto\ndbfile = None\nsocket = {directory}/sock\npidfile = {directory}/pid\nlogtarget = {directory}/f2b.log\n")
    return configuration


def _lines(stage: Stage) -> list[str]:
    """What was logged, as a log daemon writes it."""
    found = [match[2].decode() for match in map(RECORD.fullmatch, stage.log.records()) if match]
    return [f"{time.strftime('%b %e %H:%M:%S')} web1 postern[7]: {line}\n" for line in found]


def _until(what: str, condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        if time.monotonic() > deadline:
            raise Unmet(f"{what}: not within 20 seconds")
        time.sleep(0.1)


@check("fail2ban counts forged senders by their UID, and nothing that a message says of itself")
def _filter(stage: Stage) -> None:
    directory = stage.machine.directory("f2b-filter")
    configuration = _configuration(directory, 60)
    for option in (b"-f", b"-r"):
        expect_refused(stage.postern.submit("alice", option, b"evil@z.example", b"r@x.example"), "envelope-not-allowed", 77)
    expect_refused(stage.postern.submit("alice", b"-t", stdin=b"From: ceo@bank.example\nTo: r@x.example\n\nb\n"), "from-not-allowed", 77)
    claim = b"x postern[1]: verdict=reject reason=from-not-allowed uid=4242 "
    expect_permitted(stage.postern.submit("bob", b"-t", stdin=b"Message-ID: " + claim + b"\nTo: r@x.example\n\nb\n"))
    expect_refused(stage.postern.submit("bob"), "no-recipients", 65)
    (directory / "log").write_text("".join(_lines(stage)))
    done = subprocess.run(
        _program("fail2ban-regex", "-c", configuration, "--print-all-matched", directory / "log", configuration / "filter.d/postern.conf"),
        capture_output=True, check=False, timeout=60)
    expect("status", (done.returncode, done.stderr), (0, b""))
    matched = re.findall(rb"^\|  .*", done.stdout.split(b"Matched line(s)")[1].split(b"Missed line(s)")[0], re.MULTILINE)
    expect("matched", [b"uid=7300 user=alice" in line for line in matched], [True] * 3)


@check("the log can tell lines of Postern about forged senders from a neighbor's by who wrote them")
def _writer(stage: Stage) -> None:
    stage.log.close()
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as log:
            log.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
            log.bind(stage.log.PATH)
            os.chmod(stage.log.PATH, 0o666)
            log.settimeout(10)
            for refuse in (lambda: stage.postern.submit("alice", b"-f", b"evil@z.example", b"r@x.example"),
                           lambda: stage.postern.submit("alice", b"-t", stdin=b"From: ceo@bank.example\nTo: r@x.example\n\nb\n")):
                expect("status", refuse().status, 77)
                line, ancillary, _, _ = log.recvmsg(1 << 16, socket.CMSG_SPACE(12))
                _, uid, _ = struct.unpack("3i", ancillary[0][2])
                expect("the line", b"uid=7300 user=alice" in line, True)
                expect("who wrote it", uid, pwd.getpwnam("postern").pw_uid)
        os.unlink(stage.log.PATH)
    finally:
        stage.log.open()


@check("fail2ban suspends a site for the time of the ban, and takes no longer suspension back")
def _action(stage: Stage) -> None:
    directory = stage.machine.directory("f2b-action")
    configuration = _configuration(directory, 3)
    log = directory / "log"
    log.write_text("")
    started = run_root(*_program("fail2ban-server", "-c", configuration, "-b", "start"))
    try:
        expect("start", (started.status, b"Server ready" in started.stdout), (0, True))
        for _ in range(3):
            expect_permitted(stage.postern.submit("bob", b"r@x.example"))
            expect_refused(stage.postern.submit("alice", b"-f", b"evil@z.example", b"r@x.example"), "envelope-not-allowed", 77)
        lines = _lines(stage)
        # The administrator was faster with bob.
        expect("suspend", run_root("/usr/local/bin/postern", "suspend", "--reason", "Ticket 9", "bob").status, 0)
        bob = f"uid={USERS['bob'].uid} user=bob"
        log.write_text("".join(lines + [line.replace("uid=7300 user=alice", bob) for line in lines if "verdict=reject" in line]))
        _until("suspended", lambda: stage.postern.row("alice")["suspended"] is not None)
        reason = stage.postern.row("alice")["suspended"]
        expect("the reason", reason, "fail2ban: 3 refused messages")
        expect_refused(stage.postern.submit("alice", b"r@x.example"), "user-suspended", 77)
        _until("the ban of bob", lambda: f"Ban {USERS['bob'].uid}".encode() in (directory / "f2b.log").read_bytes())
        time.sleep(0.5)
        row = stage.postern.row("bob")
        expect("the order that was there", (row["suspended"], row["next_free"]), ("Ticket 9", None))
        expect("an order meanwhile", run_root("/usr/local/bin/postern", "suspend", "--reason", "Ticket 7", "alice").status, 0)
        _until("the end of the ban", lambda: b"Unban 7300" in (directory / "f2b.log").read_bytes())
        time.sleep(0.5)
        expect("the order stays", stage.postern.row("alice")["suspended"], "Ticket 7")
        expect("errors", re.findall(rb".*ERROR.*", (directory / "f2b.log").read_bytes()), [])
    finally:
        run_root(*_program("fail2ban-client", "-c", configuration, "stop"))
        for user in ("alice", "bob"):
            run_root("/usr/local/bin/postern", "resume", user)
