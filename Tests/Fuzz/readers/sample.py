"""Compares readings of some permitted messages with those of a real Postfix, and with what its smtp(8) sends."""

from .addresses import folded
from .compare import DOMAIN
from .findings import FIELDS, Findings, texts
from .postern import Permit
from .postfix import Postfix, Queued
from .smtp import sent

WRITTEN = " behind smtp(8)"
#: Of the messages so many leave, or nothing is proved: what has no recipient that could be sent to stays.
LEAST_SENT = 0.8


class Sample:
    """A Postfix, and what it makes of messages."""

    def __init__(self, findings: Findings, readers: dict) -> None:
        self._findings = findings
        self._readers = readers
        self._postfix = Postfix()

    def compare(self, permits: list[Permit]) -> None:
        """Lets messages through twice: with a number for each address, and as they are, up to smtp(8)'s server."""
        queued = self._postfix.take(permits, asking=True)
        for permit in permits:
            self._compare_queued(permit, queued.get(permit.case.number))
        written = self._postfix.take(permits, asking=False)
        arrived = self._postfix.deliver()
        for permit in permits:
            self._compare_written(permit, written.get(permit.case.number), arrived.get(permit.case.number))

    def failings(self) -> list[str]:
        """What proves nothing."""
        counts = self._findings.counts
        number, arrived = counts["read by Postfix"], counts["sent by smtp(8)"]
        return [f"only {arrived} of {number} messages were sent by smtp(8)"] if arrived < LEAST_SENT * number else []

    def _compare_queued(self, permit: Permit, queued: Queued | str | None) -> None:
        findings = self._findings
        if not isinstance(queued, Queued):
            findings.find(permit, "Postfix", "does not take the message", [], [str(queued)])
            return
        findings.counts["read by Postfix"] += 1
        sender = self._postfix.map.address(queued.sender)
        findings.equal(permit, "Postfix", "envelope sender", [permit.sender], [sender])
        findings.allowed(permit, "Postfix", "envelope sender", [sender])
        for name in FIELDS:
            theirs = [address for body in queued.bodies(name) for address in self._postfix.map.addresses(body)]
            ours = list(permit.fields[name])
            if name == "resent-from" and not ours and theirs:
                # cleanup(8) adds it to a message with any other field of the resent block.
                ours = [permit.sender or b"MAILER-DAEMON" + DOMAIN]
            findings.equal(permit, "Postfix", name, ours, theirs)
            findings.allowed(permit, "Postfix", name, theirs)
        self._compare_recipients(permit, list(map(self._postfix.map.address, queued.recipients)))

    def _compare_recipients(self, permit: Permit, theirs: list[bytes]) -> None:
        if any(b"@" not in address and set(b"%!|") & set(address) for address in permit.recipients):
            # Postfix looks for the domain before the sign: only their number can be compared.
            if len(theirs) > len(permit.recipients):
                self._findings.find(permit, "Postfix", "more recipients", texts(permit.recipients), texts(theirs))
            return
        ours = [_routed(address) for address in _delivered(permit.recipients)]
        self._findings.equal(permit, "Postfix", "recipients", ours, theirs)

    def _compare_written(self, permit: Permit, queued: Queued | str | None, arrived: bytes | None) -> None:
        """What Postfix writes is sent as the model says, and read by others as it was permitted."""
        if not isinstance(queued, Queued):
            self._findings.find(permit, "Postfix", "does not take the message again", [], [str(queued)])
            return
        header = sent(queued.header)
        if arrived is not None:
            self._findings.counts["sent by smtp(8)"] += 1
            if arrived != header:
                self._findings.find(permit, "smtp(8)", "sends something else", [repr(header)], [repr(arrived)])
            header = arrived
        self._findings.independent(permit, header + b"\n\n", self._readers, WRITTEN)


def _delivered(recipients) -> list[bytes]:
    """Those that cleanup(8) delivers to: once to an address that is there twice.

    Its filter does not look at case. Addresses in UTF-8 are numbers by then, one for each spelling; for others Postfix
    asks no map, and of two that differ in case alone the first one stays."""
    first: dict[bytes | str, bytes] = {}
    for address in recipients:
        first.setdefault(address if _is_utf8(address) else folded(address), address)
    return list(first.values())


def _is_utf8(address: bytes) -> bool:
    try:
        address.decode()
    except UnicodeDecodeError:
        return False
    return True


def _routed(recipient: bytes) -> bytes:
    """A recipient as rewrite(8) completes it: with a domain, without a single dot behind it."""
    if b"@" not in recipient:
        return recipient + DOMAIN
    return recipient if recipient.endswith((b"..", b"@.")) else recipient.removesuffix(b".")
