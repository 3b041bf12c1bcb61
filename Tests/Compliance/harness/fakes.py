"""Programs that stand where Postfix's sendmail should be."""

import json
import textwrap
from pathlib import Path
from typing import Any

from .machine import Machine

RECORDER = """\
    #!/usr/bin/python3 -IS
    import fcntl, json, os, resource, signal, stat, sys
    status = {}
    for line in open("/proc/self/status"):
        name, _, value = line.partition(":")
        status[name] = value.split()
    open_descriptors, files = [], []
    for number in sorted(map(int, os.listdir("/proc/self/fd"))):
        try:
            files.append(os.readlink("/proc/self/fd/%%d" %% number))
            open_descriptors.append(number)
        except OSError:  # That of the listing itself.
            pass
    try:
        seals = fcntl.fcntl(0, fcntl.F_GET_SEALS)
    except OSError:
        seals = None
    umask = os.umask(0)
    message = os.read(0, 1 << 20)
    with open("%(record)s", "w") as file:
        json.dump({
            "arguments": sys.argv[1:],
            "environment": dict(os.environ),
            "descriptors": open_descriptors, "files": files,
            "uid": status["Uid"], "gid": status["Gid"], "groups": status["Groups"],
            "capabilities": [status[name][0] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")],
            "blocked": status["SigBlk"][0], "ignored": status["SigIgn"][0],
            "seals": seals, "umask": umask,
            "core": resource.getrlimit(resource.RLIMIT_CORE),
            "seconds to live": signal.getitimer(signal.ITIMER_REAL)[0],
            "message": message.decode("latin-1"),
        }, file)
"""


class Fakes:
    """Writes such programs, and reads what they recorded."""

    def __init__(self, machine: Machine) -> None:
        self._programs = machine.directory("fakes")
        self._records = machine.directory("records", 0o1777)

    def shell(self, name: str, script: str) -> Path:
        """Returns a shell script of root's."""
        return self._write(name, f"#!/bin/sh\n{script}\n")

    def recorder(self) -> Path:
        """Returns a program that records how it was run."""
        return self._write("recorder", textwrap.dedent(RECORDER) % {"record": self._record})

    def recorded(self) -> dict[str, Any]:
        """Returns the last record, which is then gone."""
        text = self._record.read_text()
        self._record.unlink()
        record: dict[str, Any] = json.loads(text)
        return record

    @property
    def _record(self) -> Path:
        return self._records / "record.json"

    def _write(self, name: str, text: str) -> Path:
        path = self._programs / name
        path.write_text(text)
        path.chmod(0o755)
        return path
