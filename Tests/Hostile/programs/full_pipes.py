"""Starts the gate again and again, each with a full pipe that nobody reads.

Arguments: how many, whether the pipe is "stdout" or "stderr", the file of the message, and arguments of the
gate. Tells when all have been started.
"""

import fcntl
import json
import os
import subprocess
import sys

F_SETPIPE_SZ = 1031
kept = []
for _ in range(int(sys.argv[1])):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    with open(sys.argv[3], "rb") as message:
        kept.append((reader, subprocess.Popen(["/usr/local/lib/postern/sendmail", *sys.argv[4:]], stdin=message,
                                              **{sys.argv[2]: writer})))
    os.close(writer)
print(json.dumps({"started": len(kept)}), flush=True)
sys.stdin.readline()
print(json.dumps({"statuses": [process.poll() for _, process in kept]}), flush=True)
