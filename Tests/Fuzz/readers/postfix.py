"""The private Postfix: what it makes of a message, and which addresses it finds in it.

Postfix tells which addresses it finds by asking its canonical map for each: the map is served here, and answers with a
number, which Postfix then writes in the place of the address.
"""

import concurrent.futures
import re
import socketserver
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from .addresses import unquoted
from .postern import Permit
from .smtp import CASE, Server

SPOOL = Path("/var/spool/postfix")
#: In a directory that is private to the run.
MAP = Path("/var/lib/postfix/readers.map")
NUMBER = re.compile(rb"number(\d+)@map\.invalid")
SECTION = re.compile(rb"^\*\*\* (.*) \*\*\*$", re.MULTILINE)
FIELD = re.compile(rb"^([!-9;-~]+):(.*(?:\n[ \t].*)*)", re.MULTILINE)

#: pickup needs milliseconds; this is for a machine that is busy elsewhere.
SETTLE_SECONDS = 120
SETTINGS = (
    "myorigin = ok.example", "append_dot_mydomain = no",
    f"canonical_maps = socketmap:unix:{MAP}:addresses",
    # What cannot be sent stays in the queue, and no bounce is sent in its place.
    "soft_bounce = yes", "default_process_limit = 4", "default_transport = smtp:[127.0.0.1]:{port}",
    "local_transport = $default_transport",
)


@dataclass(frozen=True)
class Queued:
    """A message in the queue."""

    sender: bytes
    recipients: tuple[bytes, ...]
    header: bytes

    def bodies(self, name: str) -> list[bytes]:
        """The unfolded bodies of the fields of a name."""
        return [body.replace(b"\n", b"").strip() for found, body in FIELD.findall(self.header)
                if found.decode().lower() == name]


class AddressMap:
    """The map that Postfix asks: each address has its number."""

    def __init__(self) -> None:
        self.isAsked = True
        self._numbers: dict[bytes, int] = {}
        self._addresses: list[bytes] = []
        self._lock = threading.Lock()
        MAP.unlink(missing_ok=True)
        server = socketserver.ThreadingUnixStreamServer(str(MAP), self._handler())
        server.daemon_threads = True
        MAP.chmod(0o666)
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def addresses(self, text: bytes) -> list[bytes]:
        """The addresses, without quotes, whose numbers stand in a text."""
        return [unquoted(self._addresses[int(number)]) for number in NUMBER.findall(text)]

    def address(self, record: bytes) -> bytes:
        """The address of an envelope record; Postfix does not ask for one that is no UTF-8, it stands there itself."""
        return (self.addresses(record) or [unquoted(record)])[0]

    def _answer(self, key: bytes) -> bytes:
        # The null sender is asked for, too; it has no number.
        if not self.isAsked or key.endswith(b"@map.invalid") or key in (b"", b'""'):
            return b"NOTFOUND "
        with self._lock:
            if key not in self._numbers:
                self._numbers[key] = len(self._addresses)
                self._addresses.append(key)
            return b"OK number%d@map.invalid" % self._numbers[key]

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        answer = self._answer

        class Handler(socketserver.StreamRequestHandler):
            """One connection of cleanup(8), which stays."""

            def handle(self) -> None:
                while size := self._size():
                    request = self.rfile.read(size)
                    self.rfile.read(1)
                    reply = answer(request.partition(b" ")[2])
                    self.wfile.write(b"%d:%s," % (len(reply), reply))

            def _size(self) -> int:
                digits = b""
                while (byte := self.rfile.read(1)) not in (b":", b""):
                    digits += byte
                return int(digits) if digits else 0

        return Handler


class Postfix:
    """Takes messages and shows what became of them."""

    def __init__(self) -> None:
        self.map = AddressMap()
        self._server = Server()
        subprocess.run(["postconf", "-e", *(text.format(port=self._server.port) for text in SETTINGS)], check=True)
        subprocess.run(["postconf", "-M", "smtp/unix=smtp unix - - n - - smtp"], check=True)
        subprocess.run(["postfix", "start"], check=True, capture_output=True)

    def take(self, permits: list[Permit], *, asking: bool) -> dict[int, Queued | str]:
        """Submits messages with sendmail(1) and returns them from the queue, where they stay, by their numbers.

        Args:
            permits: The messages.
            asking: Whether addresses become numbers; otherwise the messages stay as Postfix writes them.

        Returns:
            What is in the queue; what sendmail(1) said where it did not take the message.
        """
        subprocess.run(["postsuper", "-d", "ALL"], check=True, capture_output=True)
        self.map.isAsked = asking
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            results = list(pool.map(_submit, permits))
        taken: dict[int, Queued | str] = {
            permit.case.number: result for permit, result in zip(permits, results) if result}
        _settle("maildrop")
        files = [path for path in (SPOOL / "hold").iterdir() if path.is_file()]
        for start in range(0, len(files), 200):
            taken |= _read(files[start:start + 200])
        return taken

    def deliver(self) -> dict[int, bytes]:
        """Lets smtp(8) send what is in the queue, and returns the header sections that it has sent."""
        self._server.taken.clear()
        subprocess.run(["postsuper", "-H", "ALL"], check=True, capture_output=True)
        subprocess.run(["postqueue", "-f"], check=True, capture_output=True)
        _settle("incoming", "active")
        return dict(self._server.taken)


def _submit(permit: Permit) -> str:
    done = subprocess.run(permit.arguments, executable="/usr/sbin/sendmail", input=permit.message,
                          capture_output=True, check=False, env={"PATH": "/usr/sbin:/usr/bin", "LANG": "C"})
    return f"{done.returncode}: {done.stderr!r}" if done.returncode else ""


def _settle(*queues: str) -> None:
    deadline = time.monotonic() + SETTLE_SECONDS
    while any(path.is_file() for queue in queues for path in (SPOOL / queue).rglob("*")):
        if time.monotonic() > deadline:
            raise RuntimeError(f"Postfix does not empty {queues}")
        time.sleep(0.01)


def _read(files: list[Path]) -> dict[int, Queued | str]:
    """Reads queue files with postcat(1)."""
    text = subprocess.run(["postcat", "-e", "-h", "-b", *map(str, files)], check=True,
                          capture_output=True).stdout
    parts = SECTION.split(text)
    found: dict[int, Queued | str] = {}
    envelope, message = b"", b""
    for title, part in zip(parts[1::2], parts[2::2]):
        kind = title.partition(b" ")[0]
        if title.startswith(b"ENVELOPE RECORDS"):
            envelope = part
        elif title.startswith(b"MESSAGE CONTENTS"):
            message = part
        elif title.startswith(b"HEADER EXTRACTED"):
            envelope += part
        elif title.startswith(b"MESSAGE FILE END") and (case := CASE.search(message)):
            found[int(case[1])] = Queued(
                _records(envelope, b"sender")[0], tuple(_records(envelope, b"recipient")),
                message.lstrip(b"\n").partition(b"\n\n")[0])
        elif kind not in (b"MESSAGE",):
            raise RuntimeError(f"postcat says {title!r}")
    return found


def _records(envelope: bytes, name: bytes) -> list[bytes]:
    return [line.partition(b": ")[2] for line in envelope.split(b"\n")
            if line.partition(b":")[0] == name]
