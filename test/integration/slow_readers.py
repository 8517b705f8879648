#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""slow_readers.py PORT TARGET COUNT --bound SECONDS [--rate N]: so many clients ask for a large
file and read one byte of it a second, or N. Fails unless the server has ended each in time, and
none at once."""

import argparse
import socket
import sys
import time

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("port", type=int)
parser.add_argument("target")
parser.add_argument("count", type=int)
parser.add_argument("--bound", type=float, required=True)
parser.add_argument("--rate", type=int, default=1, help="bytes a second")
parser.add_argument("--kept", action="store_true", help="fail if the server ends one of them")
options = parser.parse_args()


# In small pieces, lest a window of some size be closed for long.
pause = 1 if options.rate < 100000 else 0.05
piece = int(options.rate * pause)


def held_by_server():
    """The clients' ports whose sockets, with all that TCP has for them, the server still
    has: as the kernel says, for who is reset with a closed window may not learn of it."""
    held = set()
    with open("/proc/net/tcp", encoding="ascii") as table:
        next(table)
        for line in table:
            own, peer, state = line.split()[1:4]
            if int(own.split(":")[1], 16) == options.port and state not in ("06", "07", "0A"):
                held.add(int(peer.split(":")[1], 16))
    return held


clients = {}
for _ in range(options.count):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, max(2048, 2 * piece))
    client.connect(("127.0.0.1", options.port))
    client.sendall(f"GET {options.target} HTTP/1.1\r\nHost: test\r\n\r\n".encode())
    client.setblocking(False)
    clients[client.getsockname()[1]] = client

lives = []
begin = time.monotonic()
while len(lives) < options.count and time.monotonic() - begin < options.bound:
    time.sleep(pause)
    held = held_by_server()
    for port in clients.keys() - held:
        lives.append(time.monotonic() - begin)
        del clients[port]
    for client in clients.values():
        try:
            client.recv(piece)
        except (BlockingIOError, ConnectionResetError):
            pass

print(f"figure: {options.target} read at {options.rate} byte/s: {len(lives)} of {options.count} ended by the "
      f"server, after {min(lives, default=0):.0f} to {max(lives, default=0):.0f} s")
if options.kept:
    sys.exit(1 if lives else 0)
sys.exit(1 if clients or min(lives) < 1 else 0)
