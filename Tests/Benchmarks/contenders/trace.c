/*
 * Runs a program until it executes another one, and prints what it took from the kernel up to then: page faults, system
 * calls, and the most memory that was resident at once, in KB. The other program then runs to its end.
 *
 * usage: trace PROGRAM ARGUMENT…
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(71);
}

/* proc(5): minflt is the tenth field; none before it but the name holds a blank, and that ends in ')'. */
static long faults(pid_t child) {
  char path[64], line[1024];
  long count = -1;
  snprintf(path, sizeof path, "/proc/%d/stat", child);
  FILE *file = fopen(path, "r");
  if (!file || !fgets(line, sizeof line, file)) fail(path);
  fclose(file);
  char *rest = strrchr(line, ')');
  if (!rest || sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %ld", &count) != 1) fail("stat");
  return count;
}

static long peak(pid_t child) {
  char path[64], line[256];
  long kilobytes = -1;
  snprintf(path, sizeof path, "/proc/%d/status", child);
  FILE *file = fopen(path, "r");
  if (!file) fail(path);
  while (fgets(line, sizeof line, file)) sscanf(line, "VmHWM: %ld", &kilobytes);
  fclose(file);
  return kilobytes;
}

/* Lets the child go on to the next stop; 0 when it has ended. */
static int next_stop(pid_t child, int *status, int signal) {
  if (ptrace(PTRACE_SYSCALL, child, NULL, (void *)(long)signal) != 0) fail("ptrace");
  if (waitpid(child, status, 0) != child) fail("waitpid");
  return WIFSTOPPED(*status);
}

int main(int argc, char **argv) {
  int status;
  if (argc < 2) return 64;
  pid_t child = fork();
  if (child == 0) {
    ptrace(PTRACE_TRACEME, 0, NULL, NULL);
    raise(SIGSTOP);
    execv(argv[1], argv + 1);
    fail(argv[1]);
  }
  if (waitpid(child, &status, 0) != child || !WIFSTOPPED(status)) fail("waitpid");
  ptrace(PTRACE_SETOPTIONS, child, NULL, (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL));
  long before = -1, calls = 0;
  while (next_stop(child, &status, 0)) {
    if (status >> 8 == (SIGTRAP | PTRACE_EVENT_EXEC << 8)) {
      before = faults(child);
      continue;
    }
    if (WSTOPSIG(status) != (SIGTRAP | 0x80) || before < 0) continue;
    struct __ptrace_syscall_info info;
    if (ptrace(PTRACE_GET_SYSCALL_INFO, child, (void *)sizeof info, &info) <= 0) fail("ptrace");
    if (info.op != PTRACE_SYSCALL_INFO_ENTRY) continue;
    calls++;
    if (info.entry.nr != SYS_execve) continue;
    printf("%ld %ld %ld\n", faults(child) - before, calls, peak(child));
    ptrace(PTRACE_DETACH, child, NULL, NULL);
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 71;
  }
  fprintf(stderr, "trace: %s executed nothing\n", argv[1]);
  return 71;
}
