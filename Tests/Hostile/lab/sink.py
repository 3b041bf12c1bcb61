"""The server at the other end: an SMTP server that takes whatever leaves the machine."""

import re
import socketserver
import threading
from dataclasses import dataclass

PORT = 2525
PATH = re.compile(rb"(?:MAIL FROM|RCPT TO):\s*<([^>]*)>", re.IGNORECASE)


@dataclass(frozen=True)
class Mail:
    """A message as it arrived; its lines end with LF."""

    sender: bytes
    recipients: tuple[bytes, ...]
    message: bytes


class Sink:
    """Listens on loopback, and remembers what it was given."""

    def __init__(self) -> None:
        self._mails: list[Mail] = []
        self._lock = threading.Lock()
        server = socketserver.ThreadingTCPServer(("127.0.0.1", PORT), self._handler())
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def take(self) -> list[Mail]:
        """Returns what has arrived since the last call."""
        with self._lock:
            taken, self._mails = self._mails, []
        return taken

    def _keep(self, mail: Mail) -> None:
        with self._lock:
            self._mails.append(mail)

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        keep = self._keep

        class Handler(socketserver.StreamRequestHandler):
            """One connection of smtp(8)."""

            def handle(self) -> None:
                self._say(b"220 sink.example ESMTP")
                sender, recipients = b"", []
                for line in self.rfile:
                    word = line[:4].upper()
                    if word == b"EHLO":
                        self._say(b"250-sink.example", b"250-8BITMIME", b"250-SMTPUTF8", b"250-DSN", b"250 PIPELINING")
                        continue
                    if word == b"QUIT":
                        return
                    if path := PATH.match(line):
                        if word == b"MAIL":
                            sender, recipients = path[1], []
                        else:
                            recipients.append(path[1])
                    if word == b"DATA":
                        self._say(b"354 go on")
                        keep(Mail(sender, tuple(recipients), self._message()))
                    self._say(b"250 2.0.0 yes")

            def _say(self, *lines: bytes) -> None:
                self.wfile.write(b"".join(line + b"\r\n" for line in lines))

            def _message(self) -> bytes:
                lines = []
                for line in self.rfile:
                    if line == b".\r\n":
                        break
                    lines.append(line.removeprefix(b".").replace(b"\r\n", b"\n"))
                return b"".join(lines)

        return Handler
