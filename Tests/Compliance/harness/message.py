"""Queued messages taken apart and compared."""

import re

from .postfix import MADE_UP, Queued

#: Differs from one submission to the next, or says how long the message is.
VARIABLE_RECORDS = {"message_size", "message_arrival_time", "create_time"}

X_POSTERN = re.compile(rb" uid=(\d+); host=[!-~]+; time=[0-9TZ:-]+")

Field = tuple[str, bytes]


def split(message: bytes) -> tuple[list[Field], bytes]:
    """Returns the fields, with their bodies as written, and the body of a message."""
    section, separator, body = message.partition(b"\n\n")
    fields: list[Field] = []
    for line in section.split(b"\n"):
        if line[:1] in (b" ", b"\t") and fields:
            name, value = fields.pop()
            fields.append((name, value + b"\n" + line))
        elif line:
            name_bytes, _, value = line.partition(b":")
            fields.append((name_bytes.decode("latin-1").lower(), value))
    return fields, body if separator else b""


def values(message: bytes, name: str) -> list[bytes]:
    """Returns the bodies of all fields of one name, unfolded and without blanks around them."""
    return [re.sub(rb"\n[ \t]*", b" ", value).strip()
            for field, value in split(message)[0] if field == name]


def difference(theirs: Queued, ours: Queued, *, given: bytes,
               changed_headers: set[str], body_changes: bool, uid: int | None,
               ignored_records: set[str]) -> list[str]:
    """Tells how a message that came through Postern differs from what Postfix alone queued.

    - Parameter given: What the caller wrote, so that a field Postfix made up can be told.
    - Parameter changed_headers: Fields with an expectation of their own, left out here.
    - Parameter uid: Whose trace header must be there; None if there must be none.
    """
    problems: list[str] = []
    ignored = VARIABLE_RECORDS | ignored_records
    for name, mine, other in _envelopes(theirs, ours, ignored):
        problems.append(f"{name}: Postfix queued {_short(mine)}; Postern {_short(other)}")

    their_fields, their_body = split(theirs.message)
    # Whatever the caller wrote there is taken away.
    their_fields = [field for field in their_fields if field[0] != "x-postern"]
    our_fields, our_body = split(ours.message)
    problems += _received(their_fields, our_fields)
    problems += _trace(our_fields, uid)

    # Postfix puts a From: of its own last, Postern where it likes.
    unplaced = changed_headers | {"from"}
    mine_list = _comparable(their_fields, given, unplaced)
    other_list = _comparable(our_fields, given, unplaced)
    if mine_list != other_list:
        problems.append(f"header: Postfix queued {_short(mine_list)}; Postern {_short(other_list)}")
    if "from" not in changed_headers:
        mine_from = [value for name, value in their_fields if name == "from"]
        other_from = [value for name, value in our_fields if name == "from"]
        if mine_from != other_from:
            problems.append(f"From: Postfix queued {mine_from}; Postern {other_from}")
    if not body_changes and their_body != our_body:
        problems.append(f"body: Postfix queued {_short(their_body)}; Postern {_short(our_body)}")
    return problems


def _envelopes(theirs: Queued, ours: Queued,
               ignored: set[str]) -> list[tuple[str, list[str], list[str]]]:
    mine = [line for line in theirs.envelope if line.partition(":")[0] not in ignored]
    other = [line for line in ours.envelope if line.partition(":")[0] not in ignored]
    if ignored & {"recipient"}:
        names = {"original_recipient", "recipient", "named_attribute"}
        mine = [line for line in mine if line.partition(":")[0] not in names]
        other = [line for line in other if line.partition(":")[0] not in names]
    return [("envelope", mine, other)] if mine != other else []


def _received(theirs: list[Field], ours: list[Field]) -> list[str]:
    """Takes off the Received: that pickup writes, which tells the submitting account."""
    problems = []
    for who, fields in (("Postfix", theirs), ("Postern", ours)):
        name, value = fields.pop(0) if fields else ("nothing", b"")
        if name != "received" or b"(Postfix, from userid " not in value:
            problems.append(f"{who}: the first field is {name}, not pickup's Received:")
        elif who == "Postern" and not re.search(rb"from userid (0|7200)\)", value):
            problems.append(f"Postern: not submitted by its account: {_short(value)}")
    return problems


def _trace(fields: list[Field], uid: int | None) -> list[str]:
    traces = [value for name, value in fields if name == "x-postern"]
    fields[:] = [field for field in fields if field[0] != "x-postern"]
    if uid is None:
        return [f"an X-Postern: that was not asked for: {traces}"] if traces else []
    match = X_POSTERN.fullmatch(traces[0]) if len(traces) == 1 else None
    if match is None or int(match[1]) != uid:
        return [f"X-Postern: {traces}, for user {uid}"]
    return []


def _comparable(fields: list[Field], given: bytes, left_out: set[str]) -> list[Field]:
    result = []
    for name, value in fields:
        if name in left_out:
            continue
        pattern = MADE_UP.get(name)
        if pattern and value.strip() not in given and pattern.fullmatch(value.strip().decode()):
            value = b" (made up by Postfix)"
        result.append((name, value))
    return result


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 400 else f"{text[:280]} … {text[-100:]}"
