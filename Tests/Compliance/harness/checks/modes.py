"""Modes in which nothing is submitted: the caller runs Postfix's program as itself."""

from ..fakes import Fakes
from ..stage import Stage, check, expect, expect_permitted, expect_refused

ALICE = ["7300"] * 4


def _given(stage: Stage, *arguments: bytes) -> None:
    fakes = Fakes(stage.machine)
    stage.postern.configure([f"sendmail_path = {fakes.recorder()}"])
    stage.log.records()
    expect_permitted(stage.postern.submit("alice", *arguments, stdin=b"input"))
    got = fakes.recorded()
    expect("user IDs", got["uid"], ALICE)
    expect("group IDs", got["gid"], ALICE)
    expect("arguments", got["arguments"], [word.decode() for word in arguments])
    expect("variables", sorted(set(got["environment"]) - {"LC_CTYPE"}), ["LANG", "PATH"])
    expect("descriptors", got["descriptors"], [0, 1, 2])
    expect("standard input", got["message"], "input")
    expect("charged", stage.postern.used("alice"), (0, 0, 0))
    expect("log", stage.log.decisions(), [])


@check("-bp runs the real program with the caller's IDs only, and with its arguments")
def _list(stage: Stage) -> None:
    _given(stage, b"-bp", b"-v")


@check("-q runs the real program with the caller's IDs only")
def _flush(stage: Stage) -> None:
    _given(stage, b"-q")


@check("-qI runs the real program with the caller's IDs only")
def _flush_message(stage: Stage) -> None:
    _given(stage, b"-qIABC")


@check("-qR runs the real program with the caller's IDs only")
def _flush_site(stage: Stage) -> None:
    _given(stage, b"-qRx.example")


@check("a listing beside the option -C is refused, so that no other configuration is read")
def _listing_elsewhere(stage: Stage) -> None:
    outcome = stage.postern.submit("alice", b"-C", b"/tmp", b"-bp")
    expect_refused(outcome, "unsupported-option", 64)


@check("the caller lists its queue under the rules of authorized_mailq_users")
def _denied(stage: Stage) -> None:
    stage.postfix.configure(["authorized_mailq_users = root"], submitters="root, postern")
    outcome = stage.postern.submit("alice", b"-bp")
    expect("refusal", b"User alice(7300) is not allowed to view the mail queue" in outcome.stderr,
           True)
