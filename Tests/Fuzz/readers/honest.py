"""Mail of real libraries with hard names: how much of it is permitted, and whether anything of it is damaged.

    python3 -m readers.honest DECISIONS WORDPRESS COUNT [SEED]     # in Tests/Fuzz; DECISIONS is the fuzz program of that name

COUNT names go through every library of Tests/Fuzz/software. Exits 1 if more than one of 2 000 messages is refused, or if a
message that is handed over says anything else than the software wrote: the name of its sender, another field, the body.
"""

import base64
import collections
import email
import email.header
import email.policy
import email.utils
import json
import random
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from .generator import Case
from .names import hard_name, visible
from .postern import Permit, decide

ADDRESS = "good@ok.example"
SOFTWARE = Path(__file__).resolve().parent.parent / "software"
#: Fields that Postern writes, or writes anew.
OWN = {"from", "x-postern", "message-id"}
#: So many messages of which one may be refused.
HONEST_OF = 2_000
SHOWN = 20


def reads_as_address(name: str) -> bool:
    """Whether a name holds what is an address without its blanks, as `Shop @ Dr.Inc.` does: no reader can tell that it is none."""
    return re.search(r"[^\s@]@[^\s@]+\.[^\s@]", re.sub(r"\s*([@.])\s*", r"\1", name)) is not None


def names(count: int, chance: random.Random) -> Iterator[str]:
    """Makes hard names."""
    while count:
        name = hard_name(chance)
        if visible(name) and not reads_as_address(name):
            yield name
            count -= 1


def programs(wordpress: str) -> list[list[str]]:
    """What writes messages."""
    return [["/usr/bin/php", str(SOFTWARE / "php.php"), wordpress], ["/usr/bin/ruby", "-E", "UTF-8", str(SOFTWARE / "ruby.rb")],
            ["/usr/bin/perl", str(SOFTWARE / "perl.pl")], ["/usr/bin/node", str(SOFTWARE / "node.js")], ["/usr/bin/python3", str(SOFTWARE / "python.py")]]


def written(command: list[str], asked: str) -> list[dict[str, bytes]]:
    """What a program makes of each name."""
    ran = subprocess.run(command, input=asked.encode(), stdout=subprocess.PIPE, check=True)
    return [{key: base64.b64decode(value) for key, value in json.loads(line).items()} for line in ran.stdout.splitlines()]


def told(name: str) -> str:
    """A name without what readers differ in: the newer of Python's shows a blank where two encoded words meet; quotes go."""
    return visible(re.sub(r'[\s"\\]', "", name))


def shown(message: bytes) -> set[str]:
    """The names that Python's two readers show."""
    found = set()
    old = str(email.message_from_bytes(message)["From"])
    for name, _ in email.utils.getaddresses([old.replace("\n", "")]):
        try:
            found.add(str(email.header.make_header(email.header.decode_header(name))))
        except LookupError:  # A charset that Python does not know.
            found.add(name)
    if len(found) == 1 and not any("=?" in name for name in found):
        for one in email.message_from_bytes(message, policy=email.policy.default)["From"].addresses:
            found.add(one.display_name)
    return {told(name) for name in found}


def split(message: bytes) -> tuple[list[tuple[str, str]], bytes]:
    """The fields that Postern leaves alone, and the body."""
    header, _, body = message.replace(b"\r\n", b"\n").partition(b"\n\n")
    parsed = email.message_from_bytes(header + b"\n\n")
    return [(name, str(value)) for name, value in parsed.items() if name.lower() not in OWN], body


def faults(permit: Permit, name: str) -> list[str]:
    """What is damaged in a message that is handed over."""
    found = []
    original, sent = permit.case.message, permit.message
    meant = {told(name)}
    try:
        meant |= shown(original.replace(b"\r\n", b"\n"))
    except (ValueError, LookupError, AttributeError, TypeError):  # Python fails on some of what is written.
        pass
    if not shown(sent) <= meant:
        found.append(f"shown {shown(sent)}, meant {meant}")
    if permit.fields["from"] != (ADDRESS.encode(),):
        found.append(f"from {permit.fields['from']}")
    if split(original) != split(sent):
        found.append("another field or body")
    return found


def main() -> int:
    """Runs it."""
    warnings.simplefilter("ignore")
    decisions, wordpress, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    asked = list(names(count, random.Random(int(sys.argv[4]) if len(sys.argv) > 4 else 1)))
    lines = "".join(json.dumps({"name": name, "address": ADDRESS}) + "\n" for name in asked)
    mails: list[tuple[str, str, bytes]] = []
    for command in programs(wordpress):
        answers = written(command, lines)
        if len(answers) != len(asked):
            raise RuntimeError(f"{command[0]} answered {len(answers)} of {len(asked)} names")
        mails += [(key, name, message) for name, answer in zip(asked, answers) for key, message in answer.items()
                  if ADDRESS.encode() in message]  # Email::Stuffer writes an empty From: now and then.
    cases = (Case(number, "own", (b"-t", b"-i"), message) for number, (_, _, message) in enumerate(mails))
    refused: collections.Counter[str] = collections.Counter()
    total: collections.Counter[str] = collections.Counter()
    damaged = 0
    for (software, name, message), reply in zip(mails, decide(decisions, cases), strict=True):
        total[software] += 1
        problems = faults(reply, name) if isinstance(reply, Permit) else []
        if not isinstance(reply, Permit):
            refused[software] += 1
            problems = [reply]
        elif problems:
            damaged += 1
        if problems and damaged + refused.total() <= SHOWN:
            line = next((line for line in message.splitlines() if line.lower().startswith(b"from:")), b"")
            print(f"{software}: {name!r}: {problems}: {line!r}")
    for software, number in sorted(total.items()):
        print(f"{software}: {number - refused[software]} of {number}")
    permitted = total.total() - refused.total()
    print(f"{total.total()} messages of {len(total)} kinds, {permitted} permitted ({permitted / total.total():.3%}), {damaged} damaged")
    return 1 if damaged or refused.total() * HONEST_OF > total.total() else 0


if __name__ == "__main__":
    sys.exit(main())
