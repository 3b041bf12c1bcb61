"""Compares what a case did with what its row says; each function returns its problems."""

from email.utils import parseaddr

from harness.machine import USERS
from harness.message import difference, split, values
from harness.postfix import Queued
from harness.process import Outcome
from harness.systemlog import decisions

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
    # pickup(8) takes several messages in the order of their directory, not of time.
    return [] if sorted(got) == sorted(wanted) else [f"queued {wanted} expected, {got} got"]


def unlike_postfix(case: Case, theirs: list[Queued], ours: list[Queued]) -> list[str]:
    """Permitted mail is what Postfix alone would have queued.

    A message that is always the same is compared whole; a client's own Date:, Message-ID: and the
    like are not, so of such a message only what Postern might be tempted to touch.
    """
    def kept(item: Queued) -> list[object]:
        return [*((name, values(item.message, name)) for name in KEPT_FIELDS),
                split(item.message)[1]]
    def by_sender(items: list[Queued]) -> list[Queued]:
        return sorted(items, key=lambda item: (item.sender, values(item.message, "from"), values(item.message, "subject")))
    problems = []
    for mine, other in zip(by_sender(theirs), by_sender(ours), strict=False):
        if case.row.stdin and not case.row.speaks_smtp:
            problems += difference(mine, other, given=case.fill(case.row.stdin).encode(),
                                   changed_headers=set(), body_changes=False,
                                   uid=USERS["alice"].uid, ignored_records={"sender_fullname"})
        elif kept(mine) != kept(other):
            problems.append(f"Postfix queued {kept(mine)}, Postern {kept(other)}")
    return problems


def unlike_charge(case: Case, permitted: int, charged: tuple[int, ...]) -> list[str]:
    """Messages, recipients and refusals that the site's quota was charged."""
    refused = len(case.row.messages) - permitted
    wanted = (permitted, permitted * len(case.row.recipients), refused)
    return [] if charged == wanted else [f"charged {wanted} expected, {charged} got"]


def unlike_log(told: Told, case: Case, permitted: int, records: list[bytes]) -> list[str]:
    """One line for each message, with the verdict and, of a refusal, the reason."""
    refused = len(case.row.messages) - permitted
    wanted = sorted([("permit", "none")] * permitted + [("reject", case.reason)] * refused,
                    key=str)
    lines = decisions(records)
    got = sorted(((line.get("verdict"), line.get("reason")) for line in lines), key=str)
    problems = [] if got == wanted else [f"logged {wanted} expected, {lines} got"]
    return problems + [f"{text!r} not in the log: {records}" for text in told.logs
                       if text.encode() not in b"\n".join(records)]
