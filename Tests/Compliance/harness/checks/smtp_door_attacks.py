"""Games of a site's with its connections to the SMTP door: whose they are, and who pays for them."""

import socket
import subprocess
import time

from ..door import PORT, Listener, open_door, say
from ..machine import USERS
from ..process import CLEAN_ENVIRONMENT, Command, Outcome, run, start
from ..stage import Stage, check, expect
from .smtp import HONEST, answers

QUIT = b"QUIT\r\n"
ALICE, BOB = USERS["alice"].uid, USERS["bob"].uid
#: A mail of bob's.
BOBS = HONEST.replace(b"good@ok.example", b"bob@test.example")

#: The replies to five commands and the end of the data, of which the fifth is the verdict.
PRELUDE = r"""
import errno, functools, os, socket, struct, sys, time
print = functools.partial(print, flush=True)
HOST, PORT = "127.0.0.1", 10025
def exchange(s, mail):
    s.settimeout(20); s.sendall(mail); s.shutdown(socket.SHUT_WR)
    said = b""
    while data := s.recv(65536): said += data
    lines = [line for line in said.decode().split("\r\n") if line[3:4] == " "]
    return lines[4][:9] if len(lines) > 4 else said.decode()
def attempt(action):
    try: return action()
    except OSError as error: return errno.errorcode.get(error.errno, type(error).__name__)
"""


def script(stage: Stage, user: str, program: str, *words: bytes, through: tuple[str, ...] = ()) -> Outcome:
    """Runs a program in Python as a user; what it prints is told by `Outcome`."""
    text = (PRELUDE + program).encode()
    return run(stage.machine, Command(user, "/usr/bin/python3", (b"-c", text, *words), through=through))


def as_root(program: str, *words: str | bytes) -> list[str]:
    """Runs a program in Python that becomes several users; returns the lines that it prints."""
    done = subprocess.run(["/usr/bin/python3", "-B", "-c", PRELUDE + program, *words], capture_output=True,
                          check=True, timeout=60, env=CLEAN_ENVIRONMENT)
    return done.stdout.decode().splitlines()


def verdicts(stage: Stage) -> list[tuple[str, str]]:
    """Who was permitted or refused what, since the last look."""
    return [(line["user"], line["verdict"]) for line in stage.log.decisions() if "from" in line]


#: Bob has a connection; alice takes its port wherever the kernel gives it to her.
SAME_PORT = r"""
uid, mail = int(sys.argv[1]), os.fsencode(sys.argv[2])
victim = socket.create_connection((HOST, PORT))
victim.recv(100)
port = victim.getsockname()[1]
if os.fork() == 0:
    os.setgid(uid); os.setuid(uid)
    def connection(address, to=(HOST, PORT)):
        s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
        for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT): s.setsockopt(socket.SOL_SOCKET, option, 1)
        s.bind((address, port)); s.connect(to)
        return exchange(s, mail)
    print("the same four numbers", attempt(lambda: connection(HOST)))
    print("another address", attempt(lambda: connection("127.0.0.2")))
    print("IPv6", attempt(lambda: connection("::1", ("::1", PORT))))
    os._exit(0)
os.wait()
"""


@check("SMTP door: whoever takes the port of another's client is still who it is")
def _same_port(stage: Stage) -> None:
    with open_door(stage):
        told = as_root(SAME_PORT, str(ALICE), BOBS)
    expect("told", told[0] in ("the same four numbers EADDRINUSE", "the same four numbers EADDRNOTAVAIL"), True)
    expect("elsewhere", told[1:], ["another address 550 5.7.1", "IPv6 550 5.7.1"])
    expect("log", verdicts(stage), [("alice", "reject")] * 2)
    expect("sent", stage.postfix.count(), 0)


#: Alice listens beside the door, and on the port of bob's client, however the kernel lets her.
BESIDE = r"""
victim_port = int(sys.argv[1])
def listens(address, port):
    s = socket.socket()
    for option in (socket.SO_REUSEADDR, socket.SO_REUSEPORT): s.setsockopt(socket.SOL_SOCKET, option, 1)
    s.bind((address, port)); s.listen(16); kept.append(s)
    return "listens"
kept = []
print(*(attempt(lambda a=a: listens(a, PORT)) for a in (HOST, "0.0.0.0")),
      attempt(lambda: listens("127.0.0.3", victim_port)))
time.sleep(60)
"""


@check("SMTP door: a site that listens with SO_REUSEPORT gets no connection of the door's, and is no other's client")
def _beside(stage: Stage) -> None:
    with open_door(stage), socket.create_connection(("127.0.0.1", PORT)) as held:
        words = (b"-c", (PRELUDE + BESIDE).encode(), b"%d" % held.getsockname()[1])
        with start(stage.machine, Command("alice", "/usr/bin/python3", words)) as thief:
            assert thief.stdout is not None
            expect("alice", thief.stdout.readline(), b"EADDRINUSE EADDRINUSE listens\n")
            for _ in range(20):
                expect("bob", answers(say(stage, BOBS + QUIT, user="bob"))[4], "250 2.0.0")
            thief.kill()
    expect("log", verdicts(stage), [("bob", "permit")] * 20)
    expect("sent", stage.postfix.count(), 20)


#: Bob connects, and passes the socket to a process of alice's: by SCM_RIGHTS, or to a child that has become her.
PASSED = r"""
alice, bob, mail = int(sys.argv[1]), int(sys.argv[2]), os.fsencode(sys.argv[3])
ours, theirs = socket.socketpair()
if os.fork() == 0:
    os.setgid(bob); os.setuid(bob)
    connection = socket.create_connection((HOST, PORT))
    socket.send_fds(ours, [b"x"], [connection.fileno()])
    os._exit(0)
os.wait()
if os.fork() == 0:
    os.setgid(alice); os.setuid(alice)
    _, [number], _, _ = socket.recv_fds(theirs, 1, 1)
    print(exchange(socket.socket(fileno=number), mail))
    os._exit(0)
os.wait()
"""


@check("SMTP door: a socket that was passed to another user's process speaks for its maker, who pays")
def _passed(stage: Stage) -> None:
    with open_door(stage):
        expect("her own address", as_root(PASSED, str(ALICE), str(BOB), HONEST), ["550 5.7.1"])
        expect("its maker's", as_root(PASSED, str(ALICE), str(BOB), BOBS), ["250 2.0.0"])
    expect("log", verdicts(stage), [("bob", "reject"), ("bob", "permit")])
    expect("used", (stage.postern.used("alice"), stage.postern.used("bob")), ((0, 0, 0), (1, 1, 1)))
    expect("sent", stage.postfix.count(), 1)


CONNECT = r"""
mail = os.fsencode(sys.argv[1])
print(os.getuid(), *(attempt(lambda p=p: exchange(socket.create_connection((HOST, p)), mail)) for p in (PORT, 25)))
"""


@check("SMTP door: root of a user namespace is the user outside, and from a network namespace nobody gets there")
def _namespaces(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        own = script(stage, "alice", CONNECT, HONEST, through=("/usr/bin/unshare", "--user", "--map-root-user"))
        expect("her own address", (own.stdout, own.stderr), (b"0 250 2.0.0 250 2.0.0\n", b""))
        other = script(stage, "alice", CONNECT, BOBS, through=("/usr/bin/unshare", "--user", "--map-root-user"))
        expect("another's", other.stdout, b"0 550 5.7.1 550 5.7.1\n")
        apart = script(stage, "alice", CONNECT, HONEST, through=("/usr/bin/unshare", "--user", "--map-root-user", "--net"))
        expect("from a network namespace", apart.stdout, b"0 ENETUNREACH ENETUNREACH\n")
    expect("log", verdicts(stage), [("alice", "permit")] * 2 + [("alice", "reject")] * 2)
    expect("used", stage.postern.used("alice"), (2, 2, 2))
    expect("sent", stage.postfix.count(), 2)


#: A daemon that connects for whoever asks, as an HTTP proxy with CONNECT does.
PROXY = r"""
listener = socket.create_server((HOST, 3128)); print("ready")
import threading
def pump(source, target):
    try:
        while data := source.recv(65536): target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError: pass
while True:
    client, _ = listener.accept()
    request = b""
    while b"\r\n\r\n" not in request: request += client.recv(1)
    server = socket.create_connection((HOST, int(request.split()[1].split(b":")[1])))
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for pair in ((client, server), (server, client)): threading.Thread(target=pump, args=pair, daemon=True).start()
"""
THROUGH_PROXY = r"""
s = socket.create_connection((HOST, 3128))
s.sendall(b"CONNECT localhost:25 HTTP/1.1\r\n\r\n"); s.settimeout(20)
said = b""
while not said.endswith(b"\r\n\r\n"): said += s.recv(1)
print(exchange(s, os.fsencode(sys.argv[1])))
"""


@check("SMTP door: what goes through another user's proxy is that user's, and counts as that user's")
def _proxy(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        with start(stage.machine, Command("bob", "/usr/bin/python3", (b"-c", (PRELUDE + PROXY).encode()))) as proxy:
            assert proxy.stdout is not None
            expect("proxy", proxy.stdout.readline(), b"ready\n")
            expect("as herself", script(stage, "alice", THROUGH_PROXY, HONEST).stdout, b"550 5.7.1\n")
            expect("as the proxy's user", script(stage, "alice", THROUGH_PROXY, BOBS).stdout, b"250 2.0.0\n")
            proxy.kill()
    expect("log", verdicts(stage), [("bob", "reject"), ("bob", "permit")])
    expect("used", (stage.postern.used("alice"), stage.postern.used("bob")), ((0, 0, 0), (1, 1, 1)))
    expect("sent", stage.postfix.count(), 1)


#: Opens connections as fast as it can for some seconds, in a way that is named; tells how many the kernel gave it.
FLOOD = r"""
way, seconds, port = sys.argv[1], float(sys.argv[2]), int(sys.argv[3])
print("begins")
end, given, refused, kept = time.monotonic() + seconds, 0, 0, []
while time.monotonic() < end:
    s = socket.socket()
    if way == "reset": s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        s.connect((HOST, port)); given += 1
        if way == "hold": kept.append(s); s = None
    except ConnectionRefusedError: refused += 1
    if s: s.close()
print(given, refused)
"""
#: What a user may open at once, and how many a second, by Install/nftables/postern-smtp.nft, and some room.
AT_ONCE, BURST, A_SECOND = 64, 100, 30
FLOOD_SECONDS = 1


def flood(stage: Stage, way: str, port: int) -> tuple[int, int, list[str]]:
    """Has alice flood the door, beside bob, who sends; returns what she got, was refused, and what bob was told."""
    words = (b"-c", (PRELUDE + FLOOD).encode(), way.encode(), b"%d" % FLOOD_SECONDS, b"%d" % port)
    with start(stage.machine, Command("alice", "/usr/bin/python3", words)) as process:
        assert process.stdout is not None
        expect("flood", process.stdout.readline(), b"begins\n")
        told = [answers(say(stage, BOBS + QUIT, user="bob", port=25))[4] for _ in range(3)]
        given, refused = map(int, process.stdout.readline().split())
    return given, refused, told


@check("SMTP door: a site that opens connections as fast as it can is cut off before the queue, and nobody else is refused")
def _flood(stage: Stage) -> None:
    with open_door(stage, redirects=True):
        for way in ("hold", "close", "reset"):
            for port in (25, PORT):
                given, refused, told = flood(stage, way, port)
                expect(f"bob, beside {way} at {port}", told, ["250 2.0.0"] * 3)
                expect(f"{way} at {port}: {given} given", given <= BURST + A_SECOND * (FLOOD_SECONDS + 2), True)
                expect(f"{way} at {port}: {refused} refused", refused > 100, True)
    expect("sent", stage.postfix.count(), 18)


#: Connects and says nothing; tells how many are greeted, turned away, and ended by the door.
SILENT = r"""
kept = [socket.create_connection((HOST, 25)) for _ in range(40)]
replies = [(s, s.recv(4)) for s in kept]
def ends(s):
    while s.recv(4096): pass
    return True
turned_away = [s for s, reply in replies if reply == b"421 "]
print(sum(reply == b"220 " for _, reply in replies), len(turned_away), sum(map(ends, turned_away)))
time.sleep(60)
"""


def until_so_many(number: int, listener: Listener) -> int:
    """Waits until so many of the door's processes are left, and returns how many are."""
    for _ in range(100):
        left = sum(child.poll() is None for child in listener.children)
        if left <= number:
            break
        time.sleep(0.05)
    return left


@check("SMTP door: a site that holds silent connections has its own number of them, and one beyond that ends at once")
def _silent(stage: Stage) -> None:
    stage.postern.configure(["smtp_connections_per_user = 4"])
    words = (b"-c", (PRELUDE + SILENT).encode())
    with open_door(stage, redirects=True) as listener:
        with start(stage.machine, Command("alice", "/usr/bin/python3", words)) as held:
            assert held.stdout is not None
            expect("greeted, turned away, ended", held.stdout.readline(), b"4 36 36\n")
            expect("processes", until_so_many(4, listener), 4)
            expect("bob", answers(say(stage, BOBS + QUIT, user="bob", port=25))[4], "250 2.0.0")
            held.kill()
    expect("sent", stage.postfix.count(), 1)
