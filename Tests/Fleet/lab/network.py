"""The network of the fleet: one bridge, and a second one for whoever is cut off."""

import subprocess

SIDES = ("together", "apart")


def run(*words, text=None):
    done = subprocess.run(words, input=text, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise RuntimeError(f"{' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


class Network:
    """Names of hosts and their addresses. All of it ends with the namespace in which it is made."""

    def __init__(self):
        self.addresses = {}
        run("ip", "link", "set", "lo", "up")
        for side in SIDES:
            run("ip", "link", "add", side, "type", "bridge")
            run("ip", "link", "set", side, "up")

    def add(self, name, number):
        """A host of its own, with one interface."""
        self.addresses[name] = address = f"10.77.0.{number}"
        run("ip", "netns", "add", name)
        run("ip", "link", "add", f"p-{name}", "type", "veth", "peer", "name", "eth0", "netns", name)
        run("ip", "link", "set", f"p-{name}", "master", SIDES[0], "up")
        run("ip", "-n", name, "link", "set", "lo", "up")
        run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "eth0")
        run("ip", "-n", name, "link", "set", "eth0", "up")
        return address

    def cut(self, names):
        """These hosts see each other, and nobody else."""
        for name in names:
            run("ip", "link", "set", f"p-{name}", "master", SIDES[1])

    def heal(self):
        for name in self.addresses:
            run("ip", "link", "set", f"p-{name}", "master", SIDES[0])

    def lose(self, names, percent):
        """Of all packets of these hosts so many are lost, each way. Not every kernel has netem; all have this."""
        rules = "".join(f"""
          chain {way} {{
            type filter hook {way} priority 0;
            {interface} != "lo" numgen random mod 100 < {percent} drop
          }}""" for way, interface in (("input", "iifname"), ("output", "oifname")))
        for name in names:
            run("ip", "netns", "exec", name, "nft", "-f", "-", text=f"table inet loss {{{rules}\n}}\n")

    def lose_nothing(self, names):
        for name in names:
            run("ip", "netns", "exec", name, "nft", "delete", "table", "inet", "loss")
