"""Damaged, foreign and missing files: nothing is ever permitted because of one."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

from ..postern import CONFIGURATION, STATE, TOOL
from ..process import run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"
MAP = CONFIGURATION / "senders.db"
LEDGER = STATE / "quota"


def _submit_refused(stage: Stage, reason: str, status: int) -> None:
    expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), reason, status)
    expect("queued", stage.postfix.count(), 0)


def _with_map(stage: Stage, content: bytes | None) -> None:
    """Checks that a map of this content refuses; None takes the map away."""
    try:
        MAP.unlink()
        if content is not None:
            MAP.write_bytes(content)
            shutil.chown(MAP, "root", "postern")
            MAP.chmod(0o640)
        _submit_refused(stage, "config-invalid", 78)
    finally:
        stage.postern.forget()
        stage.postern.configure()
    expect("charged", stage.postern.used("alice"), (0, 0, 0))
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))


@check("a missing senders.db refuses")
def _missing_map(stage: Stage) -> None:
    _with_map(stage, None)


@check("an empty senders.db refuses")
def _empty_map(stage: Stage) -> None:
    _with_map(stage, b"")


@check("a senders.db cut in half refuses")
def _half_map(stage: Stage) -> None:
    whole = MAP.read_bytes()
    _with_map(stage, whole[: len(whole) // 2])


@check("a senders.db that lacks its last byte refuses")
def _short_map(stage: Stage) -> None:
    _with_map(stage, MAP.read_bytes()[:-1])


@check("a foreign file instead of senders.db refuses")
def _foreign_map(stage: Stage) -> None:
    _with_map(stage, bytes(range(256)) * 64)


@check("a senders.db of zeros refuses")
def _zero_map(stage: Stage) -> None:
    _with_map(stage, bytes(len(MAP.read_bytes())))


def _with_untrusted(stage: Stage, path: Path, owner: str, mode: int) -> None:
    """Checks that a configuration file that others than root may write refuses."""
    try:
        shutil.chown(path, owner)
        path.chmod(mode)
        _submit_refused(stage, "config-invalid", 78)
    finally:
        shutil.chown(path, "root")
        path.chmod(0o640)
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))


@check("a postern.cf or senders that others than root may write is not put in force")
def _writable_sources(stage: Stage) -> None:
    before = MAP.read_bytes()
    for name in ("postern.cf", "senders"):
        path = CONFIGURATION / name
        for owner, mode in (("root", 0o666), ("postern", 0o640)):
            shutil.chown(path, owner)
            path.chmod(mode)
            for command in (("map", "build"), ("set", "mode=audit")):
                done = run_root(TOOL, *command)
                expect(f"{command} with {name} of {owner}", (done.status, done.stdout), (1, b""))
                expect("it is named", name.encode() in done.stderr, True)
            expect("map", MAP.read_bytes() == before, True)
            expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
            shutil.chown(path, "root")
            path.chmod(0o640)
    stage.postern.forget()


@check("a senders.db that the group may write refuses")
def _writable_map(stage: Stage) -> None:
    _with_untrusted(stage, MAP, "root", 0o660)


@check("a senders newer than its senders.db: the built one is used, and the log says so")
def _stale_map(stage: Stage) -> None:
    try:
        stage.postern.write("senders", "alice nobody@x.example\n")
        future = os.stat(MAP).st_mtime + 60
        os.utime(CONFIGURATION / "senders", (future, future))
        stage.log.records()
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
        records = b"\n".join(stage.log.records())
        if b"map=stale" not in records:
            raise Unmet(f"the log does not name the stale map: {records!r}")
    finally:
        stage.postern.forget()


@check("map build names file and line of an error, and leaves the built map alone")
def _bad_map(stage: Stage) -> None:
    before = MAP.read_bytes()
    for text, line in (("alice a@x.example\nbob b@x.example\nalice c@x.example\n", b"senders"),
                       ("alice a@x.example\n\nbob no-address-at-all\n", b"3"),
                       ("alice a@x.example messages_per_hour=\n", b"1"),
                       ("nosuchuserhere a@x.example\n", b"1")):
        stage.postern.write("senders", text)
        done = run_root(TOOL, "map", "build")
        expect(f"map build of {text!r} fails", done.status != 0, True)
        if line not in done.stderr + done.stdout or b"senders" not in done.stderr + done.stdout:
            raise Unmet(f"file and line {line!r} expected for {text!r}, got {done}")
        expect("map", MAP.read_bytes() == before, True)


@check("a bad line in postern.cf stops no mail: map build and check name it, what is in force stays so")
def _bad_configuration(stage: Stage) -> None:
    before = MAP.read_bytes()
    for line, place in (("messages_per_hour =", 1), ("no_such_setting = 1", 1), ("mode = perhaps", 1),
                        ("mode = audit\nmode = enforce", 2), ("messages_per_hour = -1", 1)):
        stage.postern.write("postern.cf", line + "\n")
        named = f"{CONFIGURATION}/postern.cf:{place}: ".encode()
        for command in (("map", "build"), ("check",)):
            done = run_root(TOOL, *command)
            expect(f"{command} with {line!r}", (done.status, done.stdout), (1, b""))
            expect("file and line", done.stderr.startswith(named), True)
        expect("map", MAP.read_bytes() == before, True)
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    stage.postern.forget()


@check("check names each setting and each entry that is not in force")
def _differences(stage: Stage) -> None:
    stage.postern.configure(["mode = audit"])
    stage.postern.write("postern.cf", "exempt_users = root, dave\nmessages_per_hour = 7\n")
    stage.postern.write("senders", "alice good@ok.example\nnobody n@ok.example\n")
    done = run_root(TOOL, "check")
    expect("status", done.status, 1)
    for words in (b"run 'postern map build'\n",
                  b"mode = audit is in force; a build would make it 'enforce'\n",
                  b"messages_per_hour = 100000 is in force; a build would make it '7'\n",
                  b"entries: 1 new (nobody), 5 gone (bob, ", b"1 changed (alice)\n"):
        if words not in done.stderr:
            raise Unmet(f"{words!r} expected in {done.stderr!r}")
    expect("other settings", b"handoff" in done.stderr, False)
    stage.postern.write("postern.cf", "exempt_users = root, dave\n")
    stage.postern.forget()
    stage.postern.configure()
    expect("check of what is in force", b"map build" in run_root(TOOL, "check").stderr, False)


def _with_ledger(stage: Stage, damage: Callable[[Path], None]) -> None:
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    stage.postfix.drain()
    damage(LEDGER)
    _submit_refused(stage, "store-unavailable", 71)
    stage.postern.forget_usage()
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))


def _truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _empty(path: Path) -> None:
    os.truncate(path, 0)


def _lengthen(path: Path) -> None:
    os.truncate(path, path.stat().st_size + 1)


def _foreign(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"something else entirely" * 100)


def _link(path: Path) -> None:
    path.rename(path.with_name("elsewhere"))
    path.symlink_to(path.with_name("elsewhere"))


@check("a state file cut in half refuses")
def _half_ledger(stage: Stage) -> None:
    _with_ledger(stage, _truncate)


@check("an empty state file refuses")
def _empty_ledger(stage: Stage) -> None:
    _with_ledger(stage, _empty)


@check("a state file that is too long refuses")
def _long_ledger(stage: Stage) -> None:
    _with_ledger(stage, _lengthen)


@check("a foreign file instead of the state file refuses")
def _foreign_ledger(stage: Stage) -> None:
    _with_ledger(stage, _foreign)


@check("a link instead of the state file refuses")
def _linked_ledger(stage: Stage) -> None:
    _with_ledger(stage, _link)


@check("a missing state file is created, with its owner and mode")
def _created_ledger(stage: Stage) -> None:
    stage.postern.forget_usage()
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    status = LEDGER.stat()
    expect("owner and mode", (status.st_uid, oct(status.st_mode & 0o7777)), (7200, oct(0o600)))
    expect("other files", sorted(path.name for path in STATE.iterdir()), ["journal", "quota"])
    expect("size on disk below 1 MB", status.st_blocks * 512 < 1 << 20, True)


@check("a missing state directory refuses")
def _no_directory(stage: Stage) -> None:
    elsewhere = STATE.with_name("postern-elsewhere")
    STATE.rename(elsewhere)
    try:
        _submit_refused(stage, "store-unavailable", 71)
    finally:
        elsewhere.rename(STATE)
