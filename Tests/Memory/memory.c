/*
 * Tests of Sources/SecureStart/Musl/Memory.c, which is compiled into this program under other names: against a model
 * that knows what was written where, and at its edges. Ends with "N passed, N failed".
 *
 * usage: memory HISTORIES
 */
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define malloc arena_malloc
#define free arena_free
#define realloc arena_realloc
#define aligned_alloc arena_aligned_alloc
#include "../../Sources/SecureStart/Musl/Memory.c"

enum { MOST_PIECES = 400 };

static int passed, failed;

static void check(const char *sentence, int is_so) {
  printf("%s  %s\n", is_so ? "ok  " : "FAIL", sentence);
  if (is_so) passed++; else failed++;
}

/* SplitMix64: the same histories on every machine. */
static uint64_t state;
static uint64_t draw(uint64_t below) {
  uint64_t z = state += 0x9E3779B97F4A7C15u;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return (z ^ (z >> 31)) % below;
}

/* The model: what each piece holds is a function of its number. */
static struct { unsigned char *start; size_t size; uint32_t number; } pieces[MOST_PIECES];
static size_t count, model_bytes;

static unsigned char byte_of(uint32_t number) { return (unsigned char)(number % 251 + 1); }

static void fill(size_t i, size_t from) {
  memset(pieces[i].start + from, byte_of(pieces[i].number), pieces[i].size - from);
}

static int holds(size_t i, size_t size) {
  unsigned char *start = pieces[i].start;
  return size == 0 || (start[0] == byte_of(pieces[i].number) && memcmp(start, start + 1, size - 1) == 0);
}

static size_t any_size(void) {
  switch (draw(20)) {
    case 0: return 0;
    case 1: return draw(LARGEST_PIECE * 3);
    case 2: return LARGEST_PIECE - 8 + draw(16);
    case 3: return draw(20000);
    default: return draw(300);
  }
}

static int take(uint32_t number) {
  size_t alignment = draw(10) ? 16 : (size_t)1 << draw(11), size = any_size();
  unsigned char *start = aligned_alloc(alignment, size);
  if (!start || (uintptr_t)start % alignment != 0 || (uintptr_t)start % 16 != 0) return 0;
  pieces[count].start = start;
  pieces[count].size = size;
  pieces[count].number = number;
  model_bytes += size;
  fill(count++, 0);
  return 1;
}

static int resize(size_t i) {
  size_t before = pieces[i].size, after = any_size();
  unsigned char *start = realloc(pieces[i].start, after);
  if (!start) return 0;
  pieces[i].start = start;
  pieces[i].size = after;
  model_bytes += after - before;
  if (!holds(i, before < after ? before : after)) return 0;
  if (before < after) fill(i, before);
  return 1;
}

static int release(size_t i) {
  if (!holds(i, pieces[i].size)) return 0;
  free(pieces[i].start);
  model_bytes -= pieces[i].size;
  pieces[i] = pieces[--count];
  return 1;
}

/* Grows to many pieces and shrinks to few, again and again, the last ones taken often the first ones freed. */
static int history(uint64_t seed) {
  state = seed;
  size_t most = 1 + draw(MOST_PIECES);
  for (uint32_t step = 0; step < 3000; step++) {
    int grows = (step / most) % 2 == 0, is_right = 1;
    if (count == 0 || (count < most && draw(4) < (grows ? 3u : 1u))) is_right = take(step);
    else if (draw(8) == 0) is_right = resize(draw(count));
    else is_right = release(draw(2) ? count - 1 : draw(count));
    if (!is_right) return 0;
  }
  while (count > 0)
    if (!release(draw(count))) return 0;
  /* Nothing is in use: at most one stretch is kept besides the first. */
  return model_bytes == 0 && current->pieces == 0 && current->end == EMPTY && mapped <= STRETCH_BYTES;
}

static int histories(unsigned long number) {
  for (unsigned long seed = 1; seed <= number; seed++)
    if (!history(seed)) {
      printf("history %lu is wrong\n", seed);
      return 0;
    }
  return 1;
}

/*
 * Three thousand messages of one session, 2 MB of pieces each, 200 KB of them at once. What outlives a message, twenty
 * pieces that each message puts anew, holds back a stretch each at most.
 */
static int session(void) {
  enum { KEPT = 20, OWN = 1000 };
  void *kept[KEPT] = {0};
  size_t peak = 0;
  for (int message = 0; message < 3000; message++) {
    void *own[OWN];
    for (int i = 0; i < OWN; i++) {
      void *passing = malloc(200);
      own[i] = malloc(200);
      for (int k = 0; k < 9; k++) free(malloc(200));
      free(passing);
      if (i == OWN / 2) {
        free(kept[message % KEPT]);
        kept[message % KEPT] = malloc(1);
      }
    }
    for (int i = 0; i < OWN; i++) free(own[i]);
    if (mapped > peak) peak = mapped;
  }
  for (int i = 0; i < KEPT; i++) free(kept[i]);
  return peak <= (KEPT + 2) * STRETCH_BYTES + OWN * 2 * 216 && mapped <= STRETCH_BYTES;
}

/* An array that grows leaves its smaller selves behind: twice its size at most, until it is a mapping of its own. */
static int growth(void) {
  char *array = malloc(16);
  for (size_t size = 32; size <= 8 << 20; size *= 2) {
    char *larger = malloc(size);
    memcpy(larger, array, size / 2);
    free(array);
    array = larger;
    if (mapped > size + size / 2 + 2 * STRETCH_BYTES + 2 * PAGE) return 0;
  }
  free(array);
  return mapped <= STRETCH_BYTES;
}

static int takes_back_in_reverse(void) {
  char *a = malloc(40), *b = malloc(1), *c = malloc(100), *base = a;
  free(c);
  free(b);
  free(a);
  a = malloc(200);
  int is_same = a == base;
  free(a);
  return is_same;
}

static int empty_pieces_differ(void) {
  char *a = malloc(0), *b = malloc(0);
  int differ = a && b && a != b;
  free(a);
  free(b);
  free(NULL);
  return differ;
}

static int refuses(void *piece) { return piece == NULL && errno == ENOMEM; }

static int odd_requests_are_refused(void) {
  errno = 0;
  return refuses(aligned_alloc(48, 1)) && refuses(aligned_alloc(2 * LARGEST_ALIGNMENT, 1)) &&
         refuses(malloc(SIZE_MAX)) && refuses(malloc(SIZE_MAX - 4096)) && refuses(malloc((size_t)ALL_BYTES + 1));
}

static int bound_holds(void) {
  enum { PART = 64 << 20 };
  void *parts[ALL_BYTES / PART + 1];
  int number = 0;
  while ((parts[number] = malloc(PART - PAGE)) != NULL) number++;
  int is_full = number == ALL_BYTES / PART - (mapped % PART ? 1 : 0) || number == ALL_BYTES / PART;
  int is_bounded = mapped <= ALL_BYTES && errno == ENOMEM;
  char *old = malloc(100);
  strcpy(old, "kept");
  int is_kept = realloc(old, PART) == NULL && strcmp(old, "kept") == 0;
  free(old);
  while (number > 0) free(parts[--number]);
  void *again = malloc(PART);
  free(again);
  return is_full && is_bounded && is_kept && again && mapped <= STRETCH_BYTES;
}

/* In a process of its own; returns how it ended, as waitpid(2) has it. */
static int end_of(void (*body)(void)) {
  int status = 0;
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    body();
    _exit(0);
  }
  waitpid(child, &status, 0);
  return status;
}

static void without_memory(void) {
  struct rlimit low = {0, 0};
  void *small = malloc(1);
  setrlimit(RLIMIT_AS, &low);
  int is_right = small && refuses(malloc(1 << 20));
  int taken = 0;
  while (malloc(LARGEST_PIECE)) taken++;
  /* What is there already can still be used. */
  _exit(is_right && taken <= 2 * STRETCH_BYTES / LARGEST_PIECE && errno == ENOMEM && malloc(1) ? 42 : 1);
}

static void free_twice(void) {
  char *first_piece = malloc(1), *piece = malloc(1), *last = malloc(1);
  free(piece);
  free(piece);
  free(last);
  free(first_piece);
}

static void resize_freed(void) {
  char *kept = malloc(1), *piece = malloc(100), *last = malloc(1);
  free(piece);
  piece = realloc(piece, 50);
  free(last);
  free(kept);
}

static void free_inside(void) {
  char *piece = malloc(100);
  memset(piece, 0x41, 100);
  free(piece + 16);
}

static void free_large_twice(void) {
  char *piece = malloc(1 << 20);
  free(piece);
  free(piece);
}

static int dies(void (*body)(void)) {
  int status = end_of(body);
  return WIFSIGNALED(status) && (WTERMSIG(status) == SIGILL || WTERMSIG(status) == SIGTRAP || WTERMSIG(status) == SIGSEGV);
}

int main(int argc, char **argv) {
  unsigned long number = argc == 2 ? strtoul(argv[1], NULL, 10) : 0;
  if (number == 0) return 64;
  check("pieces are taken back in reverse", takes_back_in_reverse());
  check("pieces without a byte differ", empty_pieces_differ());
  check("every piece keeps what was written to it, in all histories", histories(number));
  check("a session of three thousand messages stays small", session());
  check("an array that grows stays small", growth());
  check("odd requests are refused", odd_requests_are_refused());
  check("there is a bound for the whole", bound_holds());
  check("without memory there is none, and what is there stays", WEXITSTATUS(end_of(without_memory)) == 42);
  check("a piece that is freed twice ends the program", dies(free_twice));
  check("a piece that is resized after it was freed ends the program", dies(resize_freed));
  check("what is no piece ends the program", dies(free_inside));
  check("a mapping that is freed twice ends the program", dies(free_large_twice));
  printf("%d passed, %d failed\n", passed, failed);
  return failed > 0;
}
