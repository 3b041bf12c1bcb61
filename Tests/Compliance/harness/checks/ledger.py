"""The quota, also when sixteen processes want it, or a record is torn."""

import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

from ..postern import CONFIGURATION, STATE, TOOL
from ..process import Outcome, run_root
from ..stage import Stage, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"

PROCESSES, MESSAGES_EACH, LIMIT = 16, 10, 100


@check("users with the same quota_group share one quota, and nothing else")
def _group(stage: Stage) -> None:
    both = "quota_group=acme messages_per_hour=3"
    stage.postern.configure(["auto_suspend_refusals = 2"],
                            [f"alice alice@test.example {both}", f"bob bob@test.example {both}", "heidi heidi@test.example messages_per_hour=3"])

    def send(user: str, sender: str = "") -> Outcome:
        return stage.postern.submit(user, b"-i", b"r@x.example", stdin=f"From: {sender or user + '@test.example'}\n\nhi\n".encode())

    for user in ("alice", "bob", "alice"):
        expect_permitted(send(user))
    for user in ("alice", "bob"):
        expect_refused(send(user), "quota-messages", 69)
    expect_permitted(send("heidi"))
    rows = {row["user"]: row for row in json.loads(run_root(TOOL, "quota", "status", "--json").stdout)}
    expect("rows", {name: row["messages"]["hour"]["used"] for name, row in rows.items()}, {"group:acme": 3, "heidi": 1})
    own = json.loads(stage.postern.submit("bob", b"--quota-status").stdout)
    expect("bob's own row", (own["messages"]["hour"], own["refused"]["hour"]), ({"used": 3, "limit": 3}, 2))
    (named,) = json.loads(run_root(TOOL, "quota", "status", "--json", "alice").stdout)
    expect("alice's row", named["messages"]["hour"]["used"], 3)
    # What one of them forges suspends that one alone.
    for _ in range(2):
        expect_refused(send("alice", "ceo@bank.example"), "from-not-allowed", 77)
    expect_refused(send("alice"), "user-suspended", 77)
    expect("reset", run_root(TOOL, "quota", "reset", "bob").status, 0)
    expect_permitted(send("bob"))
    metrics = run_root(TOOL, "metrics").stdout
    expect("metrics", b"\npostern_messages_permitted_total 5\n" in metrics, True)


@check("two names of quota_group with the same record are refused by the build")
def _group_collision(stage: Stage) -> None:
    found: dict[int, str] = {}
    pair: tuple[str, str] | None = None
    for number in range(400_000):
        name = f"g{number}"
        value = 0xCBF29CE484222325
        for byte in name.encode():
            value = (value ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
        record = (value ^ value >> 32) % (0xFFFFFFFF - 0xC0000000)
        if record in found:
            pair = (found[record], name)
            break
        found[record] = name
    assert pair
    (CONFIGURATION / "senders").write_text(f"alice a@test.example quota_group={pair[0]}\nbob b@test.example quota_group={pair[1]}\n")
    done = run_root(TOOL, "map", "build")
    expect("build", (done.status, b"choose another name" in done.stderr), (1, True))


@check("sixteen processes of one user get exactly the limit")
def _parallel(stage: Stage) -> None:
    stage.postern.configure([f"messages_per_hour = {LIMIT}"])

    def submit_some(_: int) -> list[Outcome]:
        return [stage.postern.submit("alice", b"-t", b"-i", stdin=MESSAGE)
                for _ in range(MESSAGES_EACH)]

    with ThreadPoolExecutor(PROCESSES) as pool:
        outcomes = [one for some in pool.map(submit_some, range(PROCESSES)) for one in some]
    permitted = [outcome for outcome in outcomes if outcome.status == 0]
    for outcome in outcomes:
        if outcome.status != 0:
            expect_refused(outcome, "quota-messages", 69)
    expect("permitted", len(permitted), LIMIT)
    expect("queued", stage.postfix.count(), LIMIT)
    expect("ledger", stage.postern.used("alice"),
           (LIMIT, LIMIT, PROCESSES * MESSAGES_EACH - LIMIT))


@check("one message too many is refused, with used, limit and the time of the next")
def _messages(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 3"])
    for _ in range(3):
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    before = int(time.time())
    line = expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE),
                          "quota-messages", 69)
    expect("used/limit in the text", b"3/3" in line, True)
    expect("window in the text", b"hour" in line, True)
    expect("ledger", stage.postern.used("alice"), (3, 3, 1))
    row = stage.postern.row("alice")
    expect("next_free within the window",
           before + 3300 <= row["next_free"] <= int(time.time()) + 3661, True)
    expect_permitted(stage.postern.submit("bob", b"r@x.example"))


@check("recipients are granted up to the limit and not beyond")
def _recipients(stage: Stage) -> None:
    stage.postern.configure(["recipients_per_hour = 5"])
    three = (b"a@x.example", b"b@x.example", b"c@x.example")
    expect_permitted(stage.postern.submit("alice", *three))
    expect_refused(stage.postern.submit("alice", *three), "quota-recipients", 69)
    expect_permitted(stage.postern.submit("alice", *three[:2]))
    expect_refused(stage.postern.submit("alice", three[0]), "quota-recipients", 69)
    expect("ledger", stage.postern.used("alice"), (2, 5, 2))


@check("a day's limit holds beside an hour's")
def _day(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 5", "messages_per_day = 2"])
    for _ in range(2):
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    line = expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE),
                          "quota-messages", 69)
    expect("window in the text", b"day" in line, True)


@check("the hour is judged before the day")
def _hour_first(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 1", "messages_per_day = 1"])
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    line = expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE),
                          "quota-messages", 69)
    expect("window in the text", b"hour" in line, True)


@check("a torn record counts as fully used, for its user alone")
def _torn(stage: Stage) -> None:
    path = STATE / "quota"
    expect_permitted(stage.postern.submit("bob", b"r@x.example"))
    before = _data(str(path))
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    after = _data(str(path))
    changed = [offset for offset, octet in after.items() if before.get(offset) != octet]
    expect("alice has a record", bool(changed), True)
    with path.open("r+b") as file:
        for offset in changed[len(changed) // 2:]:
            file.seek(offset)
            file.write(bytes([after[offset] ^ 0xFF]))
    expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), "quota-messages", 69)
    expect_permitted(stage.postern.submit("bob", b"r@x.example"))


def _data(path: str) -> dict[int, int]:
    """Returns the bytes of a sparse file that are not zero, by their offset."""
    found: dict[int, int] = {}
    with open(path, "rb", buffering=0) as file:
        end = os.fstat(file.fileno()).st_size
        position = 0
        while position < end:
            try:
                position = os.lseek(file.fileno(), position, os.SEEK_DATA)
            except OSError:
                break
            hole = os.lseek(file.fileno(), position, os.SEEK_HOLE)
            data = os.pread(file.fileno(), hole - position, position)
            found |= {position + index: octet for index, octet in enumerate(data) if octet}
            position = hole
    return found
