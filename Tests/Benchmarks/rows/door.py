"""Mail over SMTP: the SMTP door beside Postfix's own smtpd(8), each in a network namespace of this process's own."""

import ctypes
import json
import os
import smtplib
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from .launch import Run

DOOR = "/usr/local/lib/postern/smtpd"
DOOR_PORT, POSTFIX_PORT = 10025, 2525
SENDMAIL = "/usr/sbin/sendmail"
RECIPIENTS = ["customer0@elsewhere.example"]
CLONE_NEWNET = 0x40000000


@contextmanager
def servers() -> Iterator[None]:
    """Postfix with an smtpd for sites, and the door behind systemd's acceptor."""
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "unshare")
    service = f"127.0.0.1:{POSTFIX_PORT}"
    for words in (["ip", "link", "set", "lo", "up"],
                  ["postconf", "-M", f"{service}/inet={service} inet n - n - - smtpd"],
                  ["postconf", "-M", "discard/unix=discard unix - - n - - discard"],
                  ["postconf", "-e", "master_service_disable=", "default_transport=discard:", "header_checks=",
                   "mynetworks=127.0.0.0/8", "smtpd_recipient_restrictions=permit_mynetworks,reject",
                   # There is no proxymap(8) to ask, no name server, and no anvil(8) to count clients.
                   "local_recipient_maps=", "smtpd_peername_lookup=no",
                   "smtpd_client_connection_count_limit=0", "smtpd_client_connection_rate_limit=0"],
                  ["postfix", "start"]):
        subprocess.run(words, check=True, capture_output=True)
    words = ["/usr/bin/systemd-socket-activate", "--accept", "--inetd", "--listen", f"127.0.0.1:{DOOR_PORT}", DOOR]
    environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    with subprocess.Popen(words, user="postern", group="postern", extra_groups=[], cwd="/", env=environment,
                          stderr=subprocess.DEVNULL) as acceptor:
        try:
            yield
        finally:
            acceptor.terminate()
            subprocess.run(["postfix", "stop"], check=False, capture_output=True)


def compare(uid: int, sender: str, message: Path, messages: int, rounds: int) -> list[list[Run]]:
    """Sends so many messages in a connection, by turns; returns the runs of Postfix's smtpd, of the door and of sendmail(1)."""
    words = [sys.executable, "-B", "-m", "rows.door", str(uid), sender, str(message), str(messages), str(rounds)]
    done = subprocess.run(words, check=True, stdout=subprocess.PIPE, timeout=3600)
    return [[Run(0, 0, wall, 0, 0, 0, 0) for wall in walls] for walls in json.loads(done.stdout)]


def session(port: int, sender: str, message: bytes, messages: int) -> None:
    """Sends messages as a site's program does, a command at a time."""
    with smtplib.SMTP("127.0.0.1", port, local_hostname="shop.example", timeout=60) as client:
        for _ in range(messages):
            client.sendmail(sender, RECIPIENTS, message)


def by_sendmail(sender: str, message: bytes, messages: int) -> None:
    """Gives them to Postfix's sendmail(1), as the door does."""
    for _ in range(messages):
        subprocess.run([SENDMAIL, "-i", "-f", sender, "--", *RECIPIENTS], input=message, check=True)


def main() -> None:
    """Becomes the site, which may read neither this program nor the message; prints what each round took, as JSON."""
    uid, sender, path, messages, rounds = int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]), int(sys.argv[4]), int(sys.argv[5])
    message = path.read_bytes()
    os.setgroups([])
    os.setgid(uid)
    os.setuid(uid)
    contenders = (partial(session, POSTFIX_PORT), partial(session, DOOR_PORT), by_sendmail)
    for port in (POSTFIX_PORT, DOOR_PORT):
        wait_for(port)
    walls: list[list[int]] = [[] for _ in contenders]
    # The first round is not counted.
    for number in range(rounds + 1):
        for turn in range(len(contenders)):
            chosen = (number + turn) % len(contenders)
            start = time.monotonic_ns()
            contenders[chosen](sender, message, messages)
            walls[chosen].append((time.monotonic_ns() - start) // 1000)
    json.dump([times[1:] for times in walls], sys.stdout)


def wait_for(port: int) -> None:
    """Returns when a server greets at the port."""
    for _ in range(200):
        try:
            with smtplib.SMTP("127.0.0.1", port, timeout=10):
                return
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise RuntimeError(f"nobody listens at {port}")


if __name__ == "__main__":
    main()
