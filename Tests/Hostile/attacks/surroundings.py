"""What a caller brings along, and how many of it come at once."""

import time

from harness.hostility import await_waiting
from harness.machine import USERS
from harness.postern import DROP_IN
from harness.process import Command, finish, run, start, start_with
from harness.stage import expect
from lab.laboratory import Lab, attack, message

FORGED = message(b"ceo@bank.example")
RACERS, LIMIT = 16, 5
WAITING = 5


@attack("a policy of the caller's own, for Postern or for Postfix, lets nothing leave")
def _own_policy(lab: Lab) -> None:
    own = lab.machine.home("alice") / "policy"
    for name, text in {"senders": f"uid:{USERS['alice'].uid} *\n",
                       "postern.cf": "mode = audit\nexempt_users = root, alice\n",
                       "main.cf": "mail_owner = alice\nauthorized_submit_users = static:anyone\n",
                       "master.cf": ""}.items():
        lab.file(str(own / name), text, owner="alice")
    environment = {"POSTERN_CONFIG_DIR": str(own), "MAIL_CONFIG": str(own), "LD_PRELOAD": str(own / "x.so"),
                   "PATH": str(own), "LOGNAME": "root", "USER": "root", "HOME": "/root"}
    lab.neighbour_passes()
    for arguments in ((b"-t", b"-i", b"-f", b"ceo@bank.example"), (b"-C" + str(own).encode(), b"-t", b"-i"), (b"-bs",)):
        run(lab.machine, Command("alice", DROP_IN, arguments, FORGED, environment=environment))
    lab.nothing_leaves()
    # What is permitted leaves all the same, so the surroundings alone do not stop it.
    own_message = Command("alice", DROP_IN, (b"-t", b"-i"), message(b"alice@test.example"), environment=environment)
    expect("what is permitted", run(lab.machine, own_message).status, 0)
    expect("left", [mail.sender for mail in lab.leaves()], [b"alice@test.example"])


@attack("sixteen at once are not more than the limit at the other end")
def _race(lab: Lab) -> None:
    lab.postern.configure(senders=[f"alice alice@test.example messages_per_hour={LIMIT}"])
    command = Command("alice", DROP_IN, (b"-t", b"-i"), message(b"alice@test.example"))
    racers = [start_with(lab.machine, command) for _ in range(RACERS)]
    lab.neighbour_passes()
    outcomes = [finish(racer).status for racer in racers]
    expect("sent", (outcomes.count(0), outcomes.count(69)), (LIMIT, RACERS - LIMIT))
    expect("left, and charged", (len(lab.leaves()), lab.charged()), (LIMIT, LIMIT))


for moment, seconds in (("in the same second", 0), ("seconds later", 1.1)):
    @attack(f"whoever waits with its message until its address is withdrawn sends nothing: {moment}")
    def _waiting(lab: Lab, seconds: float = seconds) -> None:
        own = message(b"ceo@shop.example")
        command = Command("alice", DROP_IN, (b"-t", b"-i", b"-f", b"ceo@shop.example"))
        # From here on all happens within a second, unless it is to take longer.
        time.sleep(1 - time.time() % 1)
        waiting = [start(lab.machine, command) for _ in range(WAITING)]
        for process in waiting:
            assert process.stdin
            process.stdin.write(own[:-1])
            process.stdin.flush()
            await_waiting(process, "alice")
        time.sleep(seconds)
        lab.postern.configure(senders=["alice alice@test.example"])
        statuses = [process.communicate(own[-1:]) and process.returncode for process in waiting]
        lab.neighbour_passes()
        left = len(lab.leaves())
        expect("refused, and left", (statuses, left), ([77] * WAITING, 0))
        lab.postern.configure()
        expect("what is permitted again", lab.send(own, b"-f", b"ceo@shop.example").status, 0)
        expect("leaves", len(lab.leaves()), 1)
