"""Configuration that goes away, or changes, while it is read."""

import os
import shutil
import threading

from ..hostility import ARGUMENTS, MESSAGE, Refusal, check, expect_not_sent
from ..postern import CONFIGURATION
from ..stage import Stage, expect, expect_permitted

CONFIG_INVALID = Refusal("config-invalid", 78)
MAP = CONFIGURATION / "senders.db"
SETTINGS = CONFIGURATION / "postern.cf"

SENDINGS = 60



@check("a senders.db that is replaced again and again during look-ups is the old one or the new one")
def _replaced(stage: Stage) -> None:
    maps = []
    for addresses in ("", " ".join(f"a{number}@x.example" for number in range(500))):
        stage.postern.configure(senders=[f"alice alice@test.example good@ok.example {addresses}"])
        maps.append(MAP.read_bytes())
    ended = threading.Event()

    def replace() -> None:
        beside = CONFIGURATION / "senders.db.new"
        while not ended.is_set():
            for content in maps:
                beside.write_bytes(content)
                beside.chmod(0o644)
                beside.rename(MAP)

    replacing = threading.Thread(target=replace)
    replacing.start()
    try:
        for _ in range(SENDINGS):
            expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
    finally:
        ended.set()
        replacing.join()
        stage.postern.forget()
    expect("queued", stage.postfix.count(), SENDINGS)
    expect("charged", stage.postern.used("alice"), (SENDINGS, SENDINGS, 0))


@check("a senders.db cut anywhere refuses: in its header, index, entries, at each power of two")
def _cut(stage: Stage) -> None:
    whole = MAP.read_bytes()
    lengths = {2 ** power + offset for power in range(20) for offset in (-1, 0, 1)}
    lengths |= set(range(0, 64, 8)) | {len(whole) - 1, len(whole) - 8, len(whole) // 3}
    try:
        for length in sorted(length for length in lengths if length < len(whole)):
            os.truncate(MAP, length)
            outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
            expect(f"status at {length}", outcome.status, CONFIG_INVALID.status)
            MAP.write_bytes(whole)
    finally:
        stage.postern.forget()
        stage.postern.configure()
    expect("queued", stage.postfix.count(), 0)
    expect("charged", stage.postern.used("alice"), (0, 0, 0))


@check("a postern.cf or senders.db that is missing, unreadable or a directory refuses")
def _unreadable(stage: Stage) -> None:
    for path in (SETTINGS, MAP):
        aside = path.with_name("aside")
        path.rename(aside)
        try:
            _submit_named(stage, path.name)
            path.mkdir()
            _submit_named(stage, path.name)
            path.rmdir()
            shutil.copyfile(aside, path)
            path.chmod(0)
            _submit_named(stage, path.name)
        finally:
            path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
            aside.rename(path)
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


def _submit_named(stage: Stage, name: str) -> None:
    """The refusal names the file; what cannot be looked up cannot be counted either."""
    outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
    expect(f"status without {name}", outcome.status, CONFIG_INVALID.status)
    expect(f"{name} is named", name.encode() in outcome.stderr, True)
    expect("lines", outcome.stderr.count(b"\n"), 1)
    expect("queued", stage.postfix.count(), 0)


@check("a configuration directory that cannot be entered refuses")
def _closed_directory(stage: Stage) -> None:
    CONFIGURATION.chmod(0o700)
    try:
        outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
    finally:
        CONFIGURATION.chmod(0o755)
    expect("status", outcome.status, CONFIG_INVALID.status)
    expect("queued", stage.postfix.count(), 0)
