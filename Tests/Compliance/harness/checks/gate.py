"""There is no other way in, and the drop-in knows when it is not the gate."""

import os
import shutil

from ..machine import mount
from ..postern import DROP_IN
from ..process import Command, run
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"
PERMISSION = b"User alice(7300) is not allowed to submit mail"


@check("a site that runs Postfix's sendmail directly is refused by Postfix")
def _sendmail(stage: Stage) -> None:
    outcome = run(stage.machine, Command("alice", "/usr/sbin/sendmail", (b"-t", b"-i"), MESSAGE))
    expect("status", outcome.status, 75)
    expect("refusal", PERMISSION in outcome.stderr, True)
    expect("queued", stage.postfix.count(), 0)
    expect_permitted(stage.postern.submit("alice", b"-t", b"-i", stdin=MESSAGE))
    expect("queued through the gate", stage.postfix.count(), 1)


@check("a site that runs postdrop directly is refused by Postfix")
def _postdrop(stage: Stage) -> None:
    outcome = run(stage.machine, Command("alice", "/usr/sbin/postdrop", (b"-r",), MESSAGE))
    expect("refusal", PERMISSION in outcome.stderr, True)
    expect("queued", stage.postfix.count(), 0)


@check("a site that speaks SMTP to Postfix's sendmail -bs is refused by Postfix")
def _smtp(stage: Stage) -> None:
    dialogue = (b"EHLO x\r\nMAIL FROM:<a@z.example>\r\nRCPT TO:<r@x.example>\r\n"
                b"DATA\r\n\r\nb\r\n.\r\nQUIT\r\n")
    for user, queued in (("alice", 0), ("postern", 1), ("root", 1)):
        outcome = run(stage.machine, Command(user, "/usr/sbin/sendmail", (b"-bs",), dialogue))
        expect(f"{user}'s message is taken", b"250 2.0.0 Ok: queued" in outcome.stdout, queued == 1)
        expect(f"queued for {user}", stage.postfix.count(), queued)


@check("without its set-uid bit the drop-in refuses")
def _no_bit(stage: Stage) -> None:
    try:
        stage.postern.set_drop_in_mode(0o755)
        expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), "not-privileged", 78)
    finally:
        stage.postern.give_privilege()
    expect("queued", stage.postfix.count(), 0)
    expect("ledger", stage.postern.used("alice"), (0, 0, 0))


@check("under NoNewPrivileges the drop-in refuses")
def _no_new_privileges(stage: Stage) -> None:
    outcome = stage.postern.submit("alice", b"-t", stdin=MESSAGE,
                                   through=("/usr/bin/setpriv", "--no-new-privs"))
    expect_refused(outcome, "not-privileged", 78)
    expect("queued", stage.postfix.count(), 0)


@check("on a nosuid mount the drop-in refuses")
def _nosuid(stage: Stage) -> None:
    directory = stage.machine.directory("nosuid")
    mount("-t", "tmpfs", "-o", "mode=755,nosuid", "nosuid", str(directory))
    copy = str(directory / "sendmail")
    shutil.copyfile(DROP_IN, copy)
    shutil.chown(copy, "postern", "postern")
    os.chmod(copy, 0o6755)
    outcome = run(stage.machine, Command("alice", copy, (b"-t",), MESSAGE))
    expect_refused(outcome, "not-privileged", 78)


@check("POSTERN_CONFIG_DIR does not move a set-uid process")
def _configuration_directory(stage: Stage) -> None:
    own = stage.machine.home("alice") / "etc"
    own.mkdir(exist_ok=True)
    (own / "postern.cf").write_text("mode = audit\n")
    command = Command("alice", DROP_IN, (b"-t",), b"From: evil@z.example\nTo: r@x.example\n\nb\n",
                      environment={"POSTERN_CONFIG_DIR": str(own)})
    expect_refused(run(stage.machine, command), "from-not-allowed", 77)


@check("the Swift runtime of the set-uid binary sees no variable of the caller's")
def _swift_runtime(stage: Stage) -> None:
    tricks = {"SWIFT_DEBUG_HELP": "YES", "SWIFT_BACKTRACE": "enable=yes,output-to=stdout",
              "SWIFT_DEBUG_ENABLE_METADATA_ALLOCATION_ITERATION": "YES"}
    command = Command("alice", DROP_IN, (b"-t",), MESSAGE, environment=tricks)
    expect_permitted(run(stage.machine, command))
    forged = Command("alice", DROP_IN, (b"-t",), b"From: x@z.example\nTo: r@x.example\n\nb\n",
                     environment=tricks)
    expect_refused(run(stage.machine, forged), "from-not-allowed", 77)


@check("an empty argument vector is refused or read as no arguments")
def _no_arguments(stage: Stage) -> None:
    program = ("import ctypes,sys; c = ctypes.CDLL(None); "
               "n = (ctypes.c_char_p * 1)(None); c.execve(sys.argv[1].encode(), n, n)")
    outcome = stage.postern.submit("alice", through=("/usr/bin/python3", "-c", program))
    if outcome.status not in (64, 65) or b"refused (" not in outcome.stderr:
        raise Unmet(f"a refusal expected, got {outcome}")
    expect("queued", stage.postfix.count(), 0)


@check("with all of the first three descriptors closed nothing is queued")
def _closed_descriptors(stage: Stage) -> None:
    outcome = stage.postern.submit("alice", b"-t", b"-i", stdin=MESSAGE,
                                   through=("/bin/sh", "-c", 'exec "$@" 0<&- 1>&- 2>&-', "sh"))
    expect("outcome", (outcome.status, outcome.stdout, outcome.stderr), (71, b"", b""))
    expect("queued", stage.postfix.count(), 0)
    expect("charged", stage.postern.used("alice")[:2], (0, 0))


@check("the drop-in belongs to its account, or to root with the capability to become it")
def _installed(stage: Stage) -> None:
    status = os.stat(DROP_IN)
    seen = (status.st_uid, status.st_gid, oct(status.st_mode & 0o7777))
    expect("owner and mode", seen,
           (7200, 7200, "0o6755") if stage.postern.form == "set-id" else (0, 7200, "0o2755"))
    expect("path holds the word that PHPMailer looks for", "sendmail" in DROP_IN, True)
