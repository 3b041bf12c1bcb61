"""Known ways to write a second sender: refused, or with the site's own address only."""

from dataclasses import dataclass

from readers.independent import Perl, python_compat32, python_default

from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack

TO = b"To: x@dest.example\n"
OWN = b"From: alice@test.example\n"
CEO = b"ceo@bank.example"
END = TO + b"\nx\n"
PLAIN = (b"-t", b"-i", b"-f", b"alice@test.example")
OWN_ADDRESSES = {b"alice@test.example", b"good@ok.example"}


@dataclass(frozen=True)
class Variant:
    """A message, and the arguments with which it is submitted."""

    text: bytes
    arguments: tuple[bytes, ...] = PLAIN


def _dialogue(end: bytes) -> bytes:
    """A permitted message whose text goes on, behind what may be its end, with a forged one."""
    def transaction(sender: bytes) -> bytes:
        return b"MAIL FROM:<" + sender + b">\r\nRCPT TO:<x@dest.example>\r\nDATA\r\nFrom: " + sender + b"\r\n\r\nx"
    return b"EHLO x\r\n" + transaction(b"alice@test.example") + end + transaction(CEO) + b"\r\n.\r\nQUIT\r\n"


VARIANTS = {
    "NUL in the name of the field": Variant(b"From\0: " + CEO + b"\n" + OWN + END),
    "a wide colon": Variant("From\uff1a ceo@bank.example\n".encode() + END),
    "two From:": Variant(OWN + b"From: " + CEO + b"\n" + END),
    "a second FROM:": Variant(OWN + b"FROM: " + CEO + b"\n" + END),
    "a tab before the colon": Variant(b"X: y\nFrom\t: " + CEO + b"\n" + END),
    "CR in the name of the field": Variant(b"X: y\nFrom\r: " + CEO + b"\n" + OWN + END),
    "CR before a continuation": Variant(OWN + b"Subject: s\n\rFrom: " + CEO + b"\n" + END),
    "a line of blanks": Variant(OWN + b" \nFrom: " + CEO + b"\n" + END),
    "VT before the field": Variant(OWN + b"\x0bFrom: " + CEO + b"\n" + END),
    "FF in a field": Variant(OWN + b"Subject: a\x0cFrom: " + CEO + b"\n" + END),
    "an mbox line": Variant(b"From " + CEO + b" Mon\nFrom : " + CEO + b"\n" + END),
    "a quoted mbox line": Variant(b">From : " + CEO + b"\n" + OWN + END),
    "a group": Variant(b"From: g: " + CEO + b", alice@test.example;\n" + END),
    "a route": Variant(b"From: <@bank.example:alice@test.example>\n" + END),
    "a percent": Variant(b"From: ceo%bank.example@test.example\n" + END),
    "a bang": Variant(b"From: bank.example!alice@test.example\n" + END),
    "a comment first": Variant(b"From: (" + CEO + b") alice@test.example\n" + END),
    "an at sign in quotes": Variant(b'From: "ceo@bank.example"@test.example\n' + END),
    "a dot at the end": Variant(b"From: alice@test.example.\n" + END),
    "a literal": Variant(b"From: alice@[127.0.0.1]\n" + END),
    "overlong UTF-8": Variant(b"From: alice\xc0\xaf@test.example\n" + END),
    "a wide at sign in a local part": Variant("From: ceo\uff20bank.example@test.example\n".encode() + END),
    "a wide dot in a domain": Variant("From: alice@bank\u3002example\n".encode() + END),
    "a letter without width": Variant("From: alice\u200b@test.example\n".encode() + END),
    "an encoded word in angles": Variant(b"From: <=?utf-8?q?ceo=40bank.example?=>\n" + END),
    "two angles": Variant(b"From: <" + CEO + b"> <alice@test.example>\n" + END),
    "an open quote": Variant(b'From: "a <ceo@bank.example>, alice@test.example\n' + END),
    "a backslash": Variant(b"From: ceo\\@bank.example@test.example\n" + END),
    "Sender:": Variant(OWN + b"Sender: " + CEO + b"\n" + END),
    "Resent-From:": Variant(OWN + b"Resent-From: " + CEO + b"\nResent-To: x@dest.example\n\nx\n"),
    "Resent-Sender:": Variant(OWN + b"Resent-Sender: " + CEO + b"\n" + END),
    "a dot in the header section":
        Variant(OWN + TO + b".\nFrom: " + CEO + b"\n\nx\n", (b"-t", b"-f", b"alice@test.example")),
    "an address as -F": Variant(TO + b"\nx\n", (b"-t", b"-i", b"-F", CEO)),
    "LF in -F": Variant(TO + b"\nx\n", (b"-t", b"-i", b"-F", b"x\nBcc: q@z.example")),
    "a list as -f": Variant(OWN + END, (b"-t", b"-i", b"-f", b"alice@test.example, " + CEO)),
    "a route as -f": Variant(OWN + END, (b"-t", b"-i", b"-f", b"@a.example:" + CEO)),
    "a group as -f": Variant(OWN + END, (b"-t", b"-i", b"-f", b"g:" + CEO + b";")),
    "mailer-daemon as -f": Variant(OWN + END, (b"-t", b"-i", b"-f", b"mailer-daemon@test.example")),
    "-C": Variant(OWN + END, (b"-C/tmp", b"-t")),
    "-V -O -C": Variant(OWN + END, (b"-V", b"-O", b"-C/tmp", *PLAIN)),
    "-bs, a second message behind a bare dot": Variant(_dialogue(b"\n.\n"), (b"-bs",)),
    "-bs, a second message behind a dot and CR": Variant(_dialogue(b"\r\n.\r"), (b"-bs",)),
    "-bs, a second message behind a dot and LF": Variant(_dialogue(b"\r\n.\n"), (b"-bs",)),
    "-bs, a second message behind a whole end": Variant(_dialogue(b"\r\n.\r\n"), (b"-bs",)),
    "-bs": Variant(b"EHLO x\r\nMAIL FROM:<" + CEO + b">\r\nRCPT TO:<x@dest.example>\r\nDATA\r\n\r\n.\r\n", (b"-bs",)),
    "Author: and its like, which nobody judges":
        Variant(OWN + b"Author: " + CEO + b"\nX-Sender: " + CEO + b"\nReply-To: " + CEO + b"\n" + END),
    "ESC in Subject:": Variant(OWN + b"Subject: \x1b]0;x\x07\n" + END),
    "sixty Received:": Variant(b"Received: x\n" * 60 + OWN + END),
}


def _senders(message: bytes) -> set[bytes]:
    """What any reader takes for a sender."""
    perl = Perl()
    try:
        return {address for name in ("from", "sender", "resent-from", "resent-sender")
                for reader in (python_compat32, python_default, perl) for address in reader(message, name)}
    finally:
        perl.close()


for kind, variant in VARIANTS.items():
    @attack(f"no second sender arrives: {kind}")
    def _variant(lab: Lab, variant: Variant = variant) -> None:
        lab.neighbour_passes()
        outcome = lab.postern.submit("alice", *variant.arguments, stdin=variant.text)
        expect(f"the gate answers, {outcome}", outcome.status in (0, 64, 65, 67, 77), True)
        # A bounce of Postfix's own goes to alice.
        left = [mail for mail in lab.leaves() if (mail.sender, mail.recipients) != (b"", (b"alice@test.example",))]
        for mail in left:
            foreign = (_senders(mail.message) | {mail.sender}) - OWN_ADDRESSES
            if foreign:
                raise Unmet(f"{foreign} arrived: {mail.message[:300]!r}")
            expect("recipients", mail.recipients, (b"x@dest.example",))
        expect(f"{len(left)} left, {lab.charged()} were charged", len(left) <= lab.charged(), True)
