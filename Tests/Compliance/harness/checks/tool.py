"""The quota as people and programs see it."""

import json

from ..postern import TOOL
from ..process import Command, run, run_root
from ..stage import Stage, Unmet, check, expect, expect_permitted, expect_refused

MESSAGE = b"From: good@ok.example\nTo: r@x.example\n\nb\n"


@check("--quota-status prints one line of JSON in its documented form")
def _row(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 100", "recipients_per_hour = 500"])
    empty = stage.postern.row("alice")
    expect("last_message of a new user", empty["last_message"], None)
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postern.submit("alice", b"-f", b"evil@z.example", b"r@x.example")
    row = stage.postern.row("alice")
    expect("last_message is a time", isinstance(row.pop("last_message"), int), True)
    expect("row", row, {
        "uid": 7300, "user": "alice", "mode": "enforce", "suspended": None,
        "messages": {"hour": {"used": 1, "limit": 100}, "day": {"used": 1, "limit": None}},
        "recipients": {"hour": {"used": 1, "limit": 500}, "day": {"used": 1, "limit": None}},
        "refused": {"hour": 1, "day": 1}, "next_free": None,
    })


@check("--quota-status tells a suspension, and limits of the user's own")
def _special(stage: Stage) -> None:
    stage.postern.configure(senders=["bob b@test.example suspended=unpaid messages_per_day=7"])
    row = stage.postern.row("bob")
    expect("suspended", row["suspended"], "unpaid")
    expect("limit", row["messages"]["day"]["limit"], 7)


@check("postern quota status --json shows root every user with the same row")
def _status(stage: Stage) -> None:
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postern.submit("bob", b"r@x.example")
    done = run_root(TOOL, "quota", "status", "--json", "alice")
    expect("status", (done.status, done.stderr), (0, b""))
    expect("rows", json.loads(done.stdout), [stage.postern.row("alice")])
    everybody = json.loads(run_root(TOOL, "quota", "status", "--all", "--json").stdout)
    users = {row["user"] for row in everybody}
    expect("both users are there", {"alice", "bob"} <= users, True)


@check("postern quota status shows people a table")
def _table(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 4"])
    stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    done = run_root(TOOL, "quota", "status", "alice")
    expect("status", (done.status, done.stderr), (0, b""))
    for word in (b"alice", b"1/4"):
        if word not in done.stdout:
            raise Unmet(f"{word!r} expected in {done.stdout!r}")


@check("an ordinary user sees only the own row")
def _ordinary(stage: Stage) -> None:
    stage.postern.submit("bob", b"r@x.example")
    own = run(stage.machine, Command("alice", TOOL, (b"quota", b"status", b"--json")))
    expect("status", own.status, 0)
    expect("users", [row["user"] for row in json.loads(own.stdout)], ["alice"])
    for arguments in ((b"bob",), (b"--all",)):
        other = run(stage.machine,
                    Command("alice", TOOL, (b"quota", b"status", b"--json", *arguments)))
        if b"bob" in other.stdout:
            raise Unmet(f"alice sees bob with {arguments}: {other}")


@check("postern quota reset is root's, and frees the user")
def _reset(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 1"])
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), "quota-messages", 69)
    denied = run(stage.machine, Command("alice", TOOL, (b"quota", b"reset", b"alice")))
    expect("alice resets alice", denied.status != 0, True)
    expect_refused(stage.postern.submit("alice", b"-t", stdin=MESSAGE), "quota-messages", 69)
    expect("root resets alice", run_root(TOOL, "quota", "reset", "alice").status, 0)
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))


@check("postern quota reset frees one user alone")
def _reset_one(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 1"])
    for user in ("alice", "bob"):
        expect_permitted(stage.postern.submit(user, b"r@x.example"))
    run_root(TOOL, "quota", "reset", "alice")
    expect_refused(stage.postern.submit("bob", b"r@x.example"), "quota-messages", 69)


@check("postern map show tells what a user may send as")
def _map_show(stage: Stage) -> None:
    done = run_root(TOOL, "map", "show", "alice")
    expect("status", (done.status, done.stderr), (0, b""))
    for word in (b"alice@test.example", b"good@ok.example", b"@shop.example", b"@.sub.example"):
        if word not in done.stdout:
            raise Unmet(f"{word!r} expected in {done.stdout!r}")
    stage.postern.forget()
