"""A line of more than 998 bytes: smtp(8) cuts it where the sender wants it, with CRLF and a blank."""

from readers.independent import Perl, python_compat32, python_default

from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

CUT = 998
PERMITTED = {b"alice@test.example", b"notceo@test.example"}
SENDERS = ["alice alice@test.example notceo@test.example @bank.com-evil.example"]


def _cut_behind(before: bytes, last: bytes, rest: bytes) -> bytes:
    """The body of a From: with blanks such that `last` ends at the byte where smtp(8) cuts."""
    return before + b" " * (CUT - len(b"From: " + before + last)) + last + rest


#: What is read at the other end if the line is cut there.
TORN = {
    "a quoted pair": _cut_behind(b'"Bank Support', b"\\", b'", ceo@bank.example, \\"x" <alice@test.example>'),
    "a quoted pair before angles":
        _cut_behind(b'"Bank Support', b"\\", b'" < ceo @ bank.example >, \\"x" <alice@test.example>'),
    "a domain": _cut_behind(b"", b"ceo@bank.com", b"-evil.example"),
    "a local part": _cut_behind(b"", b"<not", b"ceo@test.example>"),
}


def _expect_only_permitted(lab: Lab) -> None:
    """Asks every reader for nothing but the site's own addresses in what has left."""
    perl = Perl()
    try:
        for mail in lab.leaves():
            for name, reader in (("compat32", python_compat32), ("default", python_default), ("Perl", perl)):
                read = reader(mail.message, "from")
                foreign = [address for address in read
                           if address.lower() not in PERMITTED and not address.endswith(b"@bank.com-evil.example")]
                if foreign or not read:
                    raise Unmet(f"{name} reads {read} in what arrived")
    finally:
        perl.close()


for kind, body in TORN.items():
    @attack(f"a From: line that smtp(8) would cut shows no other sender: {kind}")
    def _from(lab: Lab, body: bytes = body) -> None:
        lab.postern.configure(senders=SENDERS)
        lab.neighbour_passes()
        outcome = lab.send(message(body), b"-f", b"alice@test.example")
        expect("the gate answers", outcome.status in (0, 65, 77), True)
        _expect_only_permitted(lab)


@attack("a full name of more than a line, by -F, shows no other sender")
def _full_name(lab: Lab) -> None:
    lab.postern.configure(senders=SENDERS)
    lab.neighbour_passes()
    # Each backslash becomes two bytes; the one that escapes the quote is to be the last of the line.
    before = b"Bank" + b"\\" * 200
    name = before + b" " * (CUT - 1 - len(b'From: "') - 4 - 400) + b'" < ceo @ bank.example >, "x'
    outcome = lab.send(b"To: x@dest.example\n\nb\n", b"-f", b"alice@test.example", b"-F", name)
    expect("the gate answers", outcome.status in (0, 65, 77), True)
    _expect_only_permitted(lab)


@attack("the longest From: line that is left whole passes, one byte more shows no other sender")
def _boundary(lab: Lab) -> None:
    lab.neighbour_passes()
    address = b" <alice@test.example>"
    fitting = b'"' + b"x" * (CUT - len(b"From: ") - 2 - len(address)) + b'"' + address
    expect("the longest line", (lab.send(message(fitting)).status, len(lab.leaves())), (0, 1))
    lab.send(message(b'"x' + fitting[1:]))
    _expect_only_permitted(lab)
