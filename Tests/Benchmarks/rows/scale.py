"""Usage: python3 -m rows.scale COPIES DISK SITES USERS RATE SECONDS; exits 1 where a figure is wrong."""

import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from .launch import Run
from .site import DROP_IN, UID, Machine
from .table import Table

LOG = Path("/var/lib/postfix/mail.log")
TOOL = "/usr/local/bin/postern"
#: Records are made at this rate; the real sendmail is a program that does nothing then.
MAKING_RATE = 300
PATIENCE_SECONDS = 600


def write_senders(sites: int) -> None:
    """The first of them send; all have three addresses."""
    with open("/etc/postern/senders", "w", encoding="ascii") as senders:
        for site in range(sites):
            senders.write(f"uid:{UID + site} info@shop.example shop{site}@site{site}.example @site{site}.example\n")


def compile_map(table: Table, sites: int) -> None:
    """Compiles the map, and tells what that took."""
    start = time.monotonic()
    child = subprocess.Popen([TOOL, "map", "build"], stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if status != 0:
        raise RuntimeError(f"map build: {status}")
    table.told(f"map build, {sites} sites: seconds", f"{time.monotonic() - start:.1f}")
    table.told("the same: memory in MB", f"{used.ru_maxrss / 1000:.0f}")
    table.told("senders.db in MB", f"{Path('/etc/postern/senders.db').stat().st_size / 1e6:.0f}")


def send(machine: Machine, count: int, rate: int, users: int) -> list[Run]:
    """Starts so many at that rate, each from the next user."""
    return machine.launcher.at_rate(machine.sendmail(DROP_IN, machine.message("4k", 4000)), count, rate, users)


def charged() -> tuple[int, int, float]:
    """Returns how many users have a record, what is charged to all of them, and how long the answer took."""
    start = time.monotonic()
    done = subprocess.run([TOOL, "quota", "status", "--json"], check=True, capture_output=True)
    took = time.monotonic() - start
    counts = [user["messages"]["hour"]["used"] for user in json.loads(done.stdout)]
    return sum(count > 0 for count in counts), sum(counts), took


def delivered() -> int:
    """Returns how many messages Postfix has delivered to nowhere."""
    return LOG.read_bytes().count(b"status=sent") if LOG.exists() else 0


def await_delivery(count: int) -> float:
    """Waits for Postfix; returns for how long."""
    start = time.monotonic()
    while delivered() < count and time.monotonic() - start < PATIENCE_SECONDS:
        time.sleep(0.2)
    return time.monotonic() - start


def main() -> int:
    """Measures all; the last line counts."""
    copies, disk = Path(sys.argv[1]), Path(sys.argv[2])
    sites, users, rate, seconds = map(int, sys.argv[3:7])
    table = Table(False)
    machine = Machine(copies, disk)
    print("| what | figure | target | verdict |\n|---|---|---|---|", flush=True)
    machine.configure(postfix="/usr/bin/true")
    write_senders(sites)
    compile_map(table, sites)
    made = send(machine, users, MAKING_RATE, users)
    table.exactly("messages refused while records were made", sum(run.status != 0 for run in made), 0)
    machine.write_configuration()
    subprocess.run([TOOL, "map", "build"], check=True, capture_output=True)
    before_users, before, _ = charged()
    table.exactly("users with a record", before_users, users)
    runs = send(machine, rate * seconds, rate, users)
    table.exactly(f"messages refused, {rate} a second for {seconds} seconds", sum(run.status != 0 for run in runs), 0)
    late = await_delivery(len(runs))
    after_users, after, took = charged()
    table.exactly("messages charged", after - before, len(runs))
    table.exactly("messages delivered by Postfix", delivered(), len(runs))
    table.told("seconds that Postfix needed after the last one", f"{late:.1f}")
    for what, text in (("late", "from when it was due"), ("wall", "from its start")):
        times = sorted(getattr(run, what) / 1000 for run in runs)
        points = statistics.quantiles(times, n=100)
        table.told(f"time until a message was taken, {text}, in ms: half, 99 of 100, all",
                   f"{points[49]:.1f}, {points[98]:.1f}, {times[-1]:.1f}")
    table.told(f"quota status of {after_users} users: seconds", f"{took:.2f}")
    table.told("state file on disk in MB", f"{Path('/var/lib/postern/quota').stat().st_blocks * 512 / 1e6:.1f}")
    print(f"{table.met} passed, {table.missed} failed")
    return table.missed > 0


if __name__ == "__main__":
    sys.exit(main())
