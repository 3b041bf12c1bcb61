"""A Redis or Valkey server of one's own, and a client for it that is not the one under test."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time

PROGRAMS = ("valkey-server", "redis-server")
FUNCTIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../Install/fleet/postern1.lua")


class Client:
    """One connection, over a UNIX socket."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(10)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def call(self, *words):
        text = b"*%d\r\n" % len(words)
        for word in words:
            word = word if isinstance(word, bytes) else str(word).encode()
            text += b"$%d\r\n%s\r\n" % (len(word), word)
        self.socket.sendall(text)
        return self.reply()

    def reply(self):
        line = self.file.readline()
        kind, value = line[:1], line[1:].rstrip(b"\r\n")
        if kind == b":":
            return int(value)
        if kind == b"+":
            return value.decode()
        if kind == b"-":
            raise EngineError(value.decode())
        if kind == b"$":
            return None if value == b"-1" else self.file.read(int(value) + 2)[:-2].decode("latin-1")
        if kind == b"*":
            # An error inside an array would leave the rest of it unread.
            return [self.reply() for _ in range(int(value))]
        raise EngineError("closed")

    def close(self):
        self.file.close()
        self.socket.close()


class EngineError(Exception):
    """What the server answered with a minus sign."""


class Engine:
    """A server in a directory of its own, without a port unless one is asked for."""

    def __init__(self, directory=None, *options, port=0, configuration=None):
        self.directory = directory or tempfile.mkdtemp(prefix="engine.")
        self.path = os.path.join(self.directory, "socket")
        self.options = options
        self.port = port
        self.environment = {"PATH": os.environ["PATH"], "LC_ALL": "C"}
        self.configuration = [configuration] if configuration else []
        self.process = None

    def start(self, load=True):
        program = next(filter(None, map(shutil.which, PROGRAMS)))
        self.process = subprocess.Popen(
            [program, *self.configuration, "--port", str(self.port), "--unixsocket", self.path, "--unixsocketperm", "777",
             "--dir", self.directory, "--save", "", "--loglevel", "warning", *self.options],
            stdout=subprocess.DEVNULL, env=self.environment)
        for _ in range(500):
            try:
                client = Client(self.path)
                break
            except OSError:
                if self.process.poll() is not None:
                    raise SystemExit("the server has ended")
                time.sleep(0.01)
        else:
            raise SystemExit("the server does not start")
        if load:
            self._load(client)
        return client

    @staticmethod
    def _load(client):
        with open(FUNCTIONS, "rb") as file:
            text = file.read()
        for _ in range(500):
            try:
                client.call("FUNCTION", "LOAD", "REPLACE", text)
                return
            except EngineError as error:
                # What it kept on the disk comes first.
                if not str(error).startswith("LOADING"):
                    raise
                time.sleep(0.01)
        raise SystemExit("the server does not end loading")

    def signal(self, number):
        self.process.send_signal(number)
        if number == signal.SIGKILL:
            self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait()

    def remove(self):
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


def fake_clock(directory):
    """What a server has in its environment whose clock is told by a file, and a function that writes it."""
    source = os.path.join(os.path.dirname(os.path.abspath(__file__)), "clock.c")
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-shared", "-fPIC", "-o", f"{directory}/clock.so", source], check=True)

    def turn(seconds):
        with open(f"{directory}/clock.new", "w", encoding="ascii") as file:
            file.write(f"{seconds}\n")
        os.rename(f"{directory}/clock.new", f"{directory}/clock")
    turn(0)
    return {"LD_PRELOAD": f"{directory}/clock.so", "FAKE_CLOCK": f"{directory}/clock"}, turn
