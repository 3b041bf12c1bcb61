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
 * The runtime itself looks for its arguments in /proc/self/maps, and takes none where it cannot open that: without
 * /proc, or with a soft limit of no descriptors. Without /proc it also ends the process, unless it is told where its
 * backtracer is; there is none.
 */
#define _GNU_SOURCE
#include <unistd.h>

/* Of the Swift standard library. */
void _swift_stdlib_overrideUnsafeArgvArgc(char **argv, int argc);

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
  _swift_stdlib_overrideUnsafeArgvArgc(argv, argc);
  if (is_privileged()) {
    envp[0] = 0;
    environ = environment;
  }
}

__attribute__((section(".preinit_array"), used)) static void (*const secure_start)(
    int, char **, char **) = start;
