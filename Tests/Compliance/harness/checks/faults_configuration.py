"""Configuration that goes away, or changes, while it is read."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..hostility import ARGUMENTS, MESSAGE, Refusal, check
from ..postern import CONFIGURATION
from ..stage import Stage, expect, expect_permitted, expect_refused

CONFIG_INVALID = Refusal("config-invalid", 78)
MAP = CONFIGURATION / "senders.db"
SOURCES = (CONFIGURATION / "postern.cf", CONFIGURATION / "senders")

#: Each of two maps grants alice one of these, and not the other.
GRANTED = (b"good@ok.example", b"other@ok.example")

#: So many rounds at least, and as many more as it takes until both maps have decided about each, up to a bound.
ROUNDS, MOST_ROUNDS = 40, 1000


@check("a senders.db that is replaced again and again during look-ups is the old one or the new one")
def _replaced(stage: Stage) -> None:
    maps = []
    for address in GRANTED:
        stage.postern.configure(senders=[f"alice {address.decode()} alice@test.example"])
        maps.append(MAP.read_bytes())
    verdicts: dict[bytes, list[bool]] = {address: [] for address in GRANTED}
    mixed = 0
    with _replacing(maps):
        while len(verdicts[GRANTED[0]]) < ROUNDS or any(len(set(seen)) < 2 for seen in verdicts.values()):
            expect(f"both maps decide within {MOST_ROUNDS} rounds", mixed < MOST_ROUNDS, True)
            for address in GRANTED:
                verdicts[address].append(_is_permitted(stage, address, address))
            # Only who looked into one map for the envelope and into the other for From: could permit this.
            expect("one address of each map", _is_permitted(stage, GRANTED[mixed % 2], GRANTED[1 - mixed % 2]), False)
            mixed += 1
    stage.postern.forget()
    permitted = sum(map(sum, verdicts.values()))
    expect("queued", stage.postfix.count(), permitted)
    expect("charged", stage.postern.used("alice"), (permitted, permitted, 3 * mixed - permitted))


def _is_permitted(stage: Stage, envelope: bytes, author: bytes) -> bool:
    """Sends a message; one that is refused is so as the map says that grants the other address, and names that."""
    outcome = stage.postern.submit("alice", *ARGUMENTS, b"-f", envelope,
                                   stdin=MESSAGE.replace(GRANTED[0], author))
    if outcome.status == 0:
        expect_permitted(outcome)
        return True
    reason = "envelope-not-allowed" if b"(envelope-not-allowed)" in outcome.stderr else "from-not-allowed"
    line = expect_refused(outcome, reason, 77)
    refused = envelope if reason == "envelope-not-allowed" else author
    [other] = set(GRANTED) - {refused}
    expect("who decided", line.rstrip(b"\n").rpartition(b"; allowed: ")[2].split(), [other, b"alice@test.example"])
    return False


@contextmanager
def _replacing(maps: list[bytes]) -> Iterator[None]:
    """Puts one map after another into the place of senders.db, all the time."""
    ended = threading.Event()

    def replace() -> None:
        beside = CONFIGURATION / "senders.db.beside"
        while not ended.is_set():
            for content in maps:
                beside.write_bytes(content)
                beside.chmod(0o644)
                beside.rename(MAP)

    replacing = threading.Thread(target=replace)
    replacing.start()
    try:
        yield
    finally:
        ended.set()
        replacing.join()


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


@check("a senders.db that is missing, unreadable or a directory refuses")
def _unreadable(stage: Stage) -> None:
    for _ in _damages(MAP):
        # The refusal names the file; what cannot be looked up cannot be counted either.
        outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
        expect("status without it", outcome.status, CONFIG_INVALID.status)
        expect("it is named", MAP.name.encode() in outcome.stderr, True)
        expect("lines", outcome.stderr.count(b"\n"), 1)
    expect("queued", stage.postfix.count(), 0)
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


@check("a postern.cf or senders that is missing, unreadable or a directory stops no mail")
def _sources_are_not_read(stage: Stage) -> None:
    for path in SOURCES:
        for _ in _damages(path):
            stage.log.records()
            expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
            [line] = stage.log.decisions()
            expect("verdict and map", (line["verdict"], line.get("map")), ("permit", "stale"))
    stage.log.records()
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
    expect("map", [line.get("map") for line in stage.log.decisions()], [None])


def _damages(path: Path) -> Iterator[None]:
    """Takes a file away, puts a directory in its place, and a copy that nobody can read; then puts it back."""
    aside = path.with_name("aside")
    path.rename(aside)
    try:
        yield
        path.mkdir()
        yield
        path.rmdir()
        shutil.copyfile(aside, path)
        path.chmod(0)
        yield
    finally:
        path.rmdir() if path.is_dir() else path.unlink(missing_ok=True)
        aside.rename(path)


@check("a configuration directory that cannot be entered refuses")
def _closed_directory(stage: Stage) -> None:
    CONFIGURATION.chmod(0o700)
    try:
        outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
    finally:
        CONFIGURATION.chmod(0o755)
    expect("status", outcome.status, CONFIG_INVALID.status)
    expect("queued", stage.postfix.count(), 0)
