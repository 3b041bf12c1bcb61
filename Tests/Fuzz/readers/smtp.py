"""What Postfix's smtp(8) sends: a model of it, and a server to which the real one does."""

import re
import socketserver
import threading

#: smtp_line_length_limit.
LINE_BYTES = 998
CASE = re.compile(rb"\ncase (\d+)\n")


def sent(message: bytes) -> bytes:
    """A message as smtp(8) sends it: what is longer than a line may be goes on behind a blank (`smtp_text_out`)."""
    if max(map(len, message.split(b"\n"))) <= LINE_BYTES:
        return message
    return b"\n".join(map(_cut, message.split(b"\n")))


def _cut(line: bytes) -> bytes:
    pieces = [line[:LINE_BYTES]]
    pieces += (b" " + line[start:start + LINE_BYTES - 1] for start in range(LINE_BYTES, len(line), LINE_BYTES - 1))
    return b"\n".join(pieces)


class Server:
    """Takes every message."""

    def __init__(self) -> None:
        #: The header sections that were sent, by the numbers of their cases.
        self.taken: dict[int, bytes] = {}
        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        server.daemon_threads = True
        self.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        taken = self.taken

        class Handler(socketserver.StreamRequestHandler):
            """One connection of smtp(8)."""

            def handle(self) -> None:
                self._say(b"220 sink.invalid ESMTP")
                while line := self.rfile.readline():
                    verb = line[:4].upper()
                    if verb == b"EHLO":
                        self._say(b"250-sink.invalid\r\n250-PIPELINING\r\n250-8BITMIME\r\n250 SMTPUTF8")
                    elif verb == b"DATA":
                        self._say(b"354 go on")
                        self._take()
                        self._say(b"250 taken")
                    elif verb == b"QUIT":
                        self._say(b"221 bye")
                        return
                    else:
                        self._say(b"250 ok")

            def _take(self) -> None:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line.removesuffix(b"\r\n").removeprefix(b"."))
                message = b"\n".join(lines) + b"\n"
                if case := CASE.search(message):
                    taken[int(case[1])] = message.partition(b"\n\n")[0]

            def _say(self, reply: bytes) -> None:
                self.wfile.write(reply + b"\r\n")

        return Handler
