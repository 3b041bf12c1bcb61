/*
 * The first instructions of the programs that are built against musl: ELF's entry point is `secure_start`, which leads
 * to the C library's own `_start`. So nothing of the caller's is read by anybody before it was looked at here.
 *
 * What runs before the C library can use nothing of it: no errno, no thread-local storage, and no pointer in a
 * constant, since nothing is relocated yet. Hence the system calls by hand.
 *
 * The kernel has laid down, from the stack pointer upwards:
 *
 *     argc, argv[0] … argv[argc - 1], NULL, envp[0] …, NULL, auxv[0] …, { AT_NULL, 0 }
 */
#include <elf.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "SecureStart.h"

#define EARLY __attribute__((no_stack_protector))

#if defined(__x86_64__)
EARLY static long call(long number, long a, long b, long c, long d) {
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
}

/* A function must be called with a stack pointer that 16 divides; `_start` gets the kernel's. */
__asm__(".text\n"
        ".globl secure_start\n"
        ".type secure_start, @function\n"
        "secure_start:\n"
        "  xor %ebp, %ebp\n"
        "  mov %rsp, %rbx\n"
        "  mov %rsp, %rdi\n"
        "  and $-16, %rsp\n"
        "  call before_the_library\n"
        "  mov %rbx, %rsp\n"
        "  jmp _start\n"
        ".size secure_start, . - secure_start\n");
#elif defined(__aarch64__)
EARLY static long call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a;
  register long x1 __asm__("x1") = b;
  register long x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}

/* The kernel's stack pointer is one that 16 divides, and stays what it is. */
__asm__(".text\n"
        ".globl secure_start\n"
        ".type secure_start, %function\n"
        "secure_start:\n"
        "  mov x29, #0\n"
        "  mov x30, #0\n"
        "  mov x0, sp\n"
        "  bl before_the_library\n"
        "  mov x29, #0\n"
        "  mov x30, #0\n"
        "  b _start\n"
        ".size secure_start, . - secure_start\n");
#else
#error "no entry point for this processor: Tests/build fallback"
#endif

#include "../Account.h"

static int argument_count;
static char **arguments;

char **_swift_stdlib_getUnsafeArgvArgc(int *count) {
  *count = argument_count;
  return arguments;
}

/* The same test as that of Credentials.isPrivileged: the two answers must never differ, so it is not AT_SECURE. */
EARLY static int is_privileged(void) {
  uid_t ruid, euid, suid;
  gid_t rgid, egid, sgid;
  if (call(SYS_getresuid, (long)&ruid, (long)&euid, (long)&suid, 0) != 0 ||
      call(SYS_getresgid, (long)&rgid, (long)&egid, (long)&sgid, 0) != 0)
    return 1;
  return ruid != euid || euid != suid || rgid != egid || egid != sgid;
}

/*
 * What musl is not told. That the program is set-uid: musl has nothing left to protect it from, but would lay /dev/null
 * where one of descriptors 0 to 2 is closed, which makes an empty message of none, and kill the process where the
 * caller's limits do not let it ask. Where the kernel's own code for clock_gettime is: to find it costs more than the
 * few calls.
 */
EARLY static int is_withheld(uint64_t type) {
  return type == AT_SECURE || type == AT_UID || type == AT_EUID || type == AT_GID || type == AT_EGID ||
         type == AT_SYSINFO_EHDR;
}

EARLY __attribute__((used, visibility("hidden"))) void before_the_library(long *stack) {
  argument_count = (int)stack[0];
  arguments = (char **)(stack + 1);
  char **environment = arguments + argument_count + 1;
  char **end = environment;
  while (*end) end++;

  /* PR_SET_TSC survives execution, and makes it deadly on x86 to ask for the time: here, and in Postfix. */
  (void)call(SYS_prctl, PR_SET_TSC, PR_TSC_ENABLE, 0, 0);

  Elf64_auxv_t *from = (Elf64_auxv_t *)(end + 1);
  for (const Elf64_auxv_t *each = from; each->a_type != AT_NULL; each++)
    if (each->a_type == AT_SECURE && each->a_un.a_val != 0) take_account();

  /* The C library looks for auxv behind the environment, so it moves up to where an empty one ends. */
  if (is_privileged()) {
    environment[0] = 0;
    end = environment;
  }
  Elf64_auxv_t *to = (Elf64_auxv_t *)(end + 1);
  do {
    *to = *from++;
    if (is_withheld(to->a_type)) to->a_type = AT_IGNORE;
  } while (to++->a_type != AT_NULL);
}

/* The linker's name for where this program begins in memory. */
extern const Elf64_Ehdr __ehdr_start __attribute__((visibility("hidden")));

/* musl relocates a static program, but leaves it to nobody to make read-only what was only writable for that. */
__attribute__((constructor)) static void protect_relocated(void) {
  const uintptr_t base = (uintptr_t)&__ehdr_start, page = (uintptr_t)getpagesize();
  int is_protected = 0;
  const Elf64_Phdr *header = (const Elf64_Phdr *)(base + __ehdr_start.e_phoff);
  for (int i = 0; i < __ehdr_start.e_phnum; i++) {
    if (header[i].p_type != PT_GNU_RELRO) continue;
    /* It ends where a page ends; nothing else that is written lies in the page where it begins. */
    uintptr_t start = (base + header[i].p_vaddr) & -page;
    uintptr_t end = base + header[i].p_vaddr + header[i].p_memsz;
    is_protected = end % page == 0 && call(SYS_mprotect, (long)start, (long)(end - start), PROT_READ, 0) == 0;
  }
  if (!is_protected) __builtin_trap();
}
