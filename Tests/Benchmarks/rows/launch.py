"""Runs contenders in turns, by contenders/launch.c, and reads what each run cost."""

import statistics
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Contender:
    """A program, and where its input comes from and its output goes."""

    arguments: tuple[str, ...]
    input: Path
    piped: bool = False
    output: Path = Path("/dev/null")

    def words(self) -> list[str]:
        """Returns it as launch takes it."""
        return ["--", f"{'|' if self.piped else '<'}{self.input}", f">{self.output}", *self.arguments]


@dataclass(frozen=True)
class Run:
    """One run: times in microseconds, memory in KB."""

    contender: int
    late: int
    wall: int
    cpu: int
    memory: int
    waits: int
    status: int


class Launcher:
    """launch, as a site's user."""

    def __init__(self, program: Path, uid: int) -> None:
        self.program = program
        self.uid = uid

    def compare(self, contenders: list[Contender], rounds: int, *, workers: int = 1, spread: int = 1,
                statuses: tuple[int, ...] = (0,)) -> list[list[Run]]:
        """Runs all in each round; returns the runs of each contender in order. A status not named is an error."""
        words = [word for contender in contenders for word in contender.words()]
        runs = self._run(rounds, workers, spread, 0, words)
        for run in runs:
            if run.status not in statuses:
                raise RuntimeError(f"exit status {run.status}: {contenders[run.contender].arguments}")
        return [[run for run in runs if run.contender == number] for number in range(len(contenders))]

    def at_rate(self, contender: Contender, count: int, rate: int, spread: int) -> list[Run]:
        """Starts so many a second, whether those before have ended or not."""
        return self._run(count, 1, spread, rate, contender.words())

    def _run(self, *numbers_and_words: int | list[str]) -> list[Run]:
        *numbers, words = numbers_and_words
        command = [str(self.program), str(self.uid), *map(str, numbers), *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=1800)
        return [Run(*map(int, line.split())) for line in done.stdout.splitlines()]


@dataclass(frozen=True)
class Ratio:
    """A median of ratios of runs of the same round, and where it lies in 95 of 100 repetitions."""

    median: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.3f} ({self.low:.3f} to {self.high:.3f})"


def paired(ours: list[Run], theirs: list[Run], what: str) -> Ratio:
    """Compares runs of the same rounds; the interval is that of the order statistics (binomial)."""
    ratios = sorted(getattr(a, what) / max(1, getattr(b, what)) for a, b in zip(ours, theirs, strict=True))
    count = len(ratios)
    reach = 1.96 * count**0.5 / 2
    low, high = max(0, int(count / 2 - reach)), min(count - 1, int(count / 2 + reach))
    return Ratio(statistics.median(ratios), ratios[low], ratios[high])


def median(runs: list[Run], what: str) -> float:
    """Returns the median of one figure."""
    return statistics.median(getattr(run, what) for run in runs)
