#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""htstress, the program, against servers that behave and servers that don't.

usage: behaviour_test.py PATH-OF-HTSTRESS
"""

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

PROGRAM = "htstress"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!"


class Server(ScriptedServer):
    def __init__(self, handle, **how):
        self.requests = []
        super().__init__(handle, **how)

    def read_request(self, connection):
        text = b""
        while b"\r\n\r\n" not in text:
            piece = connection.recv(65536)
            if not piece:
                return None
            text += piece
        self.requests.append(text)
        return text


def answer_once(data):
    def handle(server, connection):
        if server.read_request(connection):
            connection.sendall(data)
    return handle


def answer_always(data, limit=1 << 60):
    def handle(server, connection):
        for _ in range(limit):
            if not server.read_request(connection):
                return
            connection.sendall(data)
    return handle


class Result:
    def __init__(self, arguments):
        with tempfile.NamedTemporaryFile("r", suffix=".json") as file:
            done = subprocess.run([PROGRAM, "--json", file.name, *arguments], capture_output=True,
                                  text=True, timeout=60, check=False)
            self.code, self.out, self.err = done.returncode, done.stdout, done.stderr
            text = file.read()
            self.json = json.loads(text) if text else {}

    def counts(self):
        return tuple(self.json[k] for k in ("good", "bad", "socket_errors"))


class Htstress(unittest.TestCase):
    def run_on(self, server, *arguments, path="/"):
        return Result([*arguments, f"127.0.0.1:{server.port}{path}"])

    def test_closing_lines(self):
        with Server(answer_once(HELLO)) as server:
            result = self.run_on(server, "-n", "20", "-c", "2")
        self.assertEqual(result.code, 0, result.err)
        lines = result.out.splitlines()
        self.assertEqual(lines[:10], [f"{n} requests" for n in range(2, 21, 2)])
        patterns = [r"requests:      20", r"good requests: 20 \[100%\]", r"bad requests:  0 \[0%\]",
                    r"socket errors: 0 \[0%\]", r"seconds:       \d+\.\d+",
                    r"requests/sec:  \d+\.\d+",
                    *(rf"latency {level + ':':<6} \d+\.\d us"
                      for level in ("min", "mean", "p50", "p90", "p99", "p99.9", "max"))]
        closing = lines[11:]
        self.assertEqual(len(closing), len(patterns), result.out)
        for line, pattern in zip(closing, patterns):
            self.assertTrue(re.fullmatch(pattern, line), line)

    def test_one_connection_per_request_by_default(self):
        with Server(answer_once(HELLO)) as server:
            result = self.run_on(server, "-n", "50", "-c", "5", "-t", "2", path="/a?b")
            self.assertEqual(result.counts(), (50, 0, 0), result.err)
            self.assertEqual(server.accepted, 50)
            self.assertEqual(set(server.requests), {
                f"GET /a?b HTTP/1.0\r\nHost: 127.0.0.1:{server.port}\r\n\r\n".encode()})

    def test_keep_alive_uses_its_connections(self):
        with Server(answer_always(HELLO)) as server:
            result = self.run_on(server, "-k", "-n", "300", "-c", "3", "-t", "2", "-h", "other")
            self.assertEqual(result.counts(), (300, 0, 0), result.err)
            self.assertEqual(server.accepted, 6)
            self.assertEqual(set(server.requests), {b"GET / HTTP/1.1\r\nHost: other\r\n\r\n"})

    def test_server_that_closes_kept_connections_is_no_error(self):
        with Server(answer_always(HELLO, limit=7)) as server:
            result = self.run_on(server, "-k", "-n", "100", "-c", "2")
            self.assertEqual(result.counts(), (100, 0, 0), result.err)
            self.assertGreaterEqual(server.accepted, 14)

    def test_warm_up_is_not_measured(self):
        with Server(answer_always(HELLO)) as server:
            result = self.run_on(server, "-k", "-n", "30", "--warmup", "70", "-c", "2", "--marker")
            self.assertEqual(result.counts(), (30, 0, 0))
            self.assertEqual(len(server.requests), 100)

    def test_duration_ends_an_endless_run(self):
        with Server(answer_always(HELLO)) as server:
            result = self.run_on(server, "-k", "-D", "0.3")
        self.assertEqual(result.code, 0)
        self.assertGreater(result.json["good"], 0)
        self.assertLess(result.json["seconds"], 3)

    def test_chunked_and_until_close(self):
        chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                   b"5\r\nhello\r\n3;x\r\n123\r\n0\r\n\r\n")
        with Server(answer_always(chunked)) as server:
            result = self.run_on(server, "-k", "-n", "20")
        self.assertEqual(result.counts(), (20, 0, 0), result.err)
        self.assertEqual(result.json["body_bytes"], 20 * 8)
        with Server(answer_once(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 300000)) as server:
            result = self.run_on(server, "-n", "3")
        self.assertEqual(result.counts(), (3, 0, 0), result.err)
        self.assertEqual(result.json["body_bytes"], 900000)

    def test_wrong_answers_are_bad(self):
        for data in (b"HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\nHello World!",
                     HELLO + b"x",
                     b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
                     b"HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n",
                     b"220 mail ESMTP\r\n\r\n",
                     b"HTTP/1.1 200 OK\r\nContent-Le",
                     b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello"):
            for flags in ([], ["-k"]):
                with Server(answer_once(data)) as server:
                    result = self.run_on(server, "-n", "10", *flags)
                self.assertEqual(result.counts(), (0, 10, 0), (data, flags, result.err))
                self.assertEqual(result.code, 1)

    def test_late_extra_data_are_bad(self):
        def handle(server, connection):
            server.read_request(connection)
            connection.sendall(HELLO)
            threading.Event().wait(0.1)
            connection.sendall(b"more")
        with Server(handle) as server:
            result = self.run_on(server, "-n", "2")
        self.assertEqual(result.counts(), (0, 2, 0), result.err)

    def test_closing_without_an_answer_is_a_socket_error(self):
        def handle(server, connection):
            server.read_request(connection)
        with Server(handle) as server:
            result = self.run_on(server, "-n", "10", "-c", "3")
            self.assertEqual(result.counts(), (0, 0, 10))

    def test_nobody_listens(self):
        with Server(answer_once(HELLO)) as server:
            port = server.port
        result = Result(["-n", "10", "-t", "2", f"127.0.0.1:{port}/"])
        self.assertEqual(result.counts(), (0, 0, 10))
        self.assertIn("Connection refused", result.err)
        self.assertEqual(result.code, 1)

    def test_silence_ends_with_the_time_out(self):
        def handle(server, connection):
            server.read_request(connection)
            threading.Event().wait(30)
        with Server(handle) as server:
            result = self.run_on(server, "-n", "2", "-c", "2", "--timeout", "0.3")
        self.assertEqual(result.counts(), (0, 0, 2))
        self.assertIn("timed out", result.err)

    def test_ipv6_and_unix_sockets(self):
        with Server(answer_once(HELLO), family=socket.AF_INET6) as server:
            for flags in ([], ["-6"]):
                result = Result(["-n", "10", *flags, f"http://[::1]:{server.port}/"])
                self.assertEqual(result.counts(), (10, 0, 0), result.err)
            result = Result(["-n", "1", "-4", f"http://[::1]:{server.port}/"])
            self.assertEqual(result.code, 2)
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "s")
            with Server(answer_always(HELLO), path=path):
                result = Result(["-k", "-n", "10", "-u", path, "localhost/"])
                self.assertEqual(result.counts(), (10, 0, 0), result.err)

    def test_debug_shows_the_answers(self):
        with Server(answer_once(HELLO)) as server:
            result = self.run_on(server, "-n", "1", "-d")
        self.assertIn("Hello World!", result.err)

    def test_wrong_command_lines(self):
        for arguments in ([], ["-x", "localhost"], ["-4", "-6", "localhost"], ["-t", "0", "h/"],
                          ["-c", "0", "h/"], ["-n", "-1", "h/"], ["https://h/"], ["::1/"],
                          ["-u", "x" * 200, "h/"], ["-h", "a\r\nb", "h/"]):
            result = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                                    timeout=10, check=False)
            self.assertEqual(result.returncode, 2, arguments)
            self.assertNotEqual(result.stderr, "")
        result = subprocess.run([PROGRAM, "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 0)
        for flag in ("-n,--number", "-c,--concurrency", "-t,--threads", "-u,--udaddr", "-h,--host",
                     "-d,--debug", "-4", "-6", "--help", "-k,--keep-alive"):
            self.assertIn(flag, result.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = sys.argv.pop(1)
    unittest.main()
