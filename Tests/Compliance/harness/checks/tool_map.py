"""Where the map comes from, and what else it is good for."""

import subprocess
from pathlib import Path

from ..postern import CONFIGURATION, TOOL
from ..process import Command, Outcome, run, run_root
from ..stage import Stage, check, expect, expect_permitted, expect_refused

IMPORT_END = "# postern map import: end"
PANELS = Path(__file__).resolve().parents[4] / "Install" / "panels"


def _message(sender: str) -> bytes:
    return f"From: {sender}\nTo: r@x.example\n\nb\n".encode()


def _import(text: str, *options: str) -> Outcome:
    done = subprocess.run([TOOL, "map", "import", *options, "-"], input=text.encode(), timeout=60,
                          capture_output=True, check=False)
    return Outcome(done.returncode, done.stdout, done.stderr)


def _tables(stage: Stage) -> Path:
    directory = stage.machine.directory("tables")
    (directory / "aliases").write_text("sales@shop.example info@shop.example\n@catch.example x\n")
    subprocess.run(["/usr/sbin/postmap", f"hash:{directory}/aliases"], check=True, timeout=60)
    (directory / "boxes").write_text("info@shop.example shop/info\n")
    program = directory / "list"
    program.write_text("#!/bin/sh\necho boss@corp.example\n")
    program.chmod(0o755)
    return directory


@check("mailboxes:DOMAIN permits the mailboxes and aliases of Postfix's tables, and no other address")
def _mailboxes(stage: Stage) -> None:
    tables = _tables(stage)
    named = f"mailbox_tables = hash:{tables}/aliases texthash:{tables}/boxes command:{tables}/list"
    stage.postern.configure([named], ["alice alice@test.example mailboxes:shop.example"])
    for sender in ("sales@shop.example", "INFO@Shop.example", "alice@test.example"):
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=_message(sender)))
    for sender in ("random@shop.example", "boss@corp.example", "x@catch.example"):
        outcome = stage.postern.submit("alice", b"-t", stdin=_message(sender))
        expect_refused(outcome, "from-not-allowed", 77)
    stage.postern.configure([named], ["alice a@test.example mailboxes:corp.example"])
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=_message("boss@corp.example")))


@check("mailboxes:DOMAIN reads each type of table that Debian's Postfix has, a proxy: before it passed over")
def _types(stage: Stage) -> None:
    directory = stage.machine.directory("types")
    for kind in ("hash", "btree", "lmdb", "cdb", "texthash"):
        (directory / kind).write_text(f"{kind}@shop.example x\n")
        if kind != "texthash":
            subprocess.run(["/usr/sbin/postmap", f"{kind}:{directory}/{kind}"], check=True, timeout=60)
        stage.postern.configure([f"mailbox_tables = proxy:{kind}:{directory}/{kind}"],
                                ["alice alice@test.example mailboxes:shop.example"])
        mail = _message(f"{kind}@shop.example")
        expect_permitted(stage.postern.submit("alice", b"-t", stdin=mail))
        stage.postern.forget()
    before = (CONFIGURATION / "senders.db").read_bytes()
    (directory / "cdb.cdb").write_bytes(b"none")
    stage.postern.write("postern.cf", f"mailbox_tables = cdb:{directory}/cdb\n")
    done = run_root(TOOL, "map", "build")
    expect("a damaged cdb", (done.status, b"is not a cdb file" in done.stderr), (1, True))
    expect("map", (CONFIGURATION / "senders.db").read_bytes() == before, True)


@check("a program of mailbox_tables that others can replace is not run")
def _replaceable(stage: Stage) -> None:
    directory = stage.machine.directory("replaceable", 0o777)
    program = directory / "list"
    program.write_text(f"#!/bin/sh\ntouch {directory}/ran\necho a@shop.example\n")
    program.chmod(0o755)
    named = f"mailbox_tables = command:{program}"
    stage.postern.configure()
    stage.postern.write("postern.cf", named + "\n")
    stage.postern.write("senders", "alice alice@test.example mailboxes:shop.example\n")
    done = run_root(TOOL, "map", "build")
    expect("build", (done.status, b"other accounts can replace it" in done.stderr), (1, True))
    expect("ran", (directory / "ran").exists(), False)
    directory.chmod(0o755)
    expect("build", run_root(TOOL, "map", "build").status, 0)
    expect("ran", (directory / "ran").exists(), True)


@check("a new mailbox is permitted after the next build")
def _new_mailbox(stage: Stage) -> None:
    tables = _tables(stage)
    stage.postern.configure([f"mailbox_tables = texthash:{tables}/boxes"],
                            ["alice alice@test.example mailboxes:shop.example"])
    mail = _message("new@shop.example")
    expect_refused(stage.postern.submit("alice", b"-t", stdin=mail), "from-not-allowed", 77)
    with (tables / "boxes").open("a") as boxes:
        boxes.write("new@shop.example shop/new\n")
    expect("build", run_root(TOOL, "map", "build").status, 0)
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=mail))
    stage.postern.forget()


@check("a table that cannot be read leaves the map as it is")
def _broken_table(stage: Stage) -> None:
    tables = _tables(stage)
    stage.postern.configure([f"mailbox_tables = texthash:{tables}/boxes"],
                            ["alice alice@test.example mailboxes:shop.example"])
    before = (CONFIGURATION / "senders.db").read_bytes()
    (tables / "boxes").unlink()
    expect("build", run_root(TOOL, "map", "build").status, 1)
    expect("map", (CONFIGURATION / "senders.db").read_bytes() == before, True)
    (tables / "list").chmod(0o777)
    stage.postern.write("postern.cf", f"mailbox_tables = command:{tables}/list\n")
    done = run_root(TOOL, "map", "build")
    expect("a command that others may write", (done.status, b"other accounts can replace it" in done.stderr), (1, True))


@check("a domain without mailboxes is a warning, and the other users' map is built")
def _no_mailboxes(stage: Stage) -> None:
    tables = _tables(stage)
    stage.postern.configure([f"mailbox_tables = texthash:{tables}/boxes"])
    stage.postern.write("senders", "alice a@test.example\nbob mailboxes:empty.example\n")
    done = run_root(TOOL, "map", "build")
    expect("build", (done.status, b"senders:2: mailboxes:empty.example" in done.stderr), (0, True))


@check("postern map sources names the tables of mailboxes: as Postfix reads them")
def _sources(stage: Stage) -> None:
    tables = _tables(stage)
    stage.postern.configure([f"mailbox_tables = hash:{tables}/aliases texthash:{tables}/boxes"],
                            ["alice mailboxes:shop.example"])
    done = run_root(TOOL, "map", "sources", "--systemd")
    expect("units", done.stdout.decode().splitlines(), [
        "[Path]", f"PathChanged={CONFIGURATION}/postern.cf", f"PathChanged={CONFIGURATION}/senders",
        f"PathChanged={tables}/aliases.db", f"PathChanged={tables}/boxes"])


@check("postern map import takes over users and addresses, and keeps the administrator's entries")
def _imported(stage: Stage) -> None:
    stage.postern.configure()
    stage.postern.write("senders", "alice alice@test.example # mine\n".replace(" # mine", ""))
    lines = "bob\t@shop.example\nbob\tx@y.example\nalice\t@evil.example\nnobody-here\t@gone.example\n"
    done = _import(lines)
    expect("import", (done.status, b"1 imported users keep" in done.stderr,
                      b"1 imported account that is gone: nobody-here" in done.stderr), (0, True, True))
    expect("what changed", b"added bob @shop.example x@y.example" in done.stdout, True)
    done = _import(lines)
    expect("the same again", (done.status, done.stdout, done.stderr), (0, b"", b""))
    done = _import("bob\t@shop.example\n")
    expect("one address less", (done.status, done.stderr), (0, b""))
    expect("what changed", b"changed bob @shop.example\n" in done.stdout, True)
    expect_permitted(stage.postern.submit("bob", b"-f", b"a@shop.example", b"r@x.example"))
    expect_refused(stage.postern.submit("alice", b"-f", b"a@evil.example", b"r@x.example"),
                   "envelope-not-allowed", 77)
    expect("mode", oct((CONFIGURATION / "senders").stat().st_mode & 0o7777), oct(0o640))


@check("an import that names no user changes nothing")
def _empty_import(stage: Stage) -> None:
    stage.postern.configure()
    stage.postern.write("senders", "alice alice@test.example\n")
    expect("import", _import("bob\t@shop.example\n").status, 0)
    before = (CONFIGURATION / "senders").read_bytes()
    for text in ("", "# nothing\n", "bob\n", "ERROR 2002 (HY000): Can't connect\n",
                 Path("/etc/passwd").read_text()):
        expect(f"import of {text!r}", _import(text).status, 1)
        expect(f"senders after {text!r}", (CONFIGURATION / "senders").read_bytes(), before)
    expect("empty, on purpose", _import("", "--allow-empty").status, 0)
    expect_refused(stage.postern.submit("bob", b"-f", b"a@shop.example", b"r@x.example"),
                   "user-unlisted", 77)


@check("a line of an import that cannot be read takes away what its user had, and the others' are taken over")
def _refused_import(stage: Stage) -> None:
    stage.postern.configure()
    stage.postern.write("senders", "alice alice@test.example\n")
    for line in ("bob\t*\n", "bob\t@ok.example\tunlimited\n", "bob\tdefault=ceo@bank.example\n",
                 "bob\tx@ok.example,mode=audit\n", "bob\tx@ok.example\rdave\t@ok.example\n",
                 "bob\tsuspended=x@ok.example\n", f"{IMPORT_END}\nbob\t*\n", "bob\t@.com\n",
                 "bob\tx\u009b31m@ok.example\n", "bob\t@a b.example\n"):
        expect("import", _import("bob\t@taken-away.example\n").status, 0)
        expect_permitted(stage.postern.submit("bob", b"-f", b"a@taken-away.example", b"r@x.example"))
        done = _import(line + "erin\t@shop.example\n")
        expect(f"import of {line!r}", (done.status, b"1 user left out" in done.stderr), (1, True))
        expect_refused(stage.postern.submit("bob", b"-f", b"a@taken-away.example", b"r@x.example"),
                       "user-unlisted", 77)
        expect_permitted(stage.postern.submit("erin", b"-f", b"a@shop.example", b"r@x.example"))
    done = _import("bob\t@.shop.example\n", "--subdomains")
    expect("subdomains, on purpose", done.status, 0)
    expect_permitted(stage.postern.submit("bob", b"-f", b"a@www.shop.example", b"r@x.example"))


@check("an own entry without addresses lends its options to the imported one, and accounts that vanish stop no build")
def _lent_options(stage: Stage) -> None:
    stage.postern.configure()
    stage.postern.write("senders", "bob messages_per_hour=1\n")
    expect("import", _import("bob\t@shop.example\terin\n").status, 1)
    expect("import", _import("bob\t@shop.example\tmessages_per_hour=50\n").status, 0)
    expect_permitted(stage.postern.submit("bob", b"-f", b"a@shop.example", b"r@x.example"))
    expect_refused(stage.postern.submit("bob", b"-f", b"a@shop.example", b"r@x.example"),
                   "quota-messages", 69)
    with (CONFIGURATION / "senders").open("r+") as senders:
        text = senders.read().replace("bob @shop", "vanished @gone.example\nbob @shop")
        senders.seek(0)
        senders.write(text)
    done = run_root(TOOL, "map", "build")
    expect("build", (done.status, b"1 imported account that is gone: vanished" in done.stderr), (0, True))
    expect("check", run_root(TOOL, "check").status, 0)
    stage.postern.write("senders", "vanished a@gone.example\n")
    expect("an own entry of nobody", run_root(TOOL, "map", "build").status, 1)
    stage.postern.forget()


@check("what a customer has chosen speaks to no terminal")
def _terminal(stage: Stage) -> None:
    stage.postern.configure()
    stage.postern.write("senders", "alice alice@test.example\n# \u009b31mred \u202e\n")
    for words in (("map", "import", "--dry-run", "-"), ("map", "import", "-")):
        done = subprocess.run([TOOL, *words], timeout=60, check=False, capture_output=True,
                              input="bob\tx\u009b31m@shop.example\nbob\ta\u202e@shop.example\n".encode())
        for what in (done.stdout, done.stderr):
            expect("text for a terminal", [b for b in ("\u009b", "\u202e") if b.encode() in what], [])
    stage.postern.forget()


@check("Postfix takes the exported map for local_login_sender_maps")
def _exported(stage: Stage) -> None:
    stage.postern.configure(senders=["alice alice@test.example @shop.example @.sub.example <>"])
    done = run_root(TOOL, "map", "export", "--postfix")
    expect("export", done.status, 0)
    expect("comment", b"# alice: @.sub.example has no counterpart" in done.stdout, True)
    table = stage.machine.directory("exported") / "login_senders"
    table.write_bytes(done.stdout)
    table.chmod(0o644)
    subprocess.run(["/usr/sbin/postmap", f"hash:{table}"], check=True, timeout=60)
    stage.postfix.configure([f"local_login_sender_maps = hash:{table}"], submitters="static:all")
    direct = Command("alice", "/usr/sbin/sendmail", (b"-f", b"a@shop.example", b"r@x.example"), b"b\n")
    expect("an own sender", run(stage.machine, direct).status, 0)
    forged = Command("alice", "/usr/sbin/sendmail", (b"-f", b"a@z.example", b"r@x.example"), b"b\n")
    expect("another sender", run(stage.machine, forged).status != 0, True)
    stage.postfix.drain()
    expect_permitted(stage.postern.submit("alice", b"-f", b"a@shop.example", b"r@x.example"))
    expect("queued through the gate", stage.postfix.count(), 1)


_PANELS = {
    "plesk": ("plesk", "printf 'bob\\t@shop.example\\n'"),
    "ispconfig": ("mysql", "printf 'bob\\t@shop.example\\n'"),
    "virtualmin": ("virtualmin", "printf 'shop.example\\n    ID: 1\\n    Username: bob\\n'"),
    "hestiacp": ("hestia", ""),
}


@check("each recipe for a panel prints what the import takes")
def _panels(stage: Stage) -> None:
    directory = stage.machine.directory("panel")
    (directory / "bin").mkdir(exist_ok=True)
    scripts = {name: script for name, script in _PANELS.values() if script}
    scripts["bin/v-list-users"] = "printf 'bob\\tx\\n'"
    scripts["bin/v-list-web-domains"] = \
        """echo '{"shop.example": {"ALIAS": "www.shop.example,*.shop.example"}}'"""
    for name, script in scripts.items():
        (directory / name).write_text(f"#!/bin/sh\n{script}\n")
        (directory / name).chmod(0o755)
    environment = {"PATH": f"{directory}:/usr/bin:/bin", "HESTIA": str(directory)}
    expect("recipes", {path.name for path in PANELS.iterdir()}, {*_PANELS, "README.md"})
    stage.postern.configure()
    stage.postern.write("senders", "alice alice@test.example\n")
    for panel in _PANELS:
        done = subprocess.run([str(PANELS / panel)], capture_output=True, env=environment,
                              timeout=60, check=True)
        expect(f"first lines of {panel}", done.stdout.splitlines()[:2], [b"bob\twebmaster@shop.example", b"bob\t@shop.example"])
        expect(f"import of {panel}", _import(done.stdout.decode()).status, 0)
        # As WordPress sends, and as a script that names nobody.
        for header in (b"From: WordPress <wordpress@shop.example>\n", b""):
            stage.postfix.drain()
            expect_permitted(stage.postern.submit("bob", b"-t", b"-i", stdin=header + b"To: r@x.example\n\nb\n"))
            expect("senders", [mail.sender for mail in stage.postfix.drain()], ["webmaster@shop.example"])
        expect_refused(stage.postern.submit("bob", b"-t", b"-i", stdin=_message("ceo@bank.example")), "from-not-allowed", 77)


def _patch(path: Path, place: int, byte: int) -> None:
    """A byte of the header; its last eight are its checksum, FNV-1a."""
    header = bytearray(path.read_bytes())
    header[place] = byte
    path.write_bytes(bytes(header))


@check("while senders.db is of another format, the one beside it in this format is read, until the next build or set")
def _second_map(stage: Stage) -> None:
    index = CONFIGURATION / "senders.db"
    stage.postern.configure([], ["alice alice@test.example @withdrawn.example"])
    done = run_root(TOOL, "map", "build", "--beside")
    expect("build beside", (done.status, done.stderr), (0, b""))
    second = next(CONFIGURATION.glob("senders.db.[0-9]*"))
    expect("what it names", done.stdout.split(b": ")[0], str(second).encode())
    withdrawn = _message("x@withdrawn.example")
    # Beside a senders.db of this format it means nothing.
    (CONFIGURATION / "senders").write_text("alice alice@test.example\n")
    kept = second.read_bytes()
    expect("build", run_root(TOOL, "map", "build").status, 0)
    expect("whether it outlives a build", second.exists(), False)
    second.write_bytes(kept)
    expect("set", run_root(TOOL, "set", "mode=enforce").status, 0)
    expect("whether it outlives a change of settings", second.exists(), False)
    second.write_bytes(kept)
    expect_refused(stage.postern.submit("alice", b"-t", stdin=withdrawn), "from-not-allowed", 77)
    # Nor beside one that is damaged.
    whole = index.read_bytes()
    _patch(index, 20, 7)
    expect_refused(stage.postern.submit("alice", b"-t", stdin=withdrawn), "config-invalid", 78)
    # Beside one of another format it holds; without it, or open to others, there is no map.
    index.write_bytes(whole)
    _patch(index, 8, 99)
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=withdrawn))
    second.chmod(0o666)
    expect_refused(stage.postern.submit("alice", b"-t", stdin=withdrawn), "config-invalid", 78)
    second.unlink()
    line = expect_refused(stage.postern.submit("alice", b"-t", stdin=withdrawn), "config-invalid", 78)
    expect("whether it says what to do", b"run 'postern map build'" in line, True)
    stage.postern.forget()
