"""Another time for the gate, as if an hour had passed.

The kernel has namespaces for other clocks, not for that of the calendar. So the gate that is installed for
such an attack does not find the kernel's shortcut for reading it, and makes the system call; a filter lets
this process answer that call, for all that is started within `at_another_time`. The filter is root's, so the
set-uid bit still counts.
"""

import ctypes
import errno
import os
import platform
import struct
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Result = TypeVar("Result")

#: What the C library looks for in the kernel's shortcut, and what is nowhere.
SHORTCUT, NOWHERE = b"\0__vdso_clock_gettime\0", b"\0__none_clock_gettime\0"

#: Numbers of seccomp(2) and clock_gettime(2).
SECCOMP, CLOCK_GETTIME = {"x86_64": (317, 228), "aarch64": (277, 113)}[platform.machine()]
SET_MODE_FILTER, NEW_LISTENER = 1, 1 << 3
LOAD_WORD, JUMP_IF_EQUAL, RETURN = 0x20, 0x15, 0x06
ALLOW, ASK = 0x7FFF0000, 0x7FC00000
RECEIVE, SEND, GO_ON = 0xC0502100, 0xC0182101, 1
CLOCK_REALTIME = 0
#: The extended attribute that setcap(8) writes.
CAPABILITIES = "security.capability"


class Clock:
    """What the gate takes for the time: the real one, and so many seconds more."""

    def __init__(self) -> None:
        self.seconds_ahead = 0
        self.asked = 0
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._thread = ThreadPoolExecutor(1, initializer=self._filter)

    def at_another_time(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Calls a function; the programs that it starts ask this clock."""
        return self._thread.submit(function, *arguments).result()

    def _filter(self) -> None:
        """Puts the filter on this thread, and so on whatever it starts."""
        instructions = struct.pack("=" + "HBBI" * 4, LOAD_WORD, 0, 0, 0, JUMP_IF_EQUAL, 0, 1, CLOCK_GETTIME,
                                   RETURN, 0, 0, ASK, RETURN, 0, 0, ALLOW)
        code = ctypes.create_string_buffer(instructions)
        program = ctypes.create_string_buffer(struct.pack("@HP", 4, ctypes.addressof(code)))
        listener = self._libc.syscall(SECCOMP, SET_MODE_FILTER, NEW_LISTENER, program)
        if listener < 0:
            raise OSError(ctypes.get_errno(), "seccomp")
        threading.Thread(target=self._answer, args=(listener,), daemon=True).start()

    def _answer(self, listener: int) -> None:
        """Answers one call after another."""
        while True:
            request = ctypes.create_string_buffer(80)
            if self._libc.ioctl(listener, ctypes.c_ulong(RECEIVE), request):
                if ctypes.get_errno() in (errno.ENOENT, errno.EINTR):  # Who asked is gone.
                    continue
                return
            identity, process, _, _, _, _, clock, address = struct.unpack_from("=QIIiIQQQ", request)
            told = clock == CLOCK_REALTIME and self._tell(process, address)
            reply = ctypes.create_string_buffer(struct.pack("=QqiI", identity, 0, 0, 0 if told else GO_ON))
            self._libc.ioctl(listener, ctypes.c_ulong(SEND), reply)

    def _tell(self, process: int, address: int) -> bool:
        seconds, nanoseconds = divmod(time.time_ns(), 10**9)
        try:
            with open(f"/proc/{process}/mem", "r+b", buffering=0) as memory:
                memory.seek(address)
                memory.write(struct.pack("@qq", seconds + self.seconds_ahead, nanoseconds))
        except OSError:
            return False
        self.asked += 1
        return True


@contextmanager
def another_clock(program: Path) -> Iterator[Clock]:
    """Lets an installed program ask a clock of ours while this lasts."""
    kept = program.read_bytes()
    if SHORTCUT not in kept:
        raise RuntimeError(f"{program} does not read the clock as it was thought to")
    exchange(program, kept.replace(SHORTCUT, NOWHERE))
    try:
        yield Clock()
    finally:
        exchange(program, kept)


def exchange(program: Path, contents: bytes) -> None:
    """Puts another file with the same owner, mode and capabilities in the place of a program that may be running."""
    status, beside = program.stat(), program.with_suffix(".new")
    beside.write_bytes(contents)
    os.chown(beside, status.st_uid, status.st_gid)
    beside.chmod(status.st_mode & 0o7777)
    if CAPABILITIES in os.listxattr(program):
        os.setxattr(beside, CAPABILITIES, os.getxattr(program, CAPABILITIES))
    beside.rename(program)
