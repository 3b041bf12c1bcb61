"""What users do to the state file, and what root can then still order."""

import fcntl
import json
import struct
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

from .. import ledgerfile
from ..machine import USERS
from ..postern import DROP_IN, STATE, TOOL
from ..process import run_root
from ..stage import Stage, check, expect, expect_permitted, expect_refused

LEDGER = STATE / "quota"
#: Where LedgerFormat has the lock of a user.
USER_LOCKS = 1 << 40
F_OFD_SETLK = 37
#: Commands wait two seconds for a lock.
BOUND_SECONDS = 20
#: UIDs of a user namespace, without an account.
SUBORDINATE = range(100_000, 100_050)


@contextmanager
def _held(uid: int) -> Iterator[None]:
    """Holds the lock of a user's record, as a stopped process of that user would."""
    with LEDGER.open("r+b") as file:
        lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, USER_LOCKS + uid, 1, 0)
        fcntl.fcntl(file, F_OFD_SETLK, lock)
        yield


@check("a process that is stopped inside its record's lock keeps root from no order")
def _stopped(stage: Stage) -> None:
    expect_permitted(stage.postern.submit("alice", b"r@x.example"))
    with _held(USERS["alice"].uid):
        begun = time.monotonic()
        done = run_root(TOOL, "suspend", "--reason", "spam", "alice")
        expect("suspend", (done.status, b"holds its record" in done.stderr), (0, True))
        expect("suspended", (STATE / "suspended" / str(USERS["alice"].uid)).exists(), True)
        done = run_root(TOOL, "quota", "reset", "alice")
        expect("reset", (done.status, b"kill -KILL" in done.stderr), (1, True))
        expect("status", run_root(TOOL, "quota", "status", "alice").status, 0)
        done = run_root(TOOL, "resume", "alice")
        expect("resume", (done.status, b"no longer suspended" in done.stdout), (1, True))
        expect("suspended", (STATE / "suspended" / str(USERS["alice"].uid)).exists(), False)
        run_root(TOOL, "suspend", "alice")
        expect("in bounded time", time.monotonic() - begun < BOUND_SECONDS, True)
    expect_refused(stage.postern.submit("alice", b"r@x.example"), "user-suspended", 77)
    expect("resume", run_root(TOOL, "resume", "alice").status, 0)
    expect_permitted(stage.postern.submit("alice", b"r@x.example"))


@check("however many UIDs without an entry come, they have one record together")
def _subordinate(stage: Stage) -> None:
    for uid in SUBORDINATE:
        done = subprocess.run([DROP_IN, "-i", "r@x.example"], user=uid, group=uid, extra_groups=[], env={},
                              input=b"b\n", capture_output=True, timeout=60, check=False, cwd="/")
        expect("refusal", (done.returncode, b"user-unlisted" in done.stderr), (77, True))
    expect("bob", stage.postern.used("bob"), (0, 0, 0))
    expect_permitted(stage.postern.submit("bob", b"r@x.example"))
    rows = json.loads(run_root(TOOL, "quota", "status", "--json").stdout)
    expect("rows", sorted((row["user"], row["refused"]["hour"]) for row in rows),
           [("(no entry)", len(SUBORDINATE)), ("bob", 0)])
    expect("records", b"(2 of 262144 records)" in run_root(TOOL, "check").stdout, True)
    # Each learns of its own suspension only.
    expect("suspend", run_root(TOOL, "suspend", f"uid:{SUBORDINATE[0]}").status, 0)
    for uid, reason in ((SUBORDINATE[0], b"user-suspended"), (SUBORDINATE[1], b"user-unlisted")):
        done = subprocess.run([DROP_IN, "-i", "r@x.example"], user=uid, group=uid, extra_groups=[], env={},
                              input=b"b\n", capture_output=True, timeout=60, check=False, cwd="/")
        expect(f"refusal of {uid}", reason in done.stderr, True)


@check("on a full state file users can be suspended, and check and metrics tell that it is full")
def _full(stage: Stage) -> None:
    expect_permitted(stage.postern.submit("bob", b"r@x.example"))
    ledgerfile.write(LEDGER, [(1, 1)])
    record = ledgerfile.slot(LEDGER, 1)
    with LEDGER.open("r+b") as file:
        file.seek(ledgerfile.HEADER)
        for _ in range(ledgerfile.SLOTS >> 6):
            file.write(record * 64)
    expect_refused(stage.postern.submit("alice", b"r@x.example"), "store-unavailable", 71)
    done = run_root(TOOL, "suspend", "--reason", "spam", "alice")
    expect("suspend", (done.status, b"is full" in done.stderr), (0, True))
    expect_refused(stage.postern.submit("alice", b"r@x.example"), "user-suspended", 77)
    done = run_root(TOOL, "check")
    expect("check", (done.status, b"nearly full, 262144 of 262144 records" in done.stderr), (1, True))
    metrics = run_root(TOOL, "metrics").stdout
    expect("metrics", b"\npostern_state_records 262144\n" in metrics, True)
