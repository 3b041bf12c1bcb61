"""Runs the faults that were chosen, and prints the table."""

import argparse
import re
import time
import traceback
from pathlib import Path

from . import drills
from .faults import BEGIN, FAULTS, SHORT
from .fleet import Lab, mountpoint
from .judge import Verdict, most_in_a_window
from .network import Network

PROJECT = Path(__file__).resolve().parents[3]
PLAIN = ("open", "closed")


def arguments():
    parser = argparse.ArgumentParser(prog="faults", allow_abbrev=False)
    parser.add_argument("--only", default="", metavar="PATTERN", help="a regular expression for names of faults")
    parser.add_argument("--short", action="store_true", help="two faults, in less than a window")
    parser.add_argument("--limit", type=int, default=300, help="messages in 60 steps of one second")
    parser.add_argument("--rate", type=int, default=15, help="messages a second that the site tries to send, on three web servers")
    parser.add_argument("--binary-dir", type=Path, default=PROJECT / ".build" / "short-steps")
    return parser.parse_args()


class Run:
    """One fault: the messages, what happens meanwhile, and the figures."""

    def __init__(self, lab, fault, options):
        self.lab, self.fault, self.options = lab, fault, options
        self.attempts = {mode: [] for mode in lab.modes}
        self.plain = {way: [] for way in PLAIN}

    def go(self):
        lab, fault = self.lab, self.fault
        lab.prepare(self.options.limit, fault.minimum)
        lab.engines.current()
        self._everybody_is_heard()
        begin = time.monotonic()
        for host in lab.hosts.values():
            host.do("start", tag=host.name, rate=self.options.rate / 3, limit=self.options.limit,
                    kill_percent=fault.kill_percent, plain=PLAIN if host.name.startswith(lab.modes[0]) else ())
        time.sleep(BEGIN)
        fault.happen(lab)
        # In short what was sent within less than a window is the sum; else the fault's own part has to age out.
        end = 30 if self.options.short else BEGIN + fault.lasts + 66
        time.sleep(max(0, begin + end - time.monotonic()))
        for host in lab.hosts.values():
            host.tell("stop")
        for name, host in lab.hosts.items():
            answer = host.hear()
            self.attempts[name[:-1]] += answer["attempts"]
            for way, moments in answer["plain"].items():
                self.plain[way] += moments
        return self._verdicts(time.time() if not self.options.short else None)

    def _everybody_is_heard(self):
        """Nobody begins before his haproxy has found the primary."""
        for name, host in self.lab.hosts.items():
            for attempt in range(60):
                answer = host.do("send", name=f"{name}.first.{attempt}")
                self.attempts[name[:-1]].append(answer)
                if answer["status"] == 0 and self._knows(name):
                    break
                time.sleep(0.5)
            else:
                raise RuntimeError(f"{name} does not reach the primary: {answer}")

    def _knows(self, name):
        mode = name[:-1]
        count = self.lab.engines.primary.ask("FCALL_RO", "postern1_look", 1, f"postern:q:shop-{mode}", 1, 60)
        return count[6] >= int(name[-1])

    def _verdicts(self, end):
        lab = self.lab
        if self.fault.name.startswith("12 %"):
            lab.network.lose_nothing([engine.name for engine in lab.engines.all])
        current = lab.engines.current()
        found = []
        for mode in lab.modes:
            # What the last message of each has to tell: twice, for the first may still remember a failure.
            for number, host in enumerate(2 * lab.of(mode)):
                if number == len(lab.of(mode)):
                    time.sleep(5.2)
                self.attempts[mode].append(host.do("send", name=f"{host.name}.last.{number}"))
            queue = [message for part in lab.each(lab.of(mode), "queue") for message in part]
            found.append(Verdict(self.fault, mode, self.options.limit, self.attempts[mode], queue,
                                 lab.used(current, mode), end))
        return found


def row(fault, plain, verdicts):
    figures = [str(most_in_a_window([tuple(moment) for moment in plain[way]])) for way in PLAIN]
    figures += [f"{verdict.most} ({len(verdict.queue)})" for verdict in verdicts]
    return f"| {fault.name} | " + " | ".join(figures) + f" | {max(v.longest for v in verdicts):.2f} s |"


def main():
    options = arguments()
    lab, table, passed, failed = None, [], 0, 0
    try:
        lab = Lab(Network(), str(options.binary_dir.resolve()), mountpoint())
        for fault in SHORT if options.short else FAULTS:
            if not re.search(options.only, fault.name):
                continue
            run = Run(lab, fault, options)
            verdicts = run.go()
            table.append(row(fault, run.plain, verdicts))
            print(table[-1], flush=True)
            for verdict in verdicts:
                complaints = verdict.complaints()
                passed, failed = passed + (not complaints), failed + bool(complaints)
                for complaint in complaints:
                    print(f"FAIL {fault.name}, {verdict.mode}: {complaint}", flush=True)
        for name, complaint in drills.run(lab) if re.search(options.only, "drills") else ():
            passed, failed = passed + (not complaint), failed + bool(complaint)
            if complaint:
                print(f"FAIL {name}: {complaint}", flush=True)
    except Exception as error:  # So that the last line is always the count.
        traceback.print_exc()
        print(f"FAIL the lab itself: {error!r}")
        failed += 1
    finally:
        if lab:
            lab.end()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    raise SystemExit(main())
