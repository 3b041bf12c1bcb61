"""postern log and sendmail --own-log: the last decisions of a site."""

import json
import os
import signal
import subprocess
import time
from typing import Any

from ..fakes import Fakes
from ..machine import USERS
from ..postern import DROP_IN, STATE, TOOL
from ..process import Command, run, run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@gmail.example\nMessage-ID: <1@ok.example>\n\nb\n"
FORGED = MESSAGE.replace(b"good@ok", b"ceo@bank")
JOURNAL = STATE / "journal"


def _log(*arguments: str) -> list[dict[str, Any]]:
    done = run_root(TOOL, "log", "--json", *arguments)
    expect("status", (done.status, done.stderr), (0, b""))
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _own(stage: Stage, user: str) -> list[dict[str, Any]]:
    done = run(stage.machine, Command(user, DROP_IN, (b"--own-log",)))
    expect("status", (done.status, done.stderr), (0, b""))
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


@check("postern log shows what was permitted and what was refused, with the whole text of the refusal")
def _shows(stage: Stage) -> None:
    expect("nothing yet", _log("alice"), [])
    expect_permitted(stage.postern.submit("alice", b"-t", b"-f", b"alice@test.example", stdin=MESSAGE))
    line = expect_refused(
        stage.postern.submit("alice", b"-t", b"-f", b"alice@test.example", stdin=FORGED),
        "from-not-allowed", 77)
    permitted, refused = _log("alice")
    expect("names", list(refused), [
        "time", "verdict", "reason", "uid", "user", "from", "envelope", "recipients", "size",
        "message_id", "script", "cwd", "text", "process", "cgroup"])
    expect("time", abs(refused.pop("time") - time.time()) < 60, True)
    expect("text", line.decode().rstrip().endswith(": " + refused.pop("text")), True)
    expect("size", refused.pop("size") > 50, True)
    expect("cwd", isinstance(refused.pop("cwd"), str), True)
    for name in ("process", "cgroup"):
        refused.pop(name)
    expect("refused", refused, {
        "verdict": "reject", "reason": "from-not-allowed", "uid": USERS["alice"].uid, "user": "alice",
        "from": "ceo@bank.example", "envelope": "alice@test.example", "recipients": 1,
        "message_id": "<1@ok.example>", "script": None})
    expect("permitted", (permitted["verdict"], permitted["reason"], permitted["text"]),
           ("permit", None, None))
    expect("--refused", [entry["reason"] for entry in _log("alice", "--refused")], ["from-not-allowed"])
    expect("--last", [entry["verdict"] for entry in _log("alice", "--last", "1")], ["reject"])
    shown = run_root(TOOL, "log", "alice").stdout
    for word in (b"reject from-not-allowed", b"From: ceo@bank.example", b"(gmail.example)", b"allowed:"):
        if word not in shown:
            raise Unmet(f"{word!r} expected in {shown!r}")


@check("postern log without a user shows everybody's decisions, the newest last")
def _everybody(stage: Stage) -> None:
    for user in ("alice", "bob", "alice", "dave", "root", "zoe"):
        stage.postern.submit(user, b"-f", b"evil@z.example", b"r@x.example")
        time.sleep(1.05)
    expect("users", [entry["uid"] for entry in _log()],
           [USERS[user].uid for user in ("alice", "bob", "alice", "dave", "root", "zoe")])
    expect("newest", [entry["uid"] for entry in _log("--last", "2")],
           [USERS["root"].uid, USERS["zoe"].uid])


@check("a user sees the own decisions by --own-log and postern log, and nobody else's")
def _own_only(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=FORGED)
    stage.postern.submit("bob", b"r@x.example")
    expect("alice", [entry["reason"] for entry in _own(stage, "alice")], ["from-not-allowed"])
    expect("bob", [entry["verdict"] for entry in _own(stage, "bob")], ["permit"])
    done = run(stage.machine, Command("bob", TOOL, (b"log", b"--json")))
    expect("tool", (done.status, json.loads(done.stdout)), (0, _own(stage, "bob")))
    people = run(stage.machine, Command("alice", TOOL, (b"log", b"--refused")))
    expect("people", (people.status, b"ceo@bank.example is not" in people.stdout), (0, True))
    other = run(stage.machine, Command("bob", TOOL, (b"log", b"alice")))
    expect("other", (other.status, b"only root may" in other.stderr), (77, True))
    expect("files", [path.stat().st_mode & 0o777 for path in (JOURNAL, *sorted(JOURNAL.iterdir()))],
           [0o700, 0o600, 0o600])


@check("users without an entry share one journal, of which each sees its own decisions")
def _strangers(stage: Stage) -> None:
    for user in ("zoe", "carol", "zoe"):
        stage.postern.submit(user, b"r@x.example")
    expect("files", [path.name for path in JOURNAL.iterdir()], ["4294967295"])
    expect("zoe", len(_own(stage, "zoe")), 2)
    expect("carol", [entry["uid"] for entry in _own(stage, "carol")], [USERS["carol"].uid])
    expect("by name", len(_log("zoe")), 2)


@check("nothing that a site writes breaks the journal or speaks to a terminal")
def _hostile(stage: Stage) -> None:
    message = (b"From: good@ok.example\nX-PHP-Originating-Script: 1:\x1b[2J\xe2\x80\xae\x00\xff\"\\ verdict=permit\n"
               b"Message-ID: <\x1b]0;x\x07>\nTo: r@x.example\n\nb\n").replace(b"\x00", b"")
    stage.postern.submit("alice", b"-t", stdin=message)
    stage.postern.submit("alice", b"-f", b"x\nverdict=permit@z.example", b"r@x.example")
    expect("entries", len(_log("alice")), 2)
    for arguments in (("log", "alice"), ("log", "alice", "--json")):
        shown = run_root(TOOL, *arguments).stdout.decode()
        expect("controls", [c for c in shown if (ord(c) < 0x20 and c != "\n") or c == "\u202e"], [])


@check("a full disk or a damaged journal keeps no mail from being sent")
def _damaged(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    file = JOURNAL / str(USERS["alice"].uid)
    file.write_bytes(file.read_bytes()[:-40] + bytes(4096))
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    done = run_root(TOOL, "log", "--json", "alice")
    expect("readable", (done.status, len(json.loads(done.stdout))), (0, 1))
    expect("what is not", b"1 place of the journal cannot be read" in done.stderr, True)
    file.unlink()
    file.symlink_to("/etc/passwd")
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    file.unlink()
    file.mkdir()
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    file.rmdir()


@check("two thousand refusals leave a bounded journal, and the neighbor's as it was")
def _bounded(stage: Stage) -> None:
    stage.postern.submit("bob", b"r@x.example")
    before = _log("bob")
    for _ in range(200):
        stage.postern.submit("alice", b"-t", stdin=FORGED)
    sizes = [path.stat().st_size for path in JOURNAL.iterdir() if path.name.startswith(str(USERS["alice"].uid))]
    expect("bounded", (len(sizes), max(sizes) < 40_000), (2, True))
    expect("the last are there", len(_log("alice")) >= 36, True)
    expect("neighbor", _log("bob"), before)


@check("--follow shows what is decided from now on, and Ctrl-C ends it")
def _follow(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    with subprocess.Popen([TOOL, "log", "alice", "--follow", "--json"], stdout=subprocess.PIPE) as process:
        assert process.stdout
        expect("first", json.loads(process.stdout.readline())["verdict"], "permit")
        stage.postern.submit("alice", b"-t", stdin=FORGED)
        stage.postern.submit("bob", b"r@x.example")
        expect("second", json.loads(process.stdout.readline())["reason"], "from-not-allowed")
        os.kill(process.pid, signal.SIGINT)
        expect("end", (process.wait(timeout=20), process.stdout.read()), (0, b""))


@check("quota status tells why mail of a user who is named was last refused")
def _last_refusal(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=FORGED)
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    named = b" ".join(run_root(TOOL, "quota", "status", "alice").stdout.split())
    if b", from-not-allowed: From: ceo@bank.example is not" not in named:
        raise Unmet(f"the last refusal expected in {named!r}")
    expect("all", b"last refused" in run_root(TOOL, "quota", "status").stdout, False)


@check("a message that the real sendmail did not take is told with its exit status")
def _not_taken(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("broken", "cat >/dev/null; exit 70")
    stage.postern.configure([f"sendmail_path = {fake}", "handoff = supervise"])
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    last = _log("alice")[-1]
    expect("last", (last["verdict"], last["reason"]), ("reject", "handoff-failed"))
    expect("text", "exit status 70" in last["text"], True)
