"""What is tried once, beside the table: who reaches the server, who is believed, and who can be stopped."""

import signal
import time

#: Longer than haproxy needs to find out, and than a failure is remembered.
SETTLED = 6

CONNECT = """
import socket, sys
kind = socket.AF_UNIX if sys.argv[1].startswith("/") else socket.AF_INET
with socket.socket(kind) as connection:
    connection.settimeout(3)
    try:
        connection.connect(sys.argv[1] if kind == socket.AF_UNIX else (sys.argv[1], int(sys.argv[2])))
        print("connected")
    except OSError as error:
        print(type(error).__name__)
"""


def equal(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r} instead of {wanted!r}")


def connect(host, *address, user=None):
    return host.do("shell", words=["python3", "-c", CONNECT, *map(str, address)], user=user)[1].strip()


def send(host, name):
    answer = host.do("send", name=name)
    return answer["status"], answer["reason"]


def site_is_kept_out(lab, host):
    """The socket is for postern; with the shipped rule the port is, too, and the set-uid drop-in passes it."""
    equal(connect(host, "/run/postern/quota.sock", user="site"), "PermissionError", "the site at haproxy's socket")
    primary = lab.engines.primary.address
    equal(connect(host, primary, 6379, user="site"), "connected", "the site at the port, without the rule")
    done = host.do("load_rule")
    equal(done[0], 0, done[2])
    for port in (6379, 26379):
        equal(connect(host, primary, port, user="site"), "ConnectionRefusedError", f"the site at port {port}")
        equal(connect(host, primary, port), "connected", f"root at port {port}")
    host.do("settings", group="drill", lines=[f"quota_server = inet:{primary}:6379", "quota_server_failure = reject"])
    equal(send(host, "drill.inet.1"), (0, ""), "the drop-in, over TCP")
    host.do("shell", words=["nft", "delete", "table", "inet", "postern_fleet"])


def _through_haproxy(host, group):
    host.do("settings", group=group, lines=["quota_server = unix:/run/postern/quota.sock", "quota_server_failure = reject"])


def false_primary(lab, host):
    """One that calls itself the primary and has no replica is not asked; where it cannot be told, nobody is."""
    one, two, _ = lab.engines.all
    for engine in lab.engines.all:
        engine.sentinel.send_signal(signal.SIGSTOP)
    two.ask("REPLICAOF", "NO", "ONE")
    _through_haproxy(host, "drill2")
    time.sleep(SETTLED)
    equal([lab.engines.role(engine) for engine in (one, two)], ["master", "master"], "roles")
    for number in range(8):
        equal(send(host, f"drill.false.{number}"), (0, ""), "beside a false primary")
    equal(one.ask("EXISTS", "postern:q:drill2") + two.ask("EXISTS", "postern:q:drill2"), 1, "servers that were asked")
    addresses = [engine.address for engine in lab.engines.all]
    host.do("haproxy_for", addresses=addresses, checks_replicas=False)
    time.sleep(SETTLED)
    equal(send(host, "drill.two.1"), (71, "store-unavailable"), "two primaries")
    host.do("haproxy_for", addresses=addresses)
    two.ask("REPLICAOF", one.address, 6379)
    for engine in lab.engines.all:
        engine.sentinel.send_signal(signal.SIGCONT)
    lab.engines.current()


def stopped_under_the_lock(lab, host):
    """A site cannot stop or kill its process while it has the lock and waits for the server; its next message goes on."""
    _through_haproxy(host, "drill3")
    time.sleep(SETTLED)
    equal(send(host, "drill.lock.0"), (0, ""), "before")
    lab.engines.primary.signal(signal.SIGSTOP)
    try:
        killed, first, second, took = host.do("stop_under_lock")
    finally:
        lab.engines.primary.signal(signal.SIGCONT)
    equal(killed, ["Operation not permitted"] * 2, "the site's kill -STOP and kill -KILL")
    equal((first, second), (71, 71), "what became of the two messages")
    assert took < 2, f"{took:.2f} s"
    lab.engines.current()


DRILLS = (site_is_kept_out, false_primary, stopped_under_the_lock)


def run(lab):
    """Each of them; returns names and complaints, None where it held."""
    lab.prepare(300)
    lab.engines.current()
    host = lab.hosts["reject1"]
    time.sleep(SETTLED)
    found = []
    for drill in DRILLS:
        try:
            drill(lab, host)
            found.append((drill.__name__, None))
        except (AssertionError, RuntimeError, OSError) as error:
            found.append((drill.__name__, error))
    return found
