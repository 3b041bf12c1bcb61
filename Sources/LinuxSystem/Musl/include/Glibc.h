/*
 * The C library for Embedded Swift, which has no module Glibc of its own: the headers of musl, and what Swift cannot
 * read in them (variadic functions, macros that are no constants) or musl does not have, under the names that the
 * module Glibc has for it.
 */
#ifndef POSTERN_GLIBC_H
#define POSTERN_GLIBC_H

#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <limits.h>
#include <netinet/in.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#define SWIFT_NAME(name) __attribute__((swift_name(name))) static inline

SWIFT_NAME("getter:errno()") int postern_errno(void) { return errno; }
SWIFT_NAME("setter:errno(_:)") void postern_set_errno(int number) { errno = number; }

/* Without the fcntl(2) of musl's, for kernels that do not know O_CLOEXEC. */
SWIFT_NAME("open(_:_:_:)") int postern_open_mode(const char *path, int flags, mode_t mode) {
  return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}
SWIFT_NAME("open(_:_:)") int postern_open(const char *path, int flags) { return postern_open_mode(path, flags, 0); }
SWIFT_NAME("fcntl(_:_:)") int postern_fcntl(int fd, int command) { return fcntl(fd, command); }
SWIFT_NAME("fcntl(_:_:_:)") int postern_fcntl_int(int fd, int command, int value) { return fcntl(fd, command, value); }
SWIFT_NAME("fcntl(_:_:_:)") int postern_fcntl_pointer(int fd, int command, void *value) {
  return fcntl(fd, command, value);
}
SWIFT_NAME("ioctl(_:_:_:)") int postern_ioctl(int fd, unsigned long request, void *value) {
  return ioctl(fd, (int)request, value);
}

/* musl holds back all signals meanwhile, for the sake of other threads. There are none. */
SWIFT_NAME("setUserIDs(_:_:_:)") int postern_setresuid(uid_t real, uid_t effective, uid_t saved) {
  return (int)syscall(SYS_setresuid, real, effective, saved);
}
SWIFT_NAME("setGroupIDs(_:_:_:)") int postern_setresgid(gid_t real, gid_t effective, gid_t saved) {
  return (int)syscall(SYS_setresgid, real, effective, saved);
}

/* By the number of the call, where musl has no function for it. */
#define RENAME_NOREPLACE 1
SWIFT_NAME("renameat2(_:_:_:_:_:)") int postern_renameat2(
    int old_directory, const char *old, int new_directory, const char *new, unsigned flags) {
  return (int)syscall(SYS_renameat2, old_directory, old, new_directory, new, flags);
}
SWIFT_NAME("close_range(_:_:_:)") int postern_close_range(unsigned first, unsigned last, int flags) {
  return (int)syscall(SYS_close_range, first, last, flags);
}

/* musl's sigaction(2) keeps signals 32 to 34 for its threads. The structure is the kernel's. */
SWIFT_NAME("setDisposition(_:isIgnored:)") int postern_set_disposition(int signal, _Bool is_ignored) {
  struct {
    unsigned long handler, flags, restorer, mask;
  } action = {is_ignored ? (unsigned long)SIG_IGN : (unsigned long)SIG_DFL, 0, 0, 0};
  return (int)syscall(SYS_rt_sigaction, signal, &action, (void *)0, sizeof action.mask);
}

/* glibc's connect(2) takes any kind of address. */
typedef union {
  const struct sockaddr_un *__sockaddr_un__;
  const struct sockaddr_in *__sockaddr_in__;
  const struct sockaddr_in6 *__sockaddr_in6__;
} __CONST_SOCKADDR_ARG;
SWIFT_NAME("connect(_:_:_:)") int postern_connect(int fd, __CONST_SOCKADDR_ARG address, socklen_t size) {
  return connect(fd, (const struct sockaddr *)address.__sockaddr_un__, size);
}

/* The same for the addresses of a socket. */
typedef union {
  struct sockaddr_in6 *__sockaddr_in6__;
} __SOCKADDR_ARG;
SWIFT_NAME("getpeername(_:_:_:)") int postern_getpeername(int fd, __SOCKADDR_ARG address, socklen_t *size) {
  return getpeername(fd, (struct sockaddr *)address.__sockaddr_in6__, size);
}
SWIFT_NAME("getsockname(_:_:_:)") int postern_getsockname(int fd, __SOCKADDR_ARG address, socklen_t *size) {
  return getsockname(fd, (struct sockaddr *)address.__sockaddr_in6__, size);
}

#endif
