"""The state file's directory full, read-only or in other hands."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..hostility import ARGUMENTS, MESSAGE, STORE_UNAVAILABLE
from ..machine import mount
from ..postern import STATE
from ..stage import Stage, check, expect, expect_permitted, expect_refused

LEDGER = STATE / "quota"


def _refused(stage: Stage, cause: bytes) -> None:
    outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
    line = expect_refused(outcome, STORE_UNAVAILABLE.reason, STORE_UNAVAILABLE.status)
    expect(f"{cause!r} in the refusal", cause in line, True)
    expect("queued", stage.postfix.count(), 0)


@contextmanager
def _mounted(*options: str) -> Iterator[None]:
    mount(*options, str(STATE))
    try:
        yield
    finally:
        subprocess.run(["umount", str(STATE)], check=True)


@contextmanager
def _small_disk() -> Iterator[Path]:
    with _mounted("-t", "tmpfs", "-o", "size=64k,mode=700,uid=7200,gid=7200", "small"):
        yield STATE / "filler"


def _fill(filler: Path) -> None:
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


@check("a full disk on which the state file cannot be created refuses, and leaves no piece of it")
def _full_for_the_file(stage: Stage) -> None:
    with _small_disk() as filler:
        _fill(filler)
        _refused(stage, b"No space left on device")
        expect("files", sorted(path.name for path in STATE.iterdir()), ["filler", "journal"])
        filler.unlink()
        expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


@check("a full disk on which a new record has no room refuses, and users who have one go on")
def _full_for_a_record(stage: Stage) -> None:
    with _small_disk() as filler:
        expect_permitted(stage.postern.submit("frank", b"r@x.example"))
        stage.postfix.drain()
        _fill(filler)
        _refused(stage, b"No space left on device")
        expect_permitted(stage.postern.submit("frank", b"r@x.example"))
        expect("frank's record", stage.postern.used("frank"), (2, 2, 0))
        filler.unlink()
        expect("alice's record", stage.postern.used("alice"), (0, 0, 0))
        expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


@check("a read-only state directory refuses, and exempt users go on")
def _read_only(stage: Stage) -> None:
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
    stage.postfix.drain()
    with _mounted("--bind", str(STATE)):
        mount("-o", "remount,bind,ro", str(STATE))
        _refused(stage, b"Read-only file system")
        expect_permitted(stage.postern.submit("dave", b"r@x.example"))
    expect("charged", stage.postern.used("alice"), (1, 1, 0))


@check("a state directory of another owner, or open to others, refuses")
def _foreign_directory(stage: Stage) -> None:
    for owner, mode in (("root", 0o700), ("alice", 0o700), ("postern", 0o770), ("postern", 0o707)):
        try:
            shutil.chown(STATE, owner)
            STATE.chmod(mode)
            _refused(stage, b"the state file cannot be used")
        finally:
            shutil.chown(STATE, "postern")
            STATE.chmod(0o700)
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


@check("a state file of another owner or mode, or with a second name, refuses")
def _foreign_file(stage: Stage) -> None:
    def own(name: str, mode: int) -> None:
        shutil.chown(LEDGER, name)
        LEDGER.chmod(mode)

    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
    stage.postfix.drain()
    for name, mode in (("root", 0o600), ("root", 0o666), ("postern", 0o644), ("postern", 0o400)):
        own(name, mode)
        _refused(stage, b"the state file cannot be used")
    own("postern", 0o600)
    os.link(LEDGER, STATE / "second")
    _refused(stage, b"a second hard link")
    (STATE / "second").unlink()
    expect("charged", stage.postern.used("alice"), (1, 1, 0))


@check("a directory, a FIFO or a device instead of the state file refuses without waiting")
def _no_file(stage: Stage) -> None:
    for make in (LEDGER.mkdir, lambda: os.mkfifo(LEDGER, 0o600), lambda: os.mknod(LEDGER, 0o20600, os.makedev(1, 5))):
        make()
        shutil.chown(LEDGER, "postern")
        _refused(stage, b"the state file cannot be used")
        LEDGER.rmdir() if LEDGER.is_dir() else LEDGER.unlink()
