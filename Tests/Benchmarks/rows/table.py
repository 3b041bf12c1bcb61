"""Figures, targets, verdicts."""

from dataclasses import dataclass


@dataclass
class Table:
    """Prints a row as soon as it is measured, and counts.

    In the short form a machine that does other things beside it must not fail a build: what is timed is then only held
    to `grace` times its target. What is counted is held to its target always.
    """

    short: bool
    grace: float = 2.0
    met: int = 0
    missed: int = 0

    def timed(self, what: str, figure: float, target: float, shown: str) -> None:
        """A figure of the clock."""
        held = target * self.grace if self.short else target
        note = f" ({held:g} in the short form)" if self.short else ""
        self._row(what, shown, f"at most {target:g}{note}", figure <= held)

    def counted(self, what: str, figure: float, target: float, shown: str) -> None:
        """A figure that is the same on each machine."""
        self._row(what, shown, f"at most {target:g}", figure <= target)

    def exactly(self, what: str, figure: int, target: int) -> None:
        """A figure that has one right value."""
        self._row(what, str(figure), f"exactly {target}", figure == target)

    def told(self, what: str, shown: str) -> None:
        """A figure for comparison, without a target."""
        self._print(what, shown, "", "")

    def _row(self, what: str, shown: str, target: str, met: bool) -> None:
        self.met += met
        self.missed += not met
        self._print(what, shown, target, "met" if met else "MISSED")

    def _print(self, *cells: str) -> None:
        print("| " + " | ".join(cells) + " |", flush=True)
