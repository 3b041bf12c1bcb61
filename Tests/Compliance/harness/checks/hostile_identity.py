"""Mended holes, each by the caller who found it."""

from ..hostility import ARGUMENTS, MESSAGE, NOT_PRIVILEGED, Refusal, begin_anew, check, expect_not_sent
from ..stage import Stage, expect, expect_permitted

FROM_AMBIGUOUS = Refusal("from-ambiguous", 65)

#: Display names beside good@ok.example; each shows another address to some reader, and has a harmless neighbour.
NAMES = {
    b'"=?utf-8?q?ceo=40bank.example?="': b'"=?utf-8?q?The_Boss?="',
    b'"=?utf-8?b?Y2VvQGJhbmsuZXhhbXBsZQ==?="': b'"=?utf-8?b?VGhlIEJvc3M=?="',
}


@check("an encoded word that shows another address behind quotes is refused")
def _encoded_names(stage: Stage) -> None:
    for shown, harmless in NAMES.items():
        message = b"From: %s <good@ok.example>\nTo: r@x.example\n\nb\n"
        expect_not_sent(stage, stage.postern.submit("alice", *ARGUMENTS, stdin=message % shown), FROM_AMBIGUOUS)
        expect_permitted(stage.postern.submit("alice", *ARGUMENTS, stdin=message % harmless))
        stage.postfix.drain()
        begin_anew(stage)


@check("an exempt user is charged nothing where audit lifts a refusal, and others are")
def _exempt_audit(stage: Stage) -> None:
    stage.postern.configure(["mode = audit"])
    malformed = b"From: good@ok.example\nTo: r@x.example\nbad line\n\nb\n"
    for user, charged in (("dave", 0), ("alice", 1)):
        expect("status", stage.postern.submit(user, *ARGUMENTS, stdin=malformed).status, 0)
        expect(f"charged to {user}", stage.postern.used(user)[0], charged)
    verdicts = [(line["user"], line["verdict"]) for line in stage.log.decisions()]
    expect("verdicts", verdicts, [("dave", "permit"), ("alice", "audit")])


@check("with its set-gid bit alone, or its set-uid bit for the account's own caller, the drop-in refuses")
def _group_bit_alone(stage: Stage) -> None:
    try:
        stage.postern.set_drop_in_mode(0o2755)
        expect("status", stage.postern.submit("alice", *ARGUMENTS, stdin=MESSAGE).status, NOT_PRIVILEGED.status)
    finally:
        stage.postern.give_privilege()
    expect_not_sent(stage, stage.postern.submit("postern", *ARGUMENTS, stdin=MESSAGE), NOT_PRIVILEGED)
