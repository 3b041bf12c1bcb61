"""Scenarios: rows of TOML that say what Postfix does with some input, and what Postern does.

scenarios/README.md describes the keys. A key that is not known is an error.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

COMPLIANCE = Path(__file__).resolve().parent.parent
VECTORS = COMPLIANCE.parent / "Vectors"

#: The exit statuses of the reason codes.
STATUSES = {
    "from-not-allowed": 77, "sender-not-allowed": 77, "resent-not-allowed": 77,
    "envelope-not-allowed": 77, "user-unlisted": 77, "user-suspended": 77,
    "quota-messages": 69, "quota-recipients": 69,
    "recipient-limit": 65, "size-limit": 65, "header-malformed": 65, "from-ambiguous": 65,
    "recipient-malformed": 65, "no-recipients": 65,
    "unsupported-option": 64, "usage": 64,
    "store-unavailable": 71, "handoff-failed": 71, "system-error": 71,
    "config-invalid": 78, "not-privileged": 78,
}

ESCAPED_BYTE = re.compile(rb"\\x([0-9a-f]{2})")


class ScenarioError(Exception):
    """A scenario file says something that the harness does not understand."""


@dataclass(frozen=True)
class Expectation:
    """What one program does; a field that is None is not looked at."""

    status: int = 0
    queued: int = 1
    sender: str | None = None
    recipients: list[str] | None = None
    headers: dict[str, list[bytes]] = field(default_factory=dict)
    body: bytes | None = None
    records: dict[str, list[str]] = field(default_factory=dict)
    stdout: bytes | None = None
    stderr: bytes | None = None
    # Postern's part only.
    verdict: str = "permit"
    reason: str | None = None
    charged: int | None = None
    log: dict[str, str] = field(default_factory=dict)
    text: bytes | None = None
    compare: bool = True


@dataclass(frozen=True)
class Scenario:
    """One row: an input, and what the two programs make of it."""

    name: str
    file: str
    row: int | None
    user: str
    arguments: tuple[bytes, ...]
    argv0: str | None
    through: tuple[str, ...]
    environment: dict[str, str]
    stdin: bytes
    php: str | None
    main_cf: list[str]
    postern_cf: list[str]
    senders: list[str]
    postfix: Expectation
    postern: Expectation


KEYS = {"name", "row", "user", "argv", "argv0", "through", "environment", "stdin", "stdin_vector",
        "php", "main_cf", "postern_cf", "senders", "postfix", "postern"}


def load() -> list[Scenario]:
    """Reads every scenario file; the order is that of the files' names and of their rows."""
    scenarios: list[Scenario] = []
    for path in sorted((COMPLIANCE / "scenarios").glob("*.toml")):
        with path.open("rb") as file:
            document = tomllib.load(file)
        defaults = document.pop("defaults", {})
        rows = document.pop("scenario", [])
        if document:
            raise ScenarioError(f"{path.name}: unknown table {sorted(document)}")
        scenarios += [_scenario(path.name, {**defaults, **row}) for row in rows]
    names = [scenario.name for scenario in scenarios]
    for name in names:
        if names.count(name) > 1:
            raise ScenarioError(f"two scenarios are named {name!r}")
    return scenarios


def missing_rows(scenarios: list[Scenario]) -> list[int]:
    """Returns the numbered inputs (Tests/Vectors/README.md) that no scenario describes."""
    return sorted(set(range(1, 61)) - {scenario.row for scenario in scenarios})


def octets(value: Any) -> bytes:
    """Returns the bytes of a string or of a list of strings and `{repeat, times}` tables."""
    if isinstance(value, list):
        return b"".join(map(octets, value))
    if isinstance(value, dict):
        if set(value) == {"repeat", "times"}:
            return octets(value["repeat"]) * value["times"]
        if set(value) == {"counted", "times"}:
            return b"".join(_counted(value["counted"], value))
        raise ScenarioError(f"not a piece of text: {value!r}")
    if not isinstance(value, str):
        raise ScenarioError(f"not text: {value!r}")
    return ESCAPED_BYTE.sub(lambda match: bytes([int(match[1], 16)]), value.encode())


def words(value: Any) -> list[bytes]:
    """Returns the words of a list in which `{words, times, from}` stands for numbered ones."""
    result: list[bytes] = []
    for word in value:
        if isinstance(word, dict) and set(word) <= {"words", "times", "from"}:
            for group in _counted(word["words"], word):
                result += group.split(b" ")
        else:
            result.append(octets(word))
    return result


def _counted(text: Any, table: dict[str, Any]) -> list[bytes]:
    first = table.get("from", 0)
    return [octets(text).replace(b"#", b"%d" % n) for n in range(first, first + table["times"])]


def _scenario(file: str, row: dict[str, Any]) -> Scenario:
    where = f"{file}: {row.get('name', 'a scenario without a name')}"
    unknown = set(row) - KEYS
    if unknown or "name" not in row:
        raise ScenarioError(f"{where}: unknown keys {sorted(unknown)}, or no name")
    try:
        stdin = octets(row.get("stdin", ""))
        if "stdin_vector" in row:
            stdin = (VECTORS / row["stdin_vector"]).read_bytes()
        user = row.get("user", "alice")
        postfix = _expectation(row.get("postfix", {}), user)
        return Scenario(
            name=row["name"], file=file, row=row.get("row"), user=user,
            arguments=tuple(words(row.get("argv", []))), argv0=row.get("argv0"),
            through=tuple(row.get("through", ())), environment=row.get("environment", {}),
            stdin=stdin, php=row.get("php"), main_cf=row.get("main_cf", []),
            postern_cf=row.get("postern_cf", []), senders=row.get("senders", []),
            postfix=postfix, postern=_postern(row.get("postern", {}), postfix))
    except (ScenarioError, KeyError, TypeError, OSError) as error:
        raise ScenarioError(f"{where}: {error}") from error


def _expectation(table: dict[str, Any], user: str) -> Expectation:
    values = dict(table)
    headers = {name: [octets(value) for value in bodies]
               for name, bodies in values.pop("header", {}).items()}
    for name in ("body", "stdout", "stderr", "text"):
        if name in values:
            values[name] = octets(values[name])
    if "recipients" in values:
        values["recipients"] = [word.decode("utf-8", "surrogateescape")
                                for word in words(values["recipients"])]
    if values.get("status", 0) != 0:
        values.setdefault("queued", 0)
    elif values.get("queued", 1) and user:
        values.setdefault("sender", f"{user}@test.example")
        values.setdefault("recipients", ["r@x.example"])
    return Expectation(headers=headers, **values)


def _postern(table: dict[str, Any], postfix: Expectation) -> Expectation:
    values = dict(table)
    if "reason" in values:
        values.setdefault("verdict", "reject")
    if values.get("verdict", "permit") == "reject":
        values.setdefault("queued", 0)
        values.setdefault("status", STATUSES[values["reason"]])
    else:
        values.setdefault("queued", postfix.queued)
        values.setdefault("status", postfix.status)
    if values["queued"] and "charged" not in values and postfix.recipients is not None:
        values["charged"] = len(words(values.get("recipients", postfix.recipients)))
    # Without a user nothing is taken for granted: what is not said is compared with Postfix's own.
    return _expectation(values, "")
