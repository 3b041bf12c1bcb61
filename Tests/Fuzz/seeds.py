"""Writes the seeds of the fuzz targets: Tests/Vectors, cut into what each target reads, and the files of Install.

Usage: seeds.py VECTORS INSTALL DIRECTORY; DIRECTORY/TARGET/ gets one file for each seed.
"""

import re
import sys
from pathlib import Path

# What an installed file shows as an example: "#name = value", where prose is "# text".
EXAMPLE = re.compile(rb"^#(?=\S)", re.MULTILINE)
ESCAPE = re.compile(r"\\x([0-9A-Fa-f]{2})")
FIELD = re.compile(rb"^(?:From|Sender|To|Cc|Bcc|Reply-To|Resent-[A-Za-z]+):(.*(?:\n[ \t].*)*)",
                   re.MULTILINE | re.IGNORECASE)


def command_lines(vectors: Path) -> list[bytes]:
    """The words of the command-line vectors, divided by NUL."""
    lines = (vectors / "options/invocation.tsv").read_text("latin-1").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    seeds = []
    for row in rows:
        words = re.findall(r"\[([^\]]*)\]", row[1])
        plain = [ESCAPE.sub(lambda match: chr(int(match[1], 16)), word) for word in words]
        seeds.append("\0".join(plain).encode("latin-1"))
    return seeds


def files(directory: Path, *endings: str) -> list[bytes]:
    """The files of a directory, by their endings."""
    return [path.read_bytes() for path in sorted(directory.iterdir()) if path.suffix in endings]


def installed(file: Path) -> list[bytes]:
    """A file as it is installed, and with its examples in force."""
    text = file.read_bytes()
    return [text, EXAMPLE.sub(b"", text)]


def dialogues(directory: Path) -> list[bytes]:
    """What the clients of the SMTP dialogues send."""
    seeds = []
    for path in sorted(directory.glob("*.txt")):
        seed = b""
        for line in path.read_text("utf-8").splitlines():
            if match := re.match(r"([Cc])(?:\*(\d+))?: ?(.*)", line):
                text = re.sub(r"\{(.)\*(\d+)\}", lambda found: found[1] * int(found[2]), match[3])
                text = text.replace("\\r", "\r").replace("\\n", "\n")
                text = ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
                end = "\r\n" if match[1] == "C" else ""
                seed += (text + end).encode() * int(match[2] or 1)
        seeds.append(seed)
    return seeds


def main() -> None:
    """Writes everything."""
    vectors, install, target = map(Path, sys.argv[1:4])
    messages = files(vectors / "messages", ".eml") + files(vectors / "recipients", ".eml")
    bodies = [match for message in messages for match in FIELD.findall(message)]
    seeds = {
        "command-line": command_lines(vectors),
        "header": [message.split(b"\n\n")[0] + b"\n" for message in messages],
        "addresses": bodies + files(vectors / "recipients", ".arg"),
        "message": messages,
        "smtp": dialogues(vectors / "smtp"),
        "configuration": files(vectors / "config", ".cf") + installed(install / "postern.cf"),
        "senders": files(vectors / "config", ".senders") + files(vectors / "senders", ".senders")
        + installed(install / "senders"),
        "senders-db": [bytes(range(16))],
        "state-file": [bytes(range(16)), bytes(1088)],
    }
    for name in ("command-line", "header", "addresses", "message", "smtp", "configuration", "senders"):
        seeds[f"{name}-mapped"] = seeds[name]
    for name, inputs in seeds.items():
        if not inputs:
            sys.exit(f"no seeds for {name}")
        (target / name).mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(inputs):
            (target / name / f"seed-{number:03}").write_bytes(seed)


main()
