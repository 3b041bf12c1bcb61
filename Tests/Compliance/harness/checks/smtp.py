"""sendmail -bs: the dialogues of Tests/Vectors/smtp with Postfix's own, and then with Postern's."""

import re
from dataclasses import dataclass, field
from pathlib import Path

from ..fakes import Fakes
from ..postern import DROP_IN
from ..process import Command, Outcome, run, start
from ..stage import Stage, check, expect

VECTORS = Path(__file__).resolve().parents[3] / "Vectors" / "smtp"
POSTFIX_SENDMAIL = "/usr/sbin/sendmail"

#: What the client and the servers of a dialogue say; see the README beside the dialogues.
LINE = re.compile(r"([CcSPQq])(?:\*(\d+))?:(?: (.*))?")
REPEATED = re.compile(rb"\{(.)\*(\d+)\}", re.DOTALL)
ESCAPE = re.compile(r"\\(r|n|\\|x[0-9A-F]{2})")
REPLY = re.compile(rb"(\d{3})(?: (\d\.\d{1,3}\.\d{1,3}))?(?: .*)?")


@dataclass
class Dialogue:
    """What is sent, and what is to be answered and queued."""

    sentence: str
    client: bytes = b""
    replies: list[str] = field(default_factory=list)
    postfix_replies: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    postfix_bodies: list[bytes] = field(default_factory=list)


def read(path: Path) -> Dialogue:
    """Reads a dialogue."""
    lines = path.read_text(encoding="ascii").split("\n")
    dialogue = Dialogue(lines[0].removeprefix("# "))
    for line in lines[1:]:
        if not line or line.startswith("#"):
            continue
        match = LINE.fullmatch(line)
        if match is None:
            raise ValueError(f"{path}: {line!r} is no line of a dialogue")
        kind, times, text = match[1], int(match[2] or 1), match[3] or ""
        if kind in "Cc":
            dialogue.client += (octets(text) + (b"\r\n" if kind == "C" else b"")) * times
        elif kind == "S":
            dialogue.replies += [text] * times
            dialogue.postfix_replies += [text] * times
        elif kind == "P":
            dialogue.postfix_replies[-times:] = [text] * times
        elif kind == "Q":
            dialogue.bodies.append(octets(text))
            dialogue.postfix_bodies.append(octets(text))
        else:
            dialogue.postfix_bodies[-1] = octets(text)
    return dialogue


def octets(text: str) -> bytes:
    """Resolves escapes and repetitions."""
    def byte(match: "re.Match[str]") -> str:
        word = match[1]
        return {"r": "\r", "n": "\n", "\\": "\\"}.get(word) or chr(int(word[1:], 16))
    return REPEATED.sub(lambda match: match[1] * int(match[2]),
                        ESCAPE.sub(byte, text).encode("latin-1"))


def answers(outcome: Outcome) -> list[str]:
    """The codes of all replies, the greeting first."""
    replies = []
    for line in outcome.stdout.split(b"\r\n"):
        match = REPLY.fullmatch(line)
        if match is not None:
            code, status = match[1].decode(), (match[2] or b"").decode()
            replies.append(f"{code} {status}".rstrip())
    return replies


def problems(stage: Stage, dialogue: Dialogue, program: str, replies: list[str],
             bodies: list[bytes]) -> list[str]:
    """Holds a dialogue with a program; says what it answered and queued otherwise than expected."""
    outcome = run(stage.machine, Command("alice", program, (b"-bs",), dialogue.client))
    queued = [message.message.partition(b"\n\n")[2] for message in stage.postfix.drain()]
    found = []
    if answers(outcome) != ["220", *replies]:
        found.append(f"{dialogue.sentence}: {['220', *replies]} expected, {outcome} got")
    if sorted(queued) != sorted(bodies):
        found.append(f"{dialogue.sentence}: {bodies} expected in the queue, {queued} got")
    return found


DIALOGUES = [read(vector) for vector in sorted(VECTORS.glob("*.txt"))]


@check("SMTP: Postfix's own sendmail -bs holds all dialogues as they are written")
def _postfix(stage: Stage) -> None:
    stage.postfix.configure([], submitters="static:all")
    expect("otherwise", [problem for dialogue in DIALOGUES for problem in problems(
        stage, dialogue, POSTFIX_SENDMAIL, dialogue.postfix_replies, dialogue.postfix_bodies)], [])


def register(dialogue: Dialogue) -> None:
    """Makes a dialogue a check of Postern."""
    @check(f"SMTP: {dialogue.sentence}")
    def _proves(stage: Stage) -> None:
        stage.postern.configure(senders=["alice good@ok.example alice@test.example <> "
                                         "recipients_per_message=1000"])
        expect("otherwise",
               problems(stage, dialogue, DROP_IN, dialogue.replies, dialogue.bodies), [])


for one in DIALOGUES:
    register(one)


ENVELOPE = b"MAIL FROM:<good@ok.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"
HONEST = ENVELOPE + b"From: good@ok.example\r\n\r\nhonest\r\n.\r\n"
FORGED = ENVELOPE + b"From: evil@z.example\r\n\r\nforged\r\n.\r\n"


def session(stage: Stage, client: bytes, user: str = "alice") -> Outcome:
    """Speaks to Postern's."""
    return run(stage.machine, Command(user, DROP_IN, (b"-bs",), client))


@check("SMTP: a forged message is refused behind its dot, and an honest one in the same session sent")
def _forged(stage: Stage) -> None:
    outcome = session(stage, FORGED + HONEST + b"QUIT\r\n")
    expect("replies", answers(outcome)[4::4], ["550 5.7.1", "250 2.0.0"])
    expect("text", b"550 5.7.1 refused (from-not-allowed): From: evil@z.example is not an address "
           b"of alice" in outcome.stdout, True)
    expect("stderr and status", (outcome.stderr, outcome.status), (b"", 0))
    expect("sender", [message.sender for message in stage.postfix.drain()], ["good@ok.example"])
    expect("used", stage.postern.used("alice"), (1, 1, 1))


@check("SMTP: what is beyond the quota can be sent later")
def _quota(stage: Stage) -> None:
    stage.postern.configure(senders=["alice good@ok.example messages_per_hour=1"])
    outcome = session(stage, HONEST * 2 + b"QUIT\r\n")
    expect("replies", answers(outcome)[4::4], ["250 2.0.0", "452 4.7.1"])
    expect("queued", stage.postfix.count(), 1)


@check("SMTP: what Postfix does not take is answered and not charged, and the session goes on")
def _not_taken(stage: Stage) -> None:
    # The first two messages fail in two ways; what the program prints is no reply.
    fake = Fakes(stage.machine).shell("fails-twice", """message=$(cat); echo 250 printed
case $message in *later*) exit 75;; *never*) exit 1;; esac""")
    stage.postern.configure([f"sendmail_path = {fake}"])
    client = b"".join(HONEST.replace(b"honest", word) for word in (b"later", b"never", b"now"))
    outcome = session(stage, client + b"QUIT\r\n")
    expect("replies", answers(outcome)[4::4], ["451 4.3.0", "554 5.3.0", "250 2.0.0"])
    expect("printed to the client", b"printed" in outcome.stdout, False)
    expect("used", stage.postern.used("alice"), (1, 1, 0))


@check("SMTP: without its privilege it says so in place of the greeting, and nothing on stderr")
def _turned_away(stage: Stage) -> None:
    outcome = run(stage.machine, Command("alice", DROP_IN, (b"-bs",), HONEST,
                                         through=("/usr/bin/setpriv", "--no-new-privs")))
    expect("status and stderr", (outcome.status, outcome.stderr), (78, b""))
    expect("one reply", outcome.stdout.count(b"\n"), 1)
    expect("reply", outcome.stdout.startswith(b"554 5.3.0 refused (not-privileged): "), True)
    expect("queued", stage.postfix.count(), 0)


@check("SMTP: a client that goes away inside its message is charged nothing")
def _gone(stage: Stage) -> None:
    stage.log.records()
    session(stage, HONEST.removesuffix(b".\r\n"))
    [line] = stage.log.decisions()
    expect("log", (line["verdict"], line["reason"], line["text"]),
           ("reject", "none", "the client disconnected before the end of its message; nothing was sent"))
    expect("queued", stage.postfix.count(), 0)
    expect("used", stage.postern.used("alice")[:2], (0, 0))


@check("SMTP: the client is greeted before it says a word, and each command is answered at once")
def _waits(stage: Stage) -> None:
    with start(stage.machine, Command("alice", DROP_IN, (b"-bs",))) as process:
        assert process.stdin is not None and process.stdout is not None
        seen = [process.stdout.readline()[:4]]
        for line in HONEST.split(b"\r\n")[:3]:
            process.stdin.write(line + b"\r\n")
            process.stdin.flush()
            seen.append(process.stdout.readline()[:4])
        process.kill()
    expect("replies", seen, [b"220 ", b"250 ", b"250 ", b"354 "])
    expect("queued", stage.postfix.count(), 0)


@check("SMTP: recipients beyond recipients_per_message are put off")
def _recipients(stage: Stage) -> None:
    stage.postern.configure(senders=["alice good@ok.example recipients_per_message=2"])
    client = HONEST.replace(b"DATA", b"RCPT TO:<s@x.example>\r\nRCPT TO:<t@x.example>\r\nRCPT TO:<u@x.example>\r\nDATA")
    stage.log.records()
    outcome = session(stage, client + b"QUIT\r\n")
    expect("log", [(line["verdict"], line["reason"], line.get("envelope"), line["recipients"]) for line in stage.log.decisions()],
           [("reject", "recipient-limit", "<good@ok.example>", "3"), ("permit", "none", "<good@ok.example>", "2")])
    expect("replies", answers(outcome), ["220", "250 2.1.0", "250 2.1.5", "250 2.1.5", "452 4.5.3", "452 4.5.3",
                                         "354", "250 2.0.0", "221 2.0.0"])
    expect("recipients", [message.recipients for message in stage.postfix.drain()],
           [["r@x.example", "s@x.example"]])


@check("SMTP: recipients_per_message binds neither exempt users nor audit")
def _unbound(stage: Stage) -> None:
    stage.postern.configure(["recipients_per_message = 1"],
                            ["alice good@ok.example mode=audit"])
    client = HONEST.replace(b"DATA", b"RCPT TO:<s@x.example>\r\nDATA") + b"QUIT\r\n"
    for user in ("alice", "dave"):
        expect(f"replies to {user}", answers(session(stage, client, user))[2:4], ["250 2.1.5"] * 2)
        expect(f"recipients of {user}",
               [message.recipients for message in stage.postfix.drain()],
               [["r@x.example", "s@x.example"]])
