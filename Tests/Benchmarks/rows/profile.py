"""Usage: python3 -m rows.profile COPIES DISK."""

import collections
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from .site import ADDRESS, DROP_IN, UID, Machine

ROUNDS = 1000
#: Samples a second.
FREQUENCY = 20_000
#: What both become.
NEXT = "/usr/bin/true"

#: Functions of the C library's start code that ask the processor what it can do; under a hypervisor each answer is a trap.
#: The last of them has such questions inlined, and does little else.
PROCESSOR = ("handle_amd", "handle_intel", "intel_check_word", "get_extended_indices", "get_common_indices",
             "update_active", "init_cpu_features", "__libc_start_main_impl")


def kind(stack: list[str]) -> str:
    """Names what a sample was taken in; its stack begins with the innermost function."""
    if "asm_exc_page_fault" in stack:
        behind = stack[stack.index("asm_exc_page_fault") + 1:]
        return "relocation: pages" if "_dl_relocate_static_pie" in behind[:1] else "other pages, at their first use"
    if any("execve" in name for name in stack):
        return "execve, of itself and of the next program"
    if any(name.startswith(("do_syscall_64", "entry_SYSCALL", "syscall_")) for name in stack):
        return "other system calls"
    if "_dl_relocate_static_pie" in stack:
        return "relocation: instructions"
    if stack[0].startswith(PROCESSOR):
        return "C library: what the processor can do"
    if stack[0].startswith(("swift_", "swift::", "(anonymous namespace)", "std::", "_swift", "__swift")):
        return "Swift runtime"
    return "all other code, Postern's own among it"


def samples(data: Path, name: str) -> Iterator[list[str]]:
    """Yields the stacks of a program's samples."""
    done = subprocess.run(["perf", "script", "-i", str(data), "-F", "comm,ip,sym", "--comm", name],
                          check=True, capture_output=True, text=True)
    for sample in done.stdout.split("\n\n"):
        stack = [line.split(None, 1)[1] for line in sample.strip().split("\n")[1:] if len(line.split(None, 1)) == 2]
        if stack:
            yield stack


def microseconds(machine: Machine, program: str) -> dict[str, float]:
    """Returns what one run of a program costs, by kind, until another program has taken its place."""
    data = machine.copies / "perf.data"
    # The whole machine: the kernel shows nobody's samples of a process that has executed a set-uid program.
    subprocess.run(["perf", "record", "-q", "-a", "-g", "-e", "cpu-clock", "-F", str(FREQUENCY), "-o", str(data), "--",
                    str(machine.launcher.program), str(UID), str(ROUNDS), "1", "1", "0", "--",
                    f"<{machine.message('4k', 4000)}", program, "-t", "-i", "-f", ADDRESS],
                   check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    # perf tells programs apart by the first 15 bytes of their names.
    kinds = collections.Counter(kind(stack) for stack in samples(data, Path(program).name[:15]))
    return {name: count * 1_000_000 / FREQUENCY / ROUNDS for name, count in kinds.items()}


def main() -> None:
    """Prints the kinds, the largest first, of Postern and of a program in C that does nothing but exec."""
    machine = Machine(Path(sys.argv[1]), Path(sys.argv[2]))
    machine.configure(postfix=NEXT)
    ours, floor = (microseconds(machine, program) for program in (DROP_IN, machine.exec_programs[0]))
    print("| Postern, µs | exec in C, µs | of |\n|---|---|---|")
    for name in sorted(ours, key=ours.__getitem__, reverse=True):
        print(f"| {ours[name]:.0f} | {floor.get(name, 0):.0f} | {name} |")
    print(f"| {sum(ours.values()):.0f} | {sum(floor.values()):.0f} | all |")


if __name__ == "__main__":
    main()
