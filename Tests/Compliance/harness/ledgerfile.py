"""Reads and writes records of the state file as Sources/Ledger/Slot.swift describes them."""

import fcntl
import io
import os
import struct
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

HEADER, SLOT, WORDS, MASK = 4096, 2048, 235, (1 << 64) - 1
SLOTS = 1 << 18
FILE_BYTES = HEADER + SLOTS * SLOT
#: Where LedgerFormat has the lock of a user.
USER_LOCKS = 1 << 40
F_OFD_SETLK = 37


def _checksum(words: list[int]) -> int:
    value = 0xCBF29CE484222325
    for word in words:
        value = (value ^ word) * 0x100000001B3 & MASK
        value ^= value >> 32
    return value


def write(path: Path, users: Iterable[tuple[int, int]]) -> None:
    """Gives each (UID below 262 144, messages) a record: so many messages, each to one recipient, in this minute.

    For crowds too large to send mail.
    """
    now = int(time.time())
    with path.open("r+b") as file:
        for uid, messages in users:
            words = [0] * WORDS
            words[0] = int.from_bytes(b"PoRc", "little") | 2 << 32
            words[1] = uid | 1 << 32
            words[2], words[4], words[5] = now, now // 60, now // 3600
            words[6] = words[7] = messages
            words[62] = words[184] = messages | messages << 32
            words[234] = _checksum(words[:234])
            file.seek(HEADER + SLOT * uid)
            file.write(struct.pack(f"<{WORDS}Q", *words))


def slot(path: Path, uid: int) -> bytes:
    """Returns the bytes of the first slot of a user (UID below 262 144), without any lock; zeros without a file."""
    try:
        with path.open("rb", buffering=0) as file:
            file.seek(HEADER + SLOT * uid)
            return file.read(SLOT)
    except FileNotFoundError:
        return bytes(SLOT)


def messages(path: Path, uid: int) -> int:
    """Returns how many messages were ever charged to a user, who may hold the lock meanwhile."""
    return int.from_bytes(slot(path, uid)[48:56], "little")


def fill(path: Path, record: bytes) -> None:
    """Writes the bytes of one slot into every slot."""
    with path.open("r+b") as file:
        file.seek(HEADER)
        for _ in range(SLOTS >> 6):
            file.write(record * 64)


def users(path: Path) -> set[int]:
    """Returns the UIDs that have a record, wherever it is."""
    found = set()
    with path.open("rb", buffering=0) as file:
        offset = HEADER
        while (offset := _data(file, offset)) < FILE_BYTES:
            page = os.pread(file.fileno(), 2 * SLOT, offset)
            for begin in (0, SLOT):
                magic, _, uid = struct.unpack_from("<4sII", page, begin)
                if magic == b"PoRc":
                    found.add(uid)
            offset += 2 * SLOT
    return found


def _data(file: io.FileIO, offset: int) -> int:
    """Returns where the next bytes are that are no hole."""
    try:
        return os.lseek(file.fileno(), offset, os.SEEK_DATA)
    except OSError:
        return FILE_BYTES


def age(path: Path, uid: int, seconds: int) -> None:
    """Makes a user's record so much older, a number of whole hours, as if the time had passed."""
    words = list(struct.unpack_from(f"<{WORDS}Q", slot(path, uid)))
    words[2] -= seconds
    words[4] -= seconds // 60
    words[5] -= seconds // 3600
    words[-1] = _checksum(words[:-1])
    with path.open("r+b") as file:
        file.seek(HEADER + SLOT * uid)
        file.write(struct.pack(f"<{WORDS}Q", *words))


@contextmanager
def locked(path: Path, uid: int) -> Iterator[None]:
    """Holds the lock of a user's record, as a process of that user would that is stopped inside it."""
    with path.open("r+b") as file:
        lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, os.SEEK_SET, USER_LOCKS + uid, 1, 0)
        fcntl.fcntl(file, F_OFD_SETLK, lock)
        yield


def clear(path: Path, uid: int) -> None:
    """Empties all slots but a user's first one."""
    kept = slot(path, uid)
    with path.open("r+b") as file:
        file.truncate(HEADER)
        file.truncate(FILE_BYTES)
        file.seek(HEADER + SLOT * uid)
        file.write(kept)


def write_journal(directory: Path, uid: int, lines: Iterable[str]) -> None:
    """Writes a journal as Sources/Ledger/Journal.swift describes it: decisions of this minute."""
    directory.mkdir(mode=0o700, exist_ok=True)
    records = bytearray()
    stamp = str(int(time.time())).encode()
    for line in lines:
        value = 0xCBF29CE484222325
        for byte in stamp + line.encode():
            value = (value ^ byte) * 0x100000001B3 & MASK
        records += b"\n%s %016x %s\n" % (stamp, value, line.encode())
    file = directory / str(uid)
    file.write_bytes(records)
    owner = directory.parent.stat()
    for path in (directory, file):
        os.chown(path, owner.st_uid, owner.st_gid)
