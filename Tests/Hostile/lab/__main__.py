"""Carries out all attacks that were chosen."""

import argparse
import importlib
import os
import pkgutil
import re
import signal
import sys
import traceback
from pathlib import Path

import attacks
from harness.postern import Postern
from harness.report import Lines
from harness.systemlog import SystemLog

from .laboratory import ATTACKS, Lab, LabMachine
from .postfix import Delivering

PROJECT = Path(__file__).resolve().parents[3]


def arguments() -> argparse.Namespace:
    """Reads the command line."""
    parser = argparse.ArgumentParser(prog="run", allow_abbrev=False)
    parser.add_argument("--only", default="", metavar="PATTERN", help="a regular expression for names of attacks")
    parser.add_argument("--binary-dir", type=Path, default=PROJECT / ".build" / "programs")
    parser.add_argument("--list", action="store_true", help="only print the names of all attacks")
    return parser.parse_args()


def main() -> int:
    """Runs all that was chosen."""
    options = arguments()
    report, postfix = Lines(), Delivering()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for module in pkgutil.iter_modules(attacks.__path__):
            importlib.import_module(f"attacks.{module.name}")
        wanted = re.compile(options.only, re.IGNORECASE)
        chosen = {name: attack for name, attack in ATTACKS.items()
                  if wanted.search(f"{attack.__module__.removeprefix('attacks.')}: {name}")}
        if options.list:
            print("\n".join(chosen))
            return 0
        lab = Lab(LabMachine(os.environ["POSTERN_HOSTILE_MOUNTPOINT"]), postfix, SystemLog(), report)
        lab.postern = Postern(lab.machine, options.binary_dir.resolve(), "capability")
        for name, attack in chosen.items():
            lab.run(name, attack)
    except Exception as error:  # So that the last line is always the count.
        traceback.print_exc()
        report.record("setup", "the private machine works", [repr(error)])
    finally:
        postfix.stop()
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
