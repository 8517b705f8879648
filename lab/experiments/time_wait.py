#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: time_wait.py where client|server CONNECTIONS
       time_wait.py ports client|server CONNECTIONS [--drop] [--pause AFTER]
       (--port PORT: of the server; any that is free)
       time_wait.py restart client|server reuse|plain

Who closes first keeps the connection in TIME-WAIT, for a minute (RFC 9293, section 3.6.1; Linux:
TCP_TIMEWAIT_LEN). Prints JSON.
where    CONNECTIONS are made and closed, one after the other: at which end do they wait?
ports    the same: how many connect() found a port for? With --pause, 1.2 s
         pass after the first AFTER of them: from then on Linux may reuse a port on loopback. With
         --drop, what waits is then written to /proc/net/drop_tcp_sock (drop-tcp-socket.ko must be
         loaded), and as many are made again. Set net.ipv4.ip_local_port_range
         first, or it takes 28,000 of them.
restart  after one connection the server ends and starts again on its port: does bind() succeed with
         SO_REUSEADDR, or without it?"""

import errno
import json
import os
import socket
import sys
import time

from limits import pin

DROP = "/proc/net/drop_tcp_sock"
REUSE = 1.2 # seconds; net.ipv4.tcp_tw_reuse wants one
SETTLED = 20 # seconds to wait for the last end of a connection


def waiting(port, clients):
    """Address pairs in TIME-WAIT at the server's end, which has this port, and at the client's; of
    these clients' ports only, as earlier runs may have left others."""
    ends = {"server": [], "client": []}
    with open("/proc/net/tcp", encoding="ascii") as lines:
        next(lines)
        for line in lines:
            _, local, remote, state = line.split()[:4]
            if state != "06":
                continue
            pair = (readable(local), readable(remote))
            if pair[0][1] == port and pair[1][1] in clients:
                ends["server"].append(pair)
            elif pair[1][1] == port and pair[0][1] in clients:
                ends["client"].append(pair)
    return ends


def readable(end):
    address, port = end.split(":")
    return socket.inet_ntoa(bytes.fromhex(address)[::-1]), int(port, 16)


class Server:
    """Takes connections; with `first` it closes them first, else when the client has."""

    def __init__(self, first, port=0):
        listener = socket.create_server(("127.0.0.1", port), backlog=4096) # none overflows
        self.address = listener.getsockname()
        self.child = os.fork()
        if self.child:
            pin("client")
            listener.close()
            return
        pin("server")
        while True:
            one, _ = listener.accept()
            if not first:
                one.recv(1)
            one.close()

    def stop(self):
        os.kill(self.child, 9)
        os.waitpid(self.child, 0)


def settle(address):
    """Until no connection of this listener is open or half closed: each is in TIME-WAIT, or gone."""
    until = time.monotonic() + SETTLED
    while time.monotonic() < until:
        with open("/proc/net/tcp", encoding="ascii") as lines:
            next(lines)
            rows = [line.split()[1:4] for line in lines]
        if not any(state not in ("06", "0A") and address in (readable(local), readable(remote))
                   for local, remote, state in rows):
            return
        time.sleep(0.02)
    sys.exit(f"time_wait: connections are not closed after {SETTLED} s")


def connections(server, first, count, pause_after=0):
    """The clients' ports, one for each that found one, and how many found none; ends when the other
    side has had its turn."""
    ports, none_left = [], 0
    for number in range(count):
        if pause_after and number == pause_after:
            time.sleep(REUSE)
        try:
            one = socket.create_connection(server.address, timeout=10)
        except OSError as error:
            if error.errno != errno.EADDRNOTAVAIL:
                raise
            none_left += 1
            continue
        ports.append(one.getsockname()[1])
        if first == "server":
            one.recv(1) # its end
        one.close()
    settle(server.address)
    return ports, none_left


def make(first, count, drop, port, pause_after):
    server = Server(first == "server", port)
    ports, none_left = connections(server, first, count, pause_after)
    ends = waiting(server.address[1], set(ports))
    out = {"connected": len(ports), "no_port": none_left, "waiting_at_server": len(ends["server"]),
           "waiting_at_client": len(ends["client"])}
    if drop:
        pairs = ends["server"] + ends["client"]
        with open(DROP, "w", encoding="ascii") as file:
            file.write("".join(f"{a}:{p} {b}:{q}\n" for (a, p), (b, q) in pairs))
        out["waiting_after_drop"] = sum(map(len, waiting(server.address[1], set(ports)).values()))
        out["connected_after_drop"] = len(connections(server, first, count)[0])
    server.stop()
    return out


def restart(first, reuse):
    server = Server(first == "server")
    connections(server, first, 1)
    server.stop()
    again = socket.socket()
    if reuse:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        again.bind(server.address)
        return {"bound": 1}
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        return {"bound": 0}


def main():
    words, numbers = sys.argv[1:], {"--port": 0, "--pause": 0}
    drop = "--drop" in words
    words = [word for word in words if word != "--drop"]
    try:
        for option in numbers:
            if option in words:
                at = words.index(option)
                numbers[option] = int((words[at + 1:] or [""])[0])
                del words[at:at + 2]
        if len(words) != 3 or words[1] not in ("client", "server"):
            raise ValueError
        if words[0] == "restart" and words[2] in ("reuse", "plain"):
            print(json.dumps(restart(words[1], words[2] == "reuse")))
        elif words[0] in ("where", "ports"):
            print(json.dumps(make(words[1], int(words[2]), drop, *numbers.values())))
        else:
            raise ValueError
    except ValueError:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    except OSError as error:
        sys.exit(f"time_wait: {error}")


if __name__ == "__main__":
    main()
