"""Ways around Postern: each is shut, or doctor says where it is."""

import json
import subprocess
import time
from pathlib import Path

from harness.process import run_root
from harness.stage import Unmet, expect
from lab.laboratory import Lab, attack, message

FORGED = message(b"ceo@bank.example")
SECRET = b"secret-partner@dest.example"

SPEAK = """
import smtplib, sys
try:
    with smtplib.SMTP("127.0.0.1", int(sys.argv[1]), timeout=10) as server:
        server.sendmail("ceo@bank.example", ["x@dest.example"], "From: ceo@bank.example\\n\\nx")
except (OSError, smtplib.SMTPException) as error:
    sys.exit(str(error))
"""


def _speak(lab: Lab, port: int) -> bytes:
    """Sends a forgery over SMTP as alice; returns what went wrong."""
    return lab.as_user("alice", "/usr/bin/python3", b"-ISc", SPEAK.encode(), str(port).encode()).stderr


def _is_told(lab: Lab, *words: str) -> None:
    """Asks doctor for a finding, and a status that says so, with all of these words in it."""
    status, report = lab.doctor()
    told = [finding for finding in report["findings"] if all(word in json.dumps(finding) for word in words)]
    if not told or status == 0:
        codes = [finding["code"] for finding in report["findings"]]
        raise Unmet(f"doctor, status {status}, says nothing of {words}: {codes}")


@attack("Postfix's own sendmail and postdrop take nothing from a site")
def _own_programs(lab: Lab) -> None:
    lab.neighbour_passes()
    done = lab.as_user("alice", "/usr/sbin/sendmail", b"-t", b"-i", b"-f", b"ceo@bank.example", stdin=FORGED)
    expect("sendmail refuses", done.status != 0, True)
    done = lab.as_user("alice", "/usr/sbin/postdrop", b"-r", stdin=b"T 1\n")
    expect("postdrop refuses", done.status != 0 or b"fatal" in done.stderr, True)
    lab.nothing_leaves()


@attack("a Postfix that listens relays nothing for a site")
def _smtp(lab: Lab) -> None:
    lab.neighbour_passes()
    expect("smtpd refuses", b"Relay access denied" in _speak(lab, 25), True)
    lab.nothing_leaves()


@attack("a listener that re-injects for a content filter is a hole that doctor names")
def _reinjection(lab: Lab) -> None:
    lab.postfix.serve("127.0.0.1:10025 inet n - n - - smtpd", "content_filter=", "mynetworks=127.0.0.0/8",
                      "smtpd_relay_restrictions=permit_mynetworks,reject",
                      "smtpd_recipient_restrictions=permit_mynetworks,reject")
    lab.neighbour_passes()
    expect("the listener lets a site send", (_speak(lab, 10025), len(lab.leaves())), (b"", 1))
    _is_told(lab, '"hole"', "10025")


@attack("an FPM pool that any user can speak to is named by doctor")
def _pool(lab: Lab) -> None:
    version = next(path.parent.name for path in sorted(Path("/etc/php").glob("*/fpm")))
    pool = "[bob]\nuser = bob\ngroup = bob\nlisten = 127.0.0.1:9002\npm = static\npm.max_children = 1\n" \
           'php_admin_value[sendmail_path] = "/usr/local/lib/postern/sendmail -t -i"\n'
    file = lab.file(f"/etc/php/{version}/fpm/pool.d/bob.conf", pool)
    root = lab.machine.root
    configuration = lab.file(f"{root}/fpm.conf",
                             f"[global]\nerror_log = {root}/fpm.log\npid = {root}/fpm.pid\ninclude = {file}\n")
    script = lab.file(str(lab.machine.home("alice") / "x.php"),
                      '<?php mail("x@dest.example", "as bob", "hi", "From: bob@test.example");', owner="alice")
    fpm = subprocess.Popen([f"/usr/sbin/php-fpm{version}", "--nodaemonize", "--fpm-config", configuration],
                           stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        lab.neighbour_passes()
        _await_listener(9002)
        done = lab.as_user("alice", "/usr/bin/python3", b"-ISc", FASTCGI.encode(), str(script).encode())
        expect("alice's request", done.status, 0)
        left = lab.leaves()
        expect("alice's script sends as bob", [mail.sender for mail in left], [b"bob@test.example"])
        _is_told(lab, "9002")
        file.write_text(pool.replace("127.0.0.1:9002", "/run/bob.sock\nlisten.mode = 0666"), encoding="ascii")
        _is_told(lab, "/run/bob.sock")
    finally:
        fpm.terminate()
        fpm.wait()
        file.unlink()


FASTCGI = """
import socket, struct, sys
server = socket.create_connection(("127.0.0.1", 9002), 10)
def record(kind, body): return struct.pack("!BBHHBB", 1, kind, 1, len(body), 0, 0) + body
def pair(name, value): return bytes([len(name), len(value)]) + name + value
words = pair(b"SCRIPT_FILENAME", sys.argv[1].encode()) + pair(b"REQUEST_METHOD", b"GET")
server.sendall(record(1, struct.pack("!HB5x", 1, 0)) + record(4, words) + record(4, b"") + record(5, b""))
while server.recv(65536): pass
"""


def _await_listener(port: int) -> None:
    for _ in range(500):
        with open("/proc/net/tcp", encoding="ascii") as table:
            if any(line.split()[1].endswith(f":{port:04X}") for line in table.readlines()[1:]):
                return
        time.sleep(0.01)
    raise Unmet(f"nobody listens on port {port}")


@attack("whom others write to is not shown by the queue listing, where doctor's advice is taken")
def _mailq(lab: Lab) -> None:
    lab.postfix.set("defer_transports=smtp,relay", "smtp_fallback_relay=")
    lab.postern.submit("bob", b"-i", SECRET, stdin=b"From: bob@test.example\n\nb\n")
    for _ in range(500):
        if SECRET in run_root("/usr/sbin/postqueue", "-p").stdout:
            break
        time.sleep(0.01)
    try:
        seen = lab.as_user("alice", "/usr/local/lib/postern/sendmail", b"-bp").stdout
        expect("root sees the recipient", SECRET in run_root("/usr/sbin/postqueue", "-p").stdout, True)
        if SECRET in seen:
            status, report = lab.doctor()
            if "authorized_mailq_users" not in json.dumps(report):
                raise Unmet(f"bob's recipient is seen; doctor, status {status}, names no authorized_mailq_users")
        lab.postfix.set("authorized_mailq_users=root")
        for words in (("/usr/local/lib/postern/sendmail", b"-bp"), ("/usr/sbin/postqueue", b"-p"), ("/usr/bin/mailq",)):
            expect(f"alice sees bob's recipient by {words}", SECRET in lab.as_user("alice", *words).stdout, False)
    finally:
        lab.postfix.set("defer_transports=")
        run_root("/usr/sbin/postqueue", "-f")
    expect("then bob's mail leaves", [mail.recipients for mail in lab.leaves()], [(SECRET,)])
    lab.neighbour_passes()
