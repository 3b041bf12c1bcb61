"""postern report: who sends what, on one page, in 80 columns and by mail."""

import email
import email.policy
import re
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path

from ..ledgerfile import write, write_journal
from ..postern import DROP_IN, STATE, TOOL
from ..process import run_root
from ..stage import Stage, Unmet, check, expect, expect_refused

MESSAGE = (b"From: good@ok.example\nX-PHP-Originating-Script: 7300:x.php\nTo: r@gmail.example\n"
           b"Subject: s\n\nb\n")
FORGED = MESSAGE.replace(b"good@ok", b"ceo@bank")
#: Elements without an end.
VOID = {"meta", "line", "rect"}


class Page(HTMLParser):
    """Reads a page strictly: each element is ended by its own end."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.names: set[str] = set()
        self.attributes: set[str] = set()
        self.feed(text)
        self.close()
        expect("open elements", self.open, [])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.names.add(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        expect("end", tag, self.open.pop())


def _report(*arguments: str) -> str:
    done = run_root(TOOL, "report", *arguments)
    expect("status", (done.status, done.stderr), (0, b""))
    return done.stdout.decode()


@check("at three in the morning: status, log and suspend find the site, the script and whom it writes to")
def _three_in_the_morning(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 30"])
    for user in ("bob", "erin", "frank", "heidi"):
        stage.postern.submit(user, b"r@x.example")
    for _ in range(200):
        stage.postern.submit("alice", b"-t", stdin=FORGED)
    for _ in range(30):
        stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postfix.drain()
    status = run_root(TOOL, "quota", "status").stdout.decode().splitlines()
    expect("the busiest first", status[1].split()[0], "alice")
    log = run_root(TOOL, "log", "alice", "--last", "5").stdout.decode()
    for word in ("7300:x.php", "(gmail.example)", "From: good@ok.example", " in /"):
        expect(word, word in log, True)
    expect("stopped", run_root(TOOL, "suspend", "alice", "--reason", "ticket 4711").status, 0)
    report = _report()
    expect("columns", max(map(len, report.splitlines())) <= 80, True)
    for word in ("alice", "7300:x.php", "gmail.example", "from-not-allowed", "ticket 4711",
                 "34 messages permitted, 200 refused"):
        if word not in report:
            raise Unmet(f"{word!r} expected in {report}")


#: Sites besides alice's, which have no login name on the machine.
NEIGHBORS = range(7_400, 7_419)


def _loop(directory: Path, uid: int, message: bytes, count: int) -> None:
    """Submits a message again and again as a script in this directory does; its status is thrown away."""
    source = directory / "message"
    source.write_bytes(message)
    source.chmod(0o644)
    loop = f"for _ in $(seq {count}); do {DROP_IN} -t <message 2>/dev/null; done; true"
    done = subprocess.run(["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "sh", "-c", loop],
                          cwd=directory, capture_output=True, check=False, timeout=300)
    expect("the loop", (done.returncode, done.stderr), (0, b""))


@check("of 20 sites one sends 2 000 forged and 300 permitted messages: three commands find it, stop it and mail the report")
def _a_whole_night(stage: Stage) -> None:
    stage.postern.configure(
        ["messages_per_hour = 300"],
        ["alice alice@test.example"] + [f"uid:{uid} info@site{uid}.example" for uid in NEIGHBORS])
    quiet = stage.machine.directory("public_html")
    for uid in NEIGHBORS:
        _loop(quiet, uid, b"From: info@site%d.example\nTo: r@x.example\n\nb\n" % uid, 5)
    uploads = stage.machine.directory("uploads")
    honest = MESSAGE.replace(b"good@ok.example", b"alice@test.example")
    _loop(uploads, 7300, FORGED, 1_000)
    _loop(uploads, 7300, honest, 300)
    _loop(uploads, 7300, FORGED, 1_000)
    stage.postfix.drain()
    first = _report()
    expect("columns", max(map(len, first.splitlines())) <= 80, True)
    for word in ("7300:x.php", str(uploads)[-40:], "gmail.example", "from-not-allowed", f"{300 + 95} messages permitted, 2000 refused"):
        if word not in first:
            raise Unmet(f"{word!r} expected in {first}")
    sites = [line.split()[0] for line in first.splitlines() if re.match(r"(alice|uid:74\d\d) ", line.strip())]
    expect("the busiest first", sites[0], "alice")
    expect("stopped", run_root(TOOL, "suspend", "alice", "--reason", "ticket 4711").status, 0)
    expect("said", _report("--mail", "noc@ok.example"), "mailed to noc@ok.example\n")
    expect_refused(stage.postern.submit("alice", b"-t", stdin=honest), "user-suspended", 77)
    queued, = stage.postfix.drain()
    text, _ = email.message_from_bytes(queued.message, policy=email.policy.default).iter_parts()
    for word in ("alice", "7300:x.php", "gmail.example", "ticket 4711"):
        expect(f"{word} in the mail", word in text.get_content(), True)


@check("postern report --html is one whole page without a script, a link or anything from elsewhere")
def _page(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postern.submit("alice", b"-t", stdin=FORGED.replace(
        b"7300:x.php", b"7300:<script>alert(1)</script><img src=http://x.example/ onerror=alert(1)>"))
    run_root(TOOL, "suspend", "bob", "--reason", "<b onclick=x>\"'&")
    text = _report("--html", "-")
    page = Page(text)
    expect("elements", page.names & {"script", "img", "a", "link", "iframe", "form", "b"}, set())
    expect("attributes", {name for name in page.attributes if name.startswith("on")}
           | page.attributes & {"src", "href", "action", "style"}, set())
    expect("escaped", "&lt;script&gt;alert(1)&lt;/script&gt;" in text, True)
    expect("nothing from elsewhere", re.findall(r"url\(|@import", text), [])
    path = Path("/root/report.html")
    expect("silence", _report("--html", str(path)), "")
    expect("file", (path.stat().st_mode & 0o777, path.stat().st_uid), (0o600, 0))
    Page(path.read_text())
    path.unlink()


@check("postern report --mail sends text and page through Postfix, and says what it could not send")
def _mail(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postfix.drain()
    expect("said", _report("--mail", "noc@ok.example"), "mailed to noc@ok.example\n")
    queued, = stage.postfix.drain()
    message = email.message_from_bytes(queued.message, policy=email.policy.default)
    expect("head", (message["To"], message["Auto-Submitted"], queued.sender, queued.recipients),
           ("noc@ok.example", "auto-generated", "", ["noc@ok.example"]))
    text, page = message.iter_parts()
    expect("text", "7300:x.php" in text.get_content(), True)
    Page(page.get_content())
    stage.postfix.configure([], submitters="root")
    done = run_root(TOOL, "report", "--mail", "noc@ok.example")
    expect("not taken", (done.status, b"Postfix has not taken the report" in done.stderr), (1, True))


@check("postern report is root's, and says what it cannot show")
def _refused(stage: Stage) -> None:
    for arguments, status in ((("--since", "25h"), 64), (("--mail", "-bd"), 64), (("--text", "--html", "-"), 64)):
        expect(f"{arguments}", run_root(TOOL, "report", *arguments).status, status)
    expect("since", "the last hour" in _report("--since", "30m"), True)
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postern.submit("bob", b"r@x.example")
    own = _report("--user", "bob")
    expect("one site", ("bob" in own, "alice" in own), (True, False))


@check("of ten thousand sites the report and the log take seconds, and the page is less than a megabyte")
def _many(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    sites = range(20_000, 30_000)
    write(STATE / "quota", ((uid, uid % 97) for uid in sites))
    for uid in sites:
        write_journal(STATE / "journal", uid, (
            f"verdict=permit reason=none uid={uid} user=site{uid} envelope=<info@site{uid}.example> recipients=1 "
            f"size=4211 message-id=<{number}@site{uid}.example> messages={number}/100 script=1:{number % 7}.php "
            f"cwd=/var/www/site{uid}/public_html ppid=4242 to=gmail.example" for number in range(10)))
    for arguments in (("report", "--html", "-"), ("report",), ("log",)):
        start = time.monotonic()
        done = run_root(TOOL, *arguments)
        expect(f"{arguments}", (done.status, len(done.stdout) < 1_000_000), (0, True))
        # Two seconds are the target; a busy machine may take more.
        expect(f"{arguments}: seconds", time.monotonic() - start < 10, True)
