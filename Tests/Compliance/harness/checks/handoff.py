"""What the real sendmail is given, and what becomes of the charge when it fails."""

import os
import time

from ..fakes import Fakes
from ..postern import DROP_IN
from ..process import TIMEOUT_SECONDS, Command, Outcome, start
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"
POSTERN = ["7200"] * 4
# F_SEAL_SEAL, F_SEAL_SHRINK, F_SEAL_GROW, F_SEAL_WRITE
ALL_SEALS = 0b1111


def _run(stage: Stage, path: object, handoff: str, *extra: str) -> Outcome:
    stage.postern.configure([f"sendmail_path = {path}", f"handoff = {handoff}", *extra])
    return stage.postern.submit("alice", b"-t", b"-i", stdin=MESSAGE)


def _given(stage: Stage, handoff: str) -> None:
    fakes = Fakes(stage.machine)
    stage.postern.configure([f"sendmail_path = {fakes.recorder()}", f"handoff = {handoff}"])
    tricks = ("/bin/sh", "-c", 'umask 0; ulimit -c unlimited; exec 7</dev/null 9>/dev/null; '
              'TZ=x LANG=de_DE PATH=/tmp:$PATH HOME=/tmp MAIL_CONFIG=/tmp exec "$@"', "sh")
    outcome = stage.postern.submit("alice", b"-F", b"Al", b"-t", b"-N", b"never", b"q@x.example",
                                   stdin=MESSAGE, through=tricks)
    expect_permitted(outcome)
    got = fakes.recorded()
    environment = got["environment"]
    environment.pop("LC_CTYPE", None)  # Python sets it for itself in the C locale.
    expect("variables", sorted(environment), ["LANG", "PATH"])
    expect("LANG", environment["LANG"], "C")
    expect("PATH without the caller's", "/tmp" in environment["PATH"], False)
    arguments = got["arguments"]
    expect("end of arguments", arguments[-3:], ["--", "q@x.example", "r@x.example"])
    expect("start of arguments", arguments[:3], ["-i", "-f", "alice@test.example"])
    expect("-t", "-t" in arguments, False)
    expect("-F and -N", (["-F", "Al"] == arguments[arguments.index("-F"):][:2],
                         "never" in "".join(arguments)), (True, True))
    expect("descriptors", got["descriptors"], [0, 1, 2])
    expect("user IDs", got["uid"], POSTERN)
    expect("group IDs", got["gid"], POSTERN)
    expect("supplementary groups", [group for group in got["groups"] if group != "7200"], [])
    expect("blocked signals", int(got["blocked"], 16), 0)
    expect("seals", got["seals"] is not None and got["seals"] & ALL_SEALS, ALL_SEALS)
    expect("core size", got["core"][0], 0)
    expect("its life is bounded", 0 < got["seconds to live"] <= 300, True)
    lines = got["message"].split("\n")
    expect("message", [line for line in lines if not line.startswith(("X-Postern: ", "Message-Id: "))],
           MESSAGE.decode().split("\n"))


@check("exec: the real sendmail gets fixed arguments, a fresh environment and a sealed message")
def _given_exec(stage: Stage) -> None:
    _given(stage, "exec")


@check("supervise: the real sendmail gets the same")
def _given_supervise(stage: Stage) -> None:
    _given(stage, "supervise")


@check("exec: the status of the real sendmail is the caller's, and the charge stays")
def _exec_status(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    for status in (0, 1, 75):
        fake = fakes.shell(f"exit-{status}", f"cat >/dev/null; echo said >&2; exit {status}")
        expect(f"outcome {status}", _run(stage, fake, "exec"), Outcome(status, b"", b"said\n"))
    expect("ledger", stage.postern.used("alice"), (3, 3, 0))


@check("supervise: success keeps the charge")
def _supervised_success(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("exit-0", "cat >/dev/null; exit 0")
    expect_permitted(_run(stage, fake, "supervise"))
    expect("ledger", stage.postern.used("alice"), (1, 1, 0))


@check("supervise: 75 becomes 69 with one line, and the charge is given back")
def _supervised_temporary(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("exit-75", "cat >/dev/null; exit 75")
    outcome = _run(stage, fake, "supervise")
    expect("status", outcome.status, 69)
    expect("lines on stderr", outcome.stderr.count(b"\n"), 1)
    expect("stdout", outcome.stdout, b"")
    expect("charged", stage.postern.used("alice")[:2], (0, 0))


@check("supervise: another status passes through with stderr, and the charge is given back")
def _supervised_failure(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("exit-1", "cat >/dev/null; echo said >&2; exit 1")
    expect("outcome", _run(stage, fake, "supervise"), Outcome(1, b"", b"said\n"))
    expect("charged", stage.postern.used("alice")[:2], (0, 0))


@check("supervise: a status of the real sendmail is logged as a hand-over that failed")
def _supervised_log(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("exit-7", "cat >/dev/null; exit 7")
    stage.log.records()
    expect("status", _run(stage, fake, "supervise").status, 7)
    lines = stage.log.decisions()
    expect("log", [(line["verdict"], line["reason"], line.get("status")) for line in lines],
           [("permit", "none", None), ("reject", "handoff-failed", "7")])


@check("a fault of the machine is logged with its text, once")
def _fault_log(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("writable-log", "exit 0")
    stage.postern.configure([f"sendmail_path = {fake}"])
    fake.chmod(0o777)
    stage.log.records()
    expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), "config-invalid", 78)
    lines = stage.log.decisions()
    expect("log", [(line["verdict"], line["reason"]) for line in lines],
           [("reject", "config-invalid")])
    expect("text names the file", str(fake) in lines[0]["text"], True)


@check("while it waits for its input the process counts as its caller's; handed over it is postern's")
def _real_user(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    stage.postern.configure([f"sendmail_path = {fakes.recorder()}"])
    with start(stage.machine, Command("alice", DROP_IN, (b"-t",))) as process:
        _expect_real_user(process.pid, "7300", "7200")
        _, stderr = process.communicate(MESSAGE, timeout=TIMEOUT_SECONDS)
    expect("outcome", (process.returncode, stderr), (0, b""))
    expect("user IDs of the real sendmail", fakes.recorded()["uid"], POSTERN)


def _expect_real_user(process: int, real: str, effective: str) -> None:
    # The program is still the harness's own for a moment, or has not read its configuration yet.
    deadline = time.monotonic() + TIMEOUT_SECONDS
    while time.monotonic() < deadline:
        with open(f"/proc/{process}/status", encoding="ascii") as file:
            status = dict(line.split(":", 1) for line in file)
        with open(f"/proc/{process}/wchan", encoding="ascii") as file:
            waits = "pipe" in file.read()
        if waits and status["Name"].strip() == "sendmail":
            expect("real and effective UID", status["Uid"].split()[:2], [real, effective])
            return
        time.sleep(0.01)
    raise Unmet("the drop-in did not come to wait for its input")


@check("supervise: death by a signal before the message was read is handoff-failed, and not charged")
def _supervised_death(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("killed", "kill -9 $$")
    expect_refused(_run(stage, fake, "supervise"), "handoff-failed", 71)
    expect("charged", stage.postern.used("alice")[:2], (0, 0))


def _unusable(stage: Stage, path: object) -> None:
    for handoff in ("exec", "supervise"):
        # `map build` may well refuse such a path; the drop-in has to, whatever was built before.
        try:
            outcome = _run(stage, path, handoff)
        except RuntimeError:
            outcome = stage.postern.submit("alice", b"-t", b"-i", stdin=MESSAGE)
        if outcome.status not in (71, 78) or outcome.stderr.count(b"\n") != 1:
            raise Unmet(f"{handoff}: handoff-failed or config-invalid expected, got {outcome}")
        expect(f"{handoff}: queued", stage.postfix.count(), 0)
    stage.postern.configure()
    expect("charged", stage.postern.used("alice")[:2], (0, 0))


@check("a real sendmail that does not exist: nothing is charged")
def _missing(stage: Stage) -> None:
    _unusable(stage, "/nonexistent/sendmail")


@check("a real sendmail that others can write is not run")
def _writable(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("writable", "exit 0")
    fake.chmod(0o777)
    _unusable(stage, fake)


@check("a real sendmail that is not root's is not run")
def _foreign(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("foreign", "exit 0")
    os.chown(fake, 7200, 7200)
    _unusable(stage, fake)


@check("a timer of the caller's does not reach the real sendmail")
def _timer(stage: Stage) -> None:
    fake = Fakes(stage.machine).shell("slow", "cat >/dev/null; sleep 1")
    stage.postern.configure([f"sendmail_path = {fake}"])
    program = ("import os,signal,sys; signal.setitimer(signal.ITIMER_REAL, 0.4); "
               "os.execv(sys.argv[1], sys.argv[1:])")
    outcome = stage.postern.submit("alice", b"-t", stdin=MESSAGE,
                                   through=("/usr/bin/python3", "-c", program))
    expect_permitted(outcome)
