# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What tests of htstress have in common: servers that misbehave by script, runs, and what is expected of them."""

import collections
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

KINDS = ("connect", "timeout", "reset", "status", "body")


def answer(body=b"Hello World!", status="200 OK", fields=()):
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *fields]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


HELLO = answer()


class Requests:
    """The requests that come on a connection, also when several come at once."""

    def __init__(self, server, connection):
        self.server, self.connection, self.rest = server, connection, b""

    def whole(self):
        head, end, body = self.rest.partition(b"\r\n\r\n")
        if not end:
            return None
        length = 0
        for line in head.split(b"\r\n")[1:]:
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        return head + end + body[:length] if len(body) >= length else None

    def next(self):
        while (request := self.whole()) is None:
            piece = self.connection.recv(65536)
            if not piece:
                return None
            self.rest += piece
        self.rest = self.rest[len(request):]
        self.server.saw(request)
        return request

    def __iter__(self):
        return iter(self.next, None)


class Server(ScriptedServer):
    """handle(server, connection, requests)"""

    def __init__(self, handle, **how):
        self.requests = []
        self.times = []
        self.mutex = threading.Lock()
        super().__init__(lambda server, connection: handle(server, connection,
                                                           Requests(server, connection)), **how)

    def saw(self, request):
        with self.mutex:
            self.requests.append(request)
            self.times.append(time.monotonic())

    def paths(self):
        return collections.Counter(r.split(b" ")[1].decode() for r in self.requests)


def always(data):
    def handle(_, connection, requests):
        for _ in requests:
            connection.sendall(data)
    return handle


def end(connection):
    """Ends it without a reset, which would overtake what was sent."""
    connection.shutdown(socket.SHUT_WR)
    while connection.recv(1 << 20):
        pass


def once(*pieces, pause=0.0):
    """One answer, then the end of the connection."""
    def handle(_, connection, requests):
        requests.next()
        for piece in pieces:
            connection.sendall(piece)
            if pause:
                time.sleep(pause)
        end(connection)
    return handle


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


class Result:
    def __init__(self, *arguments, at=None):
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            with subprocess.Popen([program(), "--json", file.name, *arguments], text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
                if at:
                    at(process)
                try:
                    self.out, self.err = process.communicate(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    raise
                self.code = process.returncode
            text = file.read()
        self.json = json.loads(text) if text else {}

    @property
    def good(self):
        return self.json["good"]

    def kinds(self):
        return {kind: self.json["failures"][kind]["count"] for kind in KINDS
                if self.json["failures"][kind]["count"]}


class Case(unittest.TestCase):
    program = "htstress"

    def run_on(self, server, *arguments, path="/", **how):
        return Result(*arguments, f"127.0.0.1:{server.port}{path}", **how)

    def expect(self, result, good, **kinds):
        told = (result.out, result.err)
        self.assertEqual(result.good, good, told)
        self.assertEqual(result.kinds(), kinds, told)
        self.assertEqual(result.code, 1 if kinds else 0, told)
        closing = dict(line.split(":", 1) for line in result.out.splitlines() if ":" in line)
        bad = kinds.get("status", 0) + kinds.get("body", 0)
        self.assertEqual(int(closing["requests"]), good + sum(kinds.values()), told)
        self.assertEqual(int(closing["bad requests"].split()[0]), bad, told)
        self.assertEqual(int(closing["socket errors"].split()[0]), sum(kinds.values()) - bad, told)


def program():
    return Case.program


def main():
    """Of each file of such tests: its first word is the program."""
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        Case.program = os.path.abspath(sys.argv.pop(1))
    unittest.main()
