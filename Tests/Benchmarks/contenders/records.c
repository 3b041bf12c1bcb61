// Makes what a large server has after a while: a record in the state file and a journal of each of so many users, as
// Sources/Ledger/Slot.swift and Sources/Ledger/Journal.swift describe them. Real messages would take hours.
//
// usage: records DIRECTORY FIRST-UID USERS DECISIONS; DIRECTORY is that of an existing state file, UIDs are below 262 144
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { header = 4096, slot = 2048, words = 235, decision = 1024 };
static const uint64_t basis = 0xcbf29ce484222325, prime = 0x100000001b3;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

// A message to one recipient for each decision, in this minute.
static void write_record(int file, uint64_t uid, uint64_t messages, uint64_t now) {
  uint64_t record[words] = {0}, sum = basis;
  memcpy(record, "PoRc", 4);
  record[0] |= 2ULL << 32;
  record[1] = uid | 1ULL << 32;
  record[2] = now, record[4] = now / 60, record[5] = now / 3600;
  record[6] = record[7] = messages;
  record[62] = record[184] = messages | messages << 32;
  for (int word = 0; word < words - 1; word++) {
    sum = (sum ^ record[word]) * prime;
    sum ^= sum >> 32;
  }
  record[words - 1] = sum;
  if (pwrite(file, record, sizeof record, header + (off_t)(slot * uid)) != sizeof record) fail("pwrite");
}

// Each fifth decision is a refusal.
static int format_line(char *line, int uid, int number) {
  int refused = number % 5 == 4;
  return snprintf(line, decision,
                  "verdict=%s reason=%s uid=%d user=uid:%d envelope=<info@shop.example> from=<%s@%s> recipients=1 size=4211 "
                  "message-id=<%d.%d@web1.example> messages=%d/4000 recipients-used=%d/4000 script=%d:%d.php "
                  "cwd=/var/www/site%d/public_html ppid=4242 process=\"php-fpm: pool site%d\" "
                  "cgroup=/system.slice/php8.2-fpm.service to=gmail.example%s",
                  refused ? "reject" : "permit", refused ? "from-not-allowed" : "none", uid, uid, refused ? "ceo" : "info",
                  refused ? "bank.example" : "shop.example", uid, number, number, number, uid, number % 7, uid, uid,
                  refused ? " text=\"From: ceo@bank.example is not an address of the site; allowed: info@shop.example\"" : "");
}

static size_t format_record(char *record, int uid, int number, uint64_t now) {
  char line[decision], stamp[24];
  uint64_t sum = basis;
  int length = snprintf(stamp, sizeof stamp, "%llu", (unsigned long long)now);
  int count = format_line(line, uid, number);
  if (count < 0 || count >= decision) fail("a line is too long");
  for (int at = 0; at < length; at++) sum = (sum ^ (unsigned char)stamp[at]) * prime;
  for (int at = 0; at < count; at++) sum = (sum ^ (unsigned char)line[at]) * prime;
  return (size_t)sprintf(record, "\n%s %016llx %s\n", stamp, (unsigned long long)sum, line);
}

static void write_journal(int directory, const struct stat *owner, int uid, int decisions, uint64_t now) {
  char name[16], *text = malloc((size_t)decisions * (decision + 64) + 1);
  size_t used = 0;
  if (!text) fail("malloc");
  // The last decision is of some second of the last hour, each before it half a minute older.
  uint64_t last = now - (uint64_t)(uid % 3600);
  for (int number = 0; number < decisions; number++)
    used += format_record(text + used, uid, number, last - 30 * (uint64_t)(decisions - 1 - number));
  snprintf(name, sizeof name, "%d", uid);
  int file = openat(directory, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  if (file < 0 || write(file, text, used) != (ssize_t)used || fchown(file, owner->st_uid, owner->st_gid)) fail(name);
  struct timespec times[2] = {{(time_t)last, 0}, {(time_t)last, 0}};
  if (futimens(file, times)) fail(name);
  close(file);
  free(text);
}

int main(int count, char **arguments) {
  struct stat owner;
  if (count != 5) return 64;
  int first = atoi(arguments[2]), users = atoi(arguments[3]), decisions = atoi(arguments[4]);
  if (chdir(arguments[1]) || stat("quota", &owner)) fail(arguments[1]);
  int state = open("quota", O_WRONLY);
  mkdir("journal", 0700);
  int directory = open("journal", O_RDONLY | O_DIRECTORY);
  if (state < 0 || directory < 0 || fchown(directory, owner.st_uid, owner.st_gid)) fail("journal");
  uint64_t now = (uint64_t)time(NULL);
  for (int uid = first; uid < first + users; uid++) {
    write_record(state, (uint64_t)uid, (uint64_t)decisions, now);
    write_journal(directory, &owner, uid, decisions, now);
  }
  return fsync(state);
}
