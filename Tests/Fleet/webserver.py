"""Web servers that are as many configuration and state directories, and one server of quotas for them.

The drop-in runs without privilege, and what takes the place of Postfix's sendmail notes each message that it is given.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile

from engine import Engine

HERE = os.path.dirname(os.path.abspath(__file__))
USER = 61234
AS_USER = {"user": USER, "group": USER, "extra_groups": []}
SITE = "shop"
MESSAGE = b"From: info@shop.example\nTo: r@x.example\n\nbody\n"
FORGED = b"From: ceo@bank.example\nTo: r@x.example\n\nbody\n"


class WebServer:
    """One configuration and state directory."""

    def __init__(self, programs, name, server, *lines, limit=20):
        self.programs, self.directory = programs, tempfile.mkdtemp(prefix=f"{name}.")
        self.programs_of_postfix = tempfile.mkdtemp(prefix=f"{name}.")
        os.chmod(self.programs_of_postfix, 0o755)
        self.state = os.path.join(self.directory, "state")
        os.mkdir(self.state, 0o700)
        os.chown(self.directory, USER, -1)
        os.chown(self.state, USER, -1)
        self.write("postern.cf", "".join(f"{line}\n" for line in (
            f"quota_file = {self.state}/quota", f"sendmail_path = {self.programs_of_postfix}/sendmail",
            "default_domain = host.example", f"messages_per_hour = {limit}", f"quota_server = {server}", *lines)))
        self.write("senders", f"uid:{USER} info@shop.example quota_group={SITE}\n")
        self.takes_mail()
        self.environment = {"POSTERN_CONFIG_DIR": self.directory, "PATH": os.environ["PATH"]}
        self.write("sent", "")
        self.build()

    def build(self):
        """Puts what was written in force."""
        built = subprocess.run([f"{self.programs}/postern", "map", "build"], env=self.environment, capture_output=True,
                               text=True, check=False, **AS_USER)
        if built.returncode:
            raise AssertionError(built.stdout + built.stderr)

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="ascii") as file:
            file.write(text)
        os.chown(os.path.join(self.directory, name), USER, -1)

    def takes_mail(self, script=None):
        path = f"{self.programs_of_postfix}/sendmail"
        with open(path, "w", encoding="ascii") as file:
            file.write(f"#!/bin/sh\n{script or f'cat >/dev/null; echo x >>{self.directory}/sent'}\n")
        os.chmod(path, 0o755)

    def send(self, message=MESSAGE):
        """Returns the exit status and the reason code, if there is one."""
        done = subprocess.run([f"{self.programs}/postern-sendmail", "-t", "-i"], input=message, env=self.environment,
                              capture_output=True, check=False, timeout=30, **AS_USER)
        reason = re.search(rb"refused \(([a-z-]+)\)", done.stderr)
        return done.returncode, reason.group(1).decode() if reason else done.stderr.decode()

    def send_many(self, count):
        return [self.send() for _ in range(count)]

    @property
    def sent(self):
        with open(f"{self.directory}/sent", encoding="ascii") as file:
            return len(file.readlines())

    def remove(self):
        shutil.rmtree(self.directory)
        shutil.rmtree(self.programs_of_postfix)


class Fleet:
    """What a check works with; all of it goes away with the check."""

    def __init__(self, programs):
        self.programs, self.servers, self.engine, self.client = programs, [], None, None
        self.directories = []

    def start(self, *options):
        self.engine = Engine(None, *options)
        self.client = self.engine.start()
        os.chmod(self.engine.directory, 0o755)
        return f"unix:{self.engine.path}"

    def restart(self):
        self.client = self.engine.start()

    def directory(self):
        """One that everybody may enter."""
        self.directories.append(tempfile.mkdtemp(prefix="fleet."))
        os.chmod(self.directories[-1], 0o755)
        return self.directories[-1]

    def web(self, server, *lines, **options):
        self.servers.append(WebServer(self.programs, f"web{len(self.servers) + 1}", server, *lines, **options))
        return self.servers[-1]

    @property
    def used(self):
        return self.client.call("FCALL_RO", "postern1_look", 1, f"postern:q:{SITE}", 60, 3600)[2]

    @property
    def sent(self):
        return sum(server.sent for server in self.servers)

    def remove(self):
        if self.engine:
            self.engine.remove()
        for server in self.servers:
            server.remove()
        for directory in self.directories:
            shutil.rmtree(directory)


def equal(found, wanted):
    if found != wanted:
        raise AssertionError(f"{found!r} instead of {wanted!r}")


def permits(results):
    return sum(result == (0, "") for result in results)


class Programs:
    """A copy of the programs: where they were built, others may not look."""

    def __init__(self, binary_directory):
        self.directory = tempfile.mkdtemp(prefix="programs.")
        os.chmod(self.directory, 0o755)
        for name in ("postern", "postern-sendmail"):
            shutil.copy(os.path.join(binary_directory, name), self.directory)
            os.chmod(os.path.join(self.directory, name), 0o755)

    def remove(self):
        shutil.rmtree(self.directory)


def options():
    """Reads the command line."""
    if os.getuid():
        raise SystemExit(f"{sys.argv[0]} must be run by root")
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--binary-dir", default=os.path.join(HERE, "../../.build/programs"))
    return parser.parse_args()


def run(programs, sentence, function):
    """Runs one check; returns whether it held."""
    fleet = Fleet(programs.directory)
    try:
        function(fleet)
        return True
    except Exception as error:  # pylint: disable=broad-except
        print(f"FAIL {sentence}: {error!r}", flush=True)
        return False
    finally:
        fleet.remove()
