"""A web server: the installed set-uid drop-in, a Postfix that holds all mail, and haproxy with the shipped file.

Runs in network, mount and process-ID namespaces of its own; is told what to do, and tells what came of it, in lines of
JSON. The directories are those of the compliance tests' private machine.
"""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from harness.machine import USERS, Machine, mount
from harness.postern import DROP_IN, STATE, Postern
from harness.postfix import SPOOL, Postfix

from .engines import PASSWORD, shipped, with_addresses
from .plain import Plain

SITE = USERS["alice"]
RULE = Path(__file__).resolve().parents[3] / "Install/nftables/postern-fleet.nft"
SOCKET = "/run/postern/quota.sock"
HONEST, FORGED = "good@ok.example", "ceo@bank.example"
#: One message in so many is a forged one.
FORGED_EACH = 12
#: How many processes of the site there are at most at a time.
WORKERS = 4


class Web:
    """What the lab asks for, by name."""

    def __init__(self, binaries, mountpoint):
        self.machine = Machine(mountpoint)
        mount("-t", "tmpfs", "-o", "mode=755", "lab", "/run")
        self.postfix = Postfix()
        self.postern = Postern(self.machine, Path(binaries))
        self.postfix.configure([], submitters="root, postern")
        self.haproxy, self.stopping, self.attempts, self.threads = None, threading.Event(), [], []
        self.plain = []

    # MARK: Setting up

    def haproxy_for(self, addresses, checks_replicas=True):
        """The shipped file; without replicas that must follow, its comment says what to write instead."""
        text = with_addresses(shipped("haproxy.cfg"), addresses)
        if not checks_replicas:
            text = text.replace("(.|\\n)*min_slaves_good_slaves:[1-9]", "")
        if self.haproxy:
            self.haproxy.terminate()
            self.haproxy.wait()
        os.makedirs("/run/postern", exist_ok=True)
        os.chmod("/run/postern", 0o750)
        shutil.chown("/run/postern", "root", "postern")
        path = self.machine.directory("haproxy") / "haproxy.cfg"
        path.write_text(f"global\n  stats socket {path.parent}/stats\n{text}", encoding="ascii")
        path.chmod(0o600)
        self.haproxy = subprocess.Popen(["haproxy", "-db", "-f", path], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        for _ in range(200):
            if os.path.exists(SOCKET):
                return
            time.sleep(0.05)
        raise RuntimeError("haproxy does not listen")

    def settings(self, group, lines):
        """A fresh state file, and the site's entry."""
        path = Path("/etc/postern/fleet.password")
        path.write_text(f"{PASSWORD}\n", encoding="ascii")
        shutil.chown(path, "root", "postern")
        path.chmod(0o640)
        self.postern.forget()
        self.postern.forget_usage()
        self.postern.configure(["messages_per_day = unlimited", "recipients_per_hour = unlimited",
                                f"quota_server_password_file = {path}", *lines],
                               [f"alice {HONEST} quota_group={group}"])
        self.postfix.drain()

    # MARK: Sending

    def send(self, name, sender=HONEST, kill_after=None):
        """Runs the drop-in as the site; a record of what came of it."""
        message = f"From: {sender}\nTo: r@x.example\nSubject: {name}\n\nbody\n".encode()
        start = time.time()
        process = subprocess.Popen([DROP_IN, "-t", "-i"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                   user=SITE.uid, group=SITE.uid, extra_groups=[], env={"PATH": "/usr/bin:/bin"}, cwd="/")
        killer = None
        if kill_after is not None:
            killer = threading.Timer(kill_after, process.kill)
            killer.start()
        try:
            _, text = process.communicate(message, timeout=30)
        except subprocess.TimeoutExpired:
            process.kill()
            _, text = process.communicate()
        if killer:
            killer.cancel()
            killer.join()
        reason = re.search(rb"refused \(([a-z-]+)\)", text)
        return {"name": name, "forged": sender != HONEST, "start": start, "end": time.time(), "status": process.returncode,
                "reason": reason.group(1).decode() if reason else text.decode(errors="replace")}

    def start(self, tag, rate, limit, kill_percent=0, plain=()):
        """Sends so many messages a second until told to stop."""
        self.attempts, self.threads = [], []
        self.stopping.clear()
        self.plain = [Plain(way, SOCKET, limit) for way in plain]
        tasks = [(rate, lambda name: self.attempts.append(self._one(name, kill_percent)), WORKERS)]
        tasks += [(rate, plain.ask, 4 * WORKERS) for plain in self.plain]
        for number, task in enumerate(tasks):
            thread = threading.Thread(target=self._pace, args=(f"{tag}.{number}", *task))
            thread.start()
            self.threads.append(thread)

    def _one(self, name, kill_percent):
        number = int(name.rpartition(".")[2])
        if number % FORGED_EACH == FORGED_EACH - 1:
            return self.send(name, FORGED)
        is_killed = random.random() * 100 < kill_percent
        return self.send(name, kill_after=random.uniform(0, 0.02) if is_killed else None)

    def _pace(self, tag, rate, task, workers):
        slots = threading.Semaphore(workers)

        def one(name):
            try:
                task(name)
            finally:
                slots.release()
        with ThreadPoolExecutor(workers) as pool:
            begin, number = time.monotonic(), 0
            while not self.stopping.wait(max(0, begin + number / rate - time.monotonic())):
                # A site whose processes all wait starts no more of them.
                if slots.acquire(timeout=10):
                    pool.submit(one, f"{tag}.{number}")
                number = max(number + 1, int((time.monotonic() - begin) * rate))

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        return {"attempts": self.attempts, "plain": {plain.way: plain.granted for plain in self.plain}}

    # MARK: What came of it

    def queue(self):
        """Name and time of each message in Postfix's queue."""
        # pylint: disable-next=protected-access
        self.postfix._settle()
        found = []
        for path in (SPOOL / "hold").iterdir():
            name = re.search(rb"Subject: ([a-z0-9.-]+)", path.read_bytes())
            found.append([name.group(1).decode() if name else "?", path.stat().st_mtime])
        return found

    def shell(self, words, user=None):
        """Another program on this web server, as root or as the site."""
        whose = {"user": SITE.uid, "group": SITE.uid, "extra_groups": []} if user else {}
        done = subprocess.run(words, capture_output=True, text=True, check=False, timeout=60, cwd="/", **whose)
        return [done.returncode, done.stdout, done.stderr]

    def load_rule(self):
        """The shipped rule of nftables, with the accounts of this machine."""
        return self.shell(["nft", "-f", str(RULE)])

    def stop_under_lock(self):
        """One message waits for the server; the site wants to stop it, and sends another one."""
        start = time.monotonic()
        whose = {"user": SITE.uid, "group": SITE.uid, "extra_groups": []}
        words = [DROP_IN, "-i", "-f", HONEST, "r@x.example"]
        message = f"From: {HONEST}\n\nbody\n".encode()
        first = subprocess.Popen(words, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, **whose)
        first.stdin.write(message)
        first.stdin.close()
        time.sleep(0.3)
        killed = [self.shell(["/bin/kill", f"-{name}", str(first.pid)], "site")[2].strip().rpartition(": ")[2]
                  for name in ("STOP", "KILL")]
        second = subprocess.run(words, input=message, stderr=subprocess.DEVNULL, check=False, timeout=30, **whose)
        return killed, first.wait(30), second.returncode, time.monotonic() - start

    def end(self):
        self.postfix.stop()
        if self.haproxy:
            self.haproxy.terminate()
            self.haproxy.wait()


def main():
    web = Web(sys.argv[1], sys.argv[2])
    print(json.dumps({"value": "ready"}), flush=True)
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer = {"value": getattr(web, name)(**arguments)}
        except Exception as error:  # pylint: disable=broad-except
            answer = {"error": repr(error)}
        print(json.dumps(answer), flush=True)
        if name == "end":
            return


if __name__ == "__main__":
    main()
