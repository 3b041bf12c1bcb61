/*
 * Starts programs as a site would, and says what each run cost. It is small, because the kernel counts a parent's memory
 * as its child's until the child executes something, and does nothing between the two clocks but start and wait.
 *
 * usage: launch UID ROUNDS WORKERS SPREAD RATE -- CONTENDER [-- CONTENDER]...
 *
 * A contender is [<FILE | PIPED-FILE with a leading '|'] [>FILE] PROGRAM [ARGUMENT]...; in each round each runs once, and
 * every round begins with another one. WORKERS processes do this at once; with SPREAD > 1 worker (or run) number n has the
 * user ID UID + n % SPREAD. With RATE > 0 nothing waits: so many runs a second are started, ROUNDS in all.
 *
 * Each run is a line: contender, then in microseconds the time from when it was due until it ended, from when it was
 * started until it ended, and of the processor; the most memory in KB; how often it waited; its exit status (-1: killed).
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { MOST_CONTENDERS = 16, MOST_RUNNING = 4096 };

struct contender { const char *input, *output; int piped; char **words; };
struct running { pid_t pid; int contender; long due, started; };

static struct contender contenders[MOST_CONTENDERS];
static int contender_count;
static char *environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C", NULL};

static void must(int success, const char *what)
{
  if (success) return;
  perror(what);
  exit(1);
}

static long microseconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * 1000000L + now.tv_nsec / 1000;
}

static void become(long uid)
{
  must(setgroups(0, NULL) == 0 && setgid(uid) == 0 && setuid(uid) == 0, "launch: user ID");
}

/* A process that writes a file into a pipe in one call, as a parent with the message in its memory does. */
static pid_t feed(const char *path, int *reader)
{
  int file = open(path, O_RDONLY | O_CLOEXEC), ends[2];
  struct stat status;
  must(file >= 0 && fstat(file, &status) == 0 && pipe2(ends, O_CLOEXEC) == 0, path);
  char *bytes = mmap(NULL, status.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
  must(bytes != MAP_FAILED, path);
  pid_t pid = fork();
  must(pid >= 0, "launch: fork");
  if (pid == 0) {
    close(ends[0]);
    for (off_t sent = 0; sent < status.st_size;) {
      ssize_t count = write(ends[1], bytes + sent, status.st_size - sent);
      if (count <= 0) _exit(1);
      sent += count;
    }
    _exit(0);
  }
  munmap(bytes, status.st_size);
  close(file);
  close(ends[1]);
  *reader = ends[0];
  return pid;
}

static void report(const struct running *run, int status, const struct rusage *used, long ended)
{
  char line[160];
  long cpu = (used->ru_utime.tv_sec + used->ru_stime.tv_sec) * 1000000L + used->ru_utime.tv_usec + used->ru_stime.tv_usec;
  int length = snprintf(line, sizeof line, "%d %ld %ld %ld %ld %ld %d\n", run->contender, ended - run->due,
                        ended - run->started, cpu, used->ru_maxrss, used->ru_nvcsw,
                        WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  must(write(1, line, length) == length, "launch: output");
}

static void run_once(int number)
{
  const struct contender *contender = &contenders[number];
  int input, status;
  pid_t feeder = 0;
  if (contender->piped) feeder = feed(contender->input, &input);
  else must((input = open(contender->input, O_RDONLY | O_CLOEXEC)) >= 0, contender->input);
  int output = open(contender->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  must(output >= 0, contender->output);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  struct running run = {.contender = number};
  struct rusage used;
  run.due = run.started = microseconds();
  must(posix_spawn(&run.pid, contender->words[0], &actions, NULL, contender->words, environment) == 0, "launch: start");
  must(wait4(run.pid, &status, 0, &used) == run.pid, "launch: wait");
  report(&run, status, &used, microseconds());
  posix_spawn_file_actions_destroy(&actions);
  close(input);
  close(output);
  if (feeder) waitpid(feeder, NULL, 0);
}

static void run_rounds(long rounds)
{
  for (long round = 0; round < rounds; round++)
    for (int turn = 0; turn < contender_count; turn++) run_once((round + turn) % contender_count);
}

static struct running under_way[MOST_RUNNING];
static int under_way_count;

static void reap(int options)
{
  struct rusage used;
  int status;
  pid_t pid;
  while (under_way_count > 0 && (pid = wait4(-1, &status, options, &used)) > 0)
    for (int index = 0; index < under_way_count; index++)
      if (under_way[index].pid == pid) {
        report(&under_way[index], status, &used, microseconds());
        under_way[index] = under_way[--under_way_count];
        break;
      }
}

static void start(long uid, long due)
{
  struct running run = {.due = due, .started = microseconds()};
  must(under_way_count < MOST_RUNNING, "launch: too many at once");
  run.pid = fork();
  must(run.pid >= 0, "launch: fork");
  if (run.pid == 0) {
    int input = open(contenders[0].input, O_RDONLY);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    become(uid);
    if (input >= 0) dup2(input, 0);
    execve(contenders[0].words[0], contenders[0].words, environment);
    _exit(127);
  }
  under_way[under_way_count++] = run;
}

static void run_at_rate(long uid, long rounds, long spread, long rate)
{
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  long first = microseconds();
  for (long round = 0; round < rounds; round++) {
    long due = first + round * 1000000 / rate, left;
    while ((left = due - microseconds()) > 0) {
      struct timespec wait = {.tv_sec = left / 1000000, .tv_nsec = left % 1000000 * 1000};
      sigtimedwait(&children, NULL, &wait);
      reap(WNOHANG);
    }
    start(uid + round % spread, due);
    reap(WNOHANG);
  }
  reap(0);
}

static void read_contenders(char **words)
{
  while (*words) {
    must(contender_count < MOST_CONTENDERS, "launch: too many contenders");
    struct contender *contender = &contenders[contender_count++];
    *contender = (struct contender){.input = "/dev/null", .output = "/dev/null"};
    *words++ = NULL; /* The "--", which ends the words of the contender before. */
    for (; *words && strchr("<|>", **words); words++) {
      if (**words == '>') contender->output = *words + 1;
      else contender->input = *words + 1, contender->piped = **words == '|';
    }
    contender->words = words;
    while (*words && strcmp(*words, "--") != 0) words++;
  }
}

int main(int count, char *words[])
{
  must(count > 7, "launch: usage");
  long uid = atol(words[1]), rounds = atol(words[2]), workers = atol(words[3]);
  long spread = atol(words[4]), rate = atol(words[5]);
  read_contenders(words + 6);
  if (rate > 0) return run_at_rate(uid, rounds, spread, rate), 0;
  for (long worker = 0; worker < workers; worker++) {
    pid_t pid = fork();
    must(pid >= 0, "launch: fork");
    if (pid > 0) continue;
    become(uid + worker % spread);
    run_rounds(rounds);
    _exit(0);
  }
  int status, failed = 0;
  while (wait(&status) > 0) failed |= status != 0;
  return failed;
}
