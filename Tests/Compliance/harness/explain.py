"""What `postern explain` says of a scenario, beside what the drop-in does."""

import json
import subprocess
from typing import Any

from .postern import TOOL
from .process import CLEAN_ENVIRONMENT, TIMEOUT_SECONDS, Outcome
from .scenario import Scenario

#: How explain says that a command line submits nothing that it could explain.
NO_MESSAGE = b"postern: explain reads "


def explain(user: str, arguments: tuple[bytes, ...], stdin: bytes, *options: str) -> Outcome:
    """Runs `postern explain` as root."""
    done = subprocess.run(
        [TOOL, "explain", "--user", user, *options, "--", *arguments], input=stdin,
        capture_output=True, check=False, env=CLEAN_ENVIRONMENT, timeout=TIMEOUT_SECONDS)
    return Outcome(done.returncode, done.stdout, done.stderr)


def explanation(user: str, arguments: tuple[bytes, ...], stdin: bytes) -> dict[str, Any]:
    """Returns the object of `postern explain --json`; its verdict and exit status must agree."""
    return _object(explain(user, arguments, stdin, "--json"))


def _object(done: Outcome) -> dict[str, Any]:
    if done.stderr or done.stdout.count(b"\n") != 1:
        raise RuntimeError(f"explain --json: one line of JSON expected, {done} got")
    told: dict[str, Any] = json.loads(done.stdout)
    if done.status != (1 if told["verdict"] == "reject" else 0):
        raise RuntimeError(f"explain: exit status {done.status} with {told['verdict']}")
    return told


def explainable(scenario: Scenario) -> bool:
    """Tells whether a scenario is nothing but a command line and a message.

    What PHP makes of a call, another name of the program, and limits that a wrapper sets are not
    the message's.
    """
    return scenario.php is None and scenario.argv0 is None and not scenario.through


def unlike_explanation(scenario: Scenario) -> list[str]:
    """Explains the scenario, before it is run, and compares that with what is expected of it."""
    if not explainable(scenario):
        return []
    expected = scenario.postern
    done = explain(scenario.user, scenario.arguments, scenario.stdin, "--json")
    if done.stderr.startswith(NO_MESSAGE):
        right = done.status == 64 and not done.stdout and not expected.queued
        return [] if right else [f"explain: {expected} expected, {done} got"]
    told = _object(done)
    wanted = (expected.verdict, expected.reason, expected.status)
    if (expected.verdict, expected.reason) == ("permit", None) and expected.status != 0:
        # Postfix's own refusal, which nobody knows before it is asked.
        wanted = ("permit", None, 0)
    got = (told["verdict"], told["reason"], told["exit_status"])
    problems = [] if got == wanted else [f"explain: {wanted} expected, {got} got"]
    if expected.text is not None and expected.text not in (told["text"] or "").encode():
        problems.append(f"explain: text {expected.text!r} expected, {told['text']!r} got")
    return problems
