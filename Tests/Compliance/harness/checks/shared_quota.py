"""quota_server with the installed program and Debian's redis-server; its faults are Tests/Fleet's."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ..postern import STATE
from ..process import run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

PROJECT = Path(__file__).resolve().parents[4]
PASSWORD = "a password"
PORT = 16_379
ACCOUNT = 7200


def _client(path: Path, *words: str, text: bytes = b"") -> str:
    done = subprocess.run(["redis-cli", "-s", path, *words], input=text, capture_output=True, check=True, timeout=20)
    return done.stdout.decode().strip()


@contextmanager
def _engine(stage: Stage) -> Iterator[Path]:
    """A server whose default user is off; nobody but postern may connect to its socket."""
    directory = stage.machine.directory("engine", 0o750)
    os.chown(directory, 0, ACCOUNT)
    path = directory / "socket"
    program = shutil.which("redis-server") or shutil.which("valkey-server")
    if program is None:
        raise Unmet("redis-server is not installed")
    process = subprocess.Popen([program, "--port", str(PORT), "--bind", "127.0.0.1", "--unixsocket", path, "--unixsocketperm", "777",
                                "--dir", directory, "--save", "", "--loglevel", "warning"], stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 20
        while not path.exists():
            if time.monotonic() > deadline:
                raise Unmet("the server does not start")
            time.sleep(0.05)
        _client(path, "-x", "FUNCTION", "LOAD", text=(PROJECT / "Install/fleet/postern1.lua").read_bytes())
        _client(path, "ACL", "SETUSER", "postern", "on", f">{PASSWORD}", "resetkeys", "~postern:*", "-@all", "+fcall", "+get", "+set",
                "+hget", "+time")
        _client(path, "ACL", "SETUSER", "default", "resetpass", ">root")
        yield path
    finally:
        process.kill()
        process.wait()
        path.unlink(missing_ok=True)


def _settings(path: Path, *lines: str) -> list[str]:
    secret = path.parent / "password"
    secret.write_text(PASSWORD + "\n")
    os.chown(secret, 0, ACCOUNT)
    secret.chmod(0o640)
    return [f"quota_server_password_file = {secret}", "recipients_per_hour = unlimited", *lines]


@check("a quota on a server is asked over both kinds of sockets, as postern, and is exact for 16 processes")
def _asked(stage: Stage) -> None:
    with _engine(stage) as path:
        for user, server in (("alice", f"unix:{path}"), ("bob", f"inet:127.0.0.1:{PORT}")):
            stage.postern.configure(_settings(path, f"quota_server = {server}", "messages_per_hour = 5"))
            with ThreadPoolExecutor(16) as pool:
                outcomes = list(pool.map(lambda _, user=user: stage.postern.submit(user, b"r@x.example"), range(16)))
            expect(f"{user} over {server}", sorted(outcome.status for outcome in outcomes), [0] * 5 + [69] * 11)
            expect("sent", len(stage.postfix.drain()), 5)
            # The record of this machine alone would grant it again.
            expect("the quota of the server", _client(path, "--user", "default", "--pass", "root", "EXISTS", f"postern:q:{user}"), "1")
        expect("the file", oct((STATE / "fleet").stat().st_mode & 0o7777), oct(0o600))
        done = stage.postern.submit("alice", b"-f", b"evil@z.example", b"r@x.example")
        expect_refused(done, "envelope-not-allowed", 77)


@check("another web server's mail counts; without the server each grants its part, or refuses")
def _shared(stage: Stage) -> None:
    with _engine(stage) as path:
        settings = _settings(path, f"quota_server = unix:{path}", "messages_per_hour = 10", "quota_server_failure_percent = 20")
        stage.postern.configure(settings)
        for _ in range(6):
            expect_permitted(stage.postern.submit("alice", b"r@x.example"))
        # Another machine: what this one has counted, and its name, are gone.
        for name in ("quota", "fleet"):
            (STATE / name).unlink()
        for _ in range(4):
            expect_permitted(stage.postern.submit("alice", b"r@x.example"))
        expect_refused(stage.postern.submit("alice", b"r@x.example"), "quota-messages", 69)
    for _ in range(2):
        expect_permitted(stage.postern.submit("bob", b"r@x.example"))
    expect_refused(stage.postern.submit("bob", b"r@x.example"), "quota-messages", 69)
    expect_refused(stage.postern.submit("bob", b"-f", b"evil@z.example", b"r@x.example"), "envelope-not-allowed", 77)
    stage.postern.configure([*settings, "quota_server_failure = reject"])
    expect_refused(stage.postern.submit("bob", b"r@x.example"), "store-unavailable", 71)
    stage.postern.configure()
    expect_permitted(stage.postern.submit("bob", b"r@x.example"))


@check("a site can neither reach the server of quotas nor read its password")
def _closed(stage: Stage) -> None:
    with _engine(stage) as path:
        stage.postern.configure(_settings(path, f"quota_server = unix:{path}"))
        expect_permitted(stage.postern.submit("alice", b"r@x.example"))
        for words in (("redis-cli", "-s", str(path), "PING"), ("cat", str(path.parent / "password"))):
            done = run_root("setpriv", "--reuid=7300", "--regid=7300", "--clear-groups", *words)
            expect(f"{words[0]}", (done.status != 0, b"PONG" in done.stdout or PASSWORD.encode() in done.stdout), (True, False))
