"""Code and files of a site's in the way of root's commands."""

import os
import shutil
import subprocess
import time
from pathlib import Path

from harness.postern import DROP_IN, TOOL
from harness.process import CLEAN_ENVIRONMENT
from harness.stage import Unmet, expect
from lab.clock import exchange
from lab.laboratory import Lab, attack, message

PHP_CGI = Path("/usr/bin/php-cgi")
PANELS_PHP = "/opt/plesk/php/8.2/bin/php-cgi"
#: What an administrator runs, anywhere, with nothing to read.
COMMANDS = (("doctor",), ("check",), ("map", "build"), ("metrics",), ("quota", "status"))
DOCTOR_RUNS, LEAST_FLIPS = 8, 3000


@attack("no command of root's runs a PHP with the settings of the directory it is called in")
def _working_directory(lab: Lab) -> None:
    lab.file(PANELS_PHP, PHP_CGI.read_bytes(), mode=0o755)
    home = lab.machine.home("alice")
    proof = home / "proof"
    # An extension that is missing is an error, and where errors are written, the settings say. An attacker
    # would have one there, which is code.
    settings = f"log_errors = 1\nerror_log = {proof}\nextension = /nowhere/evil.so\n"
    lab.file(str(home / "php.ini"), settings, owner="alice")
    home.chmod(0o777)
    subprocess.run([PANELS_PHP, "-i"], cwd=home, user="alice", group="alice", env=CLEAN_ENVIRONMENT, check=False,
                   capture_output=True, stdin=subprocess.DEVNULL)
    expect("the settings work", proof.exists(), True)
    proof.unlink()
    lab.neighbour_passes()
    try:
        for command in COMMANDS:
            subprocess.run([TOOL, *command], cwd=home, env=CLEAN_ENVIRONMENT, check=False, capture_output=True,
                           timeout=60)
            if proof.exists():
                raise Unmet(f"{command} ran PHP with alice's settings, as user {proof.stat().st_uid}")
        expect("doctor answers", lab.doctor(str(home))[0] in (0, 1, 2), True)
        expect("the settings were taken", proof.exists(), False)
    finally:
        shutil.rmtree("/opt/plesk")
        home.chmod(0o755)


@attack("no command of root's runs a program whose directory others can exchange")
def _exchanged(lab: Lab) -> None:
    home, application = lab.machine.home("alice"), Path("/opt/app")
    names = {path.name for path in Path("/usr/bin").glob("php*")} | {"php"}
    proof = home / "proof"
    for name in names:
        lab.file(str(home / "evil" / name), f"#!/bin/sh\nid >{proof}\n", owner="alice", mode=0o755)
    application.mkdir()
    for directory in ("root", "root/usr"):
        (application / directory).mkdir()
    pairs = []
    for directory in ("bin", "sbin", "root/usr/bin", "root/usr/sbin"):
        honest, evil = application / directory, application / f"{directory}.x"
        honest.symlink_to("/usr/bin")
        evil.symlink_to(home / "evil")
        pairs += [str(honest), str(evil)]
    subprocess.run(["chown", "-hR", "alice:alice", application], check=True)
    home.chmod(0o777)
    try:
        with lab.attacker("flip.py", *pairs) as attacker:
            rounds = _rounds(home)
            lab.neighbour_passes()
            for _ in range(DOCTOR_RUNS):
                lab.doctor()
                if proof.exists():
                    raise Unmet(f"doctor ran alice's program: {proof.read_text()}")
            expect("alice's program still exchanges directories", attacker.poll(), None)
        flips = _rounds(home) - rounds
        expect(f"{flips} exchanges while doctor ran are an attack", flips >= LEAST_FLIPS, True)
    finally:
        shutil.rmtree(application)
        home.chmod(0o755)


def _rounds(home: Path) -> int:
    """How often the directories have been exchanged by now."""
    for _ in range(1000):
        text = (home / "rounds").read_text(encoding="ascii") if (home / "rounds").exists() else ""
        if text:
            return int(text)
        time.sleep(0.01)
    raise Unmet("nothing is exchanged")


@attack("whoever has become postern can put no program in the place of the one that root's PHP runs")
def _gate_is_exchanged(lab: Lab) -> None:
    php = ["/usr/bin/php", "-n", "-d", f"sendmail_path={DROP_IN} -t -i",
           "-r", 'mail("root@dest.example", "nightly report", "done");']
    proof = lab.machine.directory("proofs", 0o777) / "root"
    evil = lab.file(str(lab.machine.root / "evil"), f"#!/bin/sh\nid >{proof}\nexec cat >/dev/null\n", mode=0o755)
    kept = Path(DROP_IN).read_bytes()

    def nightly_report() -> None:
        subprocess.run(php, env=CLEAN_ENVIRONMENT, check=False, capture_output=True, timeout=60)
    nightly_report()
    expect("root's report leaves", len(lab.leaves()), 1)
    lab.neighbour_passes()
    # Over it, beside it, and in the place of the directory.
    directory = os.path.dirname(DROP_IN)
    script = (f"cat {evil} >{DROP_IN}; chmod 755 {DROP_IN}; cp {evil} {DROP_IN}.new && mv -f {DROP_IN}.new {DROP_IN}; "
              f"mv {directory} {directory}.old")
    try:
        done = lab.as_user("postern", "/bin/sh", b"-c", script.encode())
        expect("what postern tried", done.stderr != b"", True)
        nightly_report()
        expect("root ran what postern had written", proof.exists() and proof.read_text(), False)
        expect("root's report leaves again", len(lab.leaves()), 1)
    finally:
        exchange(Path(DROP_IN), kept)
        lab.postern.give_privilege()
        proof.unlink(missing_ok=True)


#: Local parts that a customer can choose in some panel.
LOCAL_PARTS = {"C1": b"x\xc2\x9b31mRED", "a bidirectional override": b"a\xe2\x80\xae",
               "a byte that is no UTF-8": b"b\xffc", "ESC": b"esc\x1b]0;x\x07"}

for kind, local_part in LOCAL_PARTS.items():
    @attack(f"what a customer has chosen in a panel speaks to no terminal of root's: {kind}")
    def _panel(lab: Lab, local_part: bytes = local_part) -> None:
        lab.neighbour_passes()
        lab.postern.write("senders", "bob bob@test.example\n")
        lines = b"alice\t@shop.example\nalice\t" + local_part + b"@shop.example\n"
        table = lab.file(str(lab.machine.root / "table"), lines)
        _expect_silence(*((words, table) for words in (
            ("map", "import", "--dry-run", "-"), ("map", "import", "-"), ("map", "export"),
            ("map", "export", "--postfix"), ("map", "show", "alice"), ("map", "show"), ("check",))))


@attack("what a message, or a process, has in it speaks to no terminal of root's")
def _message(lab: Lab) -> None:
    lab.neighbour_passes()
    hostile = "\x1b]0;x\x07 \x9b31m \u202e".encode()
    shown = message(b'"' + hostile + b'" <alice@test.example>', b"Subject: " + hostile + b"\xff", b"X" + hostile + b": x")
    text = lab.file(str(lab.machine.root / "text"), shown)
    lab.send(text.read_bytes(), b"-F", hostile)
    lab.leaves()
    _expect_silence(*((words, text) for words in (
        ("explain", "--user", "alice", "--", "-t", "-i"), ("explain", "--user", "alice", "--json", "--", "-t", "-i"),
        ("explain", "--user", "alice", "--json", "--", "-t", "-F" + hostile.decode()),
        ("quota", "status"), ("quota", "status", "--json"), ("doctor",), ("doctor", "--json"))))


def _expect_silence(*commands: tuple[tuple[str, ...], Path]) -> None:
    """Asks of each command, with its input, that nothing it says does anything to a terminal."""
    said = {}
    for words, stdin in commands:
        with stdin.open("rb") as source:
            done = subprocess.run([TOOL, *words], env=CLEAN_ENVIRONMENT, stdin=source, capture_output=True, check=False,
                                  timeout=60)
        output = (done.stdout + done.stderr).decode("utf-8", "surrogateescape")
        if raw := set(filter(_speaks, output)):
            said[" ".join(words)] = ascii("".join(sorted(raw)))
    expect("what reached the terminal raw", said, {})


def _speaks(character: str) -> bool:
    """Whether a terminal acts on a character: C0, C1, a bidirectional format, a byte that is no UTF-8."""
    code = ord(character)
    return (code < 0x20 and character not in "\n\t") or 0x7F <= code <= 0x9F or 0x202A <= code <= 0x202E \
        or 0x2066 <= code <= 0x2069 or 0xDC80 <= code <= 0xDCFF
