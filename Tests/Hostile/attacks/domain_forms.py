"""An own domain in letters that other programs read as a neighbour's; likewise a local part."""

import unicodedata

from harness.postern import TOOL
from harness.process import run_root
from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

#: What the attacker registers, and what it writes.
FORMS = {
    "a long s": ("\u017fhop.example", "x@\u017fhop.example"),
    "a ligature": ("\ufb01rma.example", "x@\ufb01rma.example"),
    "a mathematical letter": ("\U0001d41bank.example", "x@\U0001d41bank.example"),
    "a letter with its mark apart": ("cafe\u0301.example", "x@cafe\u0301.example"),
    "a sharp s": ("stra\u00dfe.example", "x@stra\u00dfe.example"),
    "a capital sharp s": ("stra\u00dfe.example", "x@STRA\u1e9eE.example"),
}


def _registered(domain: str) -> str:
    """The domain as a panel has it: an A-label of exactly these letters, which is plain LDH."""
    return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode()
                    for label in domain.split("."))


def _read(address: str) -> set[str]:
    """The domains that programs of different kinds take an address for."""
    domain = address.rpartition("@")[2]
    composed = unicodedata.normalize("NFKC", domain).casefold()
    read = {domain.lower(), _registered(unicodedata.normalize("NFKC", domain).lower()), _registered(composed)}
    try:
        read.add(domain.encode("idna").decode().lower())  # IDNA 2003, as Python has it.
    except UnicodeError:
        pass
    return {name for name in read if name.isascii()}


for kind, (domain, address) in FORMS.items():
    @attack(f"a domain is at the other end the one that was registered: {kind}")
    def _domain(lab: Lab, domain: str = domain, address: str = address) -> None:
        own = _registered(domain)
        try:
            lab.postern.configure(senders=[f"alice alice@test.example @{own}"])
        except RuntimeError:  # The map does not take such a name.
            lab.postern.configure()
        lab.neighbour_passes()
        written = address.encode()
        outcome = lab.send(message(written), b"-f", written)
        expect("the gate answers", outcome.status in (0, 65, 77), True)
        # The honest form of the same domain is no less permitted.
        honest = b"x@" + own.encode()
        honest_outcome = lab.send(message(honest), b"-f", honest)
        expect("the A-label is permitted, or refused as no proper name", honest_outcome.status in (0, 65, 77), True)
        for mail in lab.leaves():
            field = next(line for line in mail.message.split(b"\n") if line.startswith(b"From:"))
            for place in (field[5:].strip(), mail.sender):
                read = _read(place.decode())
                if read != {own}:
                    raise Unmet(f"{place.decode()!r} arrived, which is read as {sorted(read)}, not as {own}")


@attack("a letter that folds into an ASCII one makes no local part another")
def _local_part(lab: Lab) -> None:
    lab.postern.configure(senders=["alice alice@test.example kate@shared.example"])
    lab.neighbour_passes()
    for written in ("\u212aate@shared.example", "\u212aATE@shared.example"):
        lab.send(message(written.encode()), b"-f", b"alice@test.example")
        lab.send(message(b"alice@test.example"), b"-f", written.encode())
    for mail in lab.leaves():
        if not mail.sender.isascii() or not mail.message.isascii():
            raise Unmet(f"arrived: {mail.sender!r}, {mail.message[:200]!r}")
    plain = lab.send(message(b"KATE@shared.example"), b"-f", b"alice@test.example")
    expect("in ASCII it is permitted", plain.status, 0)
    expect("and arrives", len(lab.leaves()), 1)


@attack("a pattern that the map takes is the one that was meant: an imported domain of folding letters stays apart")
def _imported(lab: Lab) -> None:
    lab.neighbour_passes()
    lab.postern.write("senders", "bob bob@test.example\n")
    table = lab.file(str(lab.machine.root / "domains"), "".join(f"alice\t@{domain}\n" for domain, _ in FORMS.values()))
    run_root(TOOL, "map", "import", table)
    lab.postern.forget()
    for neighbour in ("shop.example", "firma.example", "bank.example", "strasse.example"):
        address = b"x@" + neighbour.encode()
        lab.send(message(address), b"-f", address)
    lab.nothing_leaves()
