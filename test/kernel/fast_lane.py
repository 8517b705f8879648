#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Clients for fast_lane.sh, in the VM: requests that are served in different lanes (what is kept
in memory in softirq, all else in a task) on one connection, and beside a flood of others.

fast_lane.py make FOLDER               the documents
fast_lane.py order FOLDER PORT         pipelined, mixed: is each response the right one?
fast_lane.py flood FOLDER PORT         what the flood does to others on the same CPU
fast_lane.py hold FOLDER PORT          the flood alone, until the server ends it
fast_lane.py truncated FOLDER PORT     files are truncated while they are being sent
"""

import argparse
import multiprocessing
import os
import random
import socket
import sys
import threading
import time

SIZES = (1, 12, 1000, 4096, 16384, 16385, 65536, 65537, 200_000, 1_000_000)
LARGE = 3_000_000  # more than is kept (cache_file_size, in fast_lane.sh)
COLD = 600  # documents that are asked for once

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
parser.add_argument("what", choices=("make", "order", "flood", "hold", "truncated"))
parser.add_argument("folder")
parser.add_argument("port", type=int, nargs="?")
parser.add_argument("--connections", type=int, default=12)
parser.add_argument("--requests", type=int, default=60, help="on each connection")
parser.add_argument("--bound", type=float, default=1000, help="of a request beside the flood, ms")
options = parser.parse_args()


def place(name):
    return os.path.join(options.folder, name)


def content(name):
    with open(place(name), "rb") as file:
        return file.read()


def make():
    source = random.Random(5)
    os.makedirs(place("cold"))
    os.makedirs(place("listed"))
    for size in SIZES:
        with open(place(f"kept{size}.bin"), "wb") as file:
            file.write(source.randbytes(size))
    with open(place("large.bin"), "wb") as file:
        file.write(source.randbytes(LARGE))
    for number in range(COLD):
        with open(place(f"cold/{number}.txt"), "w", encoding="ascii") as file:
            file.write(f"this is number {number}\n")
    for number in range(200):
        with open(place(f"listed/{number}"), "w", encoding="ascii"):
            pass


class Client:
    """A connection, and what is left of the bytes that came in."""

    def __init__(self, buffer=0):
        self.socket = socket.socket()
        if buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.settimeout(60)
        self.socket.connect(("127.0.0.1", options.port))
        self.stream = self.socket.makefile("rb")

    def head(self):
        """Status and fields of the next response."""
        status = self.stream.readline()
        if not status.startswith(b"HTTP/1.1 "):
            raise ValueError(f"no status line: {status[:60]!r}")
        fields = {}
        while (line := self.stream.readline()) not in (b"\r\n", b""):
            name, value = line.split(b":", 1)
            fields[name.lower()] = value.strip()
        return int(status.split()[1]), fields

    def body(self, fields):
        if b"content-length" in fields:
            return self.stream.read(int(fields[b"content-length"]))
        body = b""
        while size := int(self.stream.readline(), 16):
            body += self.stream.read(size)
            self.stream.readline()
        self.stream.readline()
        return body


def request(target, *fields):
    lines = (f"GET {target} HTTP/1.1", "Host: test", *fields, "", "")
    return "\r\n".join(lines).encode()


def fetch(target, *fields):
    client = Client()
    client.socket.sendall(request(target, *fields))
    status, head = client.head()
    return status, client.body(head)


# ---- Order ---------------------------------------------------------------------------


class Plan:
    """What one connection asks for: pairs of a request, and the status and body expected."""

    def __init__(self, number, cold):
        source = random.Random(number)
        self.steps = []
        for _ in range(options.requests):
            kind = source.choice(("kept", "kept", "cold", "listing", "large", "range", "missing"))
            if kind == "kept":
                name = f"kept{source.choice(SIZES[:8] if source.random() < 0.9 else SIZES)}.bin"
                self.steps.append((request("/" + name), 200, bodies[name]))
            elif kind == "cold" and cold:
                name = cold.pop()
                self.steps.append((request("/" + name), 200, bodies[name]))
            elif kind == "listing":
                self.steps.append((request("/listed/"), 200, bodies["listed"]))
            elif kind == "large" and source.random() < 0.3:
                self.steps.append((request("/large.bin"), 200, bodies["large.bin"]))
            elif kind == "range":
                first = source.randrange(LARGE)
                last = min(first + source.choice((0, 100, 20000)), LARGE - 1)
                self.steps.append((request("/large.bin", f"Range: bytes={first}-{last}"), 206,
                                   bodies["large.bin"][first:last + 1]))
            else:
                self.steps.append((request(f"/missing{source.randrange(50)}"), 404, None))
        # Packets that end anywhere, as they do in a network.
        whole = b"".join(step[0] for step in self.steps)
        self.pieces = []
        while whole:
            size = source.choice((30, 200, 1400, 5000))
            self.pieces.append(whole[:size])
            whole = whole[size:]


bodies = {}
faults = []


def follow(number, plan):
    client = Client()

    def write():
        for piece in plan.pieces:
            client.socket.sendall(piece)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for index, (asked, status, body) in enumerate(plan.steps):
            got, fields = client.head()
            received = client.body(fields)
            if got != status or (body is not None and received != body):
                line = asked.split(b"\r\n")[0].decode()
                faults.append(f"connection {number}, response {index} to {line}: {got}, "
                              f"{len(received)} bytes; expected {status}, {len(body or b'')}")
                break
    except (OSError, ValueError) as error:
        faults.append(f"connection {number}: {error}")
    client.socket.close()
    writer.join()


def order():
    for name in os.listdir(options.folder):
        if name.endswith(".bin"):
            bodies[name] = content(name)
    cold = [f"cold/{number}.txt" for number in range(COLD)]
    bodies.update((name, content(name)) for name in cold)
    for size in SIZES:
        fetch(f"/kept{size}.bin")
    status, bodies["listed"] = fetch("/listed/")
    if status != 200 or bodies["listed"].count(b"<a ") < 200:
        return ["there is no listing to compare with"]
    plans = [Plan(number, cold) for number in range(options.connections)]
    threads = [threading.Thread(target=follow, args=pair) for pair in enumerate(plans)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"# {sum(len(plan.steps) for plan in plans)} requests, "
          f"{COLD - len(cold)} of them for documents that were cold")
    return faults


# ---- A flood -------------------------------------------------------------------------


def flood(ended):
    """Pipelined requests for what is kept, of which a hundred or more are always under way;
    each connection's are sent from this process's CPU, where they are therefore served."""
    os.sched_setaffinity(0, {0})
    block = request("/kept1000.bin") * 100
    client = Client()
    client.socket.sendall(request("/kept1000.bin"))
    status, fields = client.head()
    client.body(fields)
    assert status == 200
    flow = client.socket
    space = bytearray(1 << 20)
    try:
        flow.sendall(block + block)
        while not ended.is_set():
            left = 100 * 1000  # the bodies alone; so a little more is always under way
            while left > 0:
                size = flow.recv_into(space)
                if not size:
                    return
                left -= size
            flow.sendall(block)
    except OSError:
        pass


def flooders(count):
    ended = multiprocessing.Event()
    all_of_them = [multiprocessing.Process(target=flood, args=(ended,)) for _ in range(count)]
    for one in all_of_them:
        one.start()
    time.sleep(1)
    return ended, all_of_them


def measure(what):
    """Milliseconds that requests took, sorted; from the CPU of the flood, and not waiting for
    the flood's tasks: for the server alone."""
    took = []
    client = Client()
    for _ in range(100):
        begin = time.monotonic()
        if what == "new":
            client = Client()
        target, fields = "/kept12.bin", ()
        if what == "task":  # it is never kept, so a task reads it
            target, fields = "/large.bin", ("Range: bytes=0-99",)
        client.socket.sendall(request(target, *fields))
        client.body(client.head()[1])
        took.append(1000 * (time.monotonic() - begin))
        time.sleep(0.005)
    return sorted(took)


def beside_a_flood():
    os.sched_setaffinity(0, {0})
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    lanes = {"inline": "kept in memory", "task": "from a file", "new": "new connection"}
    alone = {what: measure(what) for what in lanes}
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    ended, others = flooders(4)
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    bad = []
    for what, title in lanes.items():
        took = measure(what)
        print(f"figure: fast lane, ms of a request beside a flood on its CPU, {title}: "
              f"median {took[50]:.2f}, 99 of 100 {took[98]:.2f}, longest {took[99]:.2f} "
              f"(alone {alone[what][50]:.2f}, {alone[what][98]:.2f}, {alone[what][99]:.2f})")
        if took[98] > options.bound:
            bad.append(f"{title}: {took[98]:.0f} ms, more than {options.bound:.0f}")
    os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    ended.set()
    for one in others:
        one.join(20)
        if one.is_alive():
            bad.append("a flood did not end")
            one.kill()
    return bad


def hold():
    _, others = flooders(4)
    print("holding", flush=True)
    for one in others:
        one.join(60)
    return ["the server did not end a flood" for one in others if one.is_alive()]


# ---- Truncation ----------------------------------------------------------------------


def cut(name, size, kept):
    """Fetches a file that is truncated to @size when some of it has come."""
    whole = content(name)
    if kept:
        fetch("/" + name)
    client = Client(65536)
    client.socket.sendall(request("/" + name))
    status, fields = client.head()
    if status != 200 or int(fields[b"content-length"]) != len(whole):
        return [f"{name}: {status}, {fields}"]
    got = client.stream.read(100_000)
    os.truncate(place(name), size)
    try:
        while piece := client.stream.read1(1 << 20):
            got += piece
            if len(got) >= len(whole):
                break
    except ConnectionResetError:
        pass
    if whole[:len(got)] != got:
        return [f"{name}: what came is not what was there"]
    if kept and len(got) != len(whole):
        return [f"{name}: {len(got)} of {len(whole)} bytes that were kept"]
    if not kept and len(got) == len(whole):
        return [f"{name}: all of it, though most was gone"]
    status, body = fetch("/" + name)
    return [] if status == 200 and body == whole[:size] else [f"{name}: {status} afterwards"]


def truncated():
    source = random.Random(6)
    with open(place("cut_large.bin"), "wb") as file:
        for _ in range(48):
            file.write(source.randbytes(1 << 20))
    with open(place("cut_kept.bin"), "wb") as file:
        file.write(source.randbytes(1 << 20))
    time.sleep(0.2)
    # At the end of a page: the rest of one that is cut becomes zeros wherever it is, on its way
    # to a client as well.
    return cut("cut_large.bin", 120 * 4096, False) + cut("cut_kept.bin", 5, True)


steps = {"make": make, "order": order, "flood": beside_a_flood, "hold": hold,
         "truncated": truncated}
wrong = steps[options.what]() or []
for fault in wrong[:10]:
    print(fault)
sys.exit(bool(wrong))
