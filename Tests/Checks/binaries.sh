# shellcheck shell=bash
# The built programs that sites execute. Sourced by Tests/run, in the top directory, after Install/lib.sh.

readonly programs=.build/programs

# header PROGRAM PATTERN, dynamic PROGRAM PATTERN, segment PROGRAM PATTERN, symbol PROGRAM PATTERN: whether it has that.
header() { readelf -hW "$programs/$1" | grep -E "$2"; }
dynamic() { readelf -dW "$programs/$1" | grep -E "$2"; }
segment() { readelf -lW "$programs/$1" | grep -E "$2"; }
symbol() { nm "$programs/$1" | grep -E "$2"; }

is_position_independent() { header "$1" 'Type: +DYN' && dynamic "$1" 'FLAGS_1.*PIE'; }
has_no_interpreter() { segment "$1" 'LOAD' && ! segment "$1" 'INTERP'; }
needs_no_library() { dynamic "$1" 'FLAGS' && ! dynamic "$1" '\((NEEDED|RPATH|RUNPATH)\)'; }
binds_at_once() { dynamic "$1" '\(FLAGS\).*BIND_NOW' && dynamic "$1" '\(FLAGS_1\).*NOW'; }
has_no_executable_stack() { segment "$1" 'GNU_STACK.* RW +0' && ! segment "$1" 'GNU_STACK.*E '; }
has_nothing_written_and_executed() { segment "$1" 'LOAD.* R E ' && ! segment "$1" 'LOAD.* RWE '; }
tool_has_no_runpath() { readelf -hW $programs/postern && ! readelf -dW $programs/postern | grep -E '\((RPATH|RUNPATH)\)'; }

# What the kernel executes first is ours: before the C library, and before every constructor.
starts_with_secure_start() {
  local entry
  entry=$(readelf -hW "$programs/$1" | awk '/Entry point/ { sub(/^0x/, "", $NF); print $NF }')
  symbol "$1" "^0*$entry [Tt] secure_start$" && ! dynamic "$1" '\((PREINIT_ARRAY)\)'
}

# The segment that says so, and that it is done: started by hand, the program has its tables read-only.
seals_its_tables() {
  local calls
  # The program itself refuses, as it has no privilege here.
  calls=$(strace -e trace=mprotect "$programs/$1" --help 2>&1 </dev/null || true)
  segment "$1" 'GNU_RELRO' && grep -E '^mprotect\(.*, PROT_READ\) += 0$' <<<"$calls"
}

# Neither of both reads variables, opens libraries, or asks the processor what it can do.
has_no_runtime() {
  symbol "$1" ' T free$' && ! symbol "$1" ' (swift_getTypeByMangledName.*|swift_conformsToProtocol.*|__libc_enable_secure|_dl_relocate_static_pie)$' &&
    ! grep -aE 'SWIFT_[A-Z]|GLIBC_TUNABLES' "$programs/$1"
}

# Where Swift would go on with a wrong number or beyond an array stands an instruction that ends the program. Every hundredth
# instruction is one; without checks there are hardly any.
checks_arithmetic_and_bounds() {
  local traps all
  ! grep -nE 'Ounchecked|enforce-exclusivity|remove-runtime-asserts' Package.swift || return 1
  traps=$(instructions "$1" | grep -cE '[[:space:]](ud2|brk)')
  all=$(instructions "$1" | wc -l)
  printf '%d of %d instructions are traps\n' "$traps" "$all"
  [[ $((traps * 200)) -ge $all ]]
}

instructions() { objdump -d --no-show-raw-insn "$programs/$1" | grep -E '^ '; }

guards_its_stack() { [[ $(instructions "$1" | grep -c '__stack_chk_fail') -gt 0 ]]; }

# In bytes, without symbols.
drop_in_is_small() {
  local stripped
  stripped=$(mktemp)
  strip -o "$stripped" $programs/postern-sendmail
  stat -c 'bytes: %s' "$stripped"
  # A quarter of it are the tables of charsets, which nothing touches where a name is ASCII; texts, notices and the quota
  # server's dialogue are likewise touched only where they are needed. What is touched is measured: page faults.
  [[ $(stat -c %s "$stripped") -le 1300000 ]] && rm -f "$stripped"
}
