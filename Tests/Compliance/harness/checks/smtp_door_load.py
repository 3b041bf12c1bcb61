"""Twenty sites that use the SMTP door beside one that wants a thousand connections, with an acceptor of systemd's."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from ..door import DOOR, PORT, RULES, open_door
from ..machine import USERS
from ..process import CLEAN_ENVIRONMENT, run_root
from ..stage import Stage, check, expect

#: A minute, and the figures: POSTERN_DOOR_SECONDS=60 Tests/Compliance/run --only "beside one that".
SECONDS = int(os.environ.get("POSTERN_DOOR_SECONDS", "4"))
SITES = range(8100, 8120)
#: Connections a second of all sites together.
RATE = 200
HOLDER = USERS["alice"].uid
WANTED = 1000
#: `smtp_connections_per_user`.
SERVED = 10

#: A site: ten connections a second at fixed times, whether those before have ended or not. Prints for each how long it took
#: to the greeting and to the end, in milliseconds from when it was due, or what it was told in place of "220".
SITE = r"""
import os, socket, sys, threading, time
uid, number, sites, rate, seconds = map(int, sys.argv[1:])
os.setgid(uid); os.setuid(uid)
told = []
def session(due):
    try:
        with socket.create_connection(("127.0.0.1", 25), 30) as s:
            greeting = s.recv(4096); greeted = time.monotonic()
            s.sendall(b"EHLO shop.example\r\nQUIT\r\n")
            while s.recv(4096): pass
        told.append("%.1f %.1f" % ((greeted - due) * 1e3, (time.monotonic() - due) * 1e3) if greeting[:4] == b"220 " else repr(greeting))
    except OSError as error: told.append(repr(error))
start = time.monotonic() + 1
threads = []
for n in range(number, rate * seconds, sites):
    due = start + n / rate
    time.sleep(max(0, due - time.monotonic()))
    threads.append(threading.Thread(target=session, args=(due,))); threads[-1].start()
for thread in threads: thread.join()
print("\n".join(told))
"""
#: Wants so many connections, and opens one for each that it has not got, as fast as the kernel lets it.
HOLD = r"""
import os, select, socket, sys, time
uid, wanted = map(int, sys.argv[1:])
os.setgid(uid); os.setuid(uid)
kept, tries, most = {}, 0, 0
poll = select.poll()
print("begins", flush=True)
while True:
    if len(kept) < wanted:
        tries += 1
        s = socket.socket()
        try: s.connect(("127.0.0.1", 25)); kept[s.fileno()] = s; poll.register(s, select.POLLIN)
        except OSError: s.close(); time.sleep(0.001)
    for number, _ in poll.poll(0):
        try: ended = not kept[number].recv(4096)
        except OSError: ended = True
        if ended: poll.unregister(number); kept.pop(number).close()
    most = max(most, len(kept))
    if tries % 100 == 0: print(tries, most, len(kept), flush=True)
"""


@contextmanager
def activated(stage: Stage) -> Iterator[None]:
    """The door behind systemd-socket-activate, which starts a process for each connection as systemd does."""
    with open_door(stage):
        pass
    done = run_root("nft", "-f", RULES)
    if done.status != 0:
        raise RuntimeError(f"nft: {done.stderr!r}")
    uid = USERS["postern"].uid
    words = ["/usr/bin/systemd-socket-activate", "--accept", "--inetd", "--listen", f"127.0.0.1:{PORT}", DOOR]
    with subprocess.Popen(words, user=uid, group=uid, extra_groups=[], cwd="/", env=CLEAN_ENVIRONMENT,
                          stderr=subprocess.DEVNULL) as server:
        try:
            for _ in range(200):
                with suppress(ConnectionRefusedError):
                    socket.create_connection(("127.0.0.1", PORT), 5).close()
                    break
                time.sleep(0.05)
            yield
        finally:
            server.terminate()
            run_root("nft", "delete", "table", "inet", "postern_smtp")


def doors() -> int:
    """How many processes of the door there are."""
    count = 0
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            count += entry.name.isdigit() and (entry / "comm").read_text() == "smtpd\n"
    return count


def python(program: str, *numbers: int) -> "subprocess.Popen[bytes]":
    """Starts a program, which becomes a site by itself."""
    return subprocess.Popen(["/usr/bin/python3", "-B", "-c", program, *map(str, numbers)], stdout=subprocess.PIPE,
                            env=CLEAN_ENVIRONMENT)


def quantiles(values: list[float]) -> str:
    """Half, 99 of 100, all."""
    return f"{statistics.median(values):.0f}, {statistics.quantiles(values, n=100)[-1]:.0f}, {max(values):.0f} ms"


@check("SMTP door: 200 connections a second of 20 sites are served beside one that wants a thousand at once")
def _load(stage: Stage) -> None:
    stage.postern.configure(senders=[f"uid:{uid} shop{uid}@shop.example" for uid in SITES])
    with activated(stage), python(HOLD, HOLDER, WANTED) as holder:
        assert holder.stdout is not None
        expect("the thousand", holder.stdout.readline(), b"begins\n")
        time.sleep(1)
        alone = doors()
        sites = [python(SITE, uid, uid - SITES[0], len(SITES), RATE, SECONDS) for uid in SITES]
        told = [line for site in sites for line in site.communicate(timeout=SECONDS + 120)[0].decode().splitlines()]
        holder.kill()
        tries, most, _ = holder.stdout.read().splitlines()[-1].decode().split()
    refused = [line for line in told if not line[0].isdigit()]
    times = [tuple(map(float, line.split())) for line in told if line[0].isdigit()]
    if SECONDS > 30:
        print(f"{len(told)} connections of {len(SITES)} sites in {SECONDS} s: {len(refused)} refused\n"
              f"to the greeting (half, 99 of 100, all): {quantiles([one for one, _ in times])}\n"
              f"to the end: {quantiles([two for _, two in times])}\n"
              f"the other site: {tries} attempts, at most {most} connections at once, {alone} processes of the door",
              file=sys.stderr)
    expect("connections", len(told), RATE * SECONDS)
    expect("refused", refused[:3], [])
    expect("the other site has tried", int(tries) > WANTED // 2, True)
    expect(f"the other site has at most 64 connections: {most}", int(most) <= 64, True)
