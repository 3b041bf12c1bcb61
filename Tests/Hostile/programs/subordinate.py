"""Becomes one subordinate UID of /etc/subuid after another, outside of any namespace; runs the gate as each.

In a user namespace of its own a process has all these users: it gives a program to each of them in turn, with
the set-uid bit, and that is executed outside. Argument: how many. Tells the exit statuses.
"""

import ctypes
import json
import os
import shutil
import subprocess
import sys

CLONE_NEWUSER = 0x10000000
FIRST, COUNT = 100_000, int(sys.argv[1])
PROGRAM = os.path.abspath("program")
BECOME = """
import os
os.setresuid(os.geteuid(), os.geteuid(), os.geteuid())
os.execv("/usr/local/lib/postern/sendmail", ["sendmail", "-i", "x@dest.example"])
"""


def pipes() -> tuple[int, int]:
    """A pipe whose ends are inherited by the fork only."""
    return os.pipe()


mapped, ready, given, taken = pipes(), pipes(), pipes(), pipes()
shutil.copyfile(os.path.realpath("/usr/bin/python3"), PROGRAM)
owner = os.fork()
if owner == 0:
    if ctypes.CDLL(None).unshare(CLONE_NEWUSER):
        os._exit(1)
    os.write(ready[1], b"x")
    os.read(mapped[0], 1)
    for number in range(1, COUNT + 1):
        os.chown(PROGRAM, number, -1)
        os.chmod(PROGRAM, 0o4755)
        os.write(given[1], b"x")
        os.read(taken[0], 1)
    os._exit(0)
os.close(ready[1])
os.close(given[1])
os.read(ready[0], 1)
maps = [subprocess.run([program, str(owner), "0", str(own), "1", "1", str(FIRST), "65535"], check=False).returncode
        for program, own in (("newuidmap", os.getuid()), ("newgidmap", os.getgid()))]
os.write(mapped[1], b"x")
statuses = []
for _ in range(COUNT):
    if not os.read(given[0], 1):
        break
    statuses.append(subprocess.run([PROGRAM, "-ISc", BECOME], stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                   check=False).returncode)
    os.write(taken[1], b"x")
print(json.dumps({"maps": maps, "statuses": statuses}), flush=True)
