#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""htstress allocates nothing for a request: a run of many more requests asks the allocator no oftener.

usage: allocations_test.py PATH-OF-HTSTRESS PATH-OF-COUNT_ALLOCATIONS
"""

import os
import re
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

PROGRAM = COUNTER = ""
FEW, MANY = 200, 5000
# A second's place in the series, growing by doubling; the progress lines are as many in each run.
SLACK = 30


def handle(_, connection):
    """Heads change from answer to answer, and every fourth comes in two pieces or in chunks."""
    answers = 0
    rest = b""
    while piece := connection.recv(65536):
        rest += piece
        whole = rest.count(b"\r\n\r\n")
        kept = b" HTTP/1.1\r\n" in rest
        rest = rest[rest.rfind(b"\r\n\r\n") + 4:] if whole else rest
        for _ in range(whole):
            answers += 1
            head = b"HTTP/1.1 200 OK\r\nX: %05d\r\n" % answers
            if answers % 4 == 0:
                connection.sendall(head)
                connection.sendall(b"Transfer-Encoding: chunked\r\n\r\n5\r\nHello\r\n0\r\n\r\n")
            elif answers % 4 == 1 and kept:
                connection.sendall(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n")
            else:
                connection.sendall(head + b"Content-Length: 5\r\n\r\nHello")
        if whole and not kept:
            return


class Allocations(unittest.TestCase):
    def count(self, requests, *arguments):
        with ScriptedServer(handle) as server:
            done = subprocess.run([PROGRAM, "-n", str(requests), *arguments,
                                   f"127.0.0.1:{server.port}/"], capture_output=True, text=True,
                                  timeout=100, check=False, env={**os.environ,
                                                                 "LD_PRELOAD": COUNTER})
        self.assertIn(done.returncode, (0, 1), done.stderr)
        self.assertIn(f"requests:      {requests}\n", done.stdout)
        return int(re.search(r"^allocations: (\d+)$", done.stderr, re.MULTILINE)[1])

    def check(self, *arguments):
        few, many = (self.count(n, *arguments) for n in (FEW, MANY))
        self.assertGreater(few, 10)
        self.assertLess(many - few, SLACK)

    def test_kept_connections(self):
        self.check("-k", "-c", "4", "-t", "2")

    def test_sent_ahead(self):
        self.check("-k", "-c", "2", "-p", "8")

    def test_new_connections(self):
        self.check("-c", "4")

    def test_at_a_rate(self):
        self.check("-k", "-c", "8", "-R", "20000")

    def test_many_urls_verified(self):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("".join(f"{i} /{i}\n" for i in range(1, 20)))
            file.flush()
            self.check("-k", "-c", "2", "--urls", file.name, "--verify")


if __name__ == "__main__":
    PROGRAM, COUNTER = sys.argv[1:3]
    del sys.argv[1:3]
    unittest.main()
