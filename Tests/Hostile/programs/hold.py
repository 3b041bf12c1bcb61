"""Runs the gate in slices of time, as its caller, and stops it for good where that is worth most.

Arguments: a JSON object with `arguments` of the gate, the file of its `message`, how many processes to
hold (`count`), how many to start at most (`tries`), and `where`: "charged" holds a process as soon as its
charge can be seen, "anywhere" at a random moment between the end of its input and its charge. Tells what is
held; after a line on standard input lets all go on, and tells how they ended.
"""

import ctypes
import fcntl
import json
import os
import random
import signal
import struct
import subprocess
import sys
import termios
import time

GATE = "/usr/local/lib/postern/sendmail"
PR_SET_TIMERSLACK = 29
SLICE_SECONDS = 0.00002
#: Far more slices than a submission needs.
MOST_SLICES = 4000
#: A process that waits this long for its user's record waits for one that is stopped.
LOCK_SECONDS = 0.5

plan = json.loads(sys.argv[1])
with open(plan["message"], "rb") as file:
    message = file.read()
chance = random.Random(8)


def used() -> int:
    """How many messages the caller has been charged; 0 while a stopped process holds its record."""
    try:
        told = subprocess.run([GATE, "--quota-status"], capture_output=True, check=False, timeout=LOCK_SECONDS).stdout
    except subprocess.TimeoutExpired:
        return 0
    return int(json.loads(told)["messages"]["hour"]["used"])


def state(process: int) -> str:
    """R, S, T, Z and so on."""
    with open(f"/proc/{process}/stat", encoding="latin-1") as stat:
        return stat.read().rpartition(")")[2].split()[0]


def await_state(process: int, states: str) -> str:
    """Waits, but not for ever, until a process is in one of these states, or has ended."""
    for _ in range(20_000):
        now = state(process)
        if now in states + "Z":
            return now
        time.sleep(0.0001)
    return now


def start() -> "subprocess.Popen[bytes]":
    """A gate that has been given all of its input, and is stopped before it has read the end."""
    # At so low a priority it gives way as soon as this program wakes up.
    gate = subprocess.Popen([GATE, *plan["arguments"]], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL,
                            preexec_fn=lambda: os.nice(19))
    gate.stdin.write(message[:-1])
    gate.stdin.flush()
    while struct.unpack("i", fcntl.ioctl(gate.stdin, termios.FIONREAD, b"\0\0\0\0"))[0] or state(gate.pid) not in "SZ":
        time.sleep(0.0001)
    os.kill(gate.pid, signal.SIGSTOP)
    await_state(gate.pid, "T")
    gate.stdin.write(message[-1:])
    gate.stdin.close()
    return gate


def run_slice(gate: "subprocess.Popen[bytes]") -> bool:
    """Lets it run for a moment; returns whether it is stopped again."""
    try:
        os.kill(gate.pid, signal.SIGCONT)
        time.sleep(SLICE_SECONDS)
        os.kill(gate.pid, signal.SIGSTOP)
    except PermissionError:  # It is postern's now.
        return False
    return await_state(gate.pid, "T") == "T" and is_ours(gate)


def is_ours(gate: "subprocess.Popen[bytes]") -> bool:
    """Whether its caller may still send it signals."""
    try:
        os.kill(gate.pid, 0)
    except PermissionError:
        return False
    return True


def record_is_locked() -> bool:
    """Whether a further process of the caller waits for the caller's record."""
    probe = subprocess.Popen([GATE, "-i", "-f", "nobody@bank.example", "x@dest.example"], stdin=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    try:
        probe.wait(LOCK_SECONDS)
        return False
    except subprocess.TimeoutExpired:
        probe.kill()
        probe.wait()
        return True


def run_until_charged(gate: "subprocess.Popen[bytes]") -> tuple[bool, int]:
    """Runs it until its charge is seen; returns whether it is held then, and the slices."""
    before, seen = used(), False
    for slices in range(1, MOST_SLICES):
        if not run_slice(gate):
            return False, slices - 1
        seen = seen or used() > before
        # Not with the lock of the record, for which all others of the caller would wait.
        if seen and not record_is_locked():
            return True, slices
    return False, slices


def run_anywhere(gate: "subprocess.Popen[bytes]", longest: int) -> tuple[bool, int]:
    """Runs it for a number of slices by chance."""
    wanted = chance.randint(1, longest)
    for slices in range(1, wanted + 1):
        if not run_slice(gate):
            return False, slices - 1
    return not record_is_locked(), wanted


os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1)
held, stops, tries, longest = [], 0, 0, 1
while len(held) < plan["count"] and tries < plan["tries"]:
    tries += 1
    gate = start()
    if plan["where"] == "charged" or tries == 1:
        is_held, slices = run_until_charged(gate)
        longest = max(longest, slices)
    else:
        is_held, slices = run_anywhere(gate, longest)
    stops += slices
    if is_held:
        held.append(gate)
    elif is_ours(gate) and plan["where"] == "anywhere":
        gate.kill()
        gate.wait()
    else:
        if is_ours(gate):
            os.kill(gate.pid, signal.SIGCONT)
        gate.wait()
print(json.dumps({"held": len(held), "stops": stops, "tries": tries}), flush=True)
sys.stdin.readline()
for gate in held:
    os.kill(gate.pid, signal.SIGCONT)
print(json.dumps({"statuses": [gate.wait() for gate in held]}), flush=True)
