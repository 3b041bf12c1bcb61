"""postern set and postern conf: what is in force, and how it is changed."""

import os
import random
import shutil
import signal
import subprocess
import time

from ..postern import ACCOUNT, CONFIGURATION, TOOL
from ..process import CLEAN_ENVIRONMENT, Command, Outcome, run, run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"
SETTINGS = CONFIGURATION / "postern.cf"
MAP = CONFIGURATION / "senders.db"

COMMENTED = """# The limits of this machine.
#messages_per_hour = 100

exempt_users = root,
    # the backup
    dave
recipients_per_hour = 500
# The end.
"""


def _set(*words: str) -> Outcome:
    return run_root(TOOL, "set", *words)


def _conf(*words: str) -> list[str]:
    done = run_root(TOOL, "conf", *words)
    expect("conf", (done.status, done.stderr), (0, b""))
    return done.stdout.decode().splitlines()


def _begin(stage: Stage) -> None:
    """Puts a postern.cf with comments in force."""
    stage.postern.configure()
    stage.postern.write("postern.cf", COMMENTED)
    expect("build", run_root(TOOL, "map", "build").status, 0)


@check("postern set changes postern.cf where it says so, and puts it in force")
def _sets(stage: Stage) -> None:
    _begin(stage)
    done = _set("messages_per_hour=0", "recipients_per_hour = 7", "--unset", "exempt_users")
    expect("status", (done.status, done.stderr), (0, b""))
    for words in (b"messages_per_hour = 0 (was '100')\n", b"recipients_per_hour = 7 (was '500')\n",
                  b"exempt_users = root (was 'root, dave')\n"):
        if words not in done.stdout:
            raise Unmet(f"{words!r} expected in {done.stdout!r}")
    expect("file", SETTINGS.read_text(), """# The limits of this machine.
#messages_per_hour = 100
messages_per_hour = 0

    # the backup
recipients_per_hour = 7
# The end.
""")
    status = SETTINGS.stat()
    expect("owner and mode", (status.st_uid, SETTINGS.group(), oct(status.st_mode & 0o7777)),
           (0, "postern", oct(0o640)))
    expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), "quota-messages", 69)
    expect("check", run_root(TOOL, "check").stderr, b"")
    expect("unset", _set("--unset", "messages_per_hour").status, 0)
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))


@check("postern set changes nothing on any error")
def _changes_nothing(stage: Stage) -> None:
    _begin(stage)
    before = MAP.read_bytes()
    for words, status, named in (
            (("mode=perhaps",), 1, b"postern.cf:9: mode = perhaps: expected enforce or audit"),
            (("mdoe=audit",), 1, b"did you mean 'mode'?"), (("mode=audit\nx=1",), 1, b"one line"),
            (("mode=audit", "exempt_users=nosuchuserhere"), 1, b"nosuchuserhere"),
            (("mode",), 64, b"'mode' is not NAME=VALUE"), ((), 64, b"nothing to set"),
            (("mode=audit", "--unset", "mode"), 64, b"named twice"),
            (("mode=audit", "--unset", "nonsense"), 1, b"nonsense")):
        done = _set(*words)
        expect(f"set {words}", (done.status, done.stdout), (status, b""))
        if named not in done.stderr:
            raise Unmet(f"{named!r} expected in {done.stderr!r}")
    stage.postern.write("senders", "alice good@ok.example\nbob no-address\n")
    done = _set("mode=audit")
    expect("with an error in senders", (done.status, b"senders:2: " in done.stderr), (1, True))
    SETTINGS.unlink()
    expect("without postern.cf", _set("mode=audit").status, 1)
    stage.postern.write("postern.cf", COMMENTED)
    aside = CONFIGURATION / "aside"
    SETTINGS.rename(aside)
    SETTINGS.symlink_to(aside)
    done = _set("mode=audit")
    expect("a link", (done.status, b"symbolic link" in done.stderr), (1, True))
    aside.rename(SETTINGS)
    expect("file", SETTINGS.read_text(), COMMENTED)
    expect("map", MAP.read_bytes() == before, True)
    expect("traces", _traces(), [])


@check("postern set undoes itself if senders.db cannot be replaced")
def _undoes(stage: Stage) -> None:
    _begin(stage)
    before = SETTINGS.stat()
    MAP.unlink()
    MAP.mkdir()
    try:
        done = _set("mode=audit")
    finally:
        MAP.rmdir()
        stage.postern.forget()
    expect("status", (done.status, b"nothing was changed" in done.stderr), (1, True))
    expect("file", (SETTINGS.read_text(), SETTINGS.stat().st_mtime_ns), (COMMENTED, before.st_mtime_ns))
    expect("traces", _traces(), [])


def _traces() -> list[str]:
    return sorted(path.name for path in CONFIGURATION.iterdir()
                  if path.name not in ("postern.cf", "senders", "senders.db", ACCOUNT.name))


@check("postern set that is killed leaves all of the old or all of the new")
def _killed(stage: Stage) -> None:
    _begin(stage)
    numbers = random.Random(7)
    started = time.monotonic()
    expect("set", _set("messages_per_hour=99").status, 0)
    duration = time.monotonic() - started
    outcomes = set()
    for limit in range(100, 140):
        old = _conf("messages_per_hour")
        with subprocess.Popen([TOOL, "set", f"messages_per_hour={limit}"], env=CLEAN_ENVIRONMENT,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(numbers.uniform(0, duration))
            process.send_signal(signal.SIGKILL)
        now = _conf("messages_per_hour")
        new = [f"messages_per_hour = {limit}"]
        expect("in force", now in (old, new), True)
        is_written = new[0] in SETTINGS.read_text().splitlines()
        if is_written != (now == new):
            # Killed between the two: check says so, and the next build undoes it.
            expect("in force before the file says so", is_written, True)
            expect("check", b"was interrupted" in run_root(TOOL, "check").stderr, True)
        expect("build", run_root(TOOL, "map", "build").status, 0)
        expect("in force after a build", _conf("messages_per_hour"), now)
        expect("file after a build", new[0] in SETTINGS.read_text().splitlines(), now == new)
        expect("traces", _traces(), [])
        outcomes.add(now == new)
        # However fast the machine is at this moment: around the change.
        duration *= 0.9 if now == new else 1.1
    expect("some were killed before, some after", outcomes, {False, True})


@check("two postern set at once both take effect")
def _at_once(stage: Stage) -> None:
    _begin(stage)
    names = ["messages_per_hour", "recipients_per_hour", "messages_per_day", "recipients_per_day",
             "recipients_per_message", "notify"]
    values = ["11", "12", "13", "14", "15", "a@b.example"]
    processes = [subprocess.Popen([TOOL, "set", f"{name}={value}"], env=CLEAN_ENVIRONMENT,
                                  stdout=subprocess.DEVNULL)
                 for name, value in zip(names, values, strict=True)]
    expect("statuses", [process.wait(timeout=60) for process in processes], [0] * len(names))
    lines = _conf()
    for name, value in zip(names, values, strict=True):
        expect(name, f"{name} = {value}" in lines, True)
        expect(f"{name} in the file", f"{name} = {value}" in SETTINGS.read_text().splitlines(), True)


@check("postern conf shows what is in force, not what the file says")
def _shows(stage: Stage) -> None:
    stage.postern.configure(["mode = audit", "default_domain = own.example", "message_size_limit = 4K"])
    expect("one", _conf("mode"), ["mode = audit"])
    lines = _conf()
    expect("sorted", lines, sorted(lines))
    expect("all", {"mode = audit", "handoff = exec", "notify =", "default_domain = own.example"} <= set(lines), True)
    expect("changed", _conf("-n"), [
        "default_domain = own.example", "exempt_users = root, dave", "message_size_limit = 4K",
        "messages_per_hour = 100000", "mode = audit", "recipients_per_hour = 1000000"])
    expect("one that is the default", _conf("-n", "handoff"), [])
    stage.postern.write("postern.cf", "mode = enforce\n")
    expect("before a build", _conf("mode"), ["mode = audit"])
    done = run_root(TOOL, "conf", "mdoe")
    expect("unknown", (done.status, done.stdout, b"did you mean 'mode'?" in done.stderr), (1, b"", True))
    done = run(stage.machine, Command("alice", TOOL, (b"conf",)))
    expect("an ordinary user", (done.status, done.stdout), (77, b""))


@check("Postfix's smaller message_size_limit is the one in force, and check says when it has changed")
def _bounded(stage: Stage) -> None:
    stage.postern.configure(["message_size_limit = 25M"])
    [own] = run_root("/usr/sbin/postconf", "-h", "message_size_limit").stdout.decode().splitlines()
    try:
        run_root("/usr/sbin/postconf", "-e", "message_size_limit = 8192")
        done = run_root(TOOL, "check")
        expect("check", b"in force; a build would make it '8K'" in done.stderr, True)
        expect("build", run_root(TOOL, "map", "build").status, 0)
        expect("in force", _conf("message_size_limit"), ["message_size_limit = 8K"])
        large = MESSAGE + b"x" * 9000 + b"\n"
        expect_refused(stage.postern.submit("alice", b"-t", stdin=large), "size-limit", 65)
        run_root("/usr/sbin/postconf", "-e", "message_size_limit = 0")
        expect("build", run_root(TOOL, "map", "build").status, 0)
        expect("no limit of Postfix", _conf("message_size_limit"), ["message_size_limit = 25M"])
        postconf = shutil.which("postconf", path="/usr/sbin")
        os.chmod(postconf, 0o644)
        done = run_root(TOOL, "set", "default_domain=own.example")
        expect("Postfix cannot be asked", (done.status, b"warning: Postfix" in done.stderr), (0, True))
    finally:
        os.chmod("/usr/sbin/postconf", 0o755)
        run_root("/usr/sbin/postconf", "-e", f"message_size_limit = {own}")
        stage.postern.forget()
