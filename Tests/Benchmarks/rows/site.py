"""The machine that is measured: one site among others, its message, its configuration."""

import os
import shutil
import subprocess
from pathlib import Path

from .launch import Contender, Launcher

UID = 7400
ADDRESS = "info@shop.example"
DROP_IN = "/usr/local/lib/postern/sendmail"
#: The same as ordinary Swift with glibc.
FALLBACK = "/usr/local/lib/postern/fallback"
POSTFIX = "/usr/sbin/sendmail"
MAILDROP = Path("/var/spool/postfix/maildrop")
WRAPPER = Path(__file__).parent.parent / "contenders" / "wrapper.php"


class Machine:
    """Postern as installed, and who calls it."""

    def __init__(self, copies: Path, disk: Path) -> None:
        self.copies = copies
        self.launcher = Launcher(copies / "launch", UID)
        programs = Path(DROP_IN).parent
        self.exec_programs = (str(programs / "exec"), str(programs / "exec-musl"))
        self.nothing = str(programs / "nothing")
        self.database = disk / "wrapper" / "quota.sqlite"
        self.database.parent.mkdir()
        os.chown(self.database.parent, UID, UID)
        #: For output, in memory: the copies are on a tmpfs.
        self.output = copies / "output"
        self.output.touch()
        os.chown(self.output, UID, UID)
        self._add_users()
        # Postern's limit is never above Postfix's, which is 10 MB by default.
        subprocess.run(["postconf", "-e", "message_size_limit=100000000"], check=True)
        self.configure()

    def configure(self, *settings: str, options: str = "", postfix: str = POSTFIX) -> None:
        """Writes postern.cf and senders, sixteen sites from UID on, compiles the map, and forgets what was charged."""
        self.write_configuration(*settings, postfix=postfix)
        lines = [f"uid:{UID + n} {ADDRESS} {options}" for n in range(16)]
        Path("/etc/postern/senders").write_text("\n".join(lines) + "\n")
        subprocess.run(["/usr/local/bin/postern", "map", "build"], check=True, capture_output=True)
        Path("/var/lib/postern/quota").unlink(missing_ok=True)

    @staticmethod
    def write_configuration(*settings: str, postfix: str = POSTFIX) -> None:
        """Writes postern.cf; the map must be compiled afterwards."""
        wanted = ["mode = enforce", f"sendmail_path = {postfix}", "default_domain = trial.example",
                  "messages_per_hour = 4000000", "recipients_per_hour = 4000000", *settings]
        Path("/etc/postern/postern.cf").write_text("\n".join(wanted) + "\n")

    def message(self, name: str, body_bytes: int, *, recipients: int = 1, end: str = "\n") -> Path:
        """Makes a message in a file; a To: of its own for each thousand recipients, as one field may have 50 000 bytes."""
        addresses = [f"customer{n}@elsewhere.example" for n in range(recipients)]
        fields = [addresses[first:first + 1000] for first in range(0, recipients, 1000)]
        to = "".join(f"To: {f',{end} '.join(field)}{end}" for field in fields)
        header = f"From: Shop <{ADDRESS}>{end}{to}Subject: Your order{end}{end}"
        line = "x" * 72 + end
        path = self.copies / name
        path.write_text(header + line * (body_bytes // len(line)), newline="")
        path.chmod(0o644)
        return path

    def session(self, name: str, message: Path, count: int) -> Path:
        """Makes a dialogue of SMTP in a file that submits a message several times."""
        data = message.read_bytes().replace(b"\n", b"\r\n")
        transaction = (b"MAIL FROM:<%s>\r\nRCPT TO:<customer0@elsewhere.example>\r\nDATA\r\n" % ADDRESS.encode()
                       + data + b".\r\n")
        path = self.copies / name
        path.write_bytes(b"EHLO shop.example\r\n" + transaction * count + b"QUIT\r\n")
        path.chmod(0o644)
        return path

    def sendmail(self, program: str, message: Path, *, piped: bool = False) -> Contender:
        """Returns a program called as PHP calls sendmail_path."""
        return Contender((program, "-t", "-i", "-f", ADDRESS), message, piped)

    def wrapper(self, message: Path) -> Contender:
        """Returns the wrapper in PHP."""
        return Contender(("/usr/bin/php", "-n", "-d", "extension=sqlite3", "-d", "extension=posix", str(WRAPPER),
                          str(self.database), ADDRESS, "4000000", "-t", "-i", "-f", ADDRESS), message)

    @staticmethod
    def empty() -> None:
        """Throws away what was queued."""
        shutil.rmtree(MAILDROP)
        MAILDROP.mkdir()
        shutil.chown(MAILDROP, "postfix", "postdrop")
        MAILDROP.chmod(0o1730)

    def _add_users(self) -> None:
        """Accounts of their own; bare Postfix takes mail from them, so that it can be compared."""
        with open("/etc/passwd", "a", encoding="ascii") as passwd, open("/etc/group", "a", encoding="ascii") as group:
            for uid in range(UID, UID + 16):
                passwd.write(f"bench{uid}:x:{uid}:{uid}::/nonexistent:/usr/sbin/nologin\n")
                group.write(f"bench{uid}:x:{uid}:\n")
        names = ",".join(f"bench{uid}" for uid in range(UID, UID + 16))
        subprocess.run(["postconf", "-e", f"authorized_submit_users=postern,root,{names}"], check=True)
