/*
 * The memory of a program that lives for a moment, in place of musl's, which asks the kernel for every few pages anew.
 *
 * Pieces are cut off the end of a stretch. A piece that was cut last can be taken back; beside that each stretch counts
 * the pieces in use, and when there are none, all of it is free at once. Nothing is looked for, and nothing kept in
 * lists. A large piece is a mapping of its own. There is one thread.
 *
 *     stretch:  { end, pieces } …  { place, size } piece  { place, size } piece  …
 *     mapping:  { bytes } …        { 0, 0 } piece
 *
 * A piece that is freed twice, resized after that, or is none, ends the program. musl's calloc and posix_memalign call what is here.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum {
  PAGE = 4096,
  STRETCH_BYTES = 64 << 10,
  LARGEST_PIECE = STRETCH_BYTES / 4,
  LARGEST_ALIGNMENT = 1024,
  /* A last resort: a header section of 64 MB, the largest that postern.cf can allow, needs less. */
  ALL_BYTES = 1 << 30,
};

/* Both ends of every piece lie 8 bytes behind a multiple of 16, so that the next one's label fits in between. */
struct stretch { size_t end, pieces; };
enum { EMPTY = sizeof(struct stretch) + 8 };

/* In front of each piece: where in its stretch it lies, a multiple of 16; 0 for a mapping of its own. */
struct label { uint32_t place, size; };
enum { FREED = 1 };

static union { struct stretch stretch; char bytes[STRETCH_BYTES]; } first __attribute__((aligned(PAGE)));
static struct stretch *current;
/* An empty one, so that going back and forth between two asks the kernel for nothing. */
static struct stretch *spare;
static size_t mapped;

static struct label *label_of(void *piece) { return (struct label *)piece - 1; }
static size_t *mapping_of(void *piece) { return (size_t *)((uintptr_t)piece & -(uintptr_t)PAGE); }

static void *map(size_t bytes) {
  if (bytes > ALL_BYTES - mapped) return NULL;
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (start == MAP_FAILED) return NULL;
  mapped += bytes;
  return start;
}

static void unmap(void *start, size_t bytes) {
  if (munmap(start, bytes) != 0) __builtin_trap();
  mapped -= bytes;
}

static void *large_piece(size_t alignment, size_t size) {
  size_t bytes = (alignment + size + PAGE - 1) & -(size_t)PAGE;
  char *start = map(bytes);
  if (!start) return NULL;
  *(size_t *)start = bytes;
  *label_of(start + alignment) = (struct label){0, 0};
  return start + alignment;
}

static struct stretch *next_stretch(void) {
  struct stretch *next = spare ? spare : current ? map(STRETCH_BYTES) : &first.stretch;
  spare = NULL;
  if (next) *next = (struct stretch){EMPTY, 0};
  return next;
}

static size_t place_in(struct stretch *stretch, size_t alignment) {
  return (stretch->end + sizeof(struct label) + alignment - 1) & -alignment;
}

static void *small_piece(size_t alignment, size_t size) {
  size = ((size + 8 + 15) & -(size_t)16) - 8;
  if (!current || place_in(current, alignment) + size > STRETCH_BYTES) {
    struct stretch *next = next_stretch();
    if (!next) return NULL;
    current = next;
  }
  size_t place = place_in(current, alignment);
  char *piece = (char *)current + place;
  *label_of(piece) = (struct label){(uint32_t)place, (uint32_t)size};
  current->end = place + size;
  current->pieces++;
  return piece;
}

void *aligned_alloc(size_t alignment, size_t size) {
  if (alignment < 16) alignment = 16;
  void *piece = NULL;
  if ((alignment & (alignment - 1)) == 0 && alignment <= LARGEST_ALIGNMENT && size <= ALL_BYTES)
    piece = size > LARGEST_PIECE ? large_piece(alignment, size) : small_piece(alignment, size);
  if (!piece) errno = ENOMEM;
  return piece;
}

void *malloc(size_t size) { return aligned_alloc(16, size); }

static void give_back(struct stretch *empty) {
  if (empty == current) {
    empty->end = EMPTY;
  } else if (!spare) {
    spare = empty;
  } else {
    /* The first one is no mapping, and stays. */
    struct stretch *given = empty == &first.stretch ? spare : empty;
    if (given != empty) spare = empty;
    unmap(given, STRETCH_BYTES);
  }
}

void free(void *piece) {
  if (!piece) return;
  struct label *label = label_of(piece);
  if (label->place == 0) {
    unmap(mapping_of(piece), *mapping_of(piece));
    return;
  }
  struct stretch *stretch = (struct stretch *)((char *)piece - label->place);
  if (label->place % 16 != 0 || stretch->pieces == 0) __builtin_trap();
  if (label->place + label->size == stretch->end) stretch->end = label->place - sizeof(struct label);
  label->place = FREED;
  if (--stretch->pieces == 0) give_back(stretch);
}

void *realloc(void *piece, size_t size) {
  if (!piece) return malloc(size);
  struct label *label = label_of(piece);
  if (label->place % 16 != 0) __builtin_trap();
  size_t room = label->place ? label->size : *mapping_of(piece) - (size_t)((char *)piece - (char *)mapping_of(piece));
  if (size <= room) return piece;
  void *larger = malloc(size);
  if (!larger) return NULL;
  memcpy(larger, piece, room);
  free(piece);
  return larger;
}
