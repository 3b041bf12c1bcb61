/* What the module Glibc leaves out of glibc. */
#ifndef POSTERN_GLIBC_EXTRAS_H
#define POSTERN_GLIBC_EXTRAS_H

#include <sys/fsuid.h>
#include <sys/vfs.h>

#endif
