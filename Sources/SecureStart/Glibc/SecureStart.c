/*
 * Replaces the environment of a privileged process before the Swift runtime reads it, and gives the runtime its
 * arguments.
 *
 * The runtime honours SWIFT_* variables in constructors that run before main, set-uid or not. .preinit_array runs
 * before every constructor. The caller's vector is emptied as well.
 *
 * Privilege is read from the IDs, not from AT_SECURE: the drop-in asks the same question again later, and the two
 * answers must never differ.
 *
 * The runtime would look for its arguments in /proc/self/maps, in a constructor: it costs 60 000 instructions, and it
 * takes none where it cannot open that, without /proc or with a soft limit of no descriptors. Its question is answered
 * here instead, so that part of it is not even linked.
 *
 * Without /proc it also ends the process, unless it is told where its backtracer is; there is none.
 *
 * PR_SET_TSC survives execution, too, and makes it deadly on x86 to ask for the time.
 */
#define _GNU_SOURCE
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EARLY
static long call(long number, long a, long b, long c, long d) { return syscall(number, a, b, c, d); }
#include "../Account.h"

static int argument_count;
static char **arguments;

/* The question of the Swift standard library. */
char **_swift_stdlib_getUnsafeArgvArgc(int *count) {
  *count = argument_count;
  return arguments;
}

static char setting[] = "SWIFT_BACKTRACE=enable=no,swift-backtrace=/nonexistent";
static char *environment[] = {setting, 0};

static int is_privileged(void) {
  uid_t ruid, euid, suid;
  gid_t rgid, egid, sgid;
  if (getresuid(&ruid, &euid, &suid) != 0 || getresgid(&rgid, &egid, &sgid) != 0)
    return 1;
  return ruid != euid || euid != suid || rgid != egid || egid != sgid;
}

static void start(int argc, char **argv, char **envp) {
  argument_count = argc;
  arguments = argv;
  (void)prctl(PR_SET_TSC, PR_TSC_ENABLE, 0, 0, 0);
  if (getauxval(AT_SECURE) != 0) take_account();
  if (is_privileged()) {
    envp[0] = 0;
    environ = environment;
  }
}

__attribute__((section(".preinit_array"), used)) static void (*const secure_start)(
    int, char **, char **) = start;
