"""Postern's decisions, made by the program of the fuzz targets."""

import subprocess
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from .generator import Case


@dataclass(frozen=True)
class Permit:
    """A message that is handed over, and how Postern reads it; addresses have no quotes."""

    case: Case
    fields: dict[str, tuple[bytes, ...]]
    sender: bytes
    recipients: tuple[bytes, ...]
    arguments: tuple[bytes, ...]
    message: bytes


def decide(program: str, cases: Iterable[Case]) -> Iterator[Permit | str]:
    """Decides about each case; the reason code of those that are refused."""
    with subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        for case in cases:
            words = " ".join([case.site, *("=" + word.hex() for word in case.arguments)])
            process.stdin.write(f"{words}\t{case.message.hex()}\n".encode())
            process.stdin.flush()
            line = process.stdout.readline().decode()
            if not line:
                raise RuntimeError(f"Postern ended at case {case.number}: {case!r}")
            yield _reply(case, line.rstrip("\n").split("\t"))
        process.stdin.close()


def _reply(case: Case, parts: list[str]) -> Permit | str:
    if parts[0] == "refuse":
        return parts[1]
    lists = [tuple(bytes.fromhex(item) for item in part.split(",") if item) for part in parts[1:7]]
    return Permit(case, dict(zip(("from", "sender", "resent-from", "resent-sender"), lists)),
                  lists[4][0] if lists[4] else b"", lists[5],
                  tuple(bytes.fromhex(word) for word in parts[7].split(" ")), bytes.fromhex(parts[8]))
