"""For the comparison: a client of a plain window, as most programs have it. It knows nothing but the answer."""

import socket
import time

from .engines import PASSWORD

TIMEOUT = 1.0
#: As in the lab: steps of one second, 60 of them.
WIDTH = 60


class Plain:
    """One that fails open, or one that fails closed."""

    def __init__(self, way, path, limit):
        self.way, self.path, self.limit, self.granted = way, path, limit, []

    def ask(self, name):
        start = time.time()
        try:
            is_granted = self._call(name)
        except (OSError, ValueError):
            is_granted = self.way == "open"
        if is_granted:
            self.granted.append([start, time.time()])

    def _call(self, name):
        command = b""
        for words in (["AUTH", "plain", PASSWORD], ["FCALL", "plain", 1, f"plain:{self.way}", WIDTH, self.limit, name]):
            command += b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(str(w)), str(w).encode()) for w in words)
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(TIMEOUT)
            connection.connect(self.path)
            connection.sendall(command)
            answer, deadline = b"", time.monotonic() + TIMEOUT
            while answer.count(b"\r\n") < 2:
                connection.settimeout(max(0.001, deadline - time.monotonic()))
                piece = connection.recv(4096)
                if not piece:
                    raise ValueError("closed")
                answer += piece
        if not answer.startswith(b"+OK\r\n:"):
            raise ValueError(answer)
        return answer.startswith(b"+OK\r\n:1\r\n")
