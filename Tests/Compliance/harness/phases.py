"""The two runs of every scenario."""

from .explain import unlike_explanation
from .judge import unlike, unlike_ledger, unlike_log, unlike_postfix, unlike_refusal
from .machine import Machine
from .postern import DROP_IN
from .postfix import Postfix, Queued
from .process import Command, Outcome, run
from .report import Report
from .scenario import Scenario
from .stage import FAULTS, Stage

POSTFIX_SENDMAIL = "/usr/sbin/sendmail"
PHP = "/usr/bin/php"


def execute(machine: Machine, scenario: Scenario, sendmail: str) -> Outcome:
    """Runs a scenario's command, with PHP in between where the scenario says so."""
    executable, arguments = sendmail, scenario.arguments
    if scenario.php is not None:
        words = " ".join([sendmail, *map(bytes.decode, scenario.arguments)])
        executable = PHP
        arguments = (b"-n", b"-d", f"sendmail_path={words}".encode(), b"-r",
                     scenario.php.encode())
    return run(machine, Command(scenario.user, executable, arguments, scenario.stdin,
                                scenario.argv0, scenario.through, scenario.environment))


class Theirs:
    """Postfix alone, open to everybody: proves that the scenarios describe it."""

    def __init__(self, machine: Machine, postfix: Postfix, report: Report) -> None:
        self._machine = machine
        self._postfix = postfix
        self._report = report
        self.queued: dict[str, list[Queued]] = {}

    def run(self, scenarios: list[Scenario]) -> None:
        """Runs all; those with a main.cf of their own last, as Postfix is started anew for them."""
        for scenario in sorted(scenarios, key=lambda scenario: scenario.main_cf):
            try:
                problems = self._problems(scenario)
            except FAULTS as error:
                problems = [f"{type(error).__name__}: {error}"]
            self._report.record("theirs", _title(scenario), problems)

    def _problems(self, scenario: Scenario) -> list[str]:
        self._postfix.configure(scenario.main_cf, submitters="static:all")
        outcome = execute(self._machine, scenario, POSTFIX_SENDMAIL)
        queued = self._postfix.drain()
        self.queued[scenario.name] = queued
        return unlike(scenario.postfix, outcome, queued)


class Ours:
    """Postern before a Postfix that takes mail only from it."""

    def __init__(self, stage: Stage, theirs: dict[str, list[Queued]]) -> None:
        self._stage = stage
        self._theirs = theirs

    def run(self, scenarios: list[Scenario]) -> None:
        """Runs all, sorted like Postfix's run, and then so that the map is seldom built."""
        order = sorted(scenarios, key=lambda row: (row.main_cf, row.postern_cf, row.senders))
        for scenario in order:
            try:
                problems = self._problems(scenario)
            except FAULTS as error:
                problems = [f"{type(error).__name__}: {error}"]
            self._stage.report.record("ours", _title(scenario), problems)

    def _problems(self, scenario: Scenario) -> list[str]:
        stage = self._stage
        stage.postfix.configure(scenario.main_cf, submitters="root, postern")
        stage.postern.configure(scenario.postern_cf, scenario.senders)
        counted = scenario.user != "root"
        before = stage.postern.used(scenario.user) if counted else (0, 0, 0)
        unexplained = unlike_explanation(scenario)
        stage.log.records()
        outcome = execute(stage.machine, scenario, DROP_IN)
        queued = stage.postfix.drain()
        lines = stage.log.decisions()
        after = stage.postern.used(scenario.user) if counted else (0, 0, 0)
        delta = tuple(new - old for new, old in zip(after, before, strict=True))
        return (unexplained
                + unlike(scenario.postern, outcome, queued)
                + unlike_refusal(scenario.postern, outcome)
                + unlike_postfix(scenario, self._theirs.get(scenario.name, []), queued)
                + unlike_ledger(scenario, delta)
                + unlike_log(scenario, lines))


def _title(scenario: Scenario) -> str:
    row = f" (row {scenario.row})" if scenario.row is not None else ""
    return f"{scenario.name}{row}"
