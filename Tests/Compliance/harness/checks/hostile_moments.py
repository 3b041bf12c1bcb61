"""A process that is stopped or killed at a random moment, in each way in which a message can be sent."""

import os
import random
import signal
import subprocess
import time
from collections import Counter
from dataclasses import dataclass

from .. import ledgerfile
from ..hostility import (ARGUMENTS, LEDGER, MESSAGE, SESSION, await_no_process, callers_ids, check,
                         status_of, user_ids, within)
from ..judge import REFUSAL
from ..machine import USERS
from ..postern import DROP_IN
from ..process import Command, Outcome, finish, start_with
from ..stage import Stage, Unmet, expect, expect_permitted
from .smtp import answers

#: So many moments at least, and as many more as it takes until each phase of a submission was hit, up to a bound.
MOMENTS, MOST_MOMENTS = 50, 500


@dataclass(frozen=True)
class Way:
    """One way to send: a setting, arguments and input."""

    handoff: str
    arguments: tuple[bytes, ...] = ARGUMENTS
    stdin: bytes = MESSAGE

    def start(self, stage: Stage) -> "subprocess.Popen[bytes]":
        """Starts a process of alice's and gives it its whole input; returns when it has executed the drop-in."""
        return start_with(stage.machine, Command("alice", DROP_IN, self.arguments, self.stdin))

    def is_sent(self, outcome: Outcome) -> bool:
        """Whether an outcome says that the message was sent; what says neither that nor a refusal is none."""
        if self.stdin == SESSION:
            replies = answers(outcome)
            expect("replies and status", (len(replies), outcome.stderr, outcome.status), (7, b"", 0))
            return replies[5] == "250 2.0.0"
        if outcome.status == 0:
            expect_permitted(outcome)
        elif not REFUSAL.fullmatch(outcome.stderr):
            raise Unmet(f"neither sent nor refused: {outcome}")
        return outcome.status == 0


EXEC, SUPERVISE, SMTP = Way("exec"), Way("supervise"), Way("exec", (b"-bs",), SESSION)


class Moments:
    """Random moments within a submission: half of them in its first third, which is Postern's own."""

    def __init__(self, stage: Stage, way: Way, seed: int) -> None:
        self._random = random.Random(seed)
        lengths = []
        for _ in range(5):
            begun = time.monotonic()
            expect("sent undisturbed", way.is_sent(finish(way.start(stage))), True)
            lengths.append(time.monotonic() - begun)
        self._length = 1.3 * sorted(lengths)[2]
        self.sent = len(lengths)

    def pass_one(self) -> None:
        """Sleeps until such a moment."""
        time.sleep(self._random.uniform(0, self._length / self._random.choice((1, 3))))


def _charged() -> int:
    return ledgerfile.messages(LEDGER, USERS["alice"].uid)


def _phase(pid: int, charged_before: int) -> str:
    """Says how far a stopped process has come."""
    if _charged() == charged_before:
        return "before its charge"
    return "charged" if user_ids(pid) == callers_ids("alice") else "the real sendmail"


def _stopped(process: "subprocess.Popen[bytes]") -> bool:
    """Stops a process; returns whether that came before its end."""
    os.kill(process.pid, signal.SIGSTOP)  # send_signal might wait for an ended process.
    state = os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WEXITED | os.WNOWAIT)
    return state is not None and state.si_code == os.CLD_STOPPED


def _stops_delay_nobody(stage: Stage, way: Way, phases: set[str]) -> None:
    """Stops alice's process at random moments; meanwhile frank sends, and then hers goes on to its end."""
    stage.postern.configure([f"handoff = {way.handoff}"])
    moments = Moments(stage, way, seed=25)
    sent, franks, rounds, seen = moments.sent, 0, 0, Counter[str]()
    while franks < MOMENTS or not phases <= set(seen):
        expect(f"{phases} are hit by {MOST_MOMENTS} stops, {seen}", rounds < MOST_MOMENTS, True)
        rounds += 1
        before = _charged()
        process = way.start(stage)
        try:
            moments.pass_one()
            if _stopped(process):
                seen[_phase(process.pid, before)] += 1
                with within(5, "frank's message while alice's process is stopped"):
                    expect_permitted(stage.postern.submit("frank", b"r@x.example"))
                franks += 1
                expect("state of alice's process", status_of(process.pid)["State"][0], "T")
            process.send_signal(signal.SIGCONT)
            sent += way.is_sent(finish(process))
        finally:
            process.kill()
            process.communicate()
    expect("alice's charges", stage.postern.used("alice")[:2], (sent, sent))
    expect("frank's record", stage.postern.used("frank"), (franks, franks, 0))
    expect("queued", stage.postfix.count(), sent + franks)


@check("a stopped process of one user delays no other")
def _stopped_exec(stage: Stage) -> None:
    _stops_delay_nobody(stage, EXEC, {"before its charge", "the real sendmail"})


@check("supervise: a stopped process of one user delays no other")
def _stopped_supervisor(stage: Stage) -> None:
    _stops_delay_nobody(stage, SUPERVISE, {"before its charge", "charged"})


@check("SMTP: a stopped session of one user delays no other")
def _stopped_session(stage: Stage) -> None:
    _stops_delay_nobody(stage, SMTP, {"before its charge", "charged"})


def _kills_save_no_charge(stage: Stage, way: Way) -> None:
    """Kills alice's process at random moments: before its charge, behind it, and when it has already ended."""
    stage.postern.configure([f"handoff = {way.handoff}"])
    moments = Moments(stage, way, seed=2026)
    finished, seen = moments.sent, Counter[str]()
    wanted = {"finished", "killed before its charge", "killed behind its charge"}
    while sum(seen.values()) < 2 * MOMENTS or not wanted <= set(seen):
        expect(f"{wanted} are hit by {MOST_MOMENTS} kills, {seen}", sum(seen.values()) < MOST_MOMENTS, True)
        before = _charged()
        process = way.start(stage)
        moments.pass_one()
        process.kill()
        outcome = finish(process)
        if outcome.status != -signal.SIGKILL:
            expect("finished as sent", way.is_sent(outcome), True)
            seen["finished"] += 1
        else:
            seen[f"killed {'before' if _charged() == before else 'behind'} its charge"] += 1
    finished += seen["finished"]
    # The real sendmail of a killed process, or its postdrop, goes on by itself.
    await_no_process("postern")
    queued = stage.postfix.count()
    charged, recipients, refused = stage.postern.used("alice")
    expect("charged", charged, finished + seen["killed behind its charge"])
    expect(f"finished {finished} <= queued {queued} <= charged {charged}", finished <= queued <= charged, True)
    expect("recipients and refused", (recipients, refused), (charged, 0))
    expect("one more is sent", way.is_sent(finish(way.start(stage))), True)
    expect("and charged", stage.postern.used("alice"), (charged + 1, charged + 1, 0))


@check("a process killed at a random moment never leaves a queued message that was not charged")
def _killed(stage: Stage) -> None:
    _kills_save_no_charge(stage, EXEC)


@check("supervise: a process killed at a random moment never leaves a queued message that was not charged")
def _killed_supervisor(stage: Stage) -> None:
    _kills_save_no_charge(stage, SUPERVISE)


@check("SMTP: a session killed at a random moment never leaves a queued message that was not charged")
def _killed_session(stage: Stage) -> None:
    _kills_save_no_charge(stage, SMTP)
