"""Generates messages, and compares what Postern reads in those that it permits with what others read.

Usage: python3 -m readers PROGRAM COUNT [SEED]; COUNT is the number of permitted messages. The last line is
"N passed, N failed"; exits 1 if readers disagree, or if one of them reads too little to prove anything.
"""

import collections
import itertools
import os
import sys
import time

from .compare import Comparison
from .generator import Generator
from .postern import Permit, decide

BATCH = 1000
#: So many disagreements are shown in full.
SHOWN = 40


def main() -> int:
    """Runs it."""
    program, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int.from_bytes(os.urandom(4), "big")
    print(f"seed {seed}", flush=True)
    generator = Generator(seed)
    cases = (generator.case(number) for number in itertools.count())
    comparison = Comparison()
    verdicts: collections.Counter[str] = collections.Counter()
    permits: list[Permit] = []
    done, start = 0, time.monotonic()
    for reply in decide(program, cases):
        if isinstance(reply, str):
            verdicts[reply] += 1
            continue
        verdicts["permitted"] += 1
        permits.append(reply)
        if len(permits) == min(BATCH, count - done):
            comparison.compare(permits)
            done += len(permits)
            permits = []
            print(f"{done} permitted messages, {len(comparison.findings)} findings, "
                  f"{time.monotonic() - start:.0f} s", flush=True)
            if done >= count:
                break
    comparison.close()
    return report(comparison, verdicts, done, seed)


def report(comparison: Comparison, verdicts: collections.Counter[str], done: int, seed: int) -> int:
    """Prints what was found."""
    print("decisions: " + ", ".join(f"{name} {number}" for name, number in verdicts.most_common()))
    for name, number in sorted(comparison.counts.items()):
        print(f"{name}: {number}")
    for reader, agreed, asked in comparison.shares():
        print(f"{reader} agrees: {agreed} of {asked}, {agreed / max(asked, 1):.2%}")
    for finding in comparison.findings[:SHOWN]:
        print(f"FAIL  {finding}")
    failings = comparison.failings()
    for failing in failings:
        print(f"FAIL  {failing}")
    bad = len({finding.number for finding in comparison.findings})
    # Again at the end, which is what Tests/run shows of a failure.
    print(f"to repeat: Tests/Fuzz/differential {done} {seed}")
    print(f"{done - bad} passed, {bad + len(failings)} failed")
    return 1 if bad or failings else 0


sys.exit(main())
