"""Three servers of quotas and three sentinels, with the files of Install/fleet as they are shipped."""

import hashlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

from engine import FUNCTIONS, PROGRAMS, Client, EngineError

SHIPPED = os.path.join(os.path.dirname(FUNCTIONS))
PASSWORD = "a-password-of-the-lab"
NAMES = ("engine1", "engine2", "engine3")
PORT = 6379


def shipped(name):
    """A file of Install/fleet with the password put in, as its comment says."""
    with open(os.path.join(SHIPPED, name), encoding="ascii") as file:
        text = file.read()
    text = text.replace("REPLACE-BY-SHA256-OF-THE-PASSWORD", hashlib.sha256(PASSWORD.encode()).hexdigest())
    return text.replace("REPLACE-BY-THE-PASSWORD", PASSWORD)


def with_addresses(text, addresses):
    for number, address in enumerate(addresses, 11):
        text = text.replace(f"10.0.0.{number}", address)
    return text


#: For the comparison: what a window in a few lines of Lua does, asked by somebody with all rights.
PLAIN = """#!lua name=plain
redis.register_function('plain', function(KEYS, ARGV)
  local now, width, limit = redis.call('TIME'), tonumber(ARGV[1]), tonumber(ARGV[2])
  local micros = tonumber(now[1]) * 1000000 + tonumber(now[2])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', micros - width * 1000000)
  if redis.call('ZCARD', KEYS[1]) >= limit then return 0 end
  redis.call('ZADD', KEYS[1], micros, ARGV[3])
  redis.call('EXPIRE', KEYS[1], width)
  return 1
end)
"""


class Engine:
    """One server and its sentinel, in one network namespace."""

    def __init__(self, name, address, addresses, minimum):
        self.name, self.address, self.process, self.sentinel = name, address, None, None
        self.directory = tempfile.mkdtemp(prefix=f"{name}.")
        replicas = shipped("replicas.conf").replace("min-replicas-to-write 1", f"min-replicas-to-write {minimum}")
        self._write("users.acl", shipped("users.acl") + f"user plain on >{PASSWORD} ~* &* +@all\n")
        follows = f"replicaof {addresses[0]} {PORT}\n" if address != addresses[0] else ""
        # What the server's own configuration says before it includes ours.
        self._write("server.conf", f"bind {address} 127.0.0.1\nport {PORT}\ndir {self.directory}\nloglevel notice\n"
                    f"logfile {self.directory}/log\nunixsocket {self.directory}/socket\nenable-debug-command yes\n"
                    f"aclfile {self.directory}/users.acl\n{shipped('valkey.conf')}{replicas}{follows}")
        sentinel = with_addresses(shipped("sentinel.conf"), addresses)
        self._write("sentinel.conf", re.sub(r"(?m)^bind .*$", f"bind {address}", sentinel)
                    .replace("dir /var/lib/redis", f"dir {self.directory}"))

    def _write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="ascii") as file:
            file.write(text)

    def _start(self, configuration, *options):
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        return subprocess.Popen(["ip", "netns", "exec", self.name, program, f"{self.directory}/{configuration}", *options],
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def start(self):
        self.process = self._start("server.conf")

    def start_sentinel(self):
        self.sentinel = self._start("sentinel.conf", "--sentinel", "--logfile", f"{self.directory}/sentinel.log")

    def client(self, user="plain"):
        """Through the UNIX socket of the lab: it works in any fault but a stopped server."""
        client = Client(f"{self.directory}/socket")
        client.call("AUTH", user, PASSWORD)
        return client

    def ask(self, *words, user="plain"):
        client = self.client(user)
        try:
            return client.call(*words)
        finally:
            client.close()

    def signal(self, number):
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    def end(self):
        for process in (self.sentinel, self.process):
            if process:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()
        shutil.rmtree(self.directory)


class Engines:
    """All three; the first one begins as the primary."""

    def __init__(self, network, minimum=1):
        addresses = [network.addresses[name] for name in NAMES]
        self.all = [Engine(name, network.addresses[name], addresses, minimum) for name in NAMES]
        for engine in self.all:
            engine.start()
        self._wait("the servers do not start", lambda: all(self._try(engine, "PING") for engine in self.all))
        self._wait("the replicas do not follow", lambda: self.primary.ask("INFO", "replication").count("state=online") == 2)
        with open(FUNCTIONS, "rb") as file:
            text = file.read()
        # Without a replica that follows: NOREPLICAS. It is the account of `postern fleet setup`.
        self._wait("the function is not loaded", lambda: self._try(
            self.primary, "FUNCTION", "LOAD", "REPLACE", text, user="postern-admin"))
        self.primary.ask("FUNCTION", "LOAD", PLAIN)
        for engine in self.all:
            engine.start_sentinel()
        self._wait("the sentinels do not find each other", lambda: all(
            self._sentinels(engine) == 2 for engine in self.all))

    @staticmethod
    def _try(engine, *words, **options):
        try:
            return engine.ask(*words, **options)
        except (OSError, EngineError):
            return None

    @staticmethod
    def _sentinels(engine):
        done = subprocess.run(["ip", "netns", "exec", engine.name, "redis-cli", "-h", engine.address, "-p", "26379", "-a", PASSWORD,
                               "--no-auth-warning", "SENTINEL", "SENTINELS", "postern"], capture_output=True, text=True, check=False)
        return done.stdout.count("runid")

    @staticmethod
    def _wait(complaint, condition, seconds=30):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                raise RuntimeError(complaint)
            time.sleep(0.1)

    @property
    def primary(self):
        return self.all[0]

    def role(self, engine):
        return engine.ask("ROLE")[0]

    def current(self):
        """The one that is the primary now, once there is exactly one, with a replica that follows."""
        found = []

        def only_one():
            try:
                found[:] = [engine for engine in self.all if self.role(engine) == "master"]
                return len(found) == 1 and "state=online" in found[0].ask("INFO", "replication")
            except (OSError, EngineError):
                return False
        self._wait("there is no single primary", only_one, 60)
        return found[0]

    def end(self):
        for engine in self.all:
            engine.end()
