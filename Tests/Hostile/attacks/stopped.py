"""Processes that their caller stops behind the decision, and lets go on when it suits."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from harness.postern import DROP_IN, TOOL
from harness.process import run_root
from harness.stage import Unmet, expect
from lab.clock import Clock, another_clock
from lab.laboratory import Attacker, Lab, attack, message

FORGED = b"The CEO <ceo@bank.example>"
#: A long header section keeps the gate busy between the end of its input and the hand-over.
BALLAST = tuple(b"X-%d: a" % number for number in range(8000))
#: Fewer stops than these, behind the end of the input, would be no attack.
LEAST_STOPS = 3
LIMIT = 6
HOUR_AND_STEP = 3600 + 120
HELD, TRIES = 3, 20


@contextmanager
def _holding(lab: Lab, text: bytes, where: str, *arguments: str, count: int = HELD) -> Iterator[Attacker]:
    """Lets alice stop as many of her processes as she can; all she may let go on herself."""
    path = lab.file(str(lab.machine.root / "message"), text)
    plan = {"arguments": arguments, "message": str(path), "where": where, "count": count, "tries": TRIES}
    with lab.attacker("hold.py", json.dumps(plan)) as attacker:
        told = attacker.told()
        if int(str(told["stops"])) < LEAST_STOPS or (where == "anywhere" and not told["held"]):
            raise Unmet(f"the attack could not be carried out: {told}")
        attacker.carried_out = told
        yield attacker


for where in ("charged", "anywhere"):
    @attack(f"what audit let pass is not sent once audit has ended: stopped {where}")
    def _audit(lab: Lab, where: str = where) -> None:
        lab.postern.configure(["mode = audit"])
        with _holding(lab, message(FORGED, *BALLAST), where, "-t", "-i", "-f", "ceo@bank.example") as attacker:
            lab.leaves()
            lab.postern.configure(["mode = enforce"])
            expect("a new forgery", lab.send(message(FORGED), b"-f", b"ceo@bank.example").status, 77)
            lab.neighbour_passes()
            attacker.go_on()
            told = attacker.told()
        expect(f"forgeries that left after audit, {attacker.carried_out}, {told}", len(lab.leaves()), 0)

    @attack(f"nothing is sent after postern suspend, or in the name of an address that was withdrawn: stopped {where}")
    def _suspended(lab: Lab, where: str = where) -> None:
        own = b"ceo@shop.example"
        with _holding(lab, message(own, *BALLAST), where, "-t", "-i", "-f", own.decode()) as attacker:
            lab.leaves()
            expect("suspend", run_root(TOOL, "suspend", "--reason", "spam", "alice").status, 0)
            lab.neighbour_passes()
            attacker.go_on()
            told = attacker.told()
            expect(f"mails that left after the suspension, {attacker.carried_out}, {told}", len(lab.leaves()), 0)
        expect("resume", run_root(TOOL, "resume", "alice").status, 0)
        with _holding(lab, message(own, *BALLAST), where, "-t", "-i", "-f", own.decode()) as attacker:
            lab.leaves()
            lab.postern.configure(senders=["alice alice@test.example"])
            attacker.go_on()
            told = attacker.told()
        expect(f"mails that left from the withdrawn address, {attacker.carried_out}, {told}", len(lab.leaves()), 0)

    @attack(f"in no 60 minutes more than the limit leaves, whenever it was charged: stopped {where}")
    def _burst(lab: Lab, where: str = where) -> None:
        lab.postern.configure(senders=[f"alice alice@test.example messages_per_hour={LIMIT}"])
        with another_clock(Path(DROP_IN)) as clock:
            clock.at_another_time(_burst_at, lab, clock, where)


def _burst_at(lab: Lab, clock: Clock, where: str) -> None:
    """Pays for a whole limit and holds what it can; an hour later sends another, and lets all go on."""
    own = b"alice@test.example"
    # What could not be held has been sent and is charged, too, or was refused as beyond the limit.
    with _holding(lab, message(own, *BALLAST), where, "-t", "-i", count=LIMIT) as attacker:
        lab.leaves()
        clock.seconds_ahead += HOUR_AND_STEP
        lab.neighbour_passes()
        sent = sum(lab.send(message(own)).status == 0 for _ in range(LIMIT + 1))
        expect("messages that are sent as usual", sent, LIMIT)
        attacker.go_on()
        told = attacker.told()
    left = len(lab.leaves())
    expect(f"the gate has asked for the time, {clock.asked} times", clock.asked > LIMIT, True)
    expect(f"{left} messages left within seconds, {LIMIT} may in an hour, {attacker.carried_out}, {told}",
           left <= LIMIT, True)
