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
STATE = Path("/var/lib/postern")
#: The first records are made by messages, at this rate; the real sendmail is a program that does nothing then. All of them
#: would take six minutes for 100 000 users.
MADE_BY_MESSAGES, MAKING_RATE = 1000, 300
#: As many decisions as a user has in the journal as a rule, before one of its two files is full.
DECISIONS = 40
#: The target of a report.
REPORT_USERS, REPORT_SECONDS = 10_000, 2
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


def make_records(table: Table, machine: Machine, users: int) -> None:
    """Gives every user a record and a journal; those of the first ones are the program's own work."""
    made = send(machine, min(users, MADE_BY_MESSAGES), MAKING_RATE, users)
    table.exactly("messages refused while records were made", sum(run.status != 0 for run in made), 0)
    subprocess.run([machine.copies / "records", STATE, str(UID), str(users), str(DECISIONS)], check=True)
    table.told(f"journals of {DECISIONS} decisions each, on disk, in MB", f"{_disk_bytes(STATE / 'journal') / 1e6:.0f}")


def _disk_bytes(directory: Path) -> int:
    return sum(entry.stat().st_blocks * 512 for entry in os.scandir(directory))


def read_back(table: Table, users: int) -> None:
    """What looks at all records, or all journals, and what at those of one user."""
    commands = (("log",), ("log", "--last", "100000"), ("log", f"uid:{UID + users // 2}"), ("report", "--text"), ("report", "--html", "-"),
                ("metrics",), ("quota", "status"), ("quota", "status", f"uid:{UID + users // 2}"))
    for command in commands:
        start = time.monotonic()
        child = subprocess.Popen([TOOL, *command], stdout=subprocess.PIPE)
        assert child.stdout is not None
        length = len(child.stdout.read())
        _, status, used = os.wait4(child.pid, 0)
        seconds, shown = time.monotonic() - start, " ".join(command)
        if status != 0:
            raise RuntimeError(f"postern {shown}: {status}")
        what = f"postern {shown}, {users} users: seconds (kB of output, MB of memory)"
        figure = f"{seconds:.2f} ({length / 1e3:.0f}, {used.ru_maxrss / 1e3:.0f})"
        if command[0] == "report" and users <= REPORT_USERS:
            table.timed(what, seconds, REPORT_SECONDS, figure)
        else:
            table.told(what, figure)


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
    table = Table(users < REPORT_USERS)
    machine = Machine(copies, disk)
    print("| what | figure | target | verdict |\n|---|---|---|---|", flush=True)
    machine.configure(postfix="/usr/bin/true")
    write_senders(sites)
    compile_map(table, sites)
    make_records(table, machine, users)
    read_back(table, users)
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
