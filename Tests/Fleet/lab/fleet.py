"""The web servers as the lab sees them, and the two fleets that they are."""

import json
import os
import subprocess
import sys

from .engines import NAMES, Engines

#: The two ways in which a web server can do without the server: three web servers for each.
MODES = ("reject", "local")
SERVERS = 3
PERCENT = 33
TIMEOUT = 1.0


class Host:
    """A web server in its namespaces, at the other end of a pipe."""

    def __init__(self, name, binaries, mountpoint):
        self.name = name
        self.process = subprocess.Popen(
            ["ip", "netns", "exec", name, "unshare", "--mount", "--propagation", "private", "--pid", "--fork", "--kill-child",
             "--mount-proc", sys.executable, "-B", "-m", "lab.web", binaries, mountpoint],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def tell(self, order, **arguments):
        self.process.stdin.write(json.dumps([order, arguments]) + "\n")
        self.process.stdin.flush()

    def hear(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.name} has ended")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(f"{self.name}: {answer['error']}")
        return answer["value"]

    def do(self, order, **arguments):
        self.tell(order, **arguments)
        return self.hear()


class Lab:
    """Six web servers, and the servers of quotas anew for each fault."""

    def __init__(self, network, binaries, mountpoint, modes=MODES):
        self.network, self.modes, self.engines = network, modes, None
        for number, name in enumerate(NAMES, 11):
            network.add(name, number)
        self.hosts = {}
        for mode in modes:
            for number in range(SERVERS):
                name = f"{mode}{number + 1}"
                network.add(name, 21 + len(self.hosts))
                self.hosts[name] = Host(name, binaries, mountpoint)
        for host in self.hosts.values():
            host.hear()

    def of(self, mode):
        return [host for name, host in self.hosts.items() if name.startswith(mode)]

    def each(self, hosts, order, **arguments):
        """All of them at once."""
        for host in hosts:
            host.tell(order, **arguments)
        return [host.hear() for host in hosts]

    def prepare(self, limit, minimum=1, lines=()):
        """Fresh servers, an empty state file and an empty queue everywhere."""
        if self.engines:
            self.engines.end()
        self.engines = Engines(self.network, minimum)
        addresses = [self.network.addresses[name] for name in NAMES]
        for mode in self.modes:
            self.each(self.of(mode), "settings", group=f"shop-{mode}", lines=[
                "quota_server = unix:/run/postern/quota.sock", f"quota_server_failure = {mode}",
                f"quota_server_failure_percent = {PERCENT}", f"messages_per_hour = {limit}", *lines])
        self.each(self.hosts.values(), "haproxy_for", addresses=addresses, checks_replicas=minimum > 0)

    def used(self, engine, mode):
        """What the servers have counted: within 61 steps, within 25 minutes."""
        look = engine.ask("FCALL_RO", "postern1_look", 1, f"postern:q:shop-{mode}", 1, 60, user="postern-admin")
        return look[2], look[4]

    def end(self):
        for host in self.hosts.values():
            host.tell("end")
        for host in self.hosts.values():
            host.process.wait(30)
        if self.engines:
            self.engines.end()


def mountpoint():
    return os.environ["POSTERN_FLEET_MOUNTPOINT"]
