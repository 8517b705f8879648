#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: backlog.py burst ADDRESS PORT CLIENTS [PATIENCE]
       backlog.py listen ADDRESS PORT BACKLOG PAUSE_MS
       backlog.py flood ADDRESS PORT SYNS SOURCES

burst: CLIENTS connect at once; waits PATIENCE seconds (8) for them. Prints JSON: how many connected
and were refused, how long connect() took (of those that still wait: so far), and what /proc/net/netstat counted meanwhile.
listen: a listener with that backlog, which accepts one connection every PAUSE_MS; says "ready". When
standard input ends it takes what is left, and says "accepted N".
flood: sends SYNs from addresses SOURCES.1 and up that never answer (as root; meant for a network that
exists in a virtual machine only)."""

import errno
import json
import os
import random
import select
import socket
import struct
import sys
import time

from limits import pin, raise_descriptors

COUNTERS = {"ListenOverflows": "overflows", "ListenDrops": "drops", "TCPSynRetrans": "syn_retransmits",
            "SyncookiesSent": "cookies_sent", "SyncookiesRecv": "cookies_received",
            "TCPReqQFullDrop": "queue_full_drops"}


def counters():
    """TcpExt of /proc/net/netstat, and RetransSegs."""
    with open("/proc/net/netstat", encoding="ascii") as lines:
        names, values = (line.split()[1:] for line in lines if line.startswith("TcpExt:"))
    found = dict(zip(names, map(int, values)))
    return {short: found.get(name, 0) for name, short in COUNTERS.items()}


def percentile(sorted_values, share):
    if not sorted_values:
        return None
    return round(sorted_values[min(len(sorted_values) - 1, int(share * len(sorted_values)))], 1)


def burst(address, port, clients, patience=8):
    pin("client")
    raise_descriptors(clients + 100)
    before, waiting, took = counters(), {}, []
    outcome = {"connected": 0, "refused": 0, "other": 0}
    watch = select.epoll()
    done = []

    def settle(one, start, code):
        took.append((time.monotonic() - start) * 1e6)
        if code == 0:
            outcome["connected"] += 1
        elif code in (errno.ECONNREFUSED, errno.ECONNRESET):
            outcome["refused"] += 1
        else:
            outcome["other"] += 1
        done.append(one)

    for _ in range(clients):
        one = socket.socket()
        one.setblocking(False)
        start = time.monotonic()
        code = one.connect_ex((address, port))
        if code == errno.EINPROGRESS:
            waiting[one.fileno()] = (one, start)
            watch.register(one, select.EPOLLOUT)
        else:
            settle(one, start, code)
    end = time.monotonic() + patience
    while waiting and time.monotonic() < end:
        for fd, _ in watch.poll(max(0, end - time.monotonic())):
            one, start = waiting.pop(fd)
            watch.unregister(fd)
            settle(one, start, one.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
    # Who still waits has waited so long at least; without them the rest would look quick.
    took += [(time.monotonic() - start) * 1e6 for _, start in waiting.values()]
    took.sort()
    after = counters()
    for one in done + [one for one, _ in waiting.values()]:
        one.close()
    return {**outcome, "waiting": len(waiting), "p50_us": percentile(took, 0.5),
            "p90_us": percentile(took, 0.9), "p99_us": percentile(took, 0.99),
            "max_us": percentile(took, 1), **{k: after[k] - before[k] for k in after}}


def listen(address, port, backlog, pause_ms):
    pin("server")
    raise_descriptors(100000)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(backlog)
    print("ready", flush=True)
    kept = []
    while not select.select([sys.stdin], [], [], pause_ms / 1000)[0]:
        if select.select([listener], [], [], 0)[0]:
            kept.append(listener.accept()[0])
    while select.select([listener], [], [], 0)[0]:
        kept.append(listener.accept()[0])
    print(f"accepted {len(kept)}", flush=True)


def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def syn(source, address, port):
    """An IPv4 packet with a TCP SYN in it (RFC 9293, section 3.1)."""
    ends = socket.inet_aton(source) + socket.inet_aton(address)
    sport, sequence = random.randrange(1024, 65536), random.getrandbits(32)
    tcp = struct.pack("!HHIIBBHHH", sport, port, sequence, 0, 6 << 4, 2, 64240, 0, 0) + \
        struct.pack("!BBH", 2, 4, 1460)
    code = checksum(ends + struct.pack("!BBH", 0, socket.IPPROTO_TCP, len(tcp)) + tcp)
    tcp = tcp[:16] + struct.pack("!H", code) + tcp[18:]
    # The kernel fills in the rest of the IP header, raw(7).
    return struct.pack("!BBHHHBBH", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_TCP, 0) + ends + tcp


def flood(address, port, syns, sources):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    for number in range(syns):
        raw.sendto(syn(f"{sources}.{10 + number % 240}", address, port), (address, 0))


def half_open(port):
    with open("/proc/net/tcp", encoding="ascii") as lines:
        next(lines)
        return sum(line.split()[3] == "03" and int(line.split()[1].split(":")[1], 16) == port
                   for line in lines)


def main():
    words = sys.argv[1:]
    try:
        command, address, port, *numbers = words
        port = int(port)
        if command == "burst" and len(numbers) in (1, 2):
            print(json.dumps(burst(address, port, *map(int, numbers))))
        elif command == "listen" and len(numbers) == 2:
            listen(address, port, *map(int, numbers))
        elif command == "flood" and len(numbers) == 2:
            flood(address, port, int(numbers[0]), numbers[1])
            print(json.dumps({"half_open": half_open(port)}))
        else:
            raise ValueError
    except ValueError:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        sys.exit(f"backlog: {os.strerror(error.errno) if error.errno else error}")


if __name__ == "__main__":
    main()
