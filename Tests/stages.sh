# shellcheck shell=bash
# The stages of Tests/run: which checks and suites belong to which. Sourced, in the top directory.

# In the order in which they run without arguments.
readonly stages=(format imports documents swift binaries compliance hostile fleet doctor completion report guide benchmarks install clients fallback fuzz try)
# What a developer runs before every commit.
readonly quick_stages=(format imports documents swift)

# What builds or waits for most of its time: it runs beside the stages that need root and are in neither list.
readonly stages_aside=(install fuzz)
# What measures, or waits for a moment that must not be missed: nothing runs beside it.
readonly stages_alone=(compliance hostile fleet benchmarks)

# stage_packages STAGE: the Debian packages that it needs.
stage_packages() {
  case $1 in
    format) printf '%s\n' shellcheck mandoc nftables postfix python3 haproxy ;;
    imports | documents) printf '%s\n' python3 mandoc groff-base bsdextrautils ;;
    binaries) printf '%s\n' binutils strace gcc libc6-dev musl-dev ;;
    completion) printf '%s\n' zsh fish shellcheck ;;
    report) printf '%s\n' chromium chromium-driver python3-selenium tidy util-linux ;;
    benchmarks) printf '%s\n' valgrind redis-server python3 postfix php-cli php-sqlite3 gcc libc6-dev ;;
    compliance)
      printf '%s\n' postfix postfix-cdb postfix-lmdb php-cli python3 util-linux nftables iproute2 procps liblognorm-utils logwatch redis-server openbsd-inetd conntrack systemd
      printf '%s\n' curl swaks msmtp s-nail libphp-phpmailer php-symfony-mailer php-swiftmailer node-nodemailer
      ;;
    fallback) stage_packages compliance ;;
    hostile) printf '%s\n' postfix php-cli php-fpm php-cgi python3 util-linux uidmap nftables iproute2 libemail-address-xs-perl ;;
    fleet) printf '%s\n' python3 redis-server haproxy postfix nftables iproute2 util-linux gcc libc6-dev ;;
    doctor) printf '%s\n' redis-server cron postfix php-cli python3 util-linux nftables iproute2 systemd ;;
    guide) printf '%s\n' postfix php-cli php-symfony-mailer python3 util-linux nftables iproute2 systemd ;;
    try) printf '%s\n' postfix php-cli python3 util-linux nftables iproute2 systemd redis-server ;;
    install)
      printf '%s\n' postfix postfix-cdb postfix-lmdb php-cli php-fpm libfcgi-bin python3 systemd systemd-container debhelper dpkg-dev musl-dev rpm nftables util-linux
      ;;
    clients) grep -v '^#' Tests/Clients/packages; printf '%s\n' postfix python3 ;;
    fuzz) grep -v '^#' Tests/Fuzz/software/packages; printf '%s\n' postfix python3 util-linux ;;
  esac
}

# needs_root STAGE, needs_programs STAGE: whether it runs as root only, or what is built for release.
needs_root() { [[ $1 != format && $1 != imports && $1 != documents && $1 != swift && $1 != binaries ]]; }
needs_programs() { needs_root "$1" || [[ $1 == binaries ]]; }

stage_format() {
  check "swift format lint is clean" swift_is_formatted
  check "shellcheck is clean" shell_is_clean
  check "the manual pages are clean" manuals_are_clean
  check "the firewall examples load" firewall_examples_load
  check "haproxy takes the file of a fleet" haproxy_takes_the_fleets_file
  check "nothing traps on purpose" nothing_traps_on_purpose
  check "what sites execute has no key paths" nothing_that_sites_execute_has_key_paths
  check "files are short" files_are_short
  check "comments are at most 100 columns wide" comments_are_narrow
  check "the top level is as laid out" top_level_is_as_laid_out
}

stage_imports() {
  check "modules import downwards only" modules_import_downwards_only
  check "every target has an import rule" every_target_has_an_import_rule
  check "the rooms of a module use only what is below them" rooms_use_what_is_below
  check "one function of the tool starts programs" one_function_starts_programs
  check "one function of the tool prints" one_function_prints
  check "an arrow that points up is seen" rooms_check_sees_an_upward_arrow
  check "unsafe code is in LinuxSystem only" unsafe_code_is_in_linuxsystem_only
  check "unsafe code is explained" unsafe_code_is_explained
  check "steps of a second are in one place, and for tests alone" short_steps_are_for_tests
}

stage_documents() {
  check "the tool builds" build_tool
  check "the version is one number" version_is_one_number
  check "postern.cf(5) names every parameter" manual_names_every_parameter
  check "postern.cf(5) tells the defaults" manual_tells_the_defaults
  check "the sample postern.cf is made from the table" sample_is_made_from_the_table
  check "the vector with every name has every name" vector_names_every_parameter
  check "postern-senders(5) names every option" manual_names_every_site_option
  check "postern-sendmail(8) names every reason code" manual_names_every_reason_code
  check "postern-sendmail(8) names every option of sendmail" manual_names_every_sendmail_option
  check "postern-sendmail(8) names every key of a log line" manual_names_every_log_key
  check "postern(8) names every part of a row" manual_names_every_part_of_a_row
  check "postern(8) names every unit" manual_names_every_unit
  check "postern(8) names every finding" manual_names_every_finding
  check "postern(8) names every part of an explanation" manual_names_every_part_of_an_explanation
  check "postern(8) shows every synopsis" manual_shows_every_synopsis
  check "postern(8) explains every command and option" manual_explains_every_option
  check "postern(8) has an example of every command and option" manual_has_an_example_of_every_option
  check "examples of postern(8) can be pasted from the page" manual_examples_can_be_pasted
  check "DIAGNOSTICS of postern(8) have no examples" manual_diagnostics_have_no_examples
  check "completion knows every command and option" completion_knows_every_option
  check "internals are in no help, completion or manual" internals_are_hidden
  check "Install/watching.md lists every reason code" readme_lists_every_reason_code
  check "documents name what exists" documents_name_what_exists
  check "the table of faults names tests that exist" fault_table_names_tests_that_exist
  check "the table of threats names tests that exist" threat_table_names_tests_that_exist
  check "Install/clients.md names tests of clients that exist" readme_names_tests_of_clients
  check "the sixty inputs and their tests name each other" inputs_and_tests_agree
  check "the compliance tests know every reason code" harness_knows_every_reason_code
  check "every stage is explained in Tests/README.md" stages_are_explained
  check "the glossary has words of the code" glossary_is_in_the_code
  check "the way of a message names files that exist" way_of_a_message_names_files
  check "no comment cites a paper that is not here" citations_can_be_read
}

stage_swift() {
  suite_with --filter "swift test" read_swift_testing timeout 1200 \
    swift test --disable-xctest --disable-local-rpath
}

stage_binaries() {
  local program
  for program in postern-sendmail postern-dispatch; do
    check "$program is position independent" is_position_independent "$program"
    check "$program has no interpreter" has_no_interpreter "$program"
    check "$program needs no library" needs_no_library "$program"
    check "$program binds at once" binds_at_once "$program"
    check "$program seals its tables" seals_its_tables "$program"
    check "$program has no executable stack" has_no_executable_stack "$program"
    check "$program has nothing that is both written and executed" has_nothing_written_and_executed "$program"
    check "$program starts with SecureStart" starts_with_secure_start "$program"
    check "$program has no Swift runtime and no glibc" has_no_runtime "$program"
    check "$program checks arithmetic and bounds" checks_arithmetic_and_bounds "$program"
    check "$program guards its stack" guards_its_stack "$program"
  done
  check "postern-sendmail is small" drop_in_is_small
  check "postern has no RUNPATH" tool_has_no_runpath
  suite "the memory of the programs" read_plain_counts timeout 300 Tests/Memory/run
}

# Before the first stage that needs them; whatever --only asks for.
build_programs() {
  local wanted=$only
  only=
  check "the programs build" Tests/build
  only=$wanted
}

stage_compliance() {
  # The tests are offline.
  Tests/Checks/promtool.sh >/dev/null || warn "promtool could not be had; a test will fail"
  Tests/Checks/fail2ban.sh >/dev/null || warn "fail2ban could not be had; a test will fail"
  suite_with --only "compliance" read_plain_counts timeout 900 Tests/Compliance/run
}

# The other way to build the same programs, in short: what starts otherwise, and one file of scenarios.
stage_fallback() {
  check "the fall-back builds" Tests/build fallback
  suite "the fall-back" read_plain_counts timeout 600 Tests/Compliance/run --binary-dir .build/fallback \
    --only 'variable|descriptors 0 to 2|hard limit|hardly any|signals|command_line'
}

stage_hostile() {
  suite_with --only "the standing attacker" read_plain_counts timeout 480 Tests/Hostile/run
}

stage_fleet() {
  suite_with --only "the function of the fleet's server" read_plain_counts timeout 120 Tests/Fleet/function
  suite "the same histories by the function and by the state file" read_plain_counts timeout 60 Tests/Fleet/histories
  check "what a fleet's server needs, in its short form" timeout 60 Tests/Fleet/size --short
  suite_with --only "one quota for several web servers" read_plain_counts timeout 300 Tests/Fleet/run
  suite_with --only "suspensions of a fleet, and its accounts" read_plain_counts timeout 120 Tests/Fleet/suspensions
  suite_with --only "what a quota server can answer" read_plain_counts timeout 120 Tests/Fleet/replies
  suite_with --only "what the administrator does with a quota server" read_plain_counts timeout 120 Tests/Fleet/tool
  check "the drop-in with steps of a second builds" Tests/build steps
  suite_with --only "faults of a fleet, in their short form" read_plain_counts timeout 300 Tests/Fleet/faults --short
}

stage_doctor() {
  suite_with --only "postern check and postern doctor" read_plain_counts timeout 480 Tests/Doctor/run
}

stage_completion() {
  suite_with --only "completion in bash, zsh and fish" read_plain_counts timeout 300 Tests/Completion/run
}

stage_report() {
  suite "the page of postern report in a browser" read_plain_counts timeout 400 Tests/Report/run
}

stage_guide() {
  suite "from audit to enforce, as in README.md" read_plain_counts timeout 600 Tests/Guide/run
  suite "a hosting server, from nothing to enforce" read_plain_counts timeout 600 Tests/Guide/server
}

stage_benchmarks() {
  check "instructions from start to exec" timeout 300 Tests/Benchmarks/instructions
  check "the fall-back builds, to be measured beside it" Tests/build fallback
  suite "benchmarks, in their short form" read_plain_counts timeout 600 Tests/Benchmarks/run --short
  suite "a large server, in its short form" read_plain_counts timeout 300 Tests/Benchmarks/scale 10000 300 20 5
}

readonly upgrades="upgrades of the Debian package"

stage_install() {
  local before=
  # Minutes of one processor, beside suites that wait most of their time. What fails here fails again in its own suite, and is shown.
  if is_wanted "$upgrades"; then
    nice Tests/Install/upgrade --build-before >/dev/null 2>&1 </dev/null &
    before=$!
  fi
  suite "Install/install and Install/uninstall" read_plain_counts timeout 300 Tests/Install/run
  suite "Install/install --divert" read_plain_counts timeout 600 Tests/Install/divert
  suite "the Debian package" read_plain_counts timeout 600 Tests/Install/deb
  suite "the RPM package" read_plain_counts timeout 400 Tests/Install/rpm
  suite "PHP-FPM" read_plain_counts timeout 300 Tests/Install/fpm
  suite "units under systemd" read_plain_counts timeout 400 Tests/Install/units
  [[ -z $before ]] || wait "$before" || true
  suite "$upgrades" read_plain_counts timeout 1500 Tests/Install/upgrade
}

stage_clients() { suite_with --only "mail clients" read_plain_counts timeout 600 Tests/Clients/run; }

stage_fuzz() {
  suite "fuzzing, in its short form" read_plain_counts timeout 1200 Tests/Fuzz/run 5
  check "names in every charset" timeout 1200 Tests/Fuzz/names 5000
  check "honest mail of real libraries" timeout 600 Tests/Fuzz/honest 100
  suite "readers of permitted messages" read_plain_counts timeout 600 Tests/Fuzz/differential 500
}

stage_try() {
  check "Install/try" timeout 600 Install/try
  check "Install/fleet/try" timeout 600 Install/fleet/try
  check "the site of Tests/machine can send" site_of_the_machine_can_send
}

site_of_the_machine_can_send() {
  timeout 600 Tests/machine bash -c '
    printf "To: r@x.example\n\nb\n" | setpriv --reuid shop --regid shop --clear-groups /usr/local/lib/postern/sendmail -t &&
      sleep 2 && mailq' | tee /dev/stderr | grep -F info@shop.example
}
