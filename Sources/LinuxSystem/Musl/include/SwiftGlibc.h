/* Spawn.swift takes fork(2) from a module of this name. */
#include <unistd.h>
