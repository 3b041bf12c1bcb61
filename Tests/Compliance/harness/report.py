"""Counts what passed and says what did not."""

import sys


class Report:
    """One line for each failure, and the counts at the end."""

    def __init__(self) -> None:
        self.passed = 0
        self.failed = 0

    def record(self, phase: str, name: str, problems: list[str]) -> None:
        """Counts one scenario or check."""
        if not problems:
            self.passed += 1
            return
        self.failed += 1
        text = "; ".join(problems).replace("\n", "\\n")
        print(f"FAIL {phase}: {name}: {text}", flush=True)

    def finish(self) -> int:
        """Writes the last line; returns the exit status."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        sys.stdout.flush()
        return 1 if self.failed or not self.passed else 0


class Lines(Report):
    """A line for what passed, too."""

    def record(self, phase: str, name: str, problems: list[str]) -> None:
        super().record(phase, name, problems)
        if not problems:
            print(f"ok   {phase}: {name}", flush=True)
