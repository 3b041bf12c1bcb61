"""The SMTP door on the private machine: postern-smtpd behind a listener, and the packet filter."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .machine import USERS
from .process import CLEAN_ENVIRONMENT, Command, Outcome, run, run_root
from .stage import Stage

DOOR = "/usr/local/lib/postern/smtpd"
PORT = 10025
RULES = Path(__file__).resolve().parents[3] / "Install" / "nftables" / "postern-smtp.nft"

#: Says bytes to a port and prints what is answered, to the end.
CLIENT = r"""
import socket, sys
host, port, half = sys.argv[1], int(sys.argv[2]), len(sys.argv) > 3
with socket.create_connection((host, port), timeout=20) as peer:
    peer.sendall(sys.stdin.buffer.read())
    if half: peer.shutdown(socket.SHUT_WR)
    try:
        while data := peer.recv(65536): sys.stdout.buffer.write(data)
    except ConnectionResetError:
        sys.stdout.buffer.write(b"(reset)")
"""


class Listener:
    """Accepts connections as a systemd socket unit with Accept=yes does: a process for each."""

    def __init__(self, user: str = "postern") -> None:
        self._uid = USERS[user].uid
        self._sockets = [self._listen(socket.AF_INET, "127.0.0.1"), self._listen(socket.AF_INET6, "::1")]
        self.children: list["subprocess.Popen[bytes]"] = []
        for one in self._sockets:
            threading.Thread(target=self._accept, args=(one,), daemon=True).start()

    @staticmethod
    def _listen(family: int, address: str) -> socket.socket:
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address, PORT))
        listener.listen(512)
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                self.children.append(serve(peer.fileno(), self._uid))

    def close(self) -> None:
        """Ends it, and whoever it still serves."""
        for one in self._sockets:
            one.shutdown(socket.SHUT_RDWR)
            one.close()
        for child in self.children:
            child.kill()
            child.wait()


def serve(descriptor: int, uid: int) -> "subprocess.Popen[bytes]":
    """Starts the door for one connection."""
    return subprocess.Popen([DOOR], stdin=descriptor, stdout=descriptor, stderr=subprocess.DEVNULL,
                            user=uid, group=uid, extra_groups=[], cwd="/", env=CLEAN_ENVIRONMENT)


def install_door(stage: Stage) -> None:
    """Puts the program where it is installed."""
    shutil.copyfile(stage.postern.binaries / "postern-smtpd", DOOR)
    Path(DOOR).chmod(0o755)


@contextmanager
def open_door(stage: Stage, *, redirects: bool = False, user: str = "postern") -> Iterator[Listener]:
    """Installs the door and listens; with the packet filter's rules if wanted."""
    install_door(stage)
    if redirects:
        done = run_root("nft", "-f", RULES)
        if done.status != 0:
            raise RuntimeError(f"nft: {done.stderr!r}")
    listener = Listener(user)
    try:
        yield listener
    finally:
        listener.close()
        if redirects:
            done = run_root("nft", "delete", "table", "inet", "postern_smtp")
            if done.status != 0:
                raise RuntimeError(f"nft: {done.stderr!r}")
            # Nobody keeps these up to date any more: a later client with the same port would be taken for redirected.
            run_root("conntrack", "--flush")


def say(stage: Stage, client: bytes, user: str = "alice", *, host: str = "127.0.0.1",
        port: int = PORT, half: bool = False) -> Outcome:
    """Speaks to the door as a user."""
    words = [CLIENT.encode(), host.encode(), b"%d" % port] + [b"half"] * half
    return run(stage.machine, Command(user, "/usr/bin/python3", (b"-c", *words), client))
