"""What was found when readings of permitted messages were compared."""

import collections
from dataclasses import dataclass

from .addresses import folded, is_allowed, unquoted
from .independent import only
from .postern import Permit

FIELDS = ("from", "sender", "resent-from", "resent-sender")
#: Each reader agrees about so much of what it is asked, or it is broken; each was measured above 99 %.
LEAST_SHARE = 0.9


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


class Findings:
    """Collects disagreements, and what each reader was asked and agreed about."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.counts: collections.Counter[str] = collections.Counter()
        self.asked: collections.Counter[str] = collections.Counter()
        self.agreed: collections.Counter[str] = collections.Counter()

    def find(self, permit: Permit, reader: str, what: str, ours: list[str], theirs: list[str]) -> None:
        """Notes a disagreement."""
        self.counts[f"{reader} disagrees"] += 1
        self.found.append(Finding(permit.case.number, reader, what, ours, theirs, permit))

    def equal(self, permit: Permit, reader: str, what: str, ours: list[bytes], theirs: list[bytes]) -> None:
        """The same addresses in the same order, quotes and case aside."""
        if [folded(address) for address in ours] != [folded(unquoted(address)) for address in theirs]:
            self.find(permit, reader, what, texts(ours), texts(theirs))

    def allowed(self, permit: Permit, reader: str, what: str, theirs: list[bytes]) -> None:
        """Whatever a reader finds, the user may use it: its own, or what it was rewritten to."""
        if foreign := [address for address in theirs if not is_allowed(permit.case.site, unquoted(address))]:
            self.find(permit, reader, f"{what} is not the user's", [], texts(foreign))

    def independent(self, permit: Permit, message: bytes, readers: dict, where: str) -> None:
        """What readers that know nothing of Postern find in the identity fields of a message."""
        for name in FIELDS:
            if ours := list(permit.fields[name]):
                field = only(message, name)
                for reader, read in readers.items():
                    self._compare_reader(permit, reader + where, name, ours, read, field)

    def _compare_reader(self, permit, reader, name, ours, read, field) -> None:
        self.asked[reader] += 1
        theirs = read(field, name)
        if isinstance(theirs, str):
            # Who reads nothing is not deceived; `failings` bounds how often that is.
            self.counts[f"{reader} fails ({theirs})"] += 1
            return
        known = {folded(address) for address in ours}
        if any(folded(address) not in known for address in theirs):
            self.find(permit, reader, name, texts(ours), texts(theirs))
        elif len(theirs) < len(ours):
            self.counts[f"{reader} finds fewer"] += 1
        else:
            self.agreed[reader] += 1
        self.allowed(permit, reader, name, theirs)

    def failings(self) -> list[str]:
        """The readers that prove nothing, for they read too little themselves."""
        return [f"{reader} agrees about {self.agreed[reader]} of {asked} fields, less than {LEAST_SHARE:.0%}"
                for reader, asked in self.asked.items() if self.agreed[reader] < LEAST_SHARE * asked]


def texts(addresses) -> list[str]:
    """Addresses as they are shown."""
    return [folded(address) for address in addresses]
