"""Writes what is sent to /dev/log into a file, in the form in which a log daemon writes mail.log.

usage: logd.py SOCKET FILE
"""

import os
import re
import socket
import sys

#: Priority, then the rest, whose first 15 bytes are the time.
DATAGRAM = re.compile(rb"<\d+>(.{15})( .*?)\n?", re.DOTALL)


def main(path: str, file: str) -> None:
    """Writes until it is killed."""
    log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    log.bind(path)
    os.chmod(path, 0o666)
    with open(file, "ab", buffering=0) as output:
        while True:
            match = DATAGRAM.fullmatch(log.recv(1 << 16))
            if match:
                output.write(match[1] + b" web1" + match[2] + b"\n")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
