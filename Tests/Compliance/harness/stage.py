"""What a check is given, and how one is written.

A check is what cannot be said as one scenario: processes that race, files that are damaged, a
program that stands where Postfix's should be.
"""

import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field

from .judge import REFUSAL
from .ledgerfile import SLOT as SLOT_BYTES
from .machine import Machine
from .postern import Postern
from .postfix import Postfix
from .process import Outcome
from .report import Report
from .systemlog import SystemLog


#: What a program under test can make the harness raise.
FAULTS = (RuntimeError, OSError, ValueError, KeyError, TypeError, subprocess.SubprocessError)


class Unmet(Exception):
    """What a check asks for is not so."""


@dataclass
class Stage:
    """The private machine with everything on it."""

    machine: Machine
    postfix: Postfix
    log: SystemLog
    report: Report
    postern: Postern = field(init=False)
    #: What a failure is reported under.
    phase: str = field(default="ours", init=False)
    #: What bob's slot must hold where nothing but alice's doing is tested; see `hostility.check`.
    bystander: bytes = field(default=bytes(SLOT_BYTES), init=False)

    def run(self, name: str, check: "Check") -> None:
        """Runs one check from a clean state and counts it."""
        problems: list[str] = []
        self.bystander = bytes(SLOT_BYTES)
        try:
            self.postfix.configure([], submitters="root, postern")
            self.postern.forget_usage()
            self.postern.configure()
            self.postfix.drain()
            self.log.records()
            check(self)
        except (Unmet, *FAULTS) as problem:
            problems.append(f"{type(problem).__name__}: {problem}")
        self.report.record(self.phase, name, problems)


Check = Callable[[Stage], None]

#: All checks by name, in the order of their definition.
CHECKS: dict[str, Check] = {}


def check(name: str) -> Callable[[Check], Check]:
    """Registers a check under a sentence that says what must be so."""
    def register(function: Check) -> Check:
        if name in CHECKS:
            raise ValueError(f"two checks are named {name!r}")
        CHECKS[name] = function
        return function
    return register


def expect(what: str, got: object, wanted: object) -> None:
    """Asks for a value."""
    if got != wanted:
        raise Unmet(f"{what}: {wanted!r} expected, {got!r} got")


def expect_refused(outcome: Outcome, reason: str, status: int) -> bytes:
    """Asks for a refusal in its one form; returns its line."""
    match = REFUSAL.fullmatch(outcome.stderr)
    if match is None or match[1].decode() != reason:
        raise Unmet(f"a refusal ({reason}) expected, got {outcome}")
    expect(f"status of {reason}", outcome.status, status)
    expect("stdout of a refusal", outcome.stdout, b"")
    return outcome.stderr


def expect_permitted(outcome: Outcome) -> None:
    """Asks for a submission that worked in silence."""
    if outcome != Outcome(0, b"", b""):
        raise Unmet(f"a silent submission expected, got {outcome}")
