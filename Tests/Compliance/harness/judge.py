"""Compares what happened with what a scenario expects; each function returns its problems."""

import re

from .machine import USERS
from .message import difference, split, values
from .postfix import Queued
from .process import Outcome
from .scenario import Expectation, Scenario

#: exempt_users of postern.py.
EXEMPT = ("root", "dave")
REFUSAL = re.compile(rb"sendmail: refused \(([a-z-]+)\): [^\n]+\n")

UNCOUNTED = {"usage", "unsupported-option", "system-error", "handoff-failed", "store-unavailable",
             "config-invalid", "not-privileged"}


def unlike(expected: Expectation, outcome: Outcome, queued: list[Queued]) -> list[str]:
    """What both programs are asked: status, output, number of messages, envelope, header, body."""
    problems: list[str] = []
    if outcome.status != expected.status:
        problems.append(f"status {expected.status} expected, {outcome.status} got"
                        f" (stderr {outcome.stderr[:300]!r})")
    for name in ("stdout", "stderr"):
        wanted, got = getattr(expected, name), getattr(outcome, name)
        if wanted is not None and wanted != got:
            problems.append(f"{name} {wanted!r} expected, {got!r} got")
    if len(queued) != expected.queued:
        problems.append(f"{expected.queued} queued expected, {len(queued)} got")
    if queued:
        problems += _unlike_message(expected, queued[0])
    return problems


def _unlike_message(expected: Expectation, queued: Queued) -> list[str]:
    problems = []
    if expected.sender is not None and queued.sender != expected.sender:
        problems.append(f"sender {expected.sender!r} expected, {queued.sender!r} got")
    if expected.recipients is not None and queued.recipients != expected.recipients:
        wanted, got = expected.recipients, queued.recipients
        problems.append(f"{len(wanted)} recipients {_cut(wanted)} expected, "
                        f"{len(got)} {_cut(got)} got")
    for name, wanted_values in expected.headers.items():
        found = values(queued.message, name)
        if found != wanted_values:
            problems.append(f"{name}: {wanted_values} expected, {_cut(found)} got")
    if expected.body is not None and split(queued.message)[1] != expected.body:
        problems.append(f"body {_cut(expected.body)} expected, "
                        f"{_cut(split(queued.message)[1])} got")
    for name, wanted_records in expected.records.items():
        if queued.records(name) != wanted_records:
            problems.append(f"record {name} {wanted_records} expected, "
                            f"{queued.records(name)} got")
    return problems


def unlike_postfix(scenario: Scenario, theirs: list[Queued], ours: list[Queued]) -> list[str]:
    """For permitted mail: what Postern had queued is what Postfix alone had queued."""
    expected = scenario.postern
    if expected.verdict == "reject" or not expected.compare or not theirs or not ours:
        return []
    records = {"sender_fullname"} if b"-F" not in b" ".join(scenario.arguments) else set()
    if expected.sender is not None:
        records.add("sender")
    if expected.recipients is not None:
        records.add("recipient")
    traced = not any(re.match(r"trace_header\s*=\s*no", line) for line in scenario.postern_cf)
    if expected.verdict == "audit" or b"-bv" in scenario.arguments or scenario.user in EXEMPT:
        # What audit waives, and what an exempt user sends, goes with its original bytes; a probe has none.
        traced = False
    return difference(theirs[0], ours[0], given=scenario.stdin,
                      changed_headers=set(expected.headers), body_changes=expected.body is not None,
                      uid=USERS[scenario.user].uid if traced else None, ignored_records=records)


def unlike_refusal(expected: Expectation, outcome: Outcome) -> list[str]:
    """A refusal is one line on stderr with its reason, and nothing on stdout."""
    if expected.verdict != "reject":
        return []
    problems = []
    match = REFUSAL.fullmatch(outcome.stderr)
    if match is None:
        problems.append(f"stderr is not one refusal line: {outcome.stderr[:500]!r}")
    elif expected.reason is not None and match[1].decode() != expected.reason:
        problems.append(f"reason {expected.reason} expected, {match[1].decode()} got")
    if expected.text is not None and expected.text not in outcome.stderr:
        problems.append(f"text {expected.text!r} expected, {outcome.stderr[:500]!r} got")
    if outcome.stdout and expected.stdout is None:
        problems.append(f"a refusal wrote to stdout: {outcome.stdout[:300]!r}")
    return problems


def unlike_ledger(scenario: Scenario, delta: tuple[int, ...]) -> list[str]:
    """Permitted mail is charged with its recipients; refused mail only counts as refused."""
    expected = scenario.postern
    exempt = scenario.user in EXEMPT
    if exempt:
        wanted = (0, 0, delta[2])
    elif expected.verdict == "reject" and expected.reason in UNCOUNTED:
        # Not the message is at fault: whether the refusal is counted is left open.
        wanted = (0, 0, min(delta[2], 1))
    elif expected.verdict == "reject" and expected.reason == "user-unlisted":
        # Counted in the record that all users without an entry share, so that no number of UIDs fills the file.
        wanted = (0, 0, 0)
    elif expected.verdict == "reject":
        wanted = (0, 0, 1)
    elif expected.verdict == "audit":
        # Charged like any other; whether it counts as refused, too, is left open.
        wanted = (expected.queued, expected.charged or 0, min(delta[2], 1))
    elif expected.charged is not None:
        wanted = (expected.queued, expected.charged, 0)
    else:
        wanted = (0, 0, 0)
    if delta == wanted:
        return []
    return [f"ledger +{wanted} (messages, recipients, refused) expected, +{delta} got"]


def unlike_log(scenario: Scenario, lines: list[dict[str, str]]) -> list[str]:
    """One line with the verdict and the reason, for every decision."""
    expected = scenario.postern
    if expected.verdict == "permit" and not expected.queued:
        return []
    if len(lines) != 1:
        return [f"one log line expected, got {lines}"]
    wanted = {"verdict": expected.verdict, "uid": str(USERS[scenario.user].uid), **expected.log}
    if expected.reason is not None:
        wanted["reason"] = expected.reason
    got = {name: lines[0].get(name) for name in wanted}
    return [] if got == wanted else [f"log {wanted} expected, {got} got, in {lines[0]}"]


def _cut(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 300 else f"{text[:200]} … {text[-80:]}"
