# shellcheck shell=bash
# The built programs. Sourced by Tests/run, in the top directory, after Install/lib.sh.

readonly programs=.build/release
readonly drop_in=$programs/postern-sendmail

# build_checked PRODUCT: as Install/install builds it; an import that Package.swift does not declare is an error.
build_checked() {
  build_product . "$1" --explicit-target-dependency-import-check error
}

# header PATTERN, dynamic PATTERN, segment PATTERN: whether readelf shows it.
header() { readelf -hW "$drop_in" | grep -E "$1"; }
dynamic() { readelf -dW "$drop_in" | grep -E "$1"; }
segment() { readelf -lW "$drop_in" | grep -E "$1"; }

drop_in_is_position_independent() { header 'Type: +DYN' && dynamic 'FLAGS_1.*PIE'; }
drop_in_has_no_interpreter() { segment 'LOAD' && ! segment 'INTERP'; }
drop_in_needs_no_library() { dynamic 'FLAGS' && ! dynamic '\((NEEDED|RPATH|RUNPATH)\)'; }
drop_in_binds_at_once() { dynamic '\(FLAGS\).*BIND_NOW' && dynamic '\(FLAGS_1\).*NOW'; }
drop_in_seals_its_tables() { segment 'GNU_RELRO'; }
drop_in_has_no_executable_stack() { segment 'GNU_STACK.* RW +0' && ! segment 'GNU_STACK.*E '; }
# SecureStart runs before every constructor, those of the Swift runtime among them.
drop_in_starts_with_secure_start() { dynamic '\(PREINIT_ARRAY\)'; }
tool_has_no_runpath() { readelf -hW $programs/postern && ! readelf -dW $programs/postern | grep -E '\((RPATH|RUNPATH)\)'; }

# The same tables and segments, by name and kind; only where they lie and how long they are may differ.
dispatcher_is_linked_like_the_drop_in() {
  diff <(linking_of "$drop_in") <(linking_of $programs/postern-dispatch)
}
linking_of() {
  readelf -hW "$1" | grep -E '^ *Type:'
  readelf -dW "$1" | awk '/\(FLAGS|NEEDED|RPATH|RUNPATH|PREINIT_ARRAY\)/ || /\(FLAGS/ { print $2, $3, $4, $5 }' | sed 's/0x[0-9a-f]*//'
  readelf -lW "$1" | awk '/^ *(INTERP|GNU_RELRO|GNU_STACK|DYNAMIC) / { print $1, $7, $8 }'
}
