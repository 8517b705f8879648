#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: nagle.py HOW EXCHANGES

Over one connection, EXCHANGES times: the client sends a request in two writes (write-write-read), the
server reads all of it and answers. HOW:
  one-write  the request in one write
  two-writes nothing is set: Nagle's algorithm at the sender, delayed ACKs at the receiver
  nodelay    two writes, TCP_NODELAY at the client
  cork       two writes between setting and clearing TCP_CORK
  more       two writes, the first with MSG_MORE
  quickack   two writes, the server sets TCP_QUICKACK again after each read
Prints JSON: latency percentiles in microseconds, and segments per exchange (both sides', as
/proc/net/snmp counts them for the whole machine)."""

import json
import os
import socket
import sys
import time

from limits import pin

HEAD, BODY, ANSWER = 40, 60, 200
WAYS = ("one-write", "two-writes", "nodelay", "cork", "more", "quickack")
WARM_UP = 30 # a connection begins in quick-ACK mode, for up to 16 segments


def segments():
    with open("/proc/net/snmp", encoding="ascii") as lines:
        names, values = (line.split() for line in lines if line.startswith("Tcp:"))
    return int(dict(zip(names, values))["OutSegs"])


def read_all(one, wanted, quick=False):
    while wanted > 0:
        got = one.recv(65536)
        if not got:
            return False
        wanted -= len(got)
        if quick: # not a mode that lasts, tcp(7)
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
    return True


def serve(listener, quick):
    one, _ = listener.accept()
    while read_all(one, HEAD + BODY, quick):
        one.sendall(bytes(ANSWER))


def send_request(one, how):
    head, body = bytes(HEAD), bytes(BODY)
    if how == "one-write":
        one.sendall(head + body)
        return
    if how == "cork":
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 1)
    one.sendall(head, socket.MSG_MORE if how == "more" else 0)
    one.sendall(body)
    if how == "cork":
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, 0)


def exchange(one, how):
    send_request(one, how)
    if not read_all(one, ANSWER):
        sys.exit("nagle: the server ended")


def percentile(sorted_values, share):
    return sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))]


def main():
    if len(sys.argv) != 3 or sys.argv[1] not in WAYS or not sys.argv[2].isdigit() \
            or int(sys.argv[2]) < 1:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    how, count = sys.argv[1], int(sys.argv[2])
    listener = socket.create_server(("127.0.0.1", 0))
    child = os.fork()
    if child == 0:
        pin("server")
        serve(listener, how == "quickack")
        os._exit(0)
    pin("client")
    one = socket.create_connection(listener.getsockname())
    one.settimeout(10)
    if how == "nodelay":
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    for _ in range(WARM_UP):
        exchange(one, how)
    took, before = [], segments()
    for _ in range(count):
        start = time.perf_counter_ns()
        exchange(one, how)
        took.append((time.perf_counter_ns() - start) / 1000)
    sent = segments() - before
    one.close()
    os.waitpid(child, 0)
    took.sort()
    print(json.dumps({
        "p50_us": round(percentile(took, 0.5), 1), "p99_us": round(percentile(took, 0.99), 1),
        "segments": round(sent / count, 2)}))


main()
