"""Exchanges the names of each pair of arguments again and again; counts the rounds in a file."""

import ctypes
import os
import sys

AT_FDCWD, RENAME_EXCHANGE = -100, 2
renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
pairs = [(os.fsencode(one), os.fsencode(other)) for one, other in zip(sys.argv[1::2], sys.argv[2::2])]
rounds = 0
while True:
    for one, other in pairs:
        if renameat2(AT_FDCWD, one, AT_FDCWD, other, RENAME_EXCHANGE):
            sys.exit(os.strerror(ctypes.get_errno()))
    rounds += 1
    if rounds % 1000 == 0:
        with open("rounds", "w", encoding="ascii") as file:
            file.write(str(rounds))
