/* The start is called by the kernel or by the C library, never from here. */
#ifndef SECURE_START_H
#define SECURE_START_H

/* Returns the argument vector as the kernel laid it down, and how many there are. */
char **_swift_stdlib_getUnsafeArgvArgc(int *count);

#endif
