"""Generates messages, and compares what Postern reads in those that it permits with what others read.

Usage: python3 -m readers PROGRAM COUNT [SEED [EVERY]]; COUNT is the number of messages, and of those that are permitted each
EVERYth goes through a Postfix, too. The last line is "N passed, N failed"; exits 1 if readers disagree, or if one of them
reads too little to prove anything.
"""

import collections
import os
import sys
import time

from .compare import Comparison
from .findings import Findings
from .generator import Generator
from .postern import Permit, decide
from .sample import Sample

#: So many messages are put to Postfix at once.
BATCH = 500
#: So often the state is told.
TOLD_EVERY = 20_000
#: So many disagreements are shown in full.
SHOWN = 40


def main() -> int:
    """Runs it."""
    program, count = sys.argv[1], int(sys.argv[2])
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int.from_bytes(os.urandom(4), "big")
    every = int(sys.argv[4]) if len(sys.argv) > 4 else 1
    print(f"seed {seed}", flush=True)
    generator, findings = Generator(seed), Findings()
    comparison = Comparison(findings)
    sample = Sample(findings, comparison.readers)
    verdicts: collections.Counter[str] = collections.Counter()
    sampled: list[Permit] = []
    start = time.monotonic()
    for number, reply in enumerate(decide(program, map(generator.case, range(count))), 1):
        verdicts["permitted" if isinstance(reply, Permit) else reply] += 1
        if isinstance(reply, Permit):
            comparison.compare(reply)
            if verdicts["permitted"] % every == 0:
                sampled.append(reply)
        if len(sampled) == BATCH or (number == count and sampled):
            sample.compare(sampled)
            sampled = []
        if number % TOLD_EVERY == 0 or number == count:
            print(f"{number} messages, {verdicts['permitted']} permitted, {len(findings.found)} findings, "
                  f"{time.monotonic() - start:.0f} s", flush=True)
    comparison.close()
    return report(findings, verdicts, [*findings.failings(), *comparison.failings(), *sample.failings()],
                  f"{count} {seed} {every}")


def report(findings: Findings, verdicts: collections.Counter[str], failings: list[str], arguments: str) -> int:
    """Prints what was found."""
    print("decisions: " + ", ".join(f"{name} {number}" for name, number in verdicts.most_common()))
    for name, number in sorted(findings.counts.items()):
        print(f"{name}: {number}")
    for reader, asked in sorted(findings.asked.items()):
        print(f"{reader} agrees: {findings.agreed[reader]} of {asked}, {findings.agreed[reader] / asked:.2%}")
    for finding in findings.found[:SHOWN]:
        print(f"FAIL  {finding}")
    for failing in failings:
        print(f"FAIL  {failing}")
    bad = len({finding.number for finding in findings.found})
    # Again at the end, which is what Tests/run shows of a failure.
    print(f"to repeat: Tests/Fuzz/differential {arguments}")
    print(f"{verdicts.total() - bad} passed, {bad + len(failings)} failed")
    return 1 if bad or failings or not verdicts["permitted"] else 0


sys.exit(main())
