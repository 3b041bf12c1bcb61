"""Every resource limit at nothing, at one, at too little and at just enough."""

import signal

from .. import ledgerfile
from ..hostility import (LEDGER, MESSAGE, STORE_UNAVAILABLE, SYSTEM_ERROR, await_no_process, begin_anew, check,
                         expect_not_sent, expect_sent, expect_state, processes_of, submit_spoiled)
from ..machine import USERS
from ..stage import Stage, Unmet, expect, expect_permitted, expect_refused

KB, MB = 1 << 10, 1 << 20

#: Resource, limits that refuse, and the least that is enough: the constants of ResourceLimits.swift.
NEEDED = {
    "RLIMIT_AS": ((16 * MB, 48 * MB, 64 * MB - 4096), 64 * MB),
    "RLIMIT_DATA": ((2 * MB, 8 * MB, 32 * MB - 4096), 32 * MB),
    "RLIMIT_STACK": ((64 * KB, 256 * KB - 4096), 256 * KB),
    "RLIMIT_NPROC": ((0, 1, 2), 3),
}

#: Without so much the kernel, or the C library's start code, ends the program before ours runs.
FATAL = {
    "RLIMIT_AS": (0, 1, MB, 4 * MB),
    "RLIMIT_DATA": (0, 1, 64 * KB, MB),
    "RLIMIT_STACK": (0, 1, 4096),
}

#: Limits that have nothing to do with what is done here.
HARMLESS = ("CORE", "MEMLOCK", "MSGQUEUE", "NICE", "RSS", "RTPRIO", "SIGPENDING")


def _hard(resource: str, value: int) -> str:
    return f"limit(resource.{resource}, {value})"


@check("a hard limit below what a message needs refuses before anything is read")
def _too_little(stage: Stage) -> None:
    for resource, (values, _) in NEEDED.items():
        for value in values:
            outcome = submit_spoiled(stage, _hard(resource, value))
            line = expect_not_sent(stage, outcome, SYSTEM_ERROR)
            expect(f"{resource} {value} is named", b"the hard limit of 'ulimit -" in line, True)


@check("a hard limit that is just enough delivers")
def _enough(stage: Stage) -> None:
    for resource, (_, value) in NEEDED.items():
        begin_anew(stage)
        if resource == "RLIMIT_NPROC":
            value += processes_of(stage, "postern")
        expect_sent(stage, submit_spoiled(stage, _hard(resource, value)))


@check("a limit with which hardly any code can run ends the program or is refused, with nothing sent or charged")
def _fatal(stage: Stage) -> None:
    for resource, values in FATAL.items():
        for value in values:
            outcome = submit_spoiled(stage, _hard(resource, value))
            # How little is too little to say so depends on the build.
            if outcome.status == SYSTEM_ERROR.status:
                expect_not_sent(stage, outcome, SYSTEM_ERROR)
            else:
                expect(f"{resource} {value}", outcome.status, -signal.SIGSEGV)
                expect_state(stage, queued=0, charged=0)


@check("soft limits of nothing are raised to the hard ones")
def _soft(stage: Stage) -> None:
    for resource in ("FSIZE", "NOFILE", "NPROC", "CORE", "MEMLOCK"):
        begin_anew(stage)
        code = f"limit(resource.RLIMIT_{resource}, 0, resource.getrlimit(resource.RLIMIT_{resource})[1])"
        expect_sent(stage, submit_spoiled(stage, code))


@check("a soft limit on the stack that lets the program start is raised")
def _soft_stack(stage: Stage) -> None:
    expect_sent(stage, submit_spoiled(stage, f"limit(resource.RLIMIT_STACK, {16 * KB}, {64 * MB})"))


@check("a hard limit on descriptors refuses below sixteen, and delivers above")
def _descriptors(stage: Stage) -> None:
    for value in (0, 1, 3, 6, 15):
        line = expect_not_sent(stage, submit_spoiled(stage, _hard("RLIMIT_NOFILE", value)), SYSTEM_ERROR)
        expect("the limit is named", b"ulimit -n" in line, True)
    outcome = submit_spoiled(stage, _hard("RLIMIT_NOFILE", 16))
    # Postfix complains about fewer than it would like, and delivers.
    expect("status", (outcome.status, outcome.stdout), (0, b""))
    if b"could allocate space for only 16 open files" not in outcome.stderr:
        raise Unmet(f"Postfix's warning expected: {outcome}")
    expect_state(stage, queued=1, charged=1)
    begin_anew(stage)
    expect_sent(stage, submit_spoiled(stage, _hard("RLIMIT_NOFILE", 256)))


@check("limits that do not matter do not matter, at nothing, one and five")
def _harmless(stage: Stage) -> None:
    for value in (0, 1, 5):
        begin_anew(stage)
        code = "; ".join(_hard(f"RLIMIT_{name}", value) for name in HARMLESS)
        expect_sent(stage, submit_spoiled(stage, code))


@check("a limit on processor time of one second, soft or hard, is enough and sends no SIGXCPU")
def _processor_time(stage: Stage) -> None:
    for code in ("limit(resource.RLIMIT_CPU, 0, 60)", "limit(resource.RLIMIT_CPU, 1, 60)",
                 "limit(resource.RLIMIT_CPU, 1)"):
        begin_anew(stage)
        # The caller itself must outlive the limit until it has executed the drop-in.
        expect_sent(stage, submit_spoiled(stage, f"signal.signal(signal.SIGXCPU, signal.SIG_IGN); {code}"))


@check("a hard limit of no processor time is the caller's own SIGKILL: nothing is queued that was not charged")
def _no_processor_time(stage: Stage) -> None:
    # The kernel kills at its next look at the clock, which may come at any instant, or never.
    ends = set()
    for _ in range(20):
        begin_anew(stage)
        ends.add(submit_spoiled(stage, "limit(resource.RLIMIT_CPU, 0)").status)
        await_no_process("postern")
        queued, charged = stage.postfix.count(), stage.postern.used("alice")
        expect("recipients and refused", charged[1:], (charged[0], 0))
        expect(f"queued {queued} <= charged {charged[0]} <= 1", queued <= charged[0] <= 1, True)
    # 75 is what Postfix's sendmail says when it is its postdrop that was killed.
    expect(f"killed, or done before: {ends}", {-signal.SIGKILL} <= ends <= {-signal.SIGKILL, 0, 75}, True)


@check("a hard limit on file sizes that ends inside the state file refuses and tears no record")
def _file_size(stage: Stage) -> None:
    expect_permitted(stage.postern.submit("alice", b"-t", stdin=MESSAGE))
    stage.postfix.drain()
    record = ledgerfile.slot(LEDGER, USERS["alice"].uid)
    # The message itself has no room below some hundred bytes.
    for value, refusal in ((0, SYSTEM_ERROR), (1, SYSTEM_ERROR), (MB, STORE_UNAVAILABLE), (16 * MB, STORE_UNAVAILABLE),
                           (300 * MB, STORE_UNAVAILABLE), (ledgerfile.FILE_BYTES - 1, STORE_UNAVAILABLE)):
        outcome = submit_spoiled(stage, _hard("RLIMIT_FSIZE", value))
        line = expect_not_sent(stage, outcome, refusal, charged=1)
        cause = b"ulimit -f" if refusal == STORE_UNAVAILABLE else b"File too large"
        expect("the cause is named", cause in line, True)
        expect("alice's record", ledgerfile.slot(LEDGER, USERS["alice"].uid) == record, True)
    outcome = submit_spoiled(stage, _hard("RLIMIT_FSIZE", ledgerfile.FILE_BYTES))
    expect_permitted(outcome)
    expect("charged", stage.postern.used("alice"), (2, 2, 0))


@check("a hard limit on file sizes at the end of the last slot delivers, one byte less refuses")
def _last_slot(stage: Stage) -> None:
    stage.postern.configure(senders=[f"zoe {MESSAGE.split()[1].decode()}"])
    uid = USERS["zoe"].uid
    expect("zoe's slot is the last", uid, ledgerfile.SLOTS - 1)
    for value, sent in ((ledgerfile.FILE_BYTES - 1, 0), (ledgerfile.FILE_BYTES, 1)):
        outcome = submit_spoiled(stage, _hard("RLIMIT_FSIZE", value), user="zoe")
        if sent:
            expect_permitted(outcome)
        else:
            expect_refused(outcome, STORE_UNAVAILABLE.reason, STORE_UNAVAILABLE.status)
        expect_state(stage, queued=sent, charged=0)
        expect("zoe's slot is written", any(ledgerfile.slot(LEDGER, uid)), sent == 1)
    expect("charged", stage.postern.used("zoe"), (1, 1, 0))
