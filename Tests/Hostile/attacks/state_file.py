"""The state file: filled, and locked, so that others cannot send and root cannot give orders."""

import subprocess
import time
from pathlib import Path

from harness import ledgerfile
from harness.hostility import LEDGER
from harness.machine import USERS
from harness.postern import TOOL
from harness.process import CLEAN_ENVIRONMENT, run_root
from harness.stage import Unmet, expect, expect_permitted
from lab.laboratory import Lab, attack, message

FIRST_SUBORDINATE, SUBORDINATES = 100_000, 60
#: An order of root's must not take longer whatever a user does.
ORDER_SECONDS = 20
#: A message that waits for nobody takes milliseconds.
MESSAGE_SECONDS = 5
#: Whose record those without an entry share.
SHARED = 0xFFFFFFFF
SUSPENDED = Path(f"/var/lib/postern/suspended/{USERS['alice'].uid}")


def _order(*words: str) -> int:
    """Gives an order; returns its status."""
    try:
        return subprocess.run([TOOL, *words], env=CLEAN_ENVIRONMENT, check=False, capture_output=True,
                              stdin=subprocess.DEVNULL, timeout=ORDER_SECONDS).returncode
    except subprocess.TimeoutExpired:
        raise Unmet(f"postern {' '.join(words)} does not end") from None


@attack("a user who becomes sixty subordinate UIDs makes no sixty records")
def _subordinate(lab: Lab) -> None:
    for name in ("subuid", "subgid"):
        lab.file(f"/etc/{name}", f"alice:{FIRST_SUBORDINATE}:65536\n")
    lab.neighbour_passes()
    with lab.attacker("subordinate.py", str(SUBORDINATES)) as attacker:
        told = attacker.told()
    expect("what the attacker did", told, {"maps": [0, 0], "statuses": [77] * SUBORDINATES})
    lab.nothing_leaves()
    # At most one, which all of them share.
    strange = ledgerfile.users(LEDGER) - {user.uid for user in USERS.values()}
    expect(f"{len(strange)} records of UIDs that have no entry", len(strange) <= 1, True)
    expect("root can still count", _order("quota", "status"), 0)


@attack("on a full state file users are suspended, and check says that it is full")
def _full(lab: Lab) -> None:
    lab.neighbour_passes()
    ledgerfile.write(LEDGER, [(1, 1)])
    neighbours = ledgerfile.slot(LEDGER, USERS["bob"].uid)
    ledgerfile.fill(LEDGER, ledgerfile.slot(LEDGER, 1))
    with LEDGER.open("r+b") as file:
        file.seek(ledgerfile.HEADER + ledgerfile.SLOT * USERS["bob"].uid)
        file.write(neighbours)
    lab.neighbour_passes()
    expect("alice has no room", lab.send(message(b"alice@test.example")).status, 71)
    expect("suspend", _order("suspend", "--reason", "spam", "alice"), 0)
    expect("alice is suspended", b"user-suspended" in lab.send(message(b"alice@test.example")).stderr, True)
    expect("suspend of one who has a record", _order("suspend", "bob"), 0)
    expect("resume of one who has a record", _order("resume", "bob"), 0)
    lab.nothing_leaves()
    checked = run_root(TOOL, "check")
    told = b"full" in checked.stdout + checked.stderr
    expect("check tells that the state file is full", (checked.status, told), (1, True))
    expect("metrics", _order("metrics"), 0)


@attack("whoever has no entry, and holds the record of all such users, keeps no mail of theirs in the audit")
def _strangers(lab: Lab) -> None:
    lab.postern.configure(["mode = audit"])
    own = message(b"carol@test.example")
    expect("carol's first", lab.send(own, user="carol").status, 0)
    with ledgerfile.locked(LEDGER, SHARED):
        begun = time.monotonic()
        expect("carol's mail", lab.send(own, user="carol").status, 0)
        expect("soon", time.monotonic() - begun < MESSAGE_SECONDS, True)
    expect("both have left", len(lab.leaves()), 2)
    lab.postern.configure(["mode = enforce"])
    lab.neighbour_passes()
    with ledgerfile.locked(LEDGER, SHARED):
        begun = time.monotonic()
        expect("refused", b"user-unlisted" in lab.send(own, user="carol").stderr, True)
        expect("as soon", time.monotonic() - begun < MESSAGE_SECONDS, True)
    lab.nothing_leaves()


@attack("whoever holds the lock of its own record keeps root from no order")
def _locked(lab: Lab) -> None:
    own = message(b"alice@test.example")
    expect_permitted(lab.send(own))
    expect("one message", len(lab.leaves()), 1)
    with ledgerfile.locked(LEDGER, USERS["alice"].uid):
        lab.neighbour_passes()
        expect("suspend", _order("suspend", "--reason", "spam", "alice"), 0)
        expect("the order is stored", SUSPENDED.exists(), True)
        for words in (("quota", "status", "alice"), ("metrics",), ("check",)):
            expect(f"postern {' '.join(words)} ends with", _order(*words), 0)
        # What needs the record may fail, but says so.
        expect("reset ends", _order("quota", "reset", "alice") in (0, 1), True)
    begun = time.monotonic()
    expect("alice is suspended", b"user-suspended" in lab.send(own).stderr, True)
    expect("at once", time.monotonic() - begun < ORDER_SECONDS, True)
    lab.nothing_leaves()
    with ledgerfile.locked(LEDGER, USERS["alice"].uid):
        expect("resume ends", _order("resume", "alice") in (0, 1), True)
    if SUSPENDED.exists():
        expect("resume", _order("resume", "alice"), 0)
    expect("alice sends again", lab.send(own).status, 0)
    expect("alice's next message", len(lab.leaves()), 1)
