"""What other programs make of the log: liblognorm's rules, and the service for logwatch."""

import json
import shutil
import subprocess
import time
from pathlib import Path

from ..process import run_root
from ..postern import TOOL
from ..stage import Stage, check, expect, expect_permitted, expect_refused
from ..systemlog import RECORD

PROJECT = Path(__file__).resolve().parents[4]
HOSTILE = b'From: ceo@bank.example\nMessage-ID: <a "b" \\ =c verdict=permit@x>\nX-PHP-Originating-Script: 7:a" b.php\n\nb\n'


def _some(stage: Stage) -> list[str]:
    """Decisions and orders of every kind, as they were logged."""
    stage.postern.configure(["messages_per_hour = 2"], ["alice alice@test.example", "grace @grace.example mode=audit"])
    stage.log.records()
    for _ in range(2):
        expect_permitted(stage.postern.submit("alice", b"r@x.example"))
    expect_refused(stage.postern.submit("alice", b"r@x.example"), "quota-messages", 69)
    expect_refused(stage.postern.submit("alice", b"-i", b"r@x.example", stdin=HOSTILE), "from-not-allowed", 77)
    stage.postern.submit("grace", b"-f", b"evil@z.example", b"r@x.example")
    run_root(TOOL, "suspend", "--reason", 'a "quoted" \\ reason=x', "alice")
    found = [match[2].decode() for match in map(RECORD.fullmatch, stage.log.records()) if match]
    expect("lines", len(found), 6)
    return found


def _logfmt(line: str) -> list[tuple[str, str]]:
    """Reads a line as the manual describes it, by means of JSON's strings."""
    fields: list[tuple[str, str]] = []
    while line:
        key, _, rest = line.partition("=")
        if rest.startswith('"'):
            value, end = json.JSONDecoder().raw_decode(rest)
            line = rest[end:].removeprefix(" ")
        else:
            value, _, line = rest.partition(" ")
        fields.append((key, value))
    return fields


@check("liblognorm reads every line with the rules, whatever a site writes into a value")
def _lognorm(stage: Stage) -> None:
    lines = _some(stage)
    for blank in ("", " "):
        done = subprocess.run(["lognormalizer", "-r", PROJECT / "Install/rsyslog/postern.rulebase", "-e", "json"],
                              input="".join(blank + line + "\n" for line in lines), text=True, capture_output=True, check=False)
        read = [[(field["k"], field["v"]) for field in json.loads(text)["fields"]] for text in done.stdout.splitlines()]
        expect("fields", read, [_logfmt(line) for line in lines])


@check("logwatch tells of messages, refusals and orders, and takes no value for another field")
def _logwatch(stage: Stage) -> None:
    lines = _some(stage)
    # It finds no log whose path has a dot in a directory's name.
    log = Path("/root/maillog")
    stamp = time.strftime("%b %e %H:%M:%S")
    log.write_text("".join(f"{stamp} web1 postern[7]: {line}\n" for line in lines)
                                       + f"{stamp} web1 postfix/smtp[8]: 4711: to=<r@x.example>\n")
    local = Path("/etc/logwatch")
    for part in ("conf", "scripts"):
        shutil.copytree(PROJECT / "Install/logwatch" / part, local / part, dirs_exist_ok=True)
    (local / "conf/logfiles").mkdir(exist_ok=True)
    (local / "conf/logfiles/maillog.conf").write_text(f"LogFile =\nLogFile = {log}\nArchive =\n*ExpandRepeats\n*ApplyStdDate\n")
    done = run_root("logwatch", "--service", "postern", "--range", "today", "--output", "stdout", "--detail", "low")
    expect("status", (done.status, done.stderr), (0, b""))
    text = done.stdout.decode()
    for wanted in ("Messages: 2 permitted, 2 refused, 1 let pass by mode = audit", "       2  alice", "       1  alice: quota-messages",
                   "       1  alice: from-not-allowed", "       1  grace: envelope-not-allowed", "    suspend alice by administrator: a"):
        expect(f"{wanted!r} in {text!r}", wanted in text, True)
    expect("unread", "could not be read" in text, False)
    log.unlink()
