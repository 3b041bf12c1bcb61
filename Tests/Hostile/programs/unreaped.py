"""Starts the gate again and again, and asks for the status of none that has ended.

Arguments: how many, the file of the message, and arguments of the gate. Tells how many have ended by then, and
whose they are; after a line on standard input asks, and tells the statuses.
"""

import json
import os
import subprocess
import sys
import time
from collections import Counter

GATE = "/usr/local/lib/postern/sendmail"
started = []
for _ in range(int(sys.argv[1])):
    with open(sys.argv[2], "rb") as message:
        started.append(subprocess.Popen([GATE, *sys.argv[3:]], stdin=message, stderr=subprocess.DEVNULL))
    # One after the other, so that each gets through.
    os.waitid(os.P_PID, started[-1].pid, os.WEXITED | os.WNOWAIT)
time.sleep(0.2)
owners: "Counter[int]" = Counter()
for process in started:
    with open(f"/proc/{process.pid}/status", encoding="ascii") as status:
        lines = dict(line.split(":\t", 1) for line in status)
    if lines["State"][0] == "Z":
        owners[int(lines["Uid"].split()[0])] += 1
print(json.dumps({"ended": sum(owners.values()), "owners": dict(owners)}), flush=True)
sys.stdin.readline()
print(json.dumps({"statuses": [process.wait() for process in started]}), flush=True)
