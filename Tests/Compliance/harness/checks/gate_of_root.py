"""The drop-in as a file of root's: it becomes postern all the same, and postern cannot change it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ..fakes import Fakes
from ..hostility import (ARGUMENTS, MESSAGE, NOT_PRIVILEGED, SESSION, await_waiting, expect_not_sent, expect_sent,
                         spoiling, status_of)
from ..machine import USERS, mount
from ..postern import ACCOUNT, DROP_IN, STATE
from ..process import Command, Outcome, run, start
from ..stage import Stage, check, expect, expect_permitted, expect_refused

POSTERN = USERS["postern"].uid
FORGED = b"From: ceo@bank.example\nTo: r@x.example\n\nb\n"
CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapAmb")


@contextmanager
def _of_root(stage: Stage) -> Iterator[None]:
    try:
        stage.postern.give_capability()
        yield
    finally:
        stage.postern.give_privilege()


@contextmanager
def _account(stand_in: Callable[[], None]) -> Iterator[None]:
    """What tells the user ID of postern is replaced by something else, and put back."""
    ACCOUNT.unlink()
    try:
        stand_in()
        yield
    finally:
        if ACCOUNT.is_dir() and not ACCOUNT.is_symlink():
            ACCOUNT.rmdir()
        else:
            ACCOUNT.unlink(missing_ok=True)
        _link(POSTERN, POSTERN)


def _link(uid: int, gid: int) -> None:
    ACCOUNT.symlink_to(STATE)
    os.chown(ACCOUNT, uid, gid, follow_symlinks=False)


@check("root's drop-in permits, refuses and charges as a set-uid one")
def _judges(stage: Stage) -> None:
    with _of_root(stage):
        expect_sent(stage, stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))
        expect_refused(stage.postern.submit("alice", *ARGUMENTS, stdin=FORGED), "from-not-allowed", 77)
        expect("alice's row", stage.postern.used("alice"), (1, 1, 1))
        outcome = stage.postern.submit("alice", b"-bs", stdin=SESSION)
        expect("a message by SMTP is taken", b"250 2.0.0" in outcome.stdout, True)
        expect("alice's row", stage.postern.used("alice"), (2, 2, 1))
        for user in ("root", "dave"):
            expect_permitted(stage.postern.submit(user, *ARGUMENTS, stdin=FORGED))
        expect("queued", stage.postfix.count(), 3)


@check("root's drop-in waits with the IDs of a set-uid one, and without any capability")
def _waits(stage: Stage) -> None:
    def seen(user: str) -> dict[str, str]:
        process = start(stage.machine, Command(user, DROP_IN, ARGUMENTS))
        try:
            await_waiting(process, user)
            status = status_of(process.pid)
            return {name: status[name] for name in ("Uid", "Gid", "Groups", *CAPABILITIES)}
        finally:
            process.kill()
            process.communicate()

    for user in ("alice", "root"):
        stage.postern.set_drop_in_mode(0o6755)
        by_mode = seen(user)
        with _of_root(stage):
            expect(f"state of {user}'s process", seen(user), by_mode)
        expect("capabilities", {by_mode[name] for name in CAPABILITIES}, {"0" * 16})


@check("root's drop-in gives the caller's IDs back, or becomes postern for good, without any capability")
def _becomes(stage: Stage) -> None:
    fakes = Fakes(stage.machine)
    stage.postern.configure([f"sendmail_path = {fakes.recorder()}"])
    with _of_root(stage):
        for arguments, uid in (((b"-bp",), USERS["alice"].uid), (ARGUMENTS, POSTERN)):
            expect_permitted(stage.postern.submit("alice", *arguments, stdin=MESSAGE))
            got = fakes.recorded()
            expect("user IDs", got["uid"], [str(uid)] * 4)
            expect("group IDs", got["gid"], [str(uid)] * 4)
            expect("capabilities", set(got["capabilities"]), {"0" * 16})


#: What the account postern may try with what it can reach; prints what worked.
ATTACKS = """
import os, shutil
program, directory, account = words[0], os.path.dirname(words[0]), b"/etc/postern/account"
def open_it(): os.close(os.open(program, os.O_WRONLY))
def chmod(): os.chmod(program, 0o6777)
def chown(): os.chown(program, os.getuid(), os.getgid())
def unlink(): os.unlink(program)
def replace():
    shutil.copyfile("/bin/true", "/dev/shm/own"); os.rename("/dev/shm/own", program)
def beside(): os.close(os.open(directory + b"/beside", os.O_WRONLY | os.O_CREAT))
def other_account():
    os.unlink(account)
def account_beside(): os.symlink("/", b"/etc/postern/other")
def account_of_another(): os.chown(account, 7300, 7300, follow_symlinks=False)
for attack in (open_it, chmod, chown, unlink, replace, beside, other_account, account_beside, account_of_another):
    try:
        attack(); print(attack.__name__, flush=True)
    except OSError:
        pass
os._exit(0)
"""


def _attack(stage: Stage) -> Outcome:
    return run(stage.machine, Command("postern", DROP_IN, through=spoiling(ATTACKS)))


@check("the account postern cannot change what root executes where the drop-in is root's")
def _attacked(stage: Stage) -> None:
    before = Path(DROP_IN).read_bytes()
    with _of_root(stage):
        expect("what postern can do", _attack(stage), Outcome(0, b"", b""))
        expect("the drop-in is what it was", Path(DROP_IN).read_bytes() == before, True)
        expect_permitted(stage.postern.submit("root", *ARGUMENTS, stdin=FORGED))
    stage.postern.set_drop_in_mode(0o6755)
    try:
        expect("what it can do with a set-uid one", _attack(stage), Outcome(0, b"open_it\nchmod\nchown\n", b""))
    finally:
        stage.postern.give_privilege()


@check("a copy of root's drop-in without the capability refuses")
def _copied(stage: Stage) -> None:
    with _of_root(stage):
        copy = stage.machine.directory("copies") / "sendmail"
        shutil.copyfile(DROP_IN, copy)
        os.chown(copy, 0, POSTERN)
        copy.chmod(0o2755)
        for user in ("alice", "postern"):
            outcome = run(stage.machine, Command(user, str(copy), ARGUMENTS, MESSAGE))
            expect_not_sent(stage, outcome, NOT_PRIVILEGED)
        stage.postern.give_capability(copy)
        expect_sent(stage, run(stage.machine, Command("alice", str(copy), ARGUMENTS, MESSAGE)))


@check("root's drop-in refuses wherever the kernel gives it no privilege")
def _withheld(stage: Stage) -> None:
    with _of_root(stage):
        for through in (("/usr/bin/setpriv", "--no-new-privs"), ("/usr/bin/unshare", "--user", "--"),
                        ("/usr/bin/unshare", "--user", "--map-root-user", "--mount", "--"),
                        ("/usr/bin/unshare", "--user", "--map-current-user", "--")):
            expect_not_sent(stage, stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE, through=through),
                            NOT_PRIVILEGED)
        narrow = ("/usr/bin/setpriv", "--bounding-set=-setuid", "--reuid=alice", "--regid=alice", "--clear-groups")
        outcome = run(stage.machine, Command("root", DROP_IN, ARGUMENTS, MESSAGE, through=narrow))
        expect_not_sent(stage, outcome, NOT_PRIVILEGED)
        # Of the group already, root is given nothing that the kernel would call secure.
        of_the_group = ("/usr/bin/setpriv", "--regid=postern", "--clear-groups")
        outcome = run(stage.machine, Command("root", DROP_IN, ARGUMENTS, MESSAGE, through=of_the_group))
        expect_not_sent(stage, outcome, NOT_PRIVILEGED)
        directory = stage.machine.directory("nosuid-of-root")
        mount("-t", "tmpfs", "-o", "mode=755,nosuid", "nosuid", str(directory))
        shutil.copyfile(DROP_IN, directory / "sendmail")
        stage.postern.give_capability(directory / "sendmail")
        for user in ("alice", "root"):
            outcome = run(stage.machine, Command(user, str(directory / "sendmail"), ARGUMENTS, MESSAGE))
            expect_not_sent(stage, outcome, NOT_PRIVILEGED)


@check("root's drop-in believes nothing but a symbolic link of postern's about who postern is")
def _stand_ins(stage: Stage) -> None:
    alice = USERS["alice"].uid
    stand_ins: dict[str, Callable[[], None]] = {
        "nothing": lambda: None,
        "a link of root's": lambda: _link(0, POSTERN),
        "a link of another group's": lambda: _link(POSTERN, alice),
        "a file, over which postern could mount": lambda: _owned(ACCOUNT.touch),
        "a directory, likewise": lambda: _owned(ACCOUNT.mkdir),
    }
    with _of_root(stage):
        for what, stand_in in stand_ins.items():
            with _account(stand_in):
                outcome = stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE)
                expect(f"status with {what}", outcome.status, NOT_PRIVILEGED.status)
        expect_sent(stage, stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE))


def _owned(make: Callable[[], None]) -> None:
    make()
    os.chown(ACCOUNT, POSTERN, POSTERN)
