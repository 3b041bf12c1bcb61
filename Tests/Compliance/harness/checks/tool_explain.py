"""postern explain: the decision, what it rests on, and what helps. Every scenario is explained, too."""

import json
import re

from ..explain import explain, explanation
from ..fakes import Fakes
from ..postern import STATE, TOOL
from ..process import Command, run, run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: Shop <good@ok.example>\nTo: r@x.example\nBcc: q@x.example\n\nb\n"
FORGED = b"From: a@evil.example\nSender: b@evil.example\nTo: r@x.example\n\nb\n"
ARGUMENTS = (b"-t", b"-i")

NAMES = ["user", "uid", "mode", "map_stale", "verdict", "reason", "exit_status", "text",
         "invocation", "header", "addresses", "identities", "recipients", "size", "quota",
         "changes", "command", "advice"]


@check("explain charges nothing, counts nothing, logs nothing and sends nothing")
def _leaves_no_trace(stage: Stage) -> None:
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
    stage.postfix.drain()
    before = stage.postern.row("alice")
    stage.log.records()
    expect("permitted", explanation("alice", ARGUMENTS, MESSAGE)["verdict"], "permit")
    expect("refused", explanation("alice", ARGUMENTS, FORGED)["reason"], "from-not-allowed")
    expect("bad option", explanation("alice", (b"-bX",), b"")["reason"], "usage")
    expect("log", stage.log.decisions(), [])
    expect("row", stage.postern.row("alice"), before)
    expect("queue", stage.postfix.count(), 0)


@check("explain as the first to touch the state file leaves it to the account postern")
def _owner(stage: Stage) -> None:
    expect("verdict", explanation("alice", ARGUMENTS, MESSAGE)["verdict"], "permit")
    expect("owners", {path.owner() for path in STATE.iterdir()}, {"postern"})
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


@check("explain tells of each identity what permits it")
def _identities(stage: Stage) -> None:
    message = (b"From: x@shop.example\nSender: good@ok.example\nResent-From: y@a.sub.example\n"
               b"Resent-Sender: z@evil.example\nResent-To: r@x.example\n\nb\n")
    told = explanation("alice", (b"-i", b"-f", b"alice", b"r@x.example"), message)
    expect("reason", told["reason"], "resent-not-allowed")
    expect("identities", told["identities"], [
        {"role": "from", "address": "x@shop.example", "permitted_by": "@shop.example"},
        {"role": "sender", "address": "good@ok.example", "permitted_by": "good@ok.example"},
        {"role": "resent-from", "address": "y@a.sub.example", "permitted_by": "@.sub.example"},
        {"role": "resent-sender", "address": "z@evil.example", "permitted_by": None},
        {"role": "envelope", "address": "alice@test.example",
         "permitted_by": "alice@test.example"},
    ])


@check("explain tells the null sender, a default address and an exemption apart")
def _permits(stage: Stage) -> None:
    for user, arguments, permit in (("frank", (b"-f", b""), "<>"), ("bob", (b"-f", b""), None),
                                    ("erin", (), "*"), ("dave", (), "exempt_users")):
        told = explanation(user, (*arguments, b"r@x.example"), b"\nb\n")
        expect(f"envelope of {user}", told["identities"][-1]["permitted_by"], permit)
    stage.postern.configure(senders=["grace @grace.example default=g@test.example"])
    told = explanation("grace", (b"r@x.example",), b"\nb\n")
    expect("default address", told["identities"][-1]["permitted_by"], "default")


@check("explain shows the command that Postfix is really run with, and the header that it gets")
def _command(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    recorder = fakes.recorder()
    stage.postern.configure([f"sendmail_path = {recorder}"])
    arguments = (b"-t", b"-F", b"A B", b"-N", b"never", b"s@x.example")
    message = MESSAGE.replace(b"From: Shop <good@ok.example>\n", b"X-Postern: uid=0\n")
    told = explanation("alice", arguments, message)
    expect_permitted(stage.postern.submit("alice", *arguments, stdin=message))
    got = fakes.recorded()
    expect("command", told["command"], [str(recorder), *got["arguments"]])
    expect("removed", told["changes"]["removed"], ["X-Postern: uid=0", "Bcc: q@x.example"])
    added = told["changes"]["added"]
    def fixed(field: str) -> str:
        """Without what is another one each time."""
        return re.sub(r"time=.*|(?<=Message-Id: )<\d+\.\d+", "", field)

    expect("added", [fixed(field) for field in added],
           [fixed(added[0]), "From: A B <alice@test.example>", "Message-Id: @test.example>"])
    lines = [fixed(line) for line in got["message"].split("\n")]
    for field in added:
        if fixed(field) not in lines:
            raise Unmet(f"{field!r} is not in {lines}")
    expect("recipients", told["recipients"], got["arguments"][-3:])


@check("explain weighs the quota as it is, and does not count its own refusals")
def _quota(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 1"])
    expect("before", explanation("alice", ARGUMENTS, MESSAGE)["verdict"], "permit")
    expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
    told = explanation("alice", ARGUMENTS, MESSAGE)
    expect("after", (told["verdict"], told["reason"], told["exit_status"]),
           ("reject", "quota-messages", 69))
    expect("row", told["quota"], stage.postern.row("alice"))
    line = expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE),
                          "quota-messages", 69)
    expect("text", told["text"].encode() + b"\n", line)


@check("what explain advises lets the message pass")
def _advice(stage: Stage) -> None:
    entry = "bob bob@test.example"
    arguments = (b"-t", b"-f", b"c@evil.example")
    told = explanation("bob", arguments, FORGED)
    advice = re.search(r"add '([^']+)'", told["advice"]["administrator"])
    if advice is None:
        raise Unmet(f"no words to add in {told['advice']}")
    expect("words", advice[1], "a@evil.example b@evil.example c@evil.example")
    expect_refused(stage.postern.submit("bob", *arguments, stdin=FORGED), "from-not-allowed", 77)
    stage.postern.configure(senders=[f"{entry} {advice[1]}"])
    expect("explained", explanation("bob", arguments, FORGED)["verdict"], "permit")
    expect_permitted(stage.postern.submit("bob", *arguments, stdin=FORGED))


@check("explain tells of a suspension, by command or by the map, and what ends it")
def _suspended(stage: Stage) -> None:
    expect("suspend", run_root(TOOL, "suspend", "alice", "--reason", "ticket 7").status, 0)
    try:
        told = explanation("alice", ARGUMENTS, MESSAGE)
    finally:
        expect("resume", run_root(TOOL, "resume", "alice").status, 0)
    expect("reason", (told["reason"], told["quota"]["suspended"]), ("user-suspended", "ticket 7"))
    expect("advice", "'postern resume alice'" in told["advice"]["administrator"], True)
    expect("resumed", explanation("alice", ARGUMENTS, MESSAGE)["verdict"], "permit")
    stage.postern.configure(senders=["bob bob@test.example suspended=unpaid"])
    told = explanation("bob", ARGUMENTS, MESSAGE)
    expect("reason by the map", told["reason"], "user-suspended")
    expect("advice", "remove suspended= from" in told["advice"]["administrator"], True)


@check("explain in audit mode tells what would have been refused")
def _audit(stage: Stage) -> None:
    stage.postern.configure(["mode = audit"])
    told = explanation("alice", ARGUMENTS, FORGED)
    expect("verdict", (told["verdict"], told["reason"], told["exit_status"]),
           ("audit", "from-not-allowed", 0))
    expect("text", told["text"].startswith("sendmail: refused (from-not-allowed): "), True)
    expect("changes", told["changes"], {"removed": [], "added": []})


@check("explain tells of a map that is out of date")
def _stale(stage: Stage) -> None:
    stage.postern.write("senders", "alice alice@test.example\n")
    told = explanation("alice", ARGUMENTS, MESSAGE)
    expect("stale", (told["map_stale"], told["verdict"]), (True, "permit"))
    expect("advice", "map build" in told["advice"]["administrator"], True)


@check("explain --candidate judges by the files, before they are in force")
def _candidate(stage: Stage) -> None:
    stage.postern.write("senders", "alice a@evil.example b@evil.example\n")
    told = explanation("alice", ARGUMENTS, FORGED)
    expect("in force", (told["verdict"], told["map_stale"]), ("reject", True))
    options = ("--json", "--candidate")
    done = explain("alice", ARGUMENTS, FORGED, *options)
    told = json.loads(done.stdout)
    expect("candidate", (told["verdict"], told["map_stale"], done.stderr), ("permit", False, b""))
    stage.postern.write("postern.cf", "recipients_per_message = 0\n")
    told = json.loads(explain("alice", ARGUMENTS, FORGED, *options).stdout)
    expect("settings of the candidate", told["reason"], "recipient-limit")
    stage.postern.write("postern.cf", "mode = perhaps\n")
    done = explain("alice", ARGUMENTS, FORGED, *options)
    expect("with an error", (done.status, done.stdout), (1, b""))
    expect("file and line", b"postern.cf:1: mode = perhaps" in done.stderr, True)


@check("explain --json has the documented names, in their order")
def _names(_: Stage) -> None:
    for user, arguments, message in (("alice", ARGUMENTS, MESSAGE), ("alice", (b"-bX",), b""),
                                     ("carol", ARGUMENTS, FORGED)):
        expect("names", list(explanation(user, arguments, message)), NAMES)


@check("explain shows people every step, and no byte that could speak to a terminal")
def _text(_: Stage) -> None:
    message = b"From: \xff\x1b[2J <good@ok.example>\nReply-To: \x9b2J\nTo: r@x.example\n\nb\n"
    done = explain("alice", (*ARGUMENTS, b"-F", b"\x1b[2J\n\xc2\x9b"), message)
    if any(byte != 10 and not 32 <= byte < 127 for byte in done.stdout + done.stderr):
        raise Unmet(f"unescaped bytes in {done.stdout!r}")
    done = explain("alice", ARGUMENTS, FORGED)
    expect("status", (done.status, done.stderr), (1, b""))
    for words in (b"called as   sendmail -t -i\n", b"From: a@evil.example",
                  b"no pattern permits it", b"recipients  1: r@x.example",
                  b"0/100000 in the last hour", b"refused (from-not-allowed), exit status 77",
                  b"the administrator: to permit it: add 'a@evil.example b@evil.example'"):
        if words not in done.stdout:
            raise Unmet(f"{words!r} expected in {done.stdout!r}")


@check("ordinary users get a text, about themselves and about others")
def _ordinary(stage: Stage) -> None:
    for user, words in (("alice", b"only root may read"), ("bob", b"only root may explain")):
        command = (b"explain", b"--user", user.encode(), b"--", *ARGUMENTS)
        done = run(stage.machine, Command("alice", TOOL, command, MESSAGE))
        expect(f"explain {user}", (done.status, done.stdout), (77, b""))
        if words not in done.stderr:
            raise Unmet(f"{words!r} expected in {done.stderr!r}")


@check("with POSTERN_CONFIG_DIR anybody may try a configuration")
def _trial(stage: Stage) -> None:
    home = stage.machine.home("alice") / "trial"
    script = (f"mkdir -m 700 {home} {home}/state && cd {home} && "
              f"printf 'quota_file = {home}/state/quota\\ndefault_domain = t.example\\n' "
              ">postern.cf && printf 'bob b@t.example\\n' >senders && "
              f"export POSTERN_CONFIG_DIR={home} && {TOOL} map build >/dev/null && "
              f"printf 'From: b\\n\\nb\\n' | {TOOL} explain --user bob r@x.example | grep decision")
    done = run(stage.machine, Command("alice", "/bin/sh", (b"-c", script.encode())))
    expect("trial", done.stdout, b"decision    permitted\n")


@check("explain refuses what is no message of a known user")
def _usage(_: Stage) -> None:
    for user, arguments, status, words in (
            ("alice", (b"-bs",), 64, b"-bs is a dialogue"), ("alice", (b"-bp",), 64, b"-bp"),
            ("alcie", ARGUMENTS, 1, b"did you mean 'alice'?")):
        done = explain(user, arguments, b"")
        expect(f"explain {user} {arguments}", (done.status, done.stdout), (status, b""))
        if words not in done.stderr:
            raise Unmet(f"{words!r} expected in {done.stderr!r}")
