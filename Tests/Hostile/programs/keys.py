"""Runs the gate in the foreground of a terminal of its own, and presses a key in time.

Arguments: how many times, the key as a number, and whether to wait for the right moment ("postern") or for a random one
("anywhere"). Tells how often the key was pressed in time, and, after a line on standard input, how all ended.
"""

import fcntl
import json
import os
import random
import signal
import sys
import termios
import time

GATE = "/usr/local/lib/postern/sendmail"
MESSAGE = b"From: alice@test.example\nTo: x@dest.example\n\nb\n"
count, key, moment = int(sys.argv[1]), bytes([int(sys.argv[2])]), sys.argv[3]
chance = random.Random(8)

master, terminal = os.openpty()
report = os.dup(1)
keeper = os.fork()
if keeper:
    os.close(terminal)
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(keeper, 0)[1]))
os.setsid()
fcntl.ioctl(terminal, termios.TIOCSCTTY, 0)
KEYS_SIGNALS = (signal.SIGINT, signal.SIGTSTP, signal.SIGTTOU)
for number in KEYS_SIGNALS:
    signal.signal(number, signal.SIG_IGN)


def start() -> int:
    """A gate in the foreground, with its whole message."""
    reader, writer = os.pipe()
    gate = os.fork()
    if gate == 0:
        os.setpgid(0, 0)
        os.tcsetpgrp(terminal, os.getpid())
        for number in KEYS_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        os.dup2(reader, 0)
        os.close(writer)
        silence = os.open("/dev/null", os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        os.execv(GATE, ["sendmail", "-i", "-t"])
    os.close(reader)
    os.write(writer, MESSAGE)
    os.close(writer)
    return gate


def is_posterns(gate: int) -> bool:
    """Waits until a process can no longer be signalled by its caller, or has ended."""
    while True:
        try:
            os.kill(gate, 0)
        except PermissionError:
            return True
        with open(f"/proc/{gate}/stat", encoding="latin-1") as stat:
            if stat.read().rpartition(")")[2].split()[0] == "Z":
                return False


gates, pressed = [], 0
for _ in range(count):
    gate = start()
    gates.append(gate)
    if moment == "postern":
        pressed += is_posterns(gate)
    else:
        time.sleep(chance.uniform(0.001, 0.015))
        pressed += 1
    os.write(master, key)
    time.sleep(0.05)
os.write(report, json.dumps({"pressed": pressed}).encode() + b"\n")
sys.stdin.readline()
for gate in gates:
    try:
        os.kill(gate, signal.SIGCONT)
    except (PermissionError, ProcessLookupError):
        pass
statuses = [os.waitstatus_to_exitcode(os.waitpid(gate, 0)[1]) for gate in gates]
os.write(report, json.dumps({"statuses": statuses}).encode() + b"\n")
