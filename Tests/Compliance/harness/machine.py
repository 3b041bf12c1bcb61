"""A private view of the machine: own users, own /etc, own spool, own /dev/log.

The process is already in mount, network and process-ID namespaces of its own (`run` sees to that). All that
is written lives on one tmpfs that the kernel drops with the namespace.
"""

import fcntl
import os
import shutil
import socket
import stat
import struct
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class User:
    """A site, as the machine knows it."""

    name: str
    uid: int
    full_name: str


#: What each user may do is said by the senders map of harness/postern.py.
USERS = {
    user.name: user
    for user in (
        User("root", 0, "root"),
        User("postern", 7200, "Postern Gate"),
        User("alice", 7300, "Alice Example"),
        User("bob", 7301, "Bob Example"),
        User("carol", 7302, "Carol Unlisted"),
        User("dave", 7303, "Dave Exempt"),
        User("erin", 7304, "Erin Anybody"),
        User("frank", 7305, "Frank Full"),
        User("grace", 7306, "Grace Domain"),
        User("heidi", 7307, "Heidi & Sons, Ltd."),
        # The last slot of the state file is this user's.
        User("zoe", (1 << 18) - 1, "Zoe Last"),
    )
}

DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9),
           "tty": (5, 0)}


def set_loopback_up() -> None:
    """Brings the loopback interface of a new network namespace up (SIOCGIFFLAGS, SIOCSIFFLAGS)."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        request = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, 0x8913, request))[1]
        fcntl.ioctl(control, 0x8914, struct.pack("16sh14x", b"lo", flags | 1))


class Machine:
    """Lays the private directories over the machine's."""

    def __init__(self, mountpoint: str) -> None:
        self.root = Path(mountpoint)
        set_loopback_up()
        # No nosuid: the drop-in is to gain its rights here.
        mount("-t", "tmpfs", "-o", "mode=755", "postern-compliance", str(self.root))
        self._make_devices()
        self._make_etc()
        self._make_homes()
        for directory in ("/usr/local/lib", "/usr/local/bin", "/var/lib"):
            self._shadow(directory)
        self._replace("/var/spool/postfix")
        self._fresh("/var/lib/postfix", "postfix", 0o755)
        self._fresh("/var/lib/postern", "postern", 0o700)
        self._fresh("/usr/local/lib/postern", "root", 0o755)
        self._fresh("/etc/postern", "root", 0o755)

    def home(self, user: str) -> Path:
        """Returns the home of a test user, which is also where its programs are started."""
        return self.root / "home" / user

    def directory(self, name: str, mode: int = 0o755) -> Path:
        """Returns a directory of this run, made if it does not exist."""
        path = self.root / name
        path.mkdir(exist_ok=True)
        path.chmod(mode)
        return path

    # MARK: - The parts

    def _make_devices(self) -> None:
        devices = self.directory("dev")
        for name, (major, minor) in DEVICES.items():
            os.mknod(devices / name, stat.S_IFCHR | 0o666, os.makedev(major, minor))
            (devices / name).chmod(0o666)
        for number, name in enumerate(("stdin", "stdout", "stderr")):
            (devices / name).symlink_to(f"/proc/self/fd/{number}")
        (devices / "fd").symlink_to("/proc/self/fd")
        shared_memory = self.directory("dev/shm")
        shared_memory.chmod(0o1777)
        self.directory("dev/pts")
        (devices / "ptmx").symlink_to("pts/ptmx")
        mount("--bind", str(devices), "/dev")
        mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620", "postern-pts", "/dev/pts")

    def _make_etc(self) -> None:
        etc = self.root / "etc"
        shutil.copytree("/etc", etc, symlinks=True, ignore=shutil.ignore_patterns("ssl"))
        for name in ("shadow", "shadow-", "gshadow", "gshadow-"):
            (etc / name).unlink(missing_ok=True)
        ours = {name: user for name, user in USERS.items() if name != "root"}
        self._rewrite(etc / "passwd", ours, [
            f"{user.name}:x:{user.uid}:{user.uid}:{user.full_name}:{self.home(name)}:/bin/sh"
            for name, user in ours.items()
        ])
        self._rewrite(etc / "group", ours, [f"{u.name}:x:{u.uid}:" for u in ours.values()])
        (etc / "nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
        mount("--bind", str(etc), "/etc")

    @staticmethod
    def _rewrite(path: Path, replaced: dict[str, User], added: list[str]) -> None:
        uids = {str(user.uid) for user in replaced.values()}
        kept = [
            line for line in path.read_text().splitlines()
            if line.split(":")[0] not in replaced and line.split(":")[2] not in uids
        ]
        path.write_text("\n".join(kept + added) + "\n")

    def _make_homes(self) -> None:
        self.directory("home")
        for user in USERS.values():
            home = self.directory(f"home/{user.name}")
            os.chown(home, user.uid, user.uid)

    def _shadow(self, directory: str) -> None:
        """Lays a writable stand-in over a directory; what was there is seen through links."""
        real = self.directory("real" + directory.replace("/", "-"))
        mount("--bind", directory, str(real))
        shadow = self.directory("shadow" + directory.replace("/", "-"))
        for entry in real.iterdir():
            (shadow / entry.name).symlink_to(entry)
        mount("--bind", str(shadow), directory)

    def _replace(self, directory: str) -> None:
        empty = self.directory("empty" + directory.replace("/", "-"))
        mount("--bind", str(empty), directory)

    @staticmethod
    def _fresh(directory: str, owner: str, mode: int) -> None:
        path = Path(directory)
        if path.is_symlink():
            path.unlink()
        elif path.exists():
            shutil.rmtree(path)
        path.mkdir()
        path.chmod(mode)
        shutil.chown(path, owner, owner)


def mount(*arguments: str) -> None:
    """Runs mount(8)."""
    subprocess.run(["mount", *arguments], check=True)
