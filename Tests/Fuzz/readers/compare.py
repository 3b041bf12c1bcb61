"""Compares readings of every permitted message, in this process: what takes a Postfix is in sample.py."""

import functools

from .addresses import is_allowed
from .findings import FIELDS, Findings, texts
from .independent import Perl, only, python_compat32, python_default, shown_addresses
from .postern import Permit
from .smtp import sent
from .tokenizer import TOKEN_LIMIT, Tokenizer

DOMAIN = b"@ok.example"
LINE_BYTES = 998
#: What the reader of display names must find.
DECEPTIVE = b'From: "evil@z.example" <good@ok.example>\n\n'


def remembered(read):
    """A reader that knows what it read before: the same field again and again is most of what comes."""
    @functools.lru_cache(200_000)
    def reader(field: bytes, name: str):
        try:
            return read(field, name)
        except (ValueError, IndexError, AttributeError, TypeError, UnicodeError) as error:
            return type(error).__name__
    return reader


class Comparison:
    """Postfix's own parser, the independent readers, and the readers of names and of lines."""

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._tokenizer = Tokenizer()
        self._perl = Perl()
        self.readers = {"Python compat32": remembered(python_compat32), "Python default": remembered(python_default),
                        "Email::Address::XS": remembered(self._perl)}
        self._shown = remembered(shown_addresses)

    def compare(self, permit: Permit) -> None:
        """Compares the readings of one message, as smtp(8) would send it."""
        self._findings.counts[f"permitted, {permit.case.site}"] += 1
        self._compare_lines(permit)
        message = sent(permit.message)
        self._compare_tokenizer(permit, message)
        self._findings.independent(permit, message, self.readers, "")
        self._compare_names(permit, message)

    def close(self) -> None:
        """Ends the readers."""
        self._perl.close()

    def failings(self) -> list[str]:
        """What proves nothing."""
        if self._shown(DECEPTIVE, "from") != ["evil@z.example"]:
            return ["the reader of display names does not find an address that is one"]
        return []

    def _compare_tokenizer(self, permit: Permit, message: bytes) -> None:
        """What tok822(3) finds: in the arguments as sendmail(1) asks it, in the fields as cleanup(8) does."""
        sender = permit.arguments[permit.arguments.index(b"-f") + 1]
        found = [_completed(address) for address in self._tokenizer.addresses(sender)[:1]] or [b""]
        self._findings.equal(permit, "tok822", "envelope sender", [permit.sender], found)
        given = permit.arguments[permit.arguments.index(b"--") + 1:]
        found = [address for word in given for address in self._tokenizer.addresses(word)]
        self._findings.equal(permit, "tok822", "recipients", list(permit.recipients), found)
        for name in FIELDS:
            field = only(message, name)
            found = [_completed(address) for address in self._tokenizer.addresses(field.partition(b":")[2], TOKEN_LIMIT)]
            self._findings.equal(permit, "tok822", name, list(permit.fields[name]), found)

    def _compare_names(self, permit: Permit, message: bytes) -> None:
        """No display name is another address than those beside it."""
        for name in FIELDS:
            field = only(message, name)
            theirs = self._shown(field, name) if field else []
            if not theirs or isinstance(theirs, str):
                continue
            ours = texts(permit.fields[name])
            # A repaired field may show what the user may use.
            foreign = [address for address in {address.casefold() for address in theirs} - set(ours)
                       if not is_allowed(permit.case.site, address.encode("utf-8", "surrogateescape"))]
            if foreign:
                self._findings.find(permit, "display name", name, ours, theirs)

    def _compare_lines(self, permit: Permit) -> None:
        """Postfix's smtp(8) cuts no line of an identity field (smtp_line_length_limit)."""
        for name in FIELDS:
            longest = max(map(len, only(permit.message, name).split(b"\n")))
            if longest > LINE_BYTES:
                self._findings.find(permit, "smtp(8)", f"cuts {name}", [], [str(longest)])


def _completed(address: bytes) -> bytes:
    return address if b"@" in address else address + DOMAIN
