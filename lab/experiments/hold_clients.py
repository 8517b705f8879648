#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: hold_clients.py PORT | --accept PORT

Holds silent connections to 127.0.0.1:PORT, for as long as standard input is open. Each line of it is
an order; the answer is a line, too:
  hold N   have N open: "held N", or "stuck M WHY" if no more than M can be had
  check    "open M": so many the server has neither closed nor sent anything to
With --accept: accepts and keeps whatever connects to PORT, and says "ready"."""

import select
import socket
import sys

from limits import raise_descriptors

PER_ADDRESS = 20000 # connections from one of loopback's addresses: it has 28,000 ports to give
PATIENCE = 10 # seconds for one connection


def connect(number, port):
    one = socket.socket()
    one.settimeout(PATIENCE)
    one.bind((f"127.0.0.{2 + number // PER_ADDRESS}", 0))
    one.connect(("127.0.0.1", port))
    return one


def hold(held, number, port):
    while len(held) < number:
        try:
            held.append(connect(len(held), port))
        except OSError as error:
            return f"stuck {len(held)} {error}"
    return f"held {number}"


def still_open(held):
    waiter = select.poll()
    for one in held:
        waiter.register(one, select.POLLIN | select.POLLRDHUP)
    return len(held) - len(waiter.poll(0))


def serve_orders(port):
    held = []
    for line in sys.stdin:
        word, *numbers = line.split() or [""]
        if word == "hold" and len(numbers) == 1:
            print(hold(held, int(numbers[0]), port), flush=True)
        elif word == "check":
            print(f"open {still_open(held)}", flush=True)
        else:
            sys.exit(f"hold_clients: '{line.strip()}' is no order")


def accept(port):
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(4096)
    print("ready", flush=True)
    held = []
    while sys.stdin not in select.select([listener, sys.stdin], [], [])[0]:
        held.append(listener.accept()[0])


def main():
    words = sys.argv[1:]
    accepting = words[:1] == ["--accept"]
    words = words[accepting:]
    if len(words) != 1 or not words[0].isdigit():
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    raise_descriptors(1000000)
    (accept if accepting else serve_orders)(int(words[0]))


main()
