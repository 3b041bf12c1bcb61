"""What customers write into a panel, and what users write into the log, on its way into the map."""

from harness.postern import TOOL
from harness.process import Outcome, run_root
from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

NEIGHBOURS = "bob bob@test.example\n"


def _import(lab: Lab, table: str) -> Outcome:
    return run_root(TOOL, "map", "import", lab.file(str(lab.machine.root / "table"), table))


def _may_send(lab: Lab, address: bytes) -> bool:
    """Whether a message of alice's with this address leaves."""
    lab.send(message(address), b"-f", address)
    left = lab.leaves()
    if any(mail.sender != address for mail in left):
        raise Unmet(f"{left} left")
    return bool(left)


def _map(lab: Lab, text: str) -> None:
    lab.postern.write("senders", text)
    built = run_root(TOOL, "map", "build")
    expect("map build", (built.status, built.stderr), (0, b""))


for kind, line in {
    "an underscore": "alice\t@my_shop.example\n",
    "a bad domain": "alice\t@my shop..example\n",
    "a bad local part": "alice\ta\u202eb@shop.example\n",
    "an option": "alice\tmode=audit\n",
    "everything": "alice\t*\n",
}.items():
    @attack(f"what the panel has taken away is taken away, whatever else the customer has written: {kind}")
    def _frozen(lab: Lab, line: str = line) -> None:
        _map(lab, NEIGHBOURS)
        expect("import", _import(lab, "alice\t@taken-away.example\n").status, 0)
        expect("while it is permitted", _may_send(lab, b"a@taken-away.example"), True)
        _import(lab, f"erin\t@shop.example\n{line}")
        expect("after it has been taken away", _may_send(lab, b"a@taken-away.example"), False)
        expect("another customer is imported",
               lab.send(message(b"e@shop.example"), b"-f", b"e@shop.example", user="erin").status, 0)
        expect("and its mail leaves", len(lab.leaves()), 1)
        lab.neighbour_passes()


@attack("a domain with a leading dot in a panel permits no subdomains")
def _leading_dot(lab: Lab) -> None:
    _map(lab, NEIGHBOURS)
    _import(lab, "alice\t@.com\nalice\t@.co.uk\nerin\t@shop.example\n")
    for address in (b"ceo@bank.com", b"ceo@bank.co.uk"):
        expect(f"{address!r} leaves", _may_send(lab, address), False)
    lab.neighbour_passes()


@attack("learn proposes nobody an address of a neighbour's or of the machine's own")
def _learn(lab: Lab) -> None:
    stolen = [b"info@bobshop.example", b"ceo@bobshop.example", b"billing@test.example", b"postmaster@test.example"]
    lab.postfix.set("virtual_mailbox_domains=bobshop.example, alice.example",
                    "virtual_mailbox_maps=inline:{info@bobshop.example=bob/,alice@alice.example=alice/}",
                    "virtual_transport=smtp:[127.0.0.1]:2525")
    lab.postern.write("postern.cf", "mode = audit\n")
    _map(lab, "# nobody has an entry yet\n")
    honest = {"bob": b"info@bobshop.example", "alice": b"alice@alice.example"}
    lab.log.records()
    for user, address in [*honest.items(), *(("alice", address) for address in stolen)]:
        expect(f"audit lets {address!r} pass", lab.send(message(address), b"-f", address, user=user).status, 0)
    expect("all have left", len(lab.leaves()), len(honest) + len(stolen))
    # As syslogd writes them: without priorities, with the name of the host.
    log = b"".join(b"%s mail %s\n" % (stamp, rest) for stamp, rest in map(_parts, lab.log.records()))
    path = lab.file(str(lab.machine.root / "mail.log"), log)
    for entries in ("", "bob info@bobshop.example\n"):
        _map(lab, entries or "# nobody has an entry yet\n")
        learned = run_root(TOOL, "learn", path)
        expect("learn", learned.status, 0)
        lab.postern.write("postern.cf", "mode = enforce\n")
        _map(lab, entries + learned.stdout.decode())
        # Whose an address is that two have used, and nobody has, the log does not tell.
        owners = ["alice", "bob"] if entries else ["alice"]
        for user in owners:
            outcome = lab.send(message(honest[user]), b"-f", honest[user], user=user)
            expect(f"{user} sends as what is its own", outcome.status, 0)
        expect("it leaves", len(lab.leaves()), len(owners))
        # Of a domain in which nobody has an entry the log does not tell either whose it is.
        for address in stolen if entries else [address for address in stolen if address != b"ceo@bobshop.example"]:
            expect(f"{address!r} leaves as alice's, with {entries!r}", _may_send(lab, address), False)
        lab.postern.write("postern.cf", "mode = audit\n")
    lab.postern.forget()
    lab.postern.configure()
    lab.neighbour_passes()


def _parts(record: bytes) -> tuple[bytes, bytes]:
    """The time and the rest of a record of the log socket."""
    text = record.partition(b">")[2]
    return text[:15], text[16:].rstrip(b"\n")
