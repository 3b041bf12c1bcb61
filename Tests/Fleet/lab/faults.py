"""The faults, and when they happen."""

import shutil
import signal
import time
from dataclasses import dataclass
from typing import Callable

from .engines import NAMES

#: Seconds after the first message.
BEGIN = 8


@dataclass(frozen=True)
class Fault:
    """What happens while the web servers send."""

    name: str
    happen: Callable
    #: min-replicas-to-write
    minimum: int = 1
    kill_percent: int = 0
    #: Whether `reject` promises the limit itself.
    is_exact: bool = True
    #: Whether it is over when the messages end.
    lasts: int = 12


def _nothing(lab):
    del lab


def _kill(lab, seconds=8.0):
    primary = lab.engines.primary
    primary.signal(signal.SIGKILL)
    time.sleep(seconds)
    primary.start()


def _stop(lab):
    lab.engines.primary.signal(signal.SIGSTOP)
    time.sleep(8)
    lab.engines.primary.signal(signal.SIGCONT)


def _cut(lab):
    """The primary, its sentinel and one web server of each fleet see each other only."""
    lab.network.cut([NAMES[0], *(f"{mode}1" for mode in lab.modes)])
    time.sleep(12)
    lab.network.heal()


def _forget(lab):
    lab.engines.primary.ask("FLUSHALL")


def _lose(lab):
    lab.network.lose(NAMES, 12)


def _power(lab):
    """The disk as it was three seconds before the lights went out, on all three."""
    engines = lab.engines.all
    for engine in engines:
        shutil.copytree(f"{engine.directory}/appendonlydir", f"{engine.directory}/image")
    time.sleep(3)
    for engine in engines:
        engine.signal(signal.SIGKILL)
        shutil.rmtree(f"{engine.directory}/appendonlydir")
        shutil.move(f"{engine.directory}/image", f"{engine.directory}/appendonlydir")
    time.sleep(1)
    for engine in engines:
        engine.start()


FAULTS = (
    Fault("none", _nothing, lasts=0),
    Fault("kill -9 primary, back at 16 s", _kill, lasts=8),
    Fault("kill -9 primary, back at once", lambda lab: _kill(lab, 0.3), lasts=1),
    Fault("SIGSTOP primary for 8 s", _stop, lasts=8),
    Fault("partition 12 s, min-replicas 0", _cut, minimum=0, is_exact=False),
    Fault("partition 12 s, min-replicas 1", _cut),
    Fault("FLUSHALL", _forget, lasts=0),
    Fault("power lost on all, disks 3 s old", _power, lasts=5),
    Fault("12 % of all packets lost", _lose, lasts=0),
    Fault("10 % of processes killed", _nothing, kill_percent=10, lasts=0),
)
#: In Tests/Run: one that fails over, one that is cut off, and processes that are killed meanwhile.
SHORT = (
    Fault("kill -9 primary, back at 16 s; 5 % of processes killed", _kill, kill_percent=5, lasts=8),
    Fault("partition 12 s, min-replicas 1", _cut),
)
