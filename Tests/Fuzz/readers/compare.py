"""Compares readings of permitted messages."""

import collections
from dataclasses import dataclass

from .addresses import folded, is_allowed, unquoted
from .independent import Perl, only, python_compat32, python_default, shown_addresses
from .postern import Permit
from .postfix import Postfix, Queued

FIELDS = ("from", "sender", "resent-from", "resent-sender")
DOMAIN = b"@ok.example"
#: Every so many batches the messages are also submitted with addresses as they are.
PLAIN_EVERY = 10
#: Each reader agrees about so much of what it is asked, or it is broken; each was measured above 99 %.
LEAST_SHARE = 0.9
READERS = ("Python compat32", "Python default", "Email::Address::XS")
WRITTEN = " behind Postfix"
#: What the reader of display names must find.
DECEPTIVE = b'From: "evil@z.example" <good@ok.example>\n\n'


@dataclass(frozen=True)
class Finding:
    """Two readers read one message differently."""

    number: int
    reader: str
    what: str
    ours: list[str]
    theirs: list[str]
    permit: Permit

    def __str__(self) -> str:
        return (f"case {self.number}: {self.reader}: {self.what}: ours {self.ours}, theirs {self.theirs}\n"
                f"      arguments {self.permit.case.arguments}\n      message {self.permit.case.message!r}\n"
                f"      handed over {self.permit.arguments} {self.permit.message!r}")


class Comparison:
    """All readers, and what they were found to disagree about."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.counts: collections.Counter[str] = collections.Counter()
        #: What the independent readers were asked, and what they agreed about.
        self._asked: collections.Counter[str] = collections.Counter()
        self._agreed: collections.Counter[str] = collections.Counter()
        self._postfix = Postfix()
        self._perl = Perl()
        self._batches = 0

    def compare(self, permits: list[Permit]) -> None:
        """Compares the readings of some messages."""
        queued = self._postfix.take(permits, asking=True)
        for permit in permits:
            self.counts[f"permitted, {permit.case.site}"] += 1
            self._compare_postfix(permit, queued.get(permit.case.number))
            self._compare_independent(permit, permit.message, "")
            self._compare_names(permit)
        self._batches += 1
        if self._batches % PLAIN_EVERY == 1:
            self._compare_written(permits)

    def shares(self) -> list[tuple[str, int, int]]:
        """For each reader the number of fields that it agreed about, and that it was asked about."""
        return [(reader, self._agreed[reader], self._asked[reader])
                for where in ("", WRITTEN) for reader in (name + where for name in READERS)]

    def failings(self) -> list[str]:
        """The readers that prove nothing, for they read too little themselves."""
        broken = [f"{reader} agrees about {agreed} of {asked} fields, less than {LEAST_SHARE:.0%}"
                  for reader, agreed, asked in self.shares() if not asked or agreed < LEAST_SHARE * asked]
        if shown_addresses(DECEPTIVE, "from") != ["evil@z.example"]:
            broken.append("the reader of display names does not find an address that is one")
        return broken

    def close(self) -> None:
        """Ends the readers."""
        self._perl.close()

    # MARK: - Postfix

    def _compare_postfix(self, permit: Permit, queued: Queued | str | None) -> None:
        if not isinstance(queued, Queued):
            self._find(permit, "Postfix", "does not take the message", [], [str(queued)])
            return
        self.counts["read by Postfix"] += 1
        sender = self._postfix.map.address(queued.sender)
        self._equal(permit, "Postfix", "envelope sender", [permit.sender], [sender])
        self._allowed(permit, "Postfix", "envelope sender", [sender])
        for name in FIELDS:
            theirs = [address for body in queued.bodies(name) for address in self._postfix.map.addresses(body)]
            ours = list(permit.fields[name])
            if name == "resent-from" and not ours and theirs:
                # cleanup(8) adds it to a message with any other field of the resent block.
                ours = [permit.sender or b"MAILER-DAEMON" + DOMAIN]
            self._equal(permit, "Postfix", name, ours, theirs)
            self._allowed(permit, "Postfix", name, theirs)
        self._compare_recipients(permit, list(map(self._postfix.map.address, queued.recipients)))

    def _compare_recipients(self, permit: Permit, theirs: list[bytes]) -> None:
        if any(b"@" not in address and set(b"%!|") & set(address) for address in permit.recipients):
            # Postfix looks for the domain before the sign: only their number can be compared.
            if len(theirs) > len(permit.recipients):
                self._find(permit, "Postfix", "more recipients", _texts(permit.recipients), _texts(theirs))
            return
        ours = [_routed(address) for address in _delivered(permit.recipients)]
        self._equal(permit, "Postfix", "recipients", ours, theirs)

    def _compare_written(self, permits: list[Permit]) -> None:
        """What Postfix writes is read by others as it was permitted."""
        taken = self._postfix.take(permits, asking=False)
        for permit in permits:
            queued = taken.get(permit.case.number)
            if not isinstance(queued, Queued):
                self._find(permit, "Postfix", "does not take the message again", [], [str(queued)])
                continue
            self.counts["read behind Postfix"] += 1
            self._compare_independent(permit, queued.header + b"\n\n", WRITTEN)

    # MARK: - Others

    def _compare_names(self, permit: Permit) -> None:
        """No display name is another address than those beside it."""
        for name in FIELDS:
            ours = _texts(permit.fields[name])
            theirs = [address.casefold() for address in shown_addresses(only(permit.message, name), name)]
            if set(theirs) - set(ours):
                self._find(permit, "display name", name, ours, theirs)

    def _compare_independent(self, permit: Permit, message: bytes, where: str) -> None:
        for reader, read in zip(READERS, (python_compat32, python_default, self._perl)):
            for name in FIELDS:
                if ours := list(permit.fields[name]):
                    self._compare_reader(permit, reader + where, name, ours, read, message)

    def _compare_reader(self, permit, reader, name, ours, read, message) -> None:
        self._asked[reader] += 1
        try:
            theirs = read(only(message, name), name)
        except (ValueError, IndexError, AttributeError, TypeError, UnicodeError) as error:
            # Who reads nothing is not deceived; `failings` bounds how often that is.
            self.counts[f"{reader} fails ({type(error).__name__})"] += 1
            return
        known = {folded(address) for address in ours}
        if any(folded(address) not in known for address in theirs):
            self._find(permit, reader, name, _texts(ours), _texts(theirs))
        elif len(theirs) < len(ours):
            self.counts[f"{reader} finds fewer"] += 1
        else:
            self._agreed[reader] += 1
        self._allowed(permit, reader, name, theirs)

    def _allowed(self, permit: Permit, reader: str, what: str, theirs: list[bytes]) -> None:
        """Whatever a reader finds, the user may use it: its own, or what it was rewritten to."""
        if foreign := [address for address in theirs if not is_allowed(permit.case.site, unquoted(address))]:
            self._find(permit, reader, f"{what} is not the user's", [], _texts(foreign))

    def _equal(self, permit: Permit, reader: str, what: str, ours: list[bytes], theirs: list[bytes]) -> None:
        if [folded(address) for address in ours] != [folded(unquoted(address)) for address in theirs]:
            self._find(permit, reader, what, _texts(ours), _texts(theirs))

    def _find(self, permit: Permit, reader: str, what: str, ours: list[str], theirs: list[str]) -> None:
        self.counts[f"{reader} disagrees"] += 1
        self.findings.append(Finding(permit.case.number, reader, what, ours, theirs, permit))


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


def _texts(addresses) -> list[str]:
    return [folded(address) for address in addresses]
