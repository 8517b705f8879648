#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: edge_trap.py level|edge once|all

A client sends 64 KiB at once; a server waits by epoll, level- or edge-triggered, and at each event
reads 4 KiB once, or until nothing is left (EAGAIN). Prints JSON: KiB that had arrived after a second
without an event, events, and reads."""

import json
import select
import socket
import sys

BYTES, PIECE, PATIENCE = 65536, 4096, 1.0


def read_events(one, trigger, until_empty):
    watch = select.epoll()
    watch.register(one, select.EPOLLIN | (select.EPOLLET if trigger == "edge" else 0))
    got = events = reads = 0
    while got < BYTES and watch.poll(PATIENCE):
        events += 1
        while got < BYTES:
            try:
                got += len(one.recv(PIECE))
            except BlockingIOError:
                break
            finally:
                reads += 1
            if not until_empty:
                break
    return {"kib_read": got // 1024, "events": events, "reads": reads}


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in ("level", "edge") or sys.argv[2] not in ("once", "all"):
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    listener = socket.create_server(("127.0.0.1", 0))
    client = socket.create_connection(listener.getsockname())
    one, _ = listener.accept()
    client.sendall(bytes(BYTES))
    # Loopback has delivered all by now: one edge.
    one.setblocking(False)
    print(json.dumps(read_events(one, sys.argv[1], sys.argv[2] == "all")))


main()
