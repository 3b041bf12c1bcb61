/* What the standard library of Embedded Swift asks for, and musl does not have. */
#include <stddef.h>
#include <sys/random.h>

void arc4random_buf(void *buffer, size_t size);

void arc4random_buf(void *buffer, size_t size) {
  /* Up to 256 bytes come whole or not at all. */
  for (char *next = buffer; size > 0;) {
    size_t count = size < 256 ? size : 256;
    if (getrandom(next, count, 0) != (ssize_t)count) __builtin_trap();
    next += count;
    size -= count;
  }
}
