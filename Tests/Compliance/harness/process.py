"""Programs run as a test user, and what became of them."""

import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from .machine import USERS, Machine

#: No scenario needs a fraction of it; a program that is still running then hangs.
TIMEOUT_SECONDS = 60

CLEAN_ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"}


@dataclass(frozen=True)
class Command:
    """What is run: `through` is a program that ends in executing the rest of its arguments."""

    user: str
    executable: str
    arguments: tuple[bytes, ...] = ()
    stdin: bytes = b""
    argv0: str | None = None
    through: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a program ended; a negative status is the signal that killed it."""

    status: int
    stdout: bytes
    stderr: bytes


def start(machine: Machine, command: Command) -> "subprocess.Popen[bytes]":
    """Starts a command as its user, in the user's home, with nothing of ours but three pipes."""
    argv0 = command.executable if command.argv0 is None else command.argv0
    words: list[str | bytes] = [argv0, *command.arguments]
    executable = command.executable
    if command.through:
        words = [*command.through, *words]
        executable = command.through[0]
    uid = USERS[command.user].uid
    return subprocess.Popen(
        words, executable=executable, cwd=machine.home(command.user), user=uid, group=uid,
        extra_groups=[], umask=0o022, env={**CLEAN_ENVIRONMENT, **command.environment},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def start_with(machine: Machine, command: Command) -> "subprocess.Popen[bytes]":
    """Starts a command and gives it all of its input, which fits into a pipe."""
    process = start(machine, command)
    assert process.stdin is not None
    process.stdin.write(command.stdin)
    process.stdin.close()
    process.stdin = None
    return process


def finish(process: "subprocess.Popen[bytes]") -> Outcome:
    """Waits for the end of a process."""
    stdout, stderr = process.communicate(timeout=TIMEOUT_SECONDS)
    return Outcome(process.returncode, stdout, stderr)


def run(machine: Machine, command: Command) -> Outcome:
    """Runs a command to its end."""
    with start(machine, command) as process:
        try:
            stdout, stderr = process.communicate(command.stdin, timeout=TIMEOUT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            stdout, stderr = process.communicate()
            stderr += b"\n(killed by the harness: it hung)"
        return Outcome(process.returncode, stdout, stderr)


def run_root(*words: str | Path) -> Outcome:
    """Runs an administrator's command as root."""
    done = subprocess.run([str(word) for word in words], capture_output=True, check=False,
                          env=CLEAN_ENVIRONMENT, timeout=TIMEOUT_SECONDS)
    return Outcome(done.returncode, done.stdout, done.stderr)
