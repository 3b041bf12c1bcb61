"""The rows of clients.toml and command-lines.toml, and the messages that each of them sends.

README.md describes the keys. A key that is not known is an error.
"""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent.parent

OWN_FROM, OWN_ENVELOPE = "good@ok.example", "news@shop.example"
FORGED = "ceo@bank.example"
LOGIN = "alice@test.example"

#: By name, which of the two addresses of a message are forged, and what Postern calls that.
KINDS = {
    "permitted": (False, False, None),
    "forged From:": (True, False, "from-not-allowed"),
    "forged envelope": (False, True, "envelope-not-allowed"),
}


class TableError(Exception):
    """A table says something that is not understood."""


@dataclass(frozen=True)
class Told:
    """What a client tells its caller; None is not looked at."""

    status: int = 0
    stdout: str | None = None
    says: tuple[str, ...] = ()
    #: Where the reason of a refusal can be read: stdout, stderr, or log (nowhere but there).
    reason_in: str = "stderr"
    #: What the system log must hold, beside Postern's own line.
    logs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """One client, and how it is asked to send."""

    name: str
    software: str
    line: str
    stdin: str = ""
    #: The From: of each message, the envelope sender ({header}: what its From: says), and the
    #: recipients that must be queued.
    messages: tuple[str, ...] = ("{from}",)
    sender: str = LOGIN
    recipients: tuple[str, ...] = ("r@x.example",)
    own: str = OWN_FROM
    forged: str = FORGED
    runner: str = "alice"
    senders: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    speaks_smtp: bool = False
    sent: Told = field(default_factory=Told)
    refused: Told = field(default_factory=lambda: Told(status=77))


@dataclass(frozen=True)
class Case:
    """One run of a row."""

    row: Row
    kind: str

    @property
    def name(self) -> str:
        return f"{self.row.name}: {self.kind}"

    @property
    def reason(self) -> str | None:
        """Why Postern must refuse, if it must."""
        return KINDS[self.kind][2]

    @property
    def bad_address(self) -> str:
        """The address that is refused."""
        return self.row.forged

    def fill(self, text: str, **places: str) -> str:
        """Returns a text of the row with its addresses and places put in."""
        forged_from, forged_envelope, _ = KINDS[self.kind]
        addresses = {"from": self.row.forged if forged_from else self.row.own,
                     "envelope": self.row.forged if forged_envelope else OWN_ENVELOPE}
        for name, value in {**addresses, **places}.items():
            text = text.replace("{" + name + "}", value)
        return text

    @property
    def messages(self) -> list[tuple[str, str]]:
        """From: and envelope sender of all messages, in their order."""
        return [(self.fill(address),
                 self.fill(self.row.sender.replace("{header}", address)))
                for address in self.row.messages]

    def is_forged(self, message: tuple[str, str]) -> bool:
        """Tells whether Postern must refuse the message."""
        return self.row.forged in message


def load() -> list[Row]:
    """Reads both tables."""
    rows: list[Row] = []
    for path in (HERE / "clients.toml", HERE / "command-lines.toml"):
        with path.open("rb") as file:
            document = tomllib.load(file)
        stdins = document.pop("stdin", {})
        defaults = document.pop("defaults", {})
        rows += [_row({**defaults, **table}, stdins) for table in document.pop("client")]
        if document:
            raise TableError(f"{path.name}: unknown {sorted(document)}")
    names = [row.name for row in rows]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        raise TableError(f"more than one row: {repeated}")
    return rows


def cases(rows: list[Row]) -> list[Case]:
    """Returns every run: permitted, and each way in which the row can forge."""
    result: list[Case] = []
    for row in rows:
        texts = " ".join((row.line, row.stdin))
        kinds = row.kinds or tuple(
            kind for kind, mark in zip(KINDS, ("", "{from}", "{envelope}")) if mark in texts)
        if len(kinds) < 2 and not row.kinds:
            raise TableError(f"{row.name}: forges nothing")
        result += [Case(row, kind) for kind in kinds]
    return result


def _row(table: dict[str, Any], stdins: dict[str, str]) -> Row:
    values = {key: tuple(value) if isinstance(value, list) else value
              for key, value in table.items()}
    for key in ("sent", "refused"):
        if key in values:
            values[key] = Told(**{name: tuple(value) if isinstance(value, list) else value
                                  for name, value in values[key].items()})
    if "stdin" in values:
        values["stdin"] = stdins[values["stdin"]]
    try:
        return Row(**values)
    except TypeError as error:
        raise TableError(f"{table.get('name', 'a row without a name')}: {error}") from error
