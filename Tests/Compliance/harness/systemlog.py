"""The other end of the private /dev/log."""

import os
import re
import shlex
import socket
import threading

RECORD = re.compile(rb"<(\d+)>[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d postern(?:\[\d+\])?: (.*)",
                    re.DOTALL)
SYNC_SECONDS = 10


class SystemLog:
    """Receives what Postern and Postfix log.

    A thread reads all the time: a datagram socket holds only a few datagrams
    (net.unix.max_dgram_qlen), and Postfix waits when it is full.
    """

    PATH = "/dev/log"

    def __init__(self) -> None:
        self._records: list[bytes] = []
        self._changed = threading.Condition()
        self._markers = 0
        self.open()

    def open(self) -> None:
        """Makes the socket."""
        log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        log.bind(self.PATH)
        os.chmod(self.PATH, 0o666)
        self._socket = log
        threading.Thread(target=self._receive, args=(log,), daemon=True).start()

    def close(self) -> None:
        """Takes the socket away, as on a machine without a log daemon."""
        os.unlink(self.PATH)

    def records(self) -> list[bytes]:
        """Returns what was sent since the last call, all that ended programs sent included."""
        self._markers += 1
        marker = b"marker %d" % self._markers
        if os.path.exists(self.PATH):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
                sender.sendto(marker, self.PATH)
            with self._changed:
                self._changed.wait_for(lambda: marker in self._records, SYNC_SECONDS)
        with self._changed:
            found, self._records = self._records, []
        return [record for record in found if record != marker]

    def decisions(self) -> list[dict[str, str]]:
        """Returns Postern's lines since the last call as keys and values."""
        return decisions(self.records())

    def _receive(self, log: socket.socket) -> None:
        while True:
            record = log.recv(1 << 16)
            with self._changed:
                self._records.append(record)
                self._changed.notify_all()


def decisions(records: list[bytes]) -> list[dict[str, str]]:
    """Returns Postern's lines among the records as keys and values."""
    matches = map(RECORD.fullmatch, records)
    return [pairs(match[2].decode("utf-8", "replace")) for match in matches if match]


def pairs(line: str) -> dict[str, str]:
    """Takes a line of `key=value` words apart."""
    try:
        words = shlex.split(line.rstrip("\n"))
    except ValueError:
        return {"unreadable": line}
    return {word.partition("=")[0]: word.partition("=")[2] for word in words if "=" in word}
