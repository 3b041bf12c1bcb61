/*
 * How a drop-in that belongs to root becomes postern: `root:postern 2755` with the file capability `cap_setuid=p`.
 *
 * The account postern cannot change such a file, so root may execute it. The kernel gives the group, as with every
 * set-gid program. The user comes from the owner of a symbolic link in root's own directory: nobody but root can put
 * another one there, and nothing can be mounted over a link (over /var/lib/postern, which is postern's, fusermount
 * would mount a file system in which everything has the owner that postern likes).
 *
 * Afterwards the process is what a program `postern:postern 6755` is: real IDs the caller's, effective and saved ones
 * postern's, no capability left. The capability is never effective before, and nothing of the caller's is read.
 *
 * Root whose own group is postern already gets nothing from such a file, so AT_SECURE is 0, and the drop-in refuses.
 *
 * A program that is set-uid, as before, comes here with an effective user and without capabilities; only root's calls
 * have any, and lose them. Included by both starts, which define EARLY and `call`.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include <fcntl.h>
#include <stdint.h>
#include <sys/stat.h>

/* Of <linux/capability.h>, which musl does not bring along: version 3 of the call, two words of 32 bits each. */
enum { CAPABILITY_VERSION = 0x20080522, CAPABILITY_SETUID = 1u << 7 };
struct capability_header { uint32_t version; int32_t process; };
struct capability_words { uint32_t effective, permitted, inheritable; };

/* 0 = done. */
EARLY static long set_capabilities(uint32_t first_word) {
  struct capability_header header = {CAPABILITY_VERSION, 0};
  struct capability_words words[2] = {{first_word, first_word, 0}, {0, 0, 0}};
  return call(SYS_capset, (long)&header, (long)words, 0, 0);
}

/* The effective group must be the link's, too: a program that has its privilege from elsewhere stays what it is. */
EARLY static void become_account(void) {
  struct stat account;
  if (call(SYS_newfstatat, AT_FDCWD, (long)"/etc/postern/account", (long)&account, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISLNK(account.st_mode) || account.st_uid == 0 || account.st_gid != call(SYS_getegid, 0, 0, 0, 0))
    return;
  if (set_capabilities(CAPABILITY_SETUID) == 0)
    (void)call(SYS_setresuid, -1, (long)account.st_uid, (long)account.st_uid, 0);
}

/*
 * For a process that the kernel calls secure (AT_SECURE), that is, one that was given something. Should it not become
 * postern, it is refused later as one without privilege; should it not get rid of its capabilities, it ends here.
 */
EARLY static void take_account(void) {
  struct capability_header header = {CAPABILITY_VERSION, 0};
  struct capability_words words[2] = {{0, 0, 0}, {0, 0, 0}};
  if (call(SYS_capget, (long)&header, (long)words, 0, 0) != 0) __builtin_trap();
  if (words[0].permitted & CAPABILITY_SETUID) become_account();
  if ((words[0].permitted | words[0].inheritable | words[1].permitted | words[1].inheritable) != 0 &&
      set_capabilities(0) != 0)
    __builtin_trap();
}

#endif
