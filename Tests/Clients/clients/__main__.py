"""Runs every client against Postfix alone, which proves that it forges, and then against Postern."""

import argparse
import os
import re
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from harness.postern import DROP_IN
from harness.postfix import Postfix, Queued
from harness.process import Outcome
from harness.report import Lines, Report
from harness.stage import FAULTS
from harness.systemlog import SystemLog

from . import judge
from .site import SENDMAIL, InstalledPostern, Site
from .table import Case, cases, load


class Clients:
    """Both runs of all cases."""

    def __init__(self, site: Site, postfix: Postfix, report: Report) -> None:
        self._site, self._postfix, self._report = site, postfix, report
        self._log = SystemLog()
        self._theirs: dict[str, list[Queued]] = {}

    def against_postfix(self, chosen: list[Case]) -> None:
        """Each client works, and what it forges is queued."""
        self._postfix.configure([], submitters="static:all")
        self._all("Postfix", chosen, self._postfix_alone)

    def against_postern(self, chosen: list[Case]) -> None:
        """What is permitted is queued as before, what is forged is not."""
        self._postern = InstalledPostern(self._site)
        self._all("Postern", chosen, self._with_postern)

    def _all(self, phase: str, chosen: list[Case], problems_of: Callable[[Case], list[str]]) -> None:
        for case in chosen:
            try:
                problems = problems_of(case)
            except FAULTS as error:
                problems = [f"{type(error).__name__}: {error}"]
            self._report.record(phase, case.name, problems)

    def _run(self, case: Case, sendmail: str) -> Outcome:
        places = {"sendmail": sendmail, "programs": str(self._site.programs)}
        return self._site.shell(case.row.runner, case.fill(case.row.line, **places),
                                case.fill(case.row.stdin).encode())

    def _postfix_alone(self, case: Case) -> list[str]:
        outcome = self._run(case, SENDMAIL)
        queued = self._theirs[case.name] = self._postfix.drain()
        return (judge.unlike_told(case.row.sent, outcome, case)
                + judge.unlike_queue(case, case.messages, queued))

    def _with_postern(self, case: Case) -> list[str]:
        self._postern.configure(senders=list(case.row.senders))
        before = self._postern.used("alice")
        self._log.records()
        outcome = self._run(case, DROP_IN)
        queued = self._postfix.drain()
        records = self._log.records()
        charged = tuple(new - old for new, old
                        in zip(self._postern.used("alice"), before, strict=True))
        permitted = [message for message in case.messages if not case.is_forged(message)]
        told = case.row.sent if case.reason is None else case.row.refused
        theirs = self._theirs[case.name] if case.reason is None else []
        return (judge.unlike_told(told, outcome, case)
                + judge.unlike_reason(told, outcome, case)
                + judge.unlike_queue(case, permitted, queued)
                + judge.unlike_postfix(case, theirs, queued)
                + judge.unlike_charge(case, len(permitted), charged)
                + judge.unlike_log(told, case, len(permitted), records))


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="run", allow_abbrev=False)
    parser.add_argument("--only", default="", metavar="PATTERN",
                        help="a regular expression for names of cases")
    parser.add_argument("--list", action="store_true", help="only print the names of all rows")
    return parser.parse_args()


def main() -> int:
    """Runs all that was chosen."""
    options = arguments()
    rows = load()
    if options.list:
        print("\n".join(row.name for row in rows))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    report, postfix = Lines(), Postfix()
    wanted = re.compile(options.only, re.IGNORECASE)
    chosen = [case for case in cases(rows) if wanted.search(case.name)]
    try:
        site = Site(os.environ["POSTERN_CLIENTS_MOUNTPOINT"],
                    Path(os.environ["POSTERN_CLIENTS_WORDPRESS"]))
        clients = Clients(site, postfix, report)
        clients.against_postfix(chosen)
        clients.against_postern(chosen)
    except Exception as error:  # So that the last line is always the count.
        traceback.print_exc()
        report.record("setup", "the private machine works", [repr(error)])
    finally:
        postfix.stop()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
