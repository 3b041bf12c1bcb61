"""Processes of the account postern: who holds them keeps neighbours from sending, or sends later."""

import random
import time

from harness import ledgerfile
from harness.hostility import LEDGER, PRELUDE, processes_of, status_of
from harness.machine import USERS
from harness.postern import DROP_IN, TOOL
from harness.process import Command, run_root, start_with
from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

HELD, UNREAPED = 25, 30
#: What a submission of the neighbour's needs at once.
VICTIMS_LIMIT = 12
#: Postfix's programs take milliseconds; what is still there then, somebody holds.
END_SECONDS = 15
PRESSED = 8
CONTROL_C, CONTROL_Z = 3, 26


def _spoiling(code: str) -> tuple[str, ...]:
    return ("/usr/bin/python3", "-ISc", f"{PRELUDE}{code}\ngo()")


def _await_no_process(lab: Lab) -> None:
    """Asks for an end of all of postern's processes."""
    deadline = time.monotonic() + END_SECONDS
    while left := lab.processes():
        if time.monotonic() > deadline:
            states = [(status_of(process)["Name"], status_of(process)["State"]) for process in left]
            raise Unmet(f"{len(left)} processes of postern are held: {states[:4]}")
        time.sleep(0.05)


@attack("a standard output that nobody reads holds no process, and costs no neighbour one")
def _standard_output(lab: Lab) -> None:
    path = lab.file(str(lab.machine.root / "message"), message(b"alice@test.example"))
    limit = VICTIMS_LIMIT + processes_of(lab, "postern")
    with lab.attacker("full_pipes.py", str(HELD), "stdout", str(path), "-v", "-i", "-t") as attacker:
        expect("started", attacker.told()["started"], HELD)
        _await_no_process(lab)
        # What was sent counts until its parent has asked for its status (Install/SECURITY.md, "Out of scope").
        attacker.go_on()
        attacker.told()
        lab.neighbour_passes(through=_spoiling(f"limit(resource.RLIMIT_NPROC, {limit})"))
    expect("what left beside the reports", [mail.sender for mail in lab.leaves() if mail.sender],
           [b"alice@test.example"] * lab.charged())


@attack("ended processes that nobody asks for are their caller's, or were charged")
def _unreaped(lab: Lab) -> None:
    alice, postern = USERS["alice"].uid, USERS["postern"].uid
    path = lab.file(str(lab.machine.root / "message"), message(b"alice@test.example"))
    forged = lab.file(str(lab.machine.root / "forged"), message(b"ceo@bank.example"))
    lab.postern.configure(["auto_suspend_refusals = off"])
    limit = VICTIMS_LIMIT + processes_of(lab, "postern")
    # What was refused has become its caller's again, and counts as that: its limit is the bound.
    with lab.attacker("unreaped.py", str(UNREAPED), str(forged), "-i", "-t") as attacker:
        expect("refused ones", attacker.told(), {"ended": UNREAPED, "owners": {str(alice): UNREAPED}})
        lab.neighbour_passes(through=_spoiling(f"limit(resource.RLIMIT_NPROC, {limit})"))
    # What was sent has been charged, so the quota is.
    with lab.attacker("unreaped.py", str(UNREAPED), str(path), "-i", "-t") as attacker:
        expect("sent ones", attacker.told(), {"ended": UNREAPED, "owners": {str(postern): UNREAPED}})
        lab.neighbour_passes()
    expect("charged", (lab.charged(), len(lab.leaves())), (UNREAPED, UNREAPED))


@attack("with handoff = supervise ended processes that nobody asks for are their caller's, sent ones too")
def _unreaped_supervised(lab: Lab) -> None:
    path = lab.file(str(lab.machine.root / "message"), message(b"alice@test.example"))
    lab.postern.configure(["handoff = supervise"])
    limit = VICTIMS_LIMIT + processes_of(lab, "postern")
    with lab.attacker("unreaped.py", str(UNREAPED), str(path), "-i", "-t") as attacker:
        expect("sent ones", attacker.told(), {"ended": UNREAPED, "owners": {str(USERS["alice"].uid): UNREAPED}})
        lab.neighbour_passes(through=_spoiling(f"limit(resource.RLIMIT_NPROC, {limit})"))
    expect("charged", (lab.charged(), len(lab.leaves())), (UNREAPED, UNREAPED))


@attack("who waits behind a stopped process of its user's counts as that user's, and not for ever")
def _stopped_behind_the_lock(lab: Lab) -> None:
    own = message(b"alice@test.example")
    expect("alice's first", lab.send(own).status, 0)
    limit = VICTIMS_LIMIT + processes_of(lab, "postern")
    with ledgerfile.locked(LEDGER, USERS["alice"].uid):
        waiting = [start_with(lab.machine, Command("alice", DROP_IN, (b"-t", b"-i"), own)) for _ in range(HELD)]
        time.sleep(2)
        held = len(lab.processes())
        expect(f"{held} processes of postern wait", held <= 1, True)
        lab.neighbour_passes(through=_spoiling(f"limit(resource.RLIMIT_NPROC, {limit})"))
        outcomes = {(process.wait(), b"does not go on" in process.communicate()[1]) for process in waiting}
        expect("what became of them", outcomes, {(71, True)})
    expect("only the first has left", len(lab.leaves()), 1)
    expect("alice sends again", lab.send(own).status, 0)
    expect("alice's next message", len(lab.leaves()), 1)


@attack("a standard error that nobody reads holds no postdrop")
def _standard_error(lab: Lab) -> None:
    # Larger than Postfix takes, and not known to the map: postdrop has something to say.
    lab.postfix.set("message_size_limit=100000")
    path = lab.file(str(lab.machine.root / "message"), message(b"alice@test.example") + (b"x" * 70 + b"\n") * 2000)
    with lab.attacker("full_pipes.py", "5", "stderr", str(path), "-i", "-t") as attacker:
        expect("started", attacker.told()["started"], 5)
        lab.neighbour_passes()
        _await_no_process(lab)
        attacker.go_on()
        statuses = attacker.told()["statuses"]
    expect("Postfix refused", 0 in list(statuses), False)
    lab.nothing_leaves()


@attack("keys of the caller's terminal stop no process of postern's")
def _terminal(lab: Lab) -> None:
    with lab.attacker("keys.py", str(PRESSED), str(CONTROL_Z), "postern") as attacker:
        pressed = int(str(attacker.told()["pressed"]))
        expect(f"pressed in time {pressed} times of {PRESSED}", pressed * 2 >= PRESSED, True)
        lab.neighbour_passes()
        _await_no_process(lab)
        left = len(lab.leaves())
        expect("suspend", run_root(TOOL, "suspend", "alice").status, 0)
        attacker.go_on()
        statuses = list(attacker.told()["statuses"])
        expect("mail that left after the suspension", len(lab.leaves()), 0)
    expect(f"messages that left, {statuses}", left >= pressed, True)


@attack("keys of the caller's terminal end no process so that what has left is not charged")
def _interrupted(lab: Lab) -> None:
    lab.postern.configure(["handoff = supervise"])
    with lab.attacker("keys.py", "30", str(CONTROL_C), "anywhere") as attacker:
        attacker.told()
        lab.neighbour_passes()
        attacker.go_on()
        statuses = list(attacker.told()["statuses"])
    _await_no_process(lab)
    left = len(lab.leaves())
    expect(f"some were interrupted, {statuses}", any(status < 0 for status in statuses), True)
    expect(f"{left} left, {lab.charged()} were charged", left <= lab.charged(), True)


@attack("killed at any moment, no message leaves that was not charged")
def _killed(lab: Lab) -> None:
    chance, killed = random.Random(8), 0
    for _ in range(30):
        process = start_with(lab.machine, Command("alice", DROP_IN, (b"-t", b"-i"), message(b"alice@test.example")))
        time.sleep(chance.uniform(0, 0.02))
        process.kill()
        killed += process.wait() < 0
        process.communicate()
    expect(f"{killed} were killed", killed > 3, True)
    lab.neighbour_passes()
    _await_no_process(lab)
    left = len(lab.leaves())
    expect(f"{left} left, {lab.charged()} were charged", left <= lab.charged(), True)
