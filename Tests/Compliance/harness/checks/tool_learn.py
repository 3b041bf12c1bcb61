"""postern learn: from the log of an audit to entries that permit what was honest."""

import os
import random
import resource
import subprocess
import time

from ..postern import TOOL
from ..process import CLEAN_ENVIRONMENT, Command, Outcome, run, run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

HEAD = "Nov 24 00:12:42 web postern[1]: "
#: Far above what it takes, whatever the log; a log held in memory would not fit.
MEMORY_BYTES = 128 << 20


def _learn(*logs: object, stdin: bytes = b"") -> Outcome:
    done = subprocess.run([TOOL, "learn", *map(str, logs)], input=stdin, capture_output=True,
                          check=False, env=CLEAN_ENVIRONMENT, timeout=120)
    return Outcome(done.returncode, done.stdout, done.stderr)


def _traffic(stage: Stage) -> bytes:
    """What a site sends in audit: honest mail of two addresses, and forged mail."""
    stage.log.records()
    for sender, count in ((b"shop@carol.example", 3), (b"info@carol.example", 1),
                          (b"ceo@bank.example", 2)):
        message = b"From: Shop <%s>\nTo: r@x.example\n\nb\n" % sender
        for _ in range(count):
            expect_permitted(stage.postern.submit("carol", b"-t", b"-i", b"-f", sender,
                                                  stdin=message))
    records = [record for record in stage.log.records() if b"postern" in record]
    # As a log daemon writes what it receives: without the priority, with the host.
    lines = [record.partition(b">")[2].rstrip(b"\n") for record in records]
    return b"".join(line[:15] + b" web" + line[15:] + b"\n" for line in lines)


@check("what learn proposes from a real audit permits the honest mail, and only that")
def _round(stage: Stage) -> None:
    stage.postfix.configure(["virtual_mailbox_domains = carol.example"], submitters="root, postern")
    stage.postern.configure(["mode = audit"])
    log = stage.machine.root / "mail.log"
    log.write_bytes(_traffic(stage))
    done = _learn(log)
    expect("status", (done.status, done.stderr), (0, b""))
    entry = b"carol  shop@carol.example info@carol.example"
    lines = done.stdout.splitlines()
    expect("entries", [line for line in lines if not line.startswith(b"#")], [entry])
    told = b"#   2 ceo@bank.example: From:, envelope - not proposed: bank.example is not hosted here"
    if told not in lines:
        raise Unmet(f"{told!r} expected in {done.stdout!r}")
    expect("again", _learn("-", stdin=log.read_bytes()), done)
    path = stage.machine.root / "senders.new"
    path.write_bytes(b"alice alice@test.example\n" + done.stdout)
    stage.postern.write("senders", path.read_text())
    stage.postern.write("postern.cf", "mode = enforce\n")
    built = run_root(TOOL, "map", "build")
    expect("map build", (built.status, built.stderr), (0, b""))
    for sender, reason in ((b"shop@carol.example", None), (b"info@carol.example", None),
                           (b"ceo@bank.example", "from-not-allowed")):
        outcome = stage.postern.submit("carol", b"-t", stdin=b"From: %s\nTo: r@x\n\nb\n" % sender)
        if reason is None:
            expect_permitted(outcome)
        else:
            expect_refused(outcome, reason, 77)
    after = _learn(log)
    expect("nothing more", (after.status, after.stdout), (0, b""))
    stage.postern.forget()


@check("learn knows the domains that Postfix receives mail for, from lists, files and tables")
def _hosted(stage: Stage) -> None:
    table = stage.machine.root / "domains.cf"
    table.write_text("table.example x\n")
    names = stage.machine.root / "domains.txt"
    names.write_text("file.example\n")
    lines = [f"virtual_mailbox_domains = list.example, texthash:{table}", f"relay_domains = {names}",
             "virtual_alias_domains = inline:{ { inline.example = x }, { other.example = x } }"]
    stage.postfix.configure(lines, submitters="root, postern")
    stage.postern.configure()
    domains = ("list", "table", "file", "inline", "other", "foreign", "test")
    log = "".join(f"{HEAD}verdict=audit reason=from-not-allowed uid=7302 user=carol "
                  f"envelope=<a@{name}.example> from=<a@{name}.example>\n" for name in domains)
    done = _learn("-", stdin=log.encode())
    entry = [line for line in done.stdout.splitlines() if not line.startswith(b"#")]
    wanted = b"carol  " + b" ".join(b"a@%s.example" % name.encode()
                                    for name in sorted(domains) if name not in ("foreign", "test"))
    expect("entry", entry, [wanted])
    expect("the machine's own", b"test.example is the machine's own domain" in done.stdout, True)


@check("learn reads what other programs logged as nothing, and hostile values as nothing else")
def _hostile(stage: Stage) -> None:
    stage.postfix.configure(["virtual_mailbox_domains = carol.example"], submitters="root, postern")
    stage.postern.configure()
    log = (f"{HEAD}verdict=audit reason=user-unlisted uid=7302 envelope=<a@carol.example> from=<a@carol.example> "
           "script=\"\\x0Aroot * \\x1B[2J\"\n"
           "Nov 24 00:12:42 web sshd[9]: Invalid user postern: verdict=audit reason=user-unlisted "
           "uid=7302 from=<b@carol.example>\n"
           f"{HEAD}verdict=audit reason=user-unlisted uid=7302 envelope=<a@carol.example> from=<\\x0A* @carol.example>\n"
           f"{HEAD}verdict=audit reason=user-unlisted uid=7302 envelope=<a@carol.example> from=<c@carol.example\n")
    done = _learn("-", stdin=log.encode() + b"\xff\x00" * 4096 + b"\n")
    entry = [line for line in done.stdout.splitlines() if not line.startswith(b"#")]
    expect("entry", entry, [b"carol  a@carol.example"])
    if any(byte != 10 and not 32 <= byte < 127 for byte in done.stdout):
        raise Unmet(f"unescaped bytes in {done.stdout!r}")


@check("learn takes a large log in bounded memory, and says the same whenever it is asked")
def _large(stage: Stage) -> None:
    stage.postern.configure()
    chance = random.Random(7)
    path = stage.machine.root / "large.log"
    with path.open("w") as log:
        for _ in range(4_000):
            name = "%08x" % chance.getrandbits(32)
            log.write(f"{HEAD}verdict=audit reason=from-not-allowed uid={chance.randrange(9999)} "
                      f"from=<{name}@d{chance.randrange(3000)}.example> cwd=/\n")
            log.write(f"Nov 24 00:12:42 web postfix/smtpd[1]: {'x' * 1800}\n" * 30)
    size = path.stat().st_size
    limit = (resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    outputs = []
    start = time.monotonic()
    for _ in range(2):
        done = subprocess.run([TOOL, "learn", str(path)], capture_output=True, check=False,
                              env=CLEAN_ENVIRONMENT, timeout=300,
                              preexec_fn=lambda: resource.setrlimit(*limit))
        expect("status", (done.returncode, done.stderr), (0, b""))
        outputs.append(done.stdout)
    expect("the same output", outputs[0] == outputs[1], True)
    expect("decisions", outputs[0].startswith(b"# postern learn: 4000 decisions read.\n"), True)
    rate = 2 * size / (time.monotonic() - start)
    expect("larger than it may hold", size > MEMORY_BYTES, True)
    expect("10 MB a second at least", rate > 10e6, True)
    os.unlink(path)


@check("learn gives nobody a neighbour's address, and what it says of much spam is bounded")
def _neighbour(stage: Stage) -> None:
    stage.postfix.configure(["virtual_mailbox_domains = bobshop.example carol.example"], submitters="root, postern")
    stage.postern.configure(["mode = audit"], ["bob info@bobshop.example"])
    lines = [f"{HEAD}verdict=audit reason=user-unlisted uid=7302 user=carol envelope=<{address}> from=<{address}>\n"
             for address in ("info@bobshop.example", "billing@test.example", "ceo@bobshop.example", "mine@carol.example")]
    done = _learn("-", stdin="".join(lines).encode())
    entry = [line for line in done.stdout.splitlines() if not line.startswith(b"#")]
    expect("entry", entry, [b"carol  mine@carol.example"])
    for text in (b"the entry of bob permits it", b"the entry of bob has addresses of bobshop.example",
                 b"test.example is the machine's own domain"):
        expect(f"{text!r}", text in done.stdout, True)
    spam = "".join(f"{HEAD}verdict=audit reason=user-unlisted uid={8000 + n % 900} user=uid:{8000 + n % 900} "
                   f"envelope=<a{n}@s{n % 7000}.example> from=<a{n}@s{n % 7000}.example>\n" for n in range(60_000))
    done = _learn("-", stdin=spam.encode())
    expect("bounded", (done.status, 10_000 < len(done.stdout) < 100_000), (0, True))
    expect("only comments", [line for line in done.stdout.splitlines() if not line.startswith(b"#")], [])


@check("learn says what a compressed log needs, and refuses what is none, and whoever is not root")
def _refused(stage: Stage) -> None:
    packed = stage.machine.root / "mail.log.gz"
    packed.write_bytes(b"\x1f\x8b\x08\x00")
    for words, status, text in (((packed,), 1, b"zcat -f"), (("/etc/passwd",), 1, b"no line of Postern"), (("/nowhere",), 1, b"cannot read"),
                                ((), 64, b"too few operands")):
        done = _learn(*words)
        expect(f"learn {words}", (done.status, done.stdout), (status, b""))
        if text not in done.stderr:
            raise Unmet(f"{text!r} expected in {done.stderr!r}")
    done = run(stage.machine, Command("alice", TOOL, (b"learn", b"-")))
    expect("alice", (done.status, done.stdout), (77, b""))
