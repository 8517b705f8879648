#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""idle_cpu.py HOST:PORT PID IDLE_TIMEOUT_MS

A server that waits for a silent client must use no CPU, whatever its deadlines were before.
Keeps a connection alive beyond the time at which it would have been closed at first, by a request
just before, and then measures the CPU time of the server, its threads and its children. Exits
with 1 if that is more than a tenth of the time waited for, or if the connection is gone too early."""
import os
import socket
import sys
import time


def family(pid):
    yield pid
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as children:
        for child in children.read().split():
            yield from family(int(child))


def cpu_seconds(pid):
    """Of the processes that are there now; a moment's child may vanish meanwhile."""
    ticks = 0
    for one in family(pid):
        try:
            with open(f"/proc/{one}/stat", encoding="ascii") as stat:
                fields = stat.read().rsplit(")", 1)[1].split()
        except FileNotFoundError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main():
    host, _, port = sys.argv[1].rpartition(":")
    pid, idle = int(sys.argv[2]), int(sys.argv[3]) / 1000
    with socket.create_connection((host, int(port))) as client:
        time.sleep(idle * 0.7)
        client.sendall(b"GET /hello.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        if not client.recv(4096).startswith(b"HTTP/1.1 200 "):
            sys.exit("the request was not answered")
        time.sleep(idle * 0.4)  # now the first deadline has passed
        before, start = cpu_seconds(pid), time.monotonic()
        time.sleep(idle * 0.4)
        used, waited = cpu_seconds(pid) - before, time.monotonic() - start
        client.setblocking(False)
        try:
            client.recv(1)
            sys.exit("the connection was closed before its time")
        except BlockingIOError:
            pass
    print(f"{used:.2f} s of CPU in {waited:.2f} s")
    sys.exit(used > waited / 10)


main()
