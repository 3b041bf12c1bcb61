"""Suspensions by hand and by refusals, and the mail that tells of them."""

import json
import os
import pty
import re
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

from ..fakes import Fakes
from ..postern import CONFIGURATION, DROP_IN, TOOL
from ..postfix import Queued
from ..process import Command, Outcome, run, run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused
from ..systemlog import RECORD, pairs

ADMINISTRATOR = "admin@test.example"
NOTIFY = f"notify = {ADMINISTRATOR}, user"
#: A notice is started and not waited for; a machine that is busy elsewhere takes its time.
NOTICE_SECONDS = 20
#: How long is waited for one that must not come.
SILENCE_SECONDS = 1.0


def _notices(stage: Stage, wanted: int) -> list[Queued]:
    """Returns the notices in the queue; there must be so many, and no more."""
    found: list[Queued] = []
    deadline = time.monotonic() + NOTICE_SECONDS
    silence = None
    while time.monotonic() < (silence or deadline):
        found += [mail for mail in stage.postfix.drain() if b"Auto-Submitted:" in mail.message]
        if len(found) >= wanted and silence is None:
            silence = time.monotonic() + SILENCE_SECONDS
        time.sleep(0.05)
    expect("notices", len(found), wanted)
    return found


def _events(stage: Stage) -> list[dict[str, str]]:
    matches = map(RECORD.fullmatch, stage.log.records())
    lines = [match[2].decode() for match in matches if match]
    return [pairs(line) for line in lines if line.startswith("event=")]


def _suspend(user: str, *options: str) -> Outcome:
    done = run_root(TOOL, "suspend", *options, user)
    expect("status of suspend", (done.status, done.stderr), (0, b""))
    return done


def _send(stage: Stage, user: str = "alice") -> Outcome:
    return stage.postern.submit(user, b"r@x.example")


def _forge(stage: Stage, user: str = "alice") -> Outcome:
    return stage.postern.submit(user, b"-f", b"evil@z.example", b"r@x.example")


@check("postern suspend stops a user at once, without a map build, and postern resume ends it")
def _by_hand(stage: Stage) -> None:
    built = (CONFIGURATION / "senders.db").read_bytes()
    expect_permitted(_send(stage))
    _suspend("alice", "--reason", "Ticket 47")
    line = expect_refused(_send(stage), "user-suspended", 77)
    expect("the reason in the refusal", b"alice is suspended: Ticket 47;" in line, True)
    expect("the reason in the own row", stage.postern.row("alice")["suspended"], "Ticket 47")
    rows = json.loads(run_root(TOOL, "quota", "status", "--json", "alice").stdout)
    expect("the reason in quota status", rows[0]["suspended"], "Ticket 47")
    table = run_root(TOOL, "quota", "status").stdout
    expect("the reason in the table", b"suspended: Ticket 47" in table, True)
    expect_permitted(_send(stage, "bob"))
    expect("resume", run_root(TOOL, "resume", "alice").status, 0)
    expect_permitted(_send(stage))
    expect("senders.db", (CONFIGURATION / "senders.db").read_bytes() == built, True)
    events = [(event["event"], event["uid"], event["user"], event["by"], event["reason"])
              for event in _events(stage)]
    expect("events", events, [
        (event, "7300", "alice", "administrator", "Ticket 47") for event in ("suspend", "resume")])


@check("a reason with quotes, line ends and escapes stays one line everywhere")
def _hostile_reason(stage: Stage) -> None:
    stage.postern.configure([NOTIFY])
    _suspend("alice", "--reason", 'a"b\nBcc: victim@z.example\n\n\x1b[2Jc\\d ü')
    line = expect_refused(_send(stage), "user-suspended", 77)
    expect("control characters", re.search(rb"[\x00-\x09\x0b-\x1f\x7f-\xff]", line), None)
    expect("the row", stage.postern.row("alice")["suspended"],
           'a"b Bcc: victim@z.example   [2Jc\\d ü')
    (event,) = _events(stage)
    expect("the event", (event["by"], event["reason"].startswith('a"b Bcc: victim')),
           ("administrator", True))
    (notice,) = _notices(stage, 1)
    expect("recipients", notice.recipients, [ADMINISTRATOR, "alice@test.example"])
    expect("a line of its own", b"\nBcc:" in notice.message, False)


@check("only root suspends and resumes")
def _only_root(stage: Stage) -> None:
    _suspend("bob")
    for user, words in (("alice", (b"suspend", b"bob")), ("bob", (b"resume", b"bob"))):
        done = run(stage.machine, Command(user, TOOL, words))
        expect(f"{words} as {user}", (done.status, done.stdout), (77, b""))
    expect_permitted(_send(stage))
    expect_refused(_send(stage, "bob"), "user-suspended", 77)
    expect("an unknown user", run_root(TOOL, "suspend", "alcie").status, 1)
    expect("no reason at all", run_root(TOOL, "suspend", "--reason", "", "alice").status, 64)
    expect("too long a reason", run_root(TOOL, "suspend", "--reason", "x" * 201, "alice").status, 64)
    expect_permitted(_send(stage))


@check("exempt and unlisted users, and audit mode, are bound by a suspension")
def _everybody(stage: Stage) -> None:
    stage.postern.configure(["mode = audit", NOTIFY])
    for user in ("dave", "carol", "alice"):
        _suspend(user)
        expect_refused(_send(stage, user), "user-suspended", 77)
    expect("recipients of the notices", sorted(mail.recipients for mail in _notices(stage, 3)),
           [[ADMINISTRATOR], [ADMINISTRATOR, "alice@test.example"],
            [ADMINISTRATOR, "dave@test.example"]])
    for user in ("dave", "carol", "alice"):
        expect("resume", run_root(TOOL, "resume", user).status, 0)
    expect_permitted(_send(stage, "dave"))


@check("postern suspend --for ends by itself, and every text says when")
def _for_a_time(stage: Stage) -> None:
    for bad in ("2", "0s", "2 h", "-1h", "2w", "", "99999d"):
        done = run_root(TOOL, "suspend", "--for", bad, "alice")
        expect(f"--for {bad}", (done.status, b"90s, 15m, 2h or 7d" in done.stderr), (64, True))
    expect_permitted(_send(stage))
    _suspend("alice", "--for", "3s", "--reason", "Ticket 48")
    line = expect_refused(_send(stage), "user-suspended", 77)
    expect("the end in the refusal", bool(re.search(rb"alice is suspended: Ticket 48 \(until 20\d\d-[0-9-]+T[0-9:]+Z\);", line)), True)
    expect("the reason in the own row", stage.postern.row("alice")["suspended"], "Ticket 48")
    waits = run_root(TOOL, "quota", "status", "alice").stdout.split()
    expect("the table", b"never" in waits, False)
    expect("the end as a time", abs(stage.postern.row("alice")["next_free"] - time.time()) < 4, True)
    (event,) = _events(stage)
    expect("the event", (event["by"], event["reason"], event["until"][-1]), ("administrator", "Ticket 48", "Z"))
    time.sleep(3.2)
    expect_permitted(_send(stage))
    expect("the own row afterwards", stage.postern.row("alice")["suspended"], None)
    expect("resume", b"is not suspended" in run_root(TOOL, "resume", "alice").stdout, True)


@check("an automatic suspension lasts as long as auto_suspend_for says, and then counts anew")
def _automatic_for(stage: Stage) -> None:
    stage.postern.configure(["auto_suspend_refusals = 2", "auto_suspend_for = 3s"])
    for _ in range(2):
        expect_refused(_forge(stage), "envelope-not-allowed", 77)
    expect_refused(_send(stage), "user-suspended", 77)
    time.sleep(3.2)
    expect_permitted(_send(stage))
    expect_refused(_forge(stage), "envelope-not-allowed", 77)
    expect_permitted(_send(stage))
    expect_refused(_forge(stage), "envelope-not-allowed", 77)
    expect_refused(_send(stage), "user-suspended", 77)


@check("postern suspend asks at a terminal before it stops an exempt user, and takes no other input for the answer")
def _question(stage: Stage) -> None:
    del stage
    for user, answer, asks, status in (("root", b"n\n", True, 1), ("root", b"y\n", True, 0), ("alice", b"n\n", False, 0)):
        ours, theirs = pty.openpty()
        os.write(ours, answer)
        done = subprocess.run([TOOL, "suspend", user], stdin=theirs, stdout=theirs, stderr=theirs, check=False, timeout=20)
        shown = os.read(ours, 4096)
        os.close(ours)
        os.close(theirs)
        expect(f"{user} {answer!r}", (done.returncode, b"[y/N]" in shown), (status, asks))
        expect("suspended", b"is suspended" in shown, status == 0)
        run_root(TOOL, "resume", user)
    ours, theirs = pty.openpty()
    done = subprocess.run([TOOL, "suspend", "root"], input=b"bob\n", stdout=theirs, stderr=theirs, check=False, timeout=20)
    expect("a loop over names", (done.returncode, b"[y/N]" in os.read(ours, 4096)), (0, False))
    os.close(ours)
    os.close(theirs)
    run_root(TOOL, "resume", "root")


@check("postern raise lifts a limit at once and for its time, is shown and logged, and ends by order")
def _raise(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 1"])
    expect_permitted(_send(stage))
    expect_refused(_send(stage), "quota-messages", 69)
    for words in ((), ("--for", "2h"), ("--for", "2h", "mode=audit"), ("--for", "soon", "messages_per_hour=9"),
                  ("messages_per_hour=9",), ("--end", "messages_per_hour=9")):
        expect(f"raise alice {words}", run_root(TOOL, "raise", "alice", *words).status, 64)
    for user, words, text in (("alice", "messages_per_hour=1", b"raises nothing"), ("root", "messages_per_hour=9", b"exempt_users")):
        done = run_root(TOOL, "raise", "--for", "2h", user, words)
        expect(f"raise {user} {words}", (done.status, text in done.stderr), (1, True))
    own = run(stage.machine, Command("alice", TOOL, (b"raise", b"--for", b"2h", b"alice", b"messages_per_hour=9")))
    expect("an ordinary user's", own.status != 0, True)
    expect_refused(_send(stage), "quota-messages", 69)
    expect("raise", run_root(TOOL, "raise", "--for", "4s", "alice", "messages_per_hour=3").status, 0)
    expect_permitted(_send(stage))
    expect("the limit in the own row", stage.postern.row("alice")["messages"]["hour"], {"used": 2, "limit": 3})
    table = b" ".join(run_root(TOOL, "quota", "status").stdout.split())
    expect("the table", b"messages_per_hour=3" in table, True)
    (event,) = _events(stage)
    expect("the event", (event["event"], event["user"], event["limits"], event["until"][-1]), ("raise", "alice", "messages_per_hour=3", "Z"))
    expect_permitted(_send(stage, "bob"))
    expect_refused(_send(stage, "bob"), "quota-messages", 69)
    time.sleep(4.2)
    expect_refused(_send(stage), "quota-messages", 69)
    expect("raise", run_root(TOOL, "raise", "--for", "2h", "alice", "messages_per_hour=unlimited").status, 0)
    expect_permitted(_send(stage))
    expect("end", (run_root(TOOL, "raise", "--end", "alice").status, stage.postern.row("alice")["messages"]["hour"]["limit"]), (0, 1))
    expect_refused(_send(stage), "quota-messages", 69)


@check("a suspension in the map is not ended by postern resume, which says so")
def _in_the_map(stage: Stage) -> None:
    stage.postern.configure(senders=["bob b@test.example suspended=unpaid"])
    done = run_root(TOOL, "resume", "bob")
    expect("resume", (done.status, b"suspended=unpaid" in done.stderr), (1, True))
    expect_refused(_send(stage, "bob"), "user-suspended", 77)


@check("refused identities suspend by themselves, logged and told once however many come at once")
def _automatic(stage: Stage) -> None:
    stage.postern.configure(["auto_suspend_refusals = 3", NOTIFY])
    for _ in range(2):
        expect_refused(_forge(stage), "envelope-not-allowed", 77)
    expect_permitted(_send(stage))
    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(lambda _: _forge(stage), range(24)))
    expect("statuses", {outcome.status for outcome in outcomes}, {77})
    expect_refused(_send(stage), "user-suspended", 77)
    (event,) = _events(stage)
    expect("the event", (event["event"], event["user"], event["by"], event["reason"]),
           ("suspend", "alice", "automatic", "3 messages refused for a forged sender within an hour"))
    (notice,) = _notices(stage, 1)
    expect("who decided", b"by: automatic" in notice.message, True)
    expect_permitted(_send(stage, "bob"))
    expect("resume", run_root(TOOL, "resume", "alice").status, 0)
    expect_refused(_forge(stage), "envelope-not-allowed", 77)
    expect_permitted(_send(stage))


@check("what audit mode hands over, and what is refused for another reason, suspends nobody")
def _no_suspension(stage: Stage) -> None:
    stage.postern.configure(["auto_suspend_refusals = 2", "mode = audit"])
    for _ in range(4):
        expect("status", _forge(stage).status, 0)
    expect_permitted(_send(stage))
    stage.postern.configure(["auto_suspend_refusals = 2"])
    for _ in range(4):
        expect_refused(stage.postern.submit("alice"), "no-recipients", 65)
    expect_permitted(_send(stage))
    expect("events", _events(stage), [])


@check("visitors of a contact form suspend no site, and the refusal says how to write the form")
def _contact_form(stage: Stage) -> None:
    stage.postern.configure(["auto_suspend_refusals = 2"])
    for number in range(4):
        outcome = stage.postern.submit("alice", b"-i", b"alice@test.example", stdin=b"From: v%d@visitor.example\n\nhi\n" % number)
        expect_refused(outcome, "from-not-allowed", 77)
        expect("the text", b"put the visitor into Reply-To:" in outcome.stderr, True)
    expect_permitted(_send(stage))
    # One recipient beside the site's own, and it is a forgery.
    for _ in range(2):
        outcome = stage.postern.submit("alice", b"-i", b"alice@test.example", b"r@x.example", stdin=b"From: v@visitor.example\n\nhi\n")
        expect_refused(outcome, "from-not-allowed", 77)
        expect("the text", b"Reply-To:" in outcome.stderr, False)
    expect_refused(_send(stage), "user-suspended", 77)


@check("notices of a user go to its contact address, if it has one")
def _contact(stage: Stage) -> None:
    stage.postern.configure([NOTIFY], ["alice alice@test.example contact=owner@home.example"])
    _suspend("alice")
    (notice,) = _notices(stage, 1)
    expect("recipients", sorted(notice.recipients), sorted([ADMINISTRATOR, "owner@home.example"]))


@check("a reached quota is told once, in a mail of its own that nobody answers and no quota counts")
def _quota(stage: Stage) -> None:
    for way in ("exec", "supervise"):
        stage.postern.forget_usage()
        stage.postern.configure([NOTIFY, "messages_per_hour = 1", "recipients_per_day = 1",
                                 f"handoff = {way}"])
        expect_permitted(_send(stage))
        with ThreadPoolExecutor(6) as pool:
            outcomes = list(pool.map(lambda _: _send(stage), range(12)))
        for outcome in outcomes:
            expect_refused(outcome, "quota-messages", 69)
        (notice,) = _notices(stage, 1)
        expect("envelope sender", notice.sender, "")
        expect("recipients", notice.recipients, [ADMINISTRATOR, "alice@test.example"])
        header = notice.message.partition(b"\n\n")[0]
        for field in (b"\nAuto-Submitted: auto-generated\n", b"\nTo: undisclosed-recipients:;\n",
                      b"\nFrom: Postern <postmaster@test.example>\n"):
            if field not in b"\n" + header + b"\n":
                raise Unmet(f"{field!r} expected in {header!r}")
        expect("who it is sent by", b"(Postfix, from userid 7200)" in header, True)
        expect("used by alice", stage.postern.used("alice"), (1, 1, 12))
    stage.postern.configure([NOTIFY, "messages_per_hour = 1", "mode = audit"])
    stage.postern.forget_usage()
    for _ in range(3):
        expect("status in audit mode", _send(stage).status, 0)
    _notices(stage, 0)


@check("notify_at warns with the message that brings a limit near, which is sent all the same")
def _warning(stage: Stage) -> None:
    for way in ("exec", "supervise"):
        stage.postern.forget_usage()
        stage.postern.configure([NOTIFY, "messages_per_hour = 5", "notify_at = 80%", f"handoff = {way}"])
        for _ in range(3):
            expect_permitted(_send(stage))
        _notices(stage, 0)
        expect_permitted(_send(stage))
        found: list[Queued] = []
        deadline = time.monotonic() + NOTICE_SECONDS
        while len(found) < 2 and time.monotonic() < deadline:
            found += stage.postfix.drain()
            time.sleep(0.05)
        (notice,) = [mail for mail in found if b"Auto-Submitted:" in mail.message]
        expect("mail of the site", len(found), 2)
        for text in (b"has used 4 of 5 messages per hour", b"Nothing is refused yet", b"messages_per_hour=10"):
            expect(f"{text!r}", text in notice.message, True)
        expect("used by alice", stage.postern.used("alice"), (4, 4, 0))
        expect_permitted(_send(stage))
        expect_refused(_send(stage), "quota-messages", 69)
        (notice,) = _notices(stage, 1)
        expect("the limit", b"has reached 5 messages per hour" in notice.message, True)


@check("notify_command runs as postern with the notice as JSON, for quota, warning and suspension")
def _command(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    record = stage.machine.directory("told", 0o1777) / "told"
    program = fakes.shell("tell", f'printf "%s\\n" "$#" "$(id -u):$(id -ru):$(id -g)" "$(pwd)" "$(env | sort | tr \'\\n\' \' \')" >{record}.new\n'
                                  f"cat >>{record}.new\nmv {record}.new {record}")

    def told() -> dict[str, object]:
        deadline = time.monotonic() + NOTICE_SECONDS
        while not record.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        count, ids, directory, environment, text = record.read_text().splitlines()
        record.unlink()
        expect("arguments, IDs, directory", (count, ids, directory), ("0", "7200:7200:7200", "/"))
        names = {word.partition("=")[0] for word in environment.split()}
        expect("environment", names <= {"PATH", "LANG", "PWD", "_", "OLDPWD", "SHLVL"}, True)
        notice: dict[str, object] = json.loads(text)
        return notice

    for way in ("exec", "supervise"):
        stage.postern.forget_usage()
        stage.postern.configure([f"notify_command = {program}", "messages_per_hour = 2", "notify_at = 50%", f"handoff = {way}"])
        expect_permitted(_send(stage))
        notice = told()
        expect("event", (notice["event"], notice["user"], notice["uid"], notice["limit"]),
               ("quota-near", "alice", 7300, {"name": "messages_per_hour", "used": 1, "limit": 2}))
        expect_permitted(_send(stage))
        expect_refused(_send(stage), "quota-messages", 69)
        notice = told()
        expect("event", (notice["event"], notice["limit"], notice["suspended"]),
               ("quota-reached", {"name": "messages_per_hour", "used": 2, "limit": 2}, None))
        decisions = notice["decisions"]
        expect("decisions", isinstance(decisions, list) and [entry["user"] for entry in decisions[-2:]], ["alice", "alice"])
    _suspend("bob", "--reason", 'a "quoted" reason')
    notice = told()
    order = notice["suspended"]
    expect("event", (notice["event"], notice["user"], isinstance(order, dict) and (order["reason"], order["by"], order["until"])),
           ("suspended", "bob", ('a "quoted" reason', "administrator", None)))
    expect("events of failures", [event for event in _events(stage) if event["event"] == "notify-failed"], [])


@check("a notify_command that fails is logged, delays nothing and leaves nothing behind")
def _bad_command(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    foreign = fakes.shell("foreign", "exit 0")
    foreign.chmod(0o777)
    for program, text in ((fakes.shell("failing", "sleep 0.3 & exit 7"), "it ended with status 7"),
                          (fakes.shell("killed", "kill -9 $$"), "signal 9 ended it"),
                          (foreign, "it is not root's, or others can write to it"),
                          ("/no/such/program", "No such file or directory")):
        stage.postern.forget_usage()
        stage.postern.configure([f"notify_command = {program}", "messages_per_hour = 0"])
        start = time.monotonic()
        expect_refused(_send(stage), "quota-messages", 69)
        expect("seconds", time.monotonic() - start < 2, True)
        deadline = time.monotonic() + NOTICE_SECONDS
        events: list[dict[str, str]] = []
        while not events and time.monotonic() < deadline:
            events = [event for event in _events(stage) if event["event"] == "notify-failed"]
            time.sleep(0.05)
        (event,) = events
        expect("the event", (event["command"], text in event["text"]), (str(program), True))


@check("a notify_command that does not end is ended after 30 seconds with all it has started")
def _endless_command(stage: Stage) -> None:
    program = Fakes(stage.machine).shell("endless", "trap '' TERM ALRM HUP\nsleep 4711 &\nsleep 4711")
    stage.postern.configure([f"notify_command = {program}", "messages_per_hour = 0"])
    start = time.monotonic()
    expect_refused(_send(stage), "quota-messages", 69)
    expect("seconds of the refusal", time.monotonic() - start < 2, True)

    def running() -> int:
        done = subprocess.run(["pgrep", "-c", "-f", "sleep 4711"], capture_output=True, check=False)
        return int(done.stdout)

    time.sleep(1)
    expect("while it runs", running(), 2)
    deadline = time.monotonic() + 40
    while running() and time.monotonic() < deadline:
        time.sleep(0.5)
    expect("afterwards", running(), 0)
    expect("when", 25 < time.monotonic() - start < 38, True)
    (event,) = [event for event in _events(stage) if event["event"] == "notify-failed"]
    expect("the event", event["text"], "it was ended after 30 seconds")


@check("quota_notice_interval says when the next notice of a user is sent")
def _interval(stage: Stage) -> None:
    stage.postern.configure([NOTIFY, "messages_per_hour = 0", "quota_notice_interval = 5"])
    expect_refused(_send(stage), "quota-messages", 69)
    expect_refused(_send(stage), "quota-messages", 69)
    (notice,) = _notices(stage, 1)
    expect("text", b"is sent in 5 seconds at the earliest" in notice.message, True)
    time.sleep(5.1)
    expect_refused(_send(stage), "quota-messages", 69)
    _notices(stage, 1)
    stage.postern.configure([NOTIFY, "messages_per_hour = 0"])
    time.sleep(5.1)
    expect_refused(_send(stage), "quota-messages", 69)
    _notices(stage, 0)


@check("an SMTP session sends its notice while it goes on")
def _smtp(stage: Stage) -> None:
    stage.postern.configure([NOTIFY, "messages_per_hour = 1"])
    transaction = (b"MAIL FROM:<alice@test.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"
                   b"Subject: s\r\n\r\nb\r\n.\r\n")
    dialogue = b"EHLO a\r\n" + transaction * 3 + b"QUIT\r\n"
    done = run(stage.machine, Command("alice", DROP_IN, (b"-bs",), dialogue))
    ends = re.findall(rb"^(250 2\.0\.0|452|221)", done.stdout, re.MULTILINE)
    expect("replies", (ends, done.status), ([b"250 2.0.0", b"452", b"452", b"221"], 0))
    _notices(stage, 1)


@check("a notice that cannot be sent changes no refusal")
def _lost(stage: Stage) -> None:
    for script in ("exit 75", "kill -9 $$", "sleep 30"):
        program = Fakes(stage.machine).shell("unwilling", script)
        stage.postern.forget_usage()
        stage.postern.configure([NOTIFY, "messages_per_hour = 0", f"sendmail_path = {program}"])
        start = time.monotonic()
        expect_refused(_send(stage), "quota-messages", 69)
        expect("seconds", time.monotonic() - start < 10, True)
