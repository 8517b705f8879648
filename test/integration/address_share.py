#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""address_share.py PORT MOST: fails unless a server lets so many connections of one
address in, and no more; others of another address at the same time; and again as many
when these have gone, in whatever way."""

import socket
import struct
import sys
import time

port, most = int(sys.argv[1]), int(sys.argv[2])
REQUEST = b"HEAD /hello.txt HTTP/1.1\r\nHost: test\r\n\r\n"


def connect(source="127.0.0.1"):
    """A client that was answered, or None: it was sent away."""
    client = socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0))
    try:
        client.sendall(REQUEST)
        if client.recv(4096).startswith(b"HTTP/1.1 200 "):
            return client
    except ConnectionError:
        pass
    client.close()
    return None


def fill():
    """As many as are let in, when those before have been seen to go."""
    clients, until = [], time.monotonic() + 20
    while len(clients) < most and time.monotonic() < until:
        client = connect()
        if client:
            clients.append(client)
        else:
            time.sleep(0.05)
    return clients


for round_ in range(6):
    clients = fill()
    assert len(clients) == most, f"round {round_}: {len(clients)} of {most} were let in"
    refused = sum(connect() is None for _ in range(10))
    assert refused == 10, f"round {round_}: {10 - refused} too many were let in"
    others = [connect("127.0.0.2") for _ in range(most)]
    assert all(others), f"round {round_}: another address was refused"
    for number, client in enumerate(clients + others):
        if (number + round_) % 2:  # by a reset
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        client.close()
