"""Who has started the program, as the log says: the process, or the one whose shell it is."""

import os
import subprocess

from ..hostility import MESSAGE, SESSION
from ..machine import USERS
from ..postern import DROP_IN
from ..process import CLEAN_ENVIRONMENT, TIMEOUT_SECONDS, Command, run
from ..stage import Stage, check, expect, expect_permitted

TITLE = "php-fpm: pool alice"
#: Writes its own title where the kernel keeps the command line, as PHP-FPM does, and goes on as told.
TITLED = ("/usr/bin/perl", "-e", "$0 = shift; my $way = shift; "
          "exit(($way eq 'shell' ? system('/bin/sh', '-c', join(' ', @ARGV) . '; exit $?') : system(@ARGV)) >> 8)")


def _line(stage: Stage, *arguments: bytes, title: str = TITLE, way: str = "direct", stdin: bytes = MESSAGE) -> dict[str, str]:
    stage.log.records()
    done = stage.postern.submit("alice", *arguments, stdin=stdin, through=(*TITLED, title, way))
    if b"-bs" in arguments:
        expect("status", (done.status, done.stderr), (0, b""))
    else:
        expect_permitted(done)
    (line,) = stage.log.decisions()
    return line


@check("the log names the process that has started the program, or the one whose shell it is")
def _named(stage: Stage) -> None:
    direct, shell = _line(stage, b"-t", b"-i"), _line(stage, b"-t", b"-i", way="shell")
    expect("titles", (direct["process"], shell["process"]), (TITLE, TITLE))
    for line in (direct, shell):
        expect("no process of ours", int(line["ppid"]) in (0, 1, os.getpid()), False)
    # That of this machine's first process would say nothing: it adopts what others leave.
    stage.log.records()
    expect_permitted(stage.postern.submit("alice", b"-t", b"-i", stdin=MESSAGE))
    (line,) = stage.log.decisions()
    expect("the first process", (os.getpid(), line["ppid"], "process" in line), (1, "1", False))


@check("under supervise and in -bs the log names who has started the program, and not the program itself")
def _through_children(stage: Stage) -> None:
    expect("-bs", _line(stage, b"-bs", stdin=SESSION)["process"], TITLE)
    stage.postern.configure(["handoff = supervise"])
    expect("supervise", _line(stage, b"-t", b"-i", way="shell")["process"], TITLE)


@check("a command line cannot write into the log, nor fill it")
def _hostile(stage: Stage) -> None:
    for title in ('x\nverdict=permit uid=0 "', "a\x1b[2J" * 20, "\\" * 500, " verdict=permit", "\u202ea\u0085", "="):
        line = _line(stage, b"-t", b"-i", title=title)
        expect(f"uid and verdict for {title!r}", (line["uid"], line["verdict"]), (str(USERS["alice"].uid), "permit"))
    # A megabyte and a half of arguments that are no UTF-8.
    command = Command("alice", "/usr/bin/python3", (
        b"-ISc", b"import os,sys; sys.exit(os.spawnv(os.P_WAIT, sys.argv[1], [sys.argv[1], '-t', '-i']))",
        os.fsencode(DROP_IN), *[b"\xff" * 100_000] * 15), MESSAGE)
    stage.log.records()
    expect_permitted(run(stage.machine, command))
    (record,) = [record for record in stage.log.records() if b"verdict=" in record]
    expect("length", len(record) < 800, True)
    expect("cut", b'process="/usr/bin/python3 -ISc import os,sys; sys.exit(os.spawnv(os.P_WAI..."' in record, True)


#: Run by root: the child becomes one user and executes the drop-in, the parent becomes another one before that, or ends.
APART = """
import os, sys, time
caller, other, parent = int(sys.argv[1]), int(sys.argv[2]), os.getpid()
wait, tell = os.pipe()
if os.fork() == 0:
    os.close(tell)
    os.read(wait, 1)
    while other < 0 and os.getppid() == parent: time.sleep(0.01)
    os.setgroups([]); os.setgid(caller); os.setuid(caller)
    os.execv(sys.argv[3], [sys.argv[3], "-t", "-i"])
if other < 0: os._exit(0)
os.setuid(other)
os.write(tell, b"x")
sys.exit(os.wait()[1] >> 8)
"""


@check("the command line of another user's process is not told, nor that of who adopts a process")
def _not_told(stage: Stage) -> None:
    caller = USERS["alice"].uid
    for other, told in ((caller, True), (USERS["bob"].uid, False), (-1, False)):
        stage.log.records()
        # It waits for the output's end, and so for the drop-in where that has been left alone.
        done = subprocess.run(["/usr/bin/python3", "-ISc", APART, str(caller), str(other), DROP_IN], input=MESSAGE,
                              capture_output=True, env=CLEAN_ENVIRONMENT, timeout=TIMEOUT_SECONDS, check=False)
        expect(f"outcome with {other}", (done.returncode, done.stderr), (0, b""))
        (line,) = stage.log.decisions()
        expect(f"process with {other}", ("process" in line, "ppid" in line), (told, True))
