"""postern-smtpd: SMTP of sites over TCP, which the kernel says is theirs."""

import os
import socket
import subprocess

from ..door import open_door, say, serve
from ..machine import USERS
from ..process import Command, run, start
from ..stage import Stage, check, expect
from .smtp import FORGED, HONEST, answers

QUIT = b"QUIT\r\n"
EHLO = b"EHLO shop.example\r\n"


def one_line(stage: Stage) -> dict[str, str]:
    """The one line about a decision since the last look."""
    [line] = stage.log.decisions()
    return line


@check("SMTP door: each site sends as itself, directly and redirected, over IPv4 and IPv6")
def _sends(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        for host, port in (("127.0.0.1", 10025), ("127.0.0.1", 25), ("::1", 25), ("127.0.0.5", 25),
                           ("::ffff:127.0.0.1", 25)):
            stage.log.records()
            before = stage.postern.used("alice")
            outcome = say(stage, HONEST + QUIT, host=host, port=port)
            expect(f"replies of {host} {port}", answers(outcome)[-2:], ["250 2.0.0", "221 2.0.0"])
            line = one_line(stage)
            expect("log", (line["verdict"], line["uid"], line["user"], line["via"]),
                   ("permit", str(USERS["alice"].uid), "alice", "smtp"))
            expect("no directory, no parent", ("cwd" in line, "ppid" in line, "process" in line, "cgroup" in line), (False,) * 4)
            expect("charged", stage.postern.used("alice")[0] - before[0], 1)
    expect("sent", [one.sender for one in stage.postfix.drain()], ["good@ok.example"] * 5)


@check("SMTP door: another site's address is refused at the end of the data, and the session goes on")
def _forged(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        outcome = say(stage, EHLO + FORGED + HONEST + QUIT, port=25)
        expect("replies", (answers(outcome)[5], answers(outcome)[9]), ("550 5.7.1", "250 2.0.0"))
        outcome = say(stage, HONEST + QUIT, user="bob", port=25)
        expect("alice's address, of bob", answers(outcome)[4], "550 5.7.1")
        expect("named", b"is not an address of bob" in outcome.stdout, True)
    expect("sent", stage.postfix.count(), 1)
    expect("used", (stage.postern.used("alice"), stage.postern.used("bob")), ((1, 1, 1), (0, 0, 1)))


@check("SMTP door: a site has one quota for both doors")
def _quota(stage: Stage) -> None:
    stage.postern.configure(senders=["alice good@ok.example messages_per_hour=2"])
    with open_door(stage):
        expect("by the drop-in", stage.postern.submit("alice", b"r@x.example").status, 0)
        outcome = say(stage, HONEST * 2 + QUIT)
        expect("replies", answers(outcome)[4::4], ["250 2.0.0", "452 4.7.1"])
        expect("by the drop-in again", stage.postern.submit("alice", b"r@x.example").status, 69)


@check("SMTP door: who is unlisted may send nothing, and root sends as the map says")
def _others(stage: Stage) -> None:
    with open_door(stage):
        expect("carol", answers(say(stage, HONEST + QUIT, user="carol"))[4], "550 5.7.1")
        expect("root", answers(say(stage, HONEST + QUIT, user="root"))[4], "250 2.0.0")
    expect("sent", stage.postfix.count(), 1)


@check("SMTP door: STARTTLS and AUTH are neither offered nor taken, and BDAT is not known")
def _not_offered(stage: Stage) -> None:
    with open_door(stage):
        outcome = say(stage, EHLO + b"STARTTLS\r\nAUTH PLAIN AGEAYg==\r\nBDAT 1 LAST\r\n" + QUIT)
    expect("offered", [word for word in (b"STARTTLS", b"AUTH", b"CHUNKING")
                       if b"250-" + word in outcome.stdout or b"250 " + word in outcome.stdout], [])
    expect("replies", [line[:4] for line in outcome.stdout.splitlines()[-4:]],
           [b"502 ", b"503 ", b"502 ", b"221 "])


@check("SMTP door: a client that has closed its side and waits for the answers gets them")
def _half_closed(stage: Stage) -> None:
    with open_door(stage):
        expect("replies", answers(say(stage, HONEST, half=True))[4], "250 2.0.0")
    expect("sent", stage.postfix.count(), 1)


def refused(stage: Stage, descriptor: int, reader: socket.socket) -> bytes:
    """Lets the door serve a descriptor; returns what it says."""
    process = serve(descriptor, USERS["postern"].uid)
    process.wait(20)
    os.close(descriptor)
    reader.settimeout(5)
    expect("sent", stage.postfix.count(), 0)
    return reader.recv(65536)


@check("SMTP door: a client on another machine has no socket here, and is told 421")
def _remote(stage: Stage) -> None:
    # The client's end is in a network namespace of its own, as every other machine's is.
    with open_door(stage):
        pass
    with subprocess.Popen(["unshare", "--net", "sleep", "60"]) as other:
        try:
            reply = through_veth(stage, other.pid)
        finally:
            other.kill()
    expect("reply", reply.startswith(b"421 4.3.0 refused (system-error): the kernel knows no open "), True)
    expect("one line", reply.count(b"\n"), 1)
    line = one_line(stage)
    expect("log", (line["verdict"], line["reason"], line["via"]), ("reject", "system-error", "smtp"))


def through_veth(stage: Stage, pid: int) -> bytes:
    """Connects from the network namespace of a process, and returns what the door says there."""
    ip = "/usr/sbin/ip"
    inside = ["nsenter", f"--net=/proc/{pid}/ns/net"]
    while os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net"):
        pass
    for words in ([ip, "link", "add", "door0", "type", "veth", "peer", "name", "door1", "netns", str(pid)],
                  [ip, "address", "add", "192.0.2.1/24", "dev", "door0"], [ip, "link", "set", "door0", "up"],
                  [*inside, ip, "address", "add", "192.0.2.2/24", "dev", "door1"],
                  [*inside, ip, "link", "set", "door1", "up"]):
        subprocess.run(words, check=True)
    with socket.create_server(("192.0.2.1", 10026)) as listener:
        listener.settimeout(20)
        program = ("import socket; s = socket.create_connection(('192.0.2.1', 10026), 20); "
                   "print(s.makefile().read(), end='')")
        with subprocess.Popen([*inside, "/usr/bin/python3", "-c", program], stdout=subprocess.PIPE) as client:
            peer, _ = listener.accept()
            with peer:
                serve(peer.fileno(), USERS["postern"].uid).wait(20)
            said, _ = client.communicate(timeout=20)
    subprocess.run([ip, "link", "delete", "door0"], check=True)
    return said


@check("SMTP door: a client that is gone when it is looked for is nobody")
def _gone(stage: Stage) -> None:
    with open_door(stage):
        pass
    with socket.create_server(("127.0.0.1", 10026)) as listener:
        client = socket.create_connection(("127.0.0.1", 10026))
        peer, _ = listener.accept()
        client.sendall(HONEST + QUIT)
        client.close()
        with peer:
            serve(peer.fileno(), USERS["postern"].uid).wait(20)
    line = one_line(stage)
    expect("log", (line["verdict"], line["reason"]), ("reject", "system-error"))
    expect("sent", stage.postfix.count(), 0)


@check("SMTP door: on a pipe, or as another user than postern, nobody is served")
def _no_door(stage: Stage) -> None:
    with open_door(stage):
        done = subprocess.run(["/usr/local/lib/postern/smtpd"], input=HONEST, capture_output=True,
                              user=USERS["postern"].uid, group=USERS["postern"].uid, extra_groups=[],
                              env={}, check=False)
        expect("a pipe", done.stdout[:31], b"421 4.3.0 refused (system-error)"[:31])
    with open_door(stage, user="bob"):
        outcome = say(stage, HONEST + QUIT, user="bob")
        expect("as bob", outcome.stdout.startswith(b"421 4.3.0 refused (config-invalid)"), True)
        expect("one reply", outcome.stdout.count(b"\n"), 1)
    expect("sent", stage.postfix.count(), 0)


@check("SMTP door: a site has so many connections at once, and nobody else has fewer for it")
def _slots(stage: Stage) -> None:
    stage.postern.configure(["smtp_connections_per_user = 3"])
    waiting = "import socket,time; c=[socket.create_connection(('127.0.0.1',10025)) for _ in range(5)]\n" \
              "print(sorted(s.recv(4).decode() for s in c), flush=True); time.sleep(60)"
    with open_door(stage):
        with start(stage.machine, Command("alice", "/usr/bin/python3", (b"-c", waiting.encode()))) as held:
            assert held.stdout is not None
            expect("greetings", held.stdout.readline(), b"['220 ', '220 ', '220 ', '421 ', '421 ']\n")
            turned = say(stage, HONEST + QUIT)
            expect("one more", turned.stdout.startswith(b"421 4.3.0 refused (system-error): this user has 3 "), True)
            mail = HONEST.replace(b"good@ok.example", b"bob@test.example")
            expect("bob", answers(say(stage, mail + QUIT, user="bob"))[0][:3], "220")
            expect("root is not counted", answers(say(stage, QUIT, user="root"))[0][:3], "220")
            held.kill()
            held.wait()
        # The doors of a client that is gone end by themselves.
        for _ in range(100):
            if answers(say(stage, QUIT))[0].startswith("220"):
                return
    expect("free again", False, True)


#: Two connections of one client port that the redirection would make alike: the kernel has to give
#: the second one another port.
TWINS = r"""
import socket
def twin(address, port=0):
    s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1); s.settimeout(5)
    s.bind(("127.0.0.1", port))
    try:
        s.connect((address, 25))
        return s, s.recv(4).decode()
    except OSError as error:
        return s, type(error).__name__
first, said = twin("127.0.0.2")
second, then = twin("127.0.0.3", first.getsockname()[1])
print(said, then)
"""


@check("SMTP door: a connection whose port had to be changed is reset, and never somebody else's")
def _changed_port(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        for _ in range(20):
            done = run(stage.machine, Command("alice", "/usr/bin/python3", (b"-c", TWINS.encode())))
            expect("what both are told", (done.stdout, done.stderr), (b"220  ConnectionRefusedError\n", b""))


#: One user resets a connection as soon as its mail in another's name is on its way, and that one connects from the same
#: port at that moment, again and again: arguments are the two users' IDs and the number of rounds. Prints how often the
#: second connection took the place of the first.
SUCCESSORS = r"""
import os, random, socket, struct, sys, time
attacker, victim, rounds = map(int, sys.argv[1:])
mail = (b"EHLO a\r\nMAIL FROM:<bob@test.example>\r\nRCPT TO:<r@x.example>\r\nDATA\r\n"
        b"From: bob@test.example\r\n\r\nforged\r\n.\r\nQUIT\r\n")
ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
def connect(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.settimeout(2)
    s.bind(("127.0.0.1", port))
    s.connect(("127.0.0.1", 10025))
    return s
def as_user(uid, peer, first):
    os.setgid(uid); os.setuid(uid)
    followed = 0
    for number in range(rounds):
        port = 20000 + number % 10000
        if not first: peer.recv(1)
        try:
            s = connect(port)
            if first: s.sendall(mail); time.sleep(random.random() * 0.003)
            else: followed += 1; time.sleep(random.random() * 0.006)
            s.close()
        except OSError: pass
        peer.send(b"x")
        if first: peer.recv(1)
    if not first: print(followed, flush=True)
    os._exit(0)
if os.fork() == 0: as_user(attacker, ours, True)
if os.fork() == 0: as_user(victim, theirs, False)
for _ in range(2): os.wait()
"""
#: Ten thousand take a minute: POSTERN_PORT_ROUNDS=10000 Tests/Compliance/run --only "a moment later".
ROUNDS = int(os.environ.get("POSTERN_PORT_ROUNDS", "200"))


@check("SMTP door: whoever has the port a moment later is never taken for the client")
def _successor(stage: Stage) -> None:
    with open_door(stage):
        done = subprocess.run(["/usr/bin/python3", "-B", "-c", SUCCESSORS, str(USERS["alice"].uid), str(USERS["bob"].uid), str(ROUNDS)],
                              capture_output=True, check=True, timeout=1_200)
    expect("the attack takes place", int(done.stdout) > ROUNDS // 4, True)
    expect("sent", [mail.sender for mail in stage.postfix.drain()], [])
    expect("bob has said nothing", stage.postern.used("bob"), (0, 0, 0))
    lines = [line for line in stage.log.decisions() if line["uid"] == str(USERS["bob"].uid) and "from" in line]
    expect("lines of bob's with alice's mail", lines, [])
