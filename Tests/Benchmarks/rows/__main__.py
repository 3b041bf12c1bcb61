"""Usage: python3 -m rows COPIES DISK [--short] [--rows PATTERN]; exits 1 where a target is missed."""

import argparse
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from . import door
from .launch import Contender, Run, median, paired
from .site import ADDRESS, DROP_IN, FALLBACK, POSTFIX, UID, Machine
from .table import Table

LARGE = 25_000_000
SESSION_MESSAGES = 20
DROP_CACHES = Path("/proc/sys/vm/drop_caches")


def submission(machine: Machine, table: Table) -> None:
    """One message of 4 KB: Postern, and four others in its place, each against bare Postfix of the same round."""
    machine.configure()
    message = machine.message("4k", 4000)
    names = (POSTFIX, *machine.exec_programs, DROP_IN, FALLBACK)
    contenders = [machine.sendmail(name, message) for name in names] + [machine.wrapper(message)]
    machine.launcher.compare(contenders, 5)
    bare, in_c, with_musl, ours, fallback, php = machine.launcher.compare(contenders, 60 if table.short else 1000)
    machine.empty()
    for what, text in (("wall", "wall time"), ("cpu", "processor time")):
        ratio = paired(ours, bare, what)
        table.timed(f"4 KB message, {text}, over bare Postfix ({median(bare, what) / 1000:.2f} ms)", ratio.median, 1.05,
                    str(ratio))
        table.told(f"the same, a program in C that does nothing but exec, {text}", str(paired(in_c, bare, what)))
        table.told(f"the same, one with musl, {text}", str(paired(with_musl, bare, what)))
        table.told(f"the same, Postern as ordinary Swift with glibc, {text}", str(paired(fallback, bare, what)))
        table.told(f"the same, PHP with SQLite, {text}", str(paired(php, bare, what)))


def sizes(machine: Machine, table: Table) -> None:
    """Larger messages, handed to Postfix."""
    machine.configure()
    for what, size, rounds in (("100 kB", 100_000, 200), ("25 MB", LARGE, 20)):
        message = machine.message(what.replace(" ", ""), size)
        contenders = [machine.sendmail(POSTFIX, message), machine.sendmail(DROP_IN, message)]
        bare, ours = machine.launcher.compare(contenders, 5 if table.short else rounds)
        machine.empty()
        table.told(f"{what} message, wall time, over bare Postfix ({median(bare, 'wall') / 1000:.1f} ms)",
                   str(paired(ours, bare, "wall")))


def others(machine: Machine, table: Table) -> None:
    """What is no ordinary submission: an exempt user's, a refused one, those of a session of SMTP."""
    message = machine.message("4k", 4000)
    bare_and_ours = [machine.sendmail(POSTFIX, message), machine.sendmail(DROP_IN, message)]
    rounds = 20 if table.short else 400
    machine.configure("exempt_users = root, bench7400")
    bare, ours = machine.launcher.compare(bare_and_ours, rounds)
    table.told("4 KB message of an exempt user, wall time, over bare Postfix", str(paired(ours, bare, "wall")))
    machine.configure()
    forged = machine.copies / "forged"
    forged.write_bytes(message.read_bytes().replace(ADDRESS.encode(), b"ceo@bank.example"))
    bare, refused = machine.launcher.compare([bare_and_ours[0], machine.sendmail(DROP_IN, forged)], rounds,
                                             statuses=(0, 77))
    table.told(f"4 KB message that is refused, wall time ({median(refused, 'wall') / 1000:.2f} ms), over a bare one's",
               str(paired(refused, bare, "wall")))
    session = machine.session("session", message, SESSION_MESSAGES)
    contenders = [bare_and_ours[0], Contender((DROP_IN, "-bs"), session)]
    bare, ours = machine.launcher.compare(contenders, 5 if table.short else 60)
    machine.empty()
    ratio = paired(ours, bare, "wall")
    table.told(f"each of {SESSION_MESSAGES} messages of 4 KB in one -bs, wall time, over one of bare sendmail",
               f"{ratio.median / SESSION_MESSAGES:.3f}")


def cold(machine: Machine, table: Table) -> None:
    """A message after a pause in which the kernel has forgotten all files."""
    machine.configure()
    message = machine.message("4k", 4000)
    runs: dict[str, list[Run]] = {POSTFIX: [], DROP_IN: []}
    for _ in range(3 if table.short else 40):
        for program, taken in runs.items():
            DROP_CACHES.write_text("3")
            taken += machine.launcher.compare([machine.sendmail(program, message)], 1)[0]
    machine.empty()
    bare, ours = runs.values()
    table.told(f"4 KB message, nothing in memory, wall time, over bare Postfix ({median(bare, 'wall') / 1000:.1f} ms)",
               str(paired(ours, bare, "wall")))


def memory(machine: Machine, table: Table) -> None:
    """What Postern itself needs, and does not need more of for a message of 25 MB."""
    machine.configure(postfix=machine.nothing)
    small = machine.sendmail(DROP_IN, machine.message("4k", 4000))
    large = machine.sendmail(DROP_IN, machine.message("25m", LARGE))
    by_small, by_large = machine.launcher.compare([small, large], 5)
    peak = [max(run.memory for run in runs) / 1000 for runs in (by_small, by_large)]
    table.counted("peak memory, 25 MB message, in MB", peak[1], 2, f"{peak[1]:.1f}")
    # The kernel maps up to 16 pages of a file at once: as many as it happens to have in memory.
    table.counted("the same, more than that of 4 KB, in MB", peak[1] - peak[0], 0.2, f"{peak[1] - peak[0]:.2f}")


def body(machine: Machine, table: Table) -> None:
    """25 MB from a pipe, against cat from such a pipe into a file in memory."""
    machine.configure(postfix=machine.nothing)
    for end, name, target in (("\n", "LF", 1.2), ("\r\n", "CRLF", 1.4)):
        message = machine.message(f"25m-{name}", LARGE, end=end)
        cat = Contender(("/bin/cat",), message, True, machine.output)
        ours = machine.sendmail(DROP_IN, message, piped=True)
        by_cat, by_ours = machine.launcher.compare([cat, ours], 20 if table.short else 60)
        ratio = paired(by_ours, by_cat, "wall")
        table.timed(f"25 MB from a pipe, lines end with {name}, over cat ({median(by_cat, 'wall') / 1000:.1f} ms)",
                    ratio.median, target, str(ratio))


def recipients(machine: Machine, table: Table) -> None:
    """Ten times the recipients."""
    machine.configure("header_size_limit = 1000000", "recipients_per_message = 10000", postfix="/usr/bin/true")
    few = machine.sendmail(DROP_IN, machine.message("1000", 4000, recipients=1000))
    many = machine.sendmail(DROP_IN, machine.message("10000", 4000, recipients=10_000))
    by_few, by_many = machine.launcher.compare([few, many], 20 if table.short else 100)
    ratio = paired(by_many, by_few, "cpu")
    table.timed("10 000 recipients in To:, processor time, over 1 000", ratio.median, 12, str(ratio))


def quota(machine: Machine, table: Table) -> None:
    """Sixteen processes at once, of one user and of sixteen."""
    limit, rounds = 100, 20
    machine.configure(postfix="/usr/bin/true", options=f"messages_per_hour={limit}")
    ours = machine.sendmail(DROP_IN, machine.message("4k", 4000))
    (runs,) = machine.launcher.compare([ours], rounds, workers=16, statuses=(0, 69))
    table.exactly(f"granted to 16 processes of one user with a limit of {limit}", sum(r.status == 0 for r in runs), limit)
    machine.configure(postfix="/usr/bin/true")
    count = 50 if table.short else 400
    (alone,) = machine.launcher.compare([ours], count)
    (together,) = machine.launcher.compare([ours], count, workers=16, spread=16)
    waits = [statistics.quantiles([run.waits for run in runs], n=10)[-1] for runs in (alone, together)]
    table.counted("waits of a process among 16 users' (9 of 10 have at most), more than alone", waits[1] - waits[0], 1,
                  f"{waits[1] - waits[0]:g}")


def compiling(machine: Machine, table: Table) -> None:
    """100 000 sites with ten addresses each, no name looked up."""
    with open("/etc/postern/senders", "w", encoding="ascii") as senders:
        for site in range(100_000):
            addresses = " ".join(f"user{n}@site{site}.example" for n in range(10))
            senders.write(f"uid:{300_000 + site} {addresses}\n")
    times = []
    for _ in range(2 if table.short else 9):
        start = time.monotonic()
        subprocess.run(["/usr/local/bin/postern", "map", "build"], check=True, capture_output=True)
        times.append(time.monotonic() - start)
    middle = statistics.median(times)
    table.timed("map build, 100 000 sites with 10 addresses each, in seconds", middle, 1, f"{middle:.2f}")


def examining(machine: Machine, table: Table) -> None:
    """postern doctor on a server with 10 000 sites, each with an account, and with ten times as many."""
    passwd = Path("/etc/passwd")
    before = passwd.read_text(encoding="utf-8")
    for count, seconds in ((10_000, 1), (100_000, 10)):
        names = [f"web{number}" for number in range(count)]
        passwd.write_text(before + "".join(f"{name}:x:{300_000 + number}:{300_000 + number}::/nonexistent:/usr/sbin/nologin\n"
                                           for number, name in enumerate(names)), encoding="utf-8")
        Path("/etc/postern/senders").write_text("".join(f"{name} info@{name}.example @{name}.example\n" for name in names),
                                                encoding="ascii")
        subprocess.run(["/usr/local/bin/postern", "map", "build"], check=True, capture_output=True)
        start = time.monotonic()
        done = subprocess.run(["/usr/local/bin/postern", "doctor", "--json"], check=False, capture_output=True)
        took = time.monotonic() - start
        if done.returncode not in (0, 1, 2):
            raise RuntimeError(done.stderr.decode())
        table.timed(f"doctor, {count} sites, in seconds", took, seconds, f"{took:.2f}")
    passwd.write_text(before, encoding="utf-8")


def smtp(machine: Machine, table: Table) -> None:
    """One message of 4 KB over SMTP, and each of twenty in a connection, over Postfix's own smtpd and over sendmail(1)."""
    machine.configure()
    message = machine.message("4k", 4000)
    rounds = 20 if table.short else 400
    with door.servers():
        for count, what in ((1, "one in a connection"), (SESSION_MESSAGES, f"{SESSION_MESSAGES} in a connection")):
            bare, ours, given = door.compare(UID, ADDRESS, message, count, rounds if count == 1 else rounds // 10)
            table.told(f"4 KB message over SMTP, {what}, wall time, over Postfix's smtpd "
                       f"({median(bare, 'wall') / 1000 / count:.1f} ms each)", str(paired(ours, bare, "wall")))
            table.told(f"the same, over {count} of bare sendmail ({median(given, 'wall') / 1000 / count:.1f} ms each)",
                       str(paired(ours, given, "wall")))
    machine.empty()


ROWS = (submission, sizes, others, cold, memory, body, recipients, quota, compiling, examining, smtp)


def main() -> int:
    """Measures all, or what --rows names; the last line counts."""
    parser = argparse.ArgumentParser()
    parser.add_argument("copies", type=Path)
    parser.add_argument("disk", type=Path)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--rows", type=re.compile, default="", metavar="PATTERN")
    wanted = parser.parse_args()
    rows = [row for row in ROWS if re.search(wanted.rows, row.__name__)]
    if not rows:
        parser.error("no rows match; there are " + ", ".join(row.__name__ for row in ROWS))
    table = Table(wanted.short)
    machine = Machine(wanted.copies, wanted.disk)
    print("| what | figure | target | verdict |\n|---|---|---|---|", flush=True)
    for row in rows:
        row(machine, table)
    print(f"{table.met} passed, {table.missed} failed")
    return table.missed > 0


if __name__ == "__main__":
    sys.exit(main())
