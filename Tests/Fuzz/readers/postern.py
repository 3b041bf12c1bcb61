"""Postern's decisions, made by the program of the fuzz targets."""

import collections
import subprocess
import threading
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
        asked: collections.deque[Case] = collections.deque()
        writer = threading.Thread(target=_ask, args=(process.stdin, cases, asked), daemon=True)
        writer.start()
        for line in process.stdout:
            yield _reply(asked.popleft(), line.decode().rstrip("\n").split("\t"))
        writer.join()
        if asked:
            raise RuntimeError(f"Postern ended at case {asked[0].number}: {asked[0]!r}")


def _ask(stdin, cases: Iterable[Case], asked: collections.deque[Case]) -> None:
    """Writes requests ahead of the replies; a pipe holds enough of them."""
    try:
        for case in cases:
            words = " ".join([case.site, *("=" + word.hex() for word in case.arguments)])
            asked.append(case)
            stdin.write(f"{words}\t{case.message.hex()}\n".encode())
        stdin.close()
    except BrokenPipeError:
        pass


def _reply(case: Case, parts: list[str]) -> Permit | str:
    if parts[0] == "refuse":
        return parts[1]
    lists = [tuple(bytes.fromhex(item) for item in part.split(",") if item) for part in parts[1:7]]
    return Permit(case, dict(zip(("from", "sender", "resent-from", "resent-sender"), lists)),
                  lists[4][0] if lists[4] else b"", lists[5],
                  tuple(bytes.fromhex(word) for word in parts[7].split(" ")), bytes.fromhex(parts[8]))
