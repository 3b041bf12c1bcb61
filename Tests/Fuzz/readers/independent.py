"""Readers of header fields that know nothing of Postern: Python's email package and Perl's Email::Address::XS."""

import email
import email.errors
import email.header
import email.policy
import email.utils
import re
import subprocess
import unicodedata
from pathlib import Path

from .addresses import unquoted


#: What divides words outside ASCII: symbols and punctuation.
DIVIDING = {"So", "Sm", "Sc", "Sk", "Ps", "Pe", "Pi", "Pf", "Po", "Pd"}
#: What is no part of an address: separators; in a domain, other ASCII marks, too.
LOCAL = r"[^\s@<>,;:()\"]+"
DOMAIN = r"[^\s@<>,;:()\"&*|!#$%^={}~?/+'`\\\x80-\x9f]*[^\W_]"
ONLY_ADDRESS = re.compile(rf"\A({LOCAL}@{DOMAIN})\Z")
ANGLE_ADDRESS = re.compile(rf"<({LOCAL}@{DOMAIN})>")
#: Marks that people put around an address.
MARKS = "'`*=|/!#?."


FIELD = re.compile(rb"^([!-9;-~]+):.*(?:\n[ \t].*)*\n", re.MULTILINE)


def only(message: bytes, name: str) -> bytes:
    """The fields of a name, for a client decides about each field by itself what its 8-bit bytes mean."""
    header = message.partition(b"\n\n")[0] + b"\n"
    return b"".join(match[0] for match in FIELD.finditer(header) if match[1].decode().lower() == name)


def _decoded(message: bytes) -> str:
    """What a mail client takes 8-bit bytes for."""
    try:
        return message.decode("utf-8")
    except UnicodeDecodeError:
        return message.decode("latin-1")


def _encoded(address: str, message: bytes) -> bytes:
    try:
        message.decode("utf-8")
        return address.encode("utf-8", "surrogateescape")
    except UnicodeDecodeError:
        return address.encode("latin-1", "replace")


def python_compat32(message: bytes, name: str) -> list[bytes]:
    """Reads with `email.utils.getaddresses`, as most Python programs do."""
    parsed = email.message_from_string(_decoded(message))
    bodies = ["".join(str(value).split("\n")) for value in parsed.get_all(name, [])]
    return [unquoted(_encoded(address, message)) for _, address in email.utils.getaddresses(bodies) if address]


def shown_addresses(message: bytes, name: str) -> list[str]:
    """The display names of a field that a person takes for an address: nothing but one, or one in angles."""
    parsed = email.message_from_string(_decoded(message))
    bodies = ["".join(str(value).split("\n")) for value in parsed.get_all(name, [])]
    shown = []
    for phrase, _ in email.utils.getaddresses(bodies):
        try:
            text = str(email.header.make_header(email.header.decode_header(phrase)))
        except (LookupError, ValueError, email.errors.MessageError):
            continue
        text = _seen(text)
        if DIVIDING & set(map(unicodedata.category, filter(lambda letter: letter > "\x7f", text))):
            # It divides words, and an address among other words deceives nobody.
            continue
        found = ONLY_ADDRESS.findall(text) + ANGLE_ADDRESS.findall(text)
        # A local part of marks alone is one.
        shown += [address if address.lstrip(MARKS).startswith("@") else address.lstrip(MARKS) for address in found]
    return shown


def _seen(text: str) -> str:
    """A text as a person sees it: nothing invisible, and the dots of IDNA."""
    text = "".join(letter for letter in unicodedata.normalize("NFKC", text) if unicodedata.category(letter) != "Cf")
    return text.replace("\u3002", ".").strip()


def python_default(message: bytes, name: str) -> list[bytes]:
    """Reads with the newer policy of the email package."""
    parsed = email.message_from_string(_decoded(message), policy=email.policy.default)
    return [unquoted(_encoded(address.addr_spec, message))
            for header in parsed.get_all(name, []) for address in header.addresses if address.addr_spec]


class Perl:
    """Reads with Email::Address::XS, the parser of Dovecot."""

    def __init__(self) -> None:
        script = Path(__file__).with_name("address-xs.pl")
        self._process = subprocess.Popen(["/usr/bin/perl", script], stdin=subprocess.PIPE,
                                         stdout=subprocess.PIPE)

    def __call__(self, message: bytes, name: str) -> list[bytes]:
        """Reads the fields of a name."""
        header = message.partition(b"\n\n")[0].decode("latin-1")
        found: list[bytes] = []
        for value in email.message_from_string(header).get_all(name, []):
            assert self._process.stdin and self._process.stdout
            body = "".join(str(value).split("\n")).encode("latin-1")
            self._process.stdin.write(body.hex().encode() + b"\n")
            self._process.stdin.flush()
            reply = self._process.stdout.readline().decode().strip()
            found += [bytes.fromhex(address) for address in reply.split(",") if address]
        return found

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin
        self._process.stdin.close()
        self._process.wait()
