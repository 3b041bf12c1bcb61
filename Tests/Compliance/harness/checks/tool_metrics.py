"""postern metrics, the dashboard and the units that go with it."""

import json
import re
import shutil
import subprocess
from pathlib import Path

from ..postern import STATE, TOOL
from ..process import Command, run, run_root
from ..stage import Stage, check, expect, expect_permitted

PROJECT = Path(__file__).resolve().parents[4]
MESSAGE = b"From: good@ok.example\nTo: r@x.example, s@x.example\n\nb\n"


def _promtool_path() -> str:
    return shutil.which("promtool") or str(PROJECT / ".build/promtool/promtool")


def _samples(text: bytes) -> dict[str, int]:
    lines = [line for line in text.decode().splitlines() if not line.startswith("#")]
    return {line.rsplit(" ", 1)[0]: int(line.rsplit(" ", 1)[1]) for line in lines}


@check("postern metrics counts what was permitted, refused and audited, and users at their limits")
def _counts(stage: Stage) -> None:
    stage.postern.configure(["messages_per_hour = 2"],
                            ["grace @grace.example mode=audit", "bob bob@test.example suspended=x"])
    for _ in range(3):
        stage.postern.submit("alice", b"-t", stdin=MESSAGE)
    stage.postern.submit("alice", b"-f", b"evil@z.example", b"r@x.example")
    stage.postern.submit("grace", b"-f", b"evil@z.example", b"r@x.example")
    run_root(TOOL, "suspend", "heidi")
    got = _samples(run_root(TOOL, "metrics").stdout)
    for name, value in {
        "postern_messages_permitted_total": 3, "postern_recipients_permitted_total": 5,
        'postern_messages_refused_total{reason="quota-messages"}': 1,
        'postern_messages_refused_total{reason="envelope-not-allowed"}': 1,
        'postern_messages_audited_total{reason="envelope-not-allowed"}': 1,
        'postern_window_messages{window="hour"}': 3, 'postern_window_refused{window="day"}': 2,
        'postern_users_near_limit{limit="messages_per_hour"}': 1,
        'postern_users_at_limit{limit="messages_per_hour"}': 1,
        'postern_users_suspended{by="map"}': 1, 'postern_users_suspended{by="administrator"}': 1,
        "postern_map_stale": 0, "postern_torn_records": 0,
    }.items():
        expect(name, got.get(name), value)
    run_root(TOOL, "quota", "reset", "alice")
    after = _samples(run_root(TOOL, "metrics").stdout)
    expect("after a reset", after["postern_messages_permitted_total"], 3)
    expect("the window", after['postern_window_messages{window="hour"}'], 1)


@check("counters never fall, though records are damaged or gone, and count on from where they were")
def _lasting(stage: Stage) -> None:
    def totals() -> tuple[int, int, int]:
        got = _samples(run_root(TOOL, "metrics", "--per-user").stdout)
        return (got["postern_messages_permitted_total"], got['postern_messages_refused_total{reason="envelope-not-allowed"}'],
                got.get('postern_user_messages_permitted_total{user="alice",uid="7300"}', 0))

    start = totals()
    for _ in range(3):
        expect_permitted(stage.postern.submit("alice", b"r@x.example"))
    stage.postern.submit("alice", b"-f", b"evil@z.example", b"r@x.example")
    first = totals()
    expect("before", (first[0] - start[0], first[1] - start[1], first[2] - start[2]), (3, 1, 3))
    expect("the file", oct((STATE / "counters").stat().st_mode & 0o7777), oct(0o600))
    (STATE / "quota").unlink()
    expect("without the state file", totals()[:2], first[:2])
    expect_permitted(stage.postern.submit("alice", b"r@x.example"))
    after = totals()
    expect("afterwards", after[:2], (first[0] + 1, first[1]))
    expect("again", totals(), after)
    for damage in (b"", b"postern-counters 1\ncarried 0=1", b"postern-counters 1\ncarried 99=1\nend\n", b"\xff" * 4096):
        (STATE / "counters").write_bytes(damage)
        expect(f"{damage[:20]!r}", totals()[0], 1)


@check("a rewritten From: is logged and counted, and so is a repaired one")
def _changes(stage: Stage) -> None:
    stage.postern.configure(senders=["alice alice@test.example from_policy=rewrite"])
    stage.log.records()
    for sender in (b"visitor@z.example", b"Ann, Shop <alice@test.example>", b"alice@test.example"):
        expect_permitted(stage.postern.submit("alice", b"-i", b"r@x.example", stdin=b"From: " + sender + b"\n\nhi\n"))
    lines = stage.log.decisions()
    expect("the log", [(line["from"], line.get("rewritten"), line.get("repaired")) for line in lines],
           [("<visitor@z.example>", "<alice@test.example>", None), ("<alice@test.example>", None, "from"),
            ("<alice@test.example>", None, None)])
    got = _samples(run_root(TOOL, "metrics").stdout)
    told = run_root(TOOL, "quota", "status", "alice").stdout
    expect("status", b"rewritten in 1 messages so far, an identity field repaired in 1" in told, True)
    expect("counted", (got["postern_messages_rewritten_total"], got["postern_messages_repaired_total"]), (1, 1))


@check("promtool finds nothing wrong with postern metrics, with and without --per-user")
def _promtool(stage: Stage) -> None:
    stage.postern.submit("alice", b"r@x.example")
    for arguments in ((), ("--per-user",)):
        text = run_root(TOOL, "metrics", *arguments).stdout
        done = subprocess.run([_promtool_path(), "check", "metrics"], input=text, capture_output=True,
                              check=False, timeout=60)
        expect("promtool", (done.returncode, done.stdout, done.stderr), (0, b"", b""))
        expect("series of alice", b'user="alice",uid="7300"' in text, bool(arguments))


@check("postern metrics --output replaces the file in one step, and is root's")
def _output(stage: Stage) -> None:
    directory = stage.machine.directory("textfile")
    target = directory / "postern.prom"
    for _ in range(2):
        expect("status", run_root(TOOL, "metrics", "--output", target).status, 0)
        expect("mode", (target.stat().st_uid, oct(target.stat().st_mode & 0o7777)), (0, oct(0o644)))
    expect("files", [path.name for path in directory.iterdir()], ["postern.prom"])
    expect("contents", b"postern_map_entries" in target.read_bytes(), True)
    before = target.read_bytes()
    STATE.chmod(0o777)
    try:
        expect("unusable state", run_root(TOOL, "metrics", "--output", target).status, 1)
    finally:
        STATE.chmod(0o700)
    expect("the old file", target.read_bytes(), before)
    denied = run(stage.machine, Command("alice", TOOL, (b"metrics",)))
    expect("alice", (denied.status, denied.stdout), (77, b""))


@check("the Grafana dashboard refers only to metrics that are printed")
def _dashboard(stage: Stage) -> None:
    text = run_root(TOOL, "metrics", "--per-user").stdout.decode()
    printed = set(re.findall(r"^# TYPE (\S+)", text, re.MULTILINE))
    dashboard = json.loads((PROJECT / "Install/grafana/postern.json").read_text())
    used = set(re.findall(r"postern_[a-z_]+", json.dumps(
        [[target["expr"] for target in panel["targets"]] for panel in dashboard["panels"]]
        + [variable["query"] for variable in dashboard["templating"]["list"]])))
    expect("metrics that are not printed", used - printed, set())
    counters = {name for name in printed if name.endswith("_total")} - {"postern_user_recipients_permitted_total"}
    expect("counters that no panel shows", counters - used, set())


@check("each alert fires for its reason and for nothing less, and refers only to metrics that are printed")
def _alerts(stage: Stage) -> None:
    printed = set(re.findall(r"^# TYPE (\S+)", run_root(TOOL, "metrics").stdout.decode(), re.MULTILINE))
    rules = PROJECT / "Install/grafana/postern.rules.yml"
    used = set(re.findall(r"postern_[a-z_]+", rules.read_text()))
    expect("metrics that are not printed", used - printed, set())
    for words in (("check", "rules", rules), ("test", "rules", PROJECT / "Tests/Vectors/metrics/rules.yml")):
        done = subprocess.run([_promtool_path(), *words], capture_output=True, check=False, timeout=60)
        expect(f"promtool {words[0]}", (done.returncode, done.stderr), (0, b""))
    alerts = set(re.findall(r"alert: (\S+)", rules.read_text()))
    tested = set(re.findall(r"Postern[A-Z]\w+", (PROJECT / "Tests/Vectors/metrics/rules.yml").read_text()))
    expect("alerts without a test", alerts - tested, set())


@check("systemd takes the units, and finds the metrics service well confined")
def _units(stage: Stage) -> None:
    directory = stage.machine.directory("units")
    for unit in (PROJECT / "Install/systemd").glob("postern-metrics.*"):
        (directory / unit.name).write_text(unit.read_text())
    units = sorted(directory.iterdir())
    expect("units", [unit.suffix for unit in units], [".service", ".timer"])
    done = run_root("systemd-analyze", "verify", "--man=no", *units)
    expect("verify", (done.status, done.stderr), (0, b""))
    done = run_root("systemd-analyze", "security", "--offline=true", "--threshold=30", units[0])
    expect("security", done.status, 0)
