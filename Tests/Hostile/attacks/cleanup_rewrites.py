"""What cleanup(8) makes of a permitted address after the check, by settings of Postfix's."""

from harness.postern import TOOL
from harness.process import run_root
from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

OWN = {b"alice@alice.host.example", b"billing@alice.host.example", b"billing@shop"}
SENDERS = ["alice alice@alice.host.example billing@alice.host.example billing@shop"]

#: A setting, what it needs, and the permitted address that it changes.
SETTINGS = {
    "masquerade_domains": (["masquerade_domains=host.example"], b"billing@alice.host.example"),
    "append_dot_mydomain": (["append_dot_mydomain=yes", "mydomain=host.example"], b"billing@shop"),
    "canonical_maps": (["canonical_maps=inline:{billing@alice.host.example=ceo@bank.example}"],
                       b"billing@alice.host.example"),
    "sender_canonical_maps": (["sender_canonical_maps=inline:{billing@alice.host.example=ceo@bank.example}"],
                              b"billing@alice.host.example"),
}


#: The forms in which it can be asked for.
VERP = ("-XV", "-XV+=", "-XV-=", "-XV--", "-XV=+", "-V+=")


def _identities(lab: Lab) -> set[bytes]:
    """The senders of all that has left, in envelopes and header sections."""
    found = set()
    for mail in lab.leaves():
        field = next(line for line in mail.message.split(b"\n") if line.startswith(b"From:"))
        found |= {mail.sender, field[5:].strip()}
    return found


for setting, (lines, address) in SETTINGS.items():
    @attack(f"what cleanup(8) rewrites is named by doctor and check: {setting}")
    def _rewritten(lab: Lab, setting: str = setting, lines: list[str] = lines, address: bytes = address) -> None:
        lab.postfix.set(*lines)
        lab.postern.forget()
        lab.postern.configure(senders=SENDERS)
        lab.neighbour_passes()
        expect("submitted", lab.send(message(address), b"-f", address).status in (0, 77), True)
        changed = _identities(lab) - OWN
        if not changed:
            return
        status, report = lab.doctor()
        checked = run_root(TOOL, "check")
        silent = [name for name, said in (("doctor", str(report["findings"])),
                                          ("check", str(checked.stdout + checked.stderr))) if setting not in said]
        if silent or status == 0:
            raise Unmet(f"{changed} arrived, and nothing was said by {silent or 'the exit status'}")


@attack("no form of -XV sends from an address that the map does not permit")
def _verp(lab: Lab) -> None:
    own = b"alice@alice.host.example"
    lab.neighbour_passes()
    for delimiter in ("", "+", "-"):
        lab.postern.configure([f"recipient_delimiter = {delimiter}"], SENDERS)
        for option in VERP:
            for policy in ("reject", "rewrite"):
                lab.postern.configure([f"recipient_delimiter = {delimiter}", f"from_policy = {policy}"], SENDERS)
                lab.postern.submit("alice", b"-i", option.encode(), b"-f", own, b"desk@sales", b"x@dest.example",
                                   stdin=b"From: %s\n\nb\n" % own)
                for mail in lab.leaves():
                    local, _, domain = mail.sender.partition(b"@")
                    base = local.split(delimiter.encode(), 1)[0] if delimiter else local
                    expect(f"{option} with {delimiter!r}: {mail.sender!r} is alice's", (base, domain), (b"alice", b"alice.host.example"))
    # To whom the domain belongs, or whose extensions are permitted, all of it is.
    lab.postern.configure(senders=["alice @alice.host.example"])
    for option, delimiter, leaves in ((b"-XV", "", {b"alice+x=dest.example@alice.host.example"}),
                                      (b"-XV-=", "+", {b"alice-x=dest.example@alice.host.example"})):
        lab.postern.configure([f"recipient_delimiter = {delimiter}"], ["alice @alice.host.example"])
        expect("permitted", lab.postern.submit("alice", b"-i", option, b"-f", own, b"x@dest.example",
                                               stdin=b"From: %s\n\nb\n" % own).status, 0)
        expect("senders", {mail.sender for mail in lab.leaves()}, leaves)
    lab.postern.configure(["recipient_delimiter = +"], SENDERS)
    expect("permitted", lab.postern.submit("alice", b"-i", b"-XV+=", b"-f", own, b"x@dest.example",
                                           stdin=b"From: %s\n\nb\n" % own).status, 0)
    expect("senders", {mail.sender for mail in lab.leaves()}, {b"alice+x=dest.example@alice.host.example"})
