"""Compares what a case did with what its row says; each function returns its problems."""

from email.utils import parseaddr

from harness.message import split, values
from harness.postfix import Queued
from harness.process import Outcome

from .table import Case, Told

#: What Postern must not touch, beside the body.
KEPT_FIELDS = ("to", "cc", "bcc", "subject", "reply-to", "content-type", "mime-version")


def unlike_told(told: Told, outcome: Outcome, case: Case) -> list[str]:
    """What the caller learns, the reason aside."""
    problems = []
    stdout, stderr = (text.decode("utf-8", "replace") for text in (outcome.stdout, outcome.stderr))
    if outcome.status != told.status:
        problems.append(f"status {told.status} expected, {outcome.status} got")
    if told.stdout is not None and stdout != case.fill(told.stdout):
        problems.append(f"stdout {told.stdout!r} expected")
    problems += [f"{text!r} not said" for text in told.says if text not in stdout + stderr]
    return [*problems, f"it said {stdout[-900:]!r} {stderr[-900:]!r}"] if problems else []


def unlike_reason(told: Told, outcome: Outcome, case: Case) -> list[str]:
    """A refusal shows Postern's words where the row says, and nothing pretends one otherwise."""
    streams = {"stdout": outcome.stdout.decode("utf-8", "replace"),
               "stderr": outcome.stderr.decode("utf-8", "replace")}
    shown = {name for name, text in streams.items() if f"refused ({case.reason})" in text}
    wanted = set() if case.reason is None or told.reason_in == "log" else {told.reason_in}
    if case.reason is None:
        shown = {name for name, text in streams.items() if "refused" in text}
    if shown != wanted:
        return [f"the reason {case.reason} was to be shown in {sorted(wanted)}, was in "
                f"{sorted(shown)}: {streams}"]
    return [f"{name} does not name {case.bad_address}: {streams[name]!r}" for name in shown
            if case.bad_address not in streams[name]]


def unlike_queue(case: Case, messages: list[tuple[str, str]], queued: list[Queued]) -> list[str]:
    """What is in the queue: From:, envelope sender and recipients of each message."""
    recipients = [case.fill(recipient) for recipient in case.row.recipients]
    wanted = [(*message, recipients) for message in messages]
    got = [(" | ".join(parseaddr(value.decode("utf-8", "replace"))[1]
                       for value in values(item.message, "from")),
            item.sender, item.recipients) for item in queued]
    return [] if got == wanted else [f"queued {wanted} expected, {got} got"]


def unlike_postfix(theirs: list[Queued], ours: list[Queued]) -> list[str]:
    """Permitted mail has the fields and the body that Postfix alone would have queued."""
    def kept(item: Queued) -> list[object]:
        return [*((name, values(item.message, name)) for name in KEPT_FIELDS),
                split(item.message)[1]]
    return [f"Postfix queued {kept(mine)}, Postern {kept(other)}"
            for mine, other in zip(theirs, ours, strict=False) if kept(mine) != kept(other)]


def unlike_charge(case: Case, permitted: int, charged: tuple[int, ...]) -> list[str]:
    """Messages, recipients and refusals that the site's quota was charged."""
    refused = len(case.row.messages) - permitted
    wanted = (permitted, permitted * len(case.row.recipients), refused)
    return [] if charged == wanted else [f"charged {wanted} expected, {charged} got"]


def unlike_log(case: Case, permitted: int, lines: list[dict[str, str]]) -> list[str]:
    """One line for each message, with the verdict and, of a refusal, the reason."""
    refused = len(case.row.messages) - permitted
    wanted = sorted([("permit", "none")] * permitted + [("reject", case.reason)] * refused,
                    key=str)
    got = sorted(((line.get("verdict"), line.get("reason")) for line in lines), key=str)
    return [] if got == wanted else [f"logged {wanted} expected, {lines} got"]
