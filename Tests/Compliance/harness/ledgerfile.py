"""Reads and writes records of the state file as Sources/Ledger/Slot.swift describes them."""

import struct
import time
from collections.abc import Iterable
from pathlib import Path

HEADER, SLOT, WORDS, MASK = 4096, 2048, 235, (1 << 64) - 1
SLOTS = 1 << 18
FILE_BYTES = HEADER + SLOTS * SLOT


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


def clear(path: Path, uid: int) -> None:
    """Empties all slots but a user's first one."""
    kept = slot(path, uid)
    with path.open("r+b") as file:
        file.truncate(HEADER)
        file.truncate(FILE_BYTES)
        file.seek(HEADER + SLOT * uid)
        file.write(kept)
