"""Runs the scenarios against Postfix, then the scenarios and the checks against Postern."""

import argparse
import importlib
import os
import pkgutil
import re
import signal
import sys
import traceback
from pathlib import Path

from . import checks
from .machine import Machine
from .phases import Ours, Theirs
from .postern import Postern
from .postfix import Postfix
from .report import Report
from .scenario import Scenario, ScenarioError, load, missing_rows
from .stage import CHECKS, Stage
from .systemlog import SystemLog

PROJECT = Path(__file__).resolve().parents[3]


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="run", allow_abbrev=False)
    parser.add_argument("--only", default="", metavar="PATTERN",
                        help="a regular expression for names of scenarios and checks")
    parser.add_argument("--binary-dir", type=Path, default=PROJECT / ".build" / "programs")
    parser.add_argument("--form", choices=("set-id", "capability"), default="set-id",
                        help="how the drop-in gets the IDs of postern: as its set-id file, or as root's with a capability")
    parser.add_argument("--theirs-only", action="store_true",
                        help="only prove that the scenarios describe Postfix")
    return parser.parse_args()


def main() -> int:
    """Runs all that was chosen."""
    options = arguments()
    report = Report()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        wanted = re.compile(options.only, re.IGNORECASE)
        everything = load()
        scenarios = [row for row in everything if wanted.search(f"{row.file}: {row.name}")]
    except (ScenarioError, ValueError, re.error) as error:
        report.record("setup", "the scenarios can be read", [str(error)])
        return report.finish()
    missing = [f"row {row} has none" for row in missing_rows(everything)]
    report.record("setup", "every numbered input has a scenario", missing)
    binaries = options.binary_dir.resolve()
    postfix = Postfix()
    try:
        machine = Machine(os.environ["POSTERN_COMPLIANCE_MOUNTPOINT"])
        log = SystemLog()
        theirs = Theirs(machine, postfix, report)
        theirs.run(scenarios)
        if not options.theirs_only:
            stage = Stage(machine, postfix, log, report)
            stage.postern = Postern(machine, binaries, options.form)
            run_ours(stage, scenarios, theirs, wanted)
    except Exception as error:  # So that the last line is always the count.
        traceback.print_exc()
        report.record("setup", "the harness itself works", [repr(error)])
    finally:
        postfix.stop()
    return report.finish()


def run_ours(stage: Stage, scenarios: list[Scenario], theirs: Theirs, wanted: "re.Pattern[str]") -> None:
    """Runs the scenarios, then the checks, against Postern."""
    try:
        stage.postfix.configure([], submitters="root, postern")
        stage.postern.configure()
    except (OSError, RuntimeError) as error:
        stage.report.record("ours", "Postern can be installed", [str(error)])
        return
    Ours(stage, theirs.queued).run(scenarios)
    for module in pkgutil.iter_modules(checks.__path__):
        importlib.import_module(f"{checks.__name__}.{module.name}")
    for name, check in CHECKS.items():
        if wanted.search(f"check: {name}"):
            stage.run(name, check)


if __name__ == "__main__":
    sys.exit(main())
