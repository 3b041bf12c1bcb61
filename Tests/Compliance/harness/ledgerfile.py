"""Writes records into the state file as Sources/Ledger/Slot.swift describes them, for crowds too large to send mail."""

import struct
import time
from collections.abc import Iterable
from pathlib import Path

HEADER, SLOT, WORDS, MASK = 4096, 2048, 235, (1 << 64) - 1


def _checksum(words: list[int]) -> int:
    value = 0xCBF29CE484222325
    for word in words:
        value = (value ^ word) * 0x100000001B3 & MASK
        value ^= value >> 32
    return value


def write(path: Path, users: Iterable[tuple[int, int]]) -> None:
    """Gives each (UID below 262 144, messages) a record: so many messages, each to one recipient, in this minute."""
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
