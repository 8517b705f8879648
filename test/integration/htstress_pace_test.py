#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""htstress against a server that misbehaves by script: rates, ends and command lines.

usage: htstress_pace_test.py PATH-OF-HTSTRESS [TEST...]
"""

import resource
import signal
import threading
import time

from htstress_case import HELLO, Case, Result, Server, always, main


class Rate(Case):
    def test_pace(self):
        with Server(always(HELLO)) as server:
            result = self.run_on(server, "-k", "-R", "100", "-n", "100", "-c", "3", "-t", "2")
            self.expect(result, 100)
            # The last is due 0.99 s after the first, and none may come before it is due.
            self.assertGreater(server.times[-1] - server.times[0], 0.9)
            self.assertGreater(server.times[50] - server.times[0], 0.4)
            connections = server.accepted
        self.assertEqual(connections, 6)

    def test_no_busy_loop(self):
        with Server(always(HELLO)) as server:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            result = self.run_on(server, "-k", "-R", "20", "-D", "1s")
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
        self.expect(result, 20)
        self.assertGreaterEqual(result.json["seconds"], 0.99)
        self.assertLess(after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime, 0.7)

    def test_a_stall_is_seen_by_those_who_would_have_come(self):
        stalled = threading.Lock()
        count = iter(range(1_000_000))

        def handle(_, connection, requests):
            for _ in requests:
                with stalled:
                    if next(count) == 100:
                        time.sleep(1)
                connection.sendall(HELLO)
        with Server(handle) as server:
            result = self.run_on(server, "-k", "-R", "200", "-D", "2500ms", "-c", "2")
        self.assertEqual(result.code, 1 if result.json["never_begun"] else 0, result.err)
        self.assertEqual(result.good + result.json["never_begun"], 500)
        corrected, service = result.json["latency_us"], result.json["service_us"]
        self.assertGreater(corrected["p99"], 500e3)
        # Two of some 500 were in flight.
        self.assertLess(service["p99"], corrected["p99"] / 2)
        self.assertGreater(service["max"], 900e3)

    def test_what_was_never_begun_is_told(self):
        def handle(_, connection, requests):
            for _ in requests:
                time.sleep(1.5)
                connection.sendall(HELLO)
        with Server(handle) as server:
            result = self.run_on(server, "-k", "-R", "100", "-D", "1", "-c", "2")
        self.assertEqual(result.good, 2)
        self.assertEqual(result.json["never_begun"], 98)
        self.assertEqual(result.code, 1)
        self.assertIn("98 requests", result.err)


class Ending(Case):
    def interrupt(self, number, *arguments):
        with Server(always(HELLO)) as server:
            def at(process):
                while len(server.requests) < 100:
                    time.sleep(0.01)
                process.send_signal(number)
            return self.run_on(server, *arguments, at=at)

    def test_signals(self):
        for number, code in ((signal.SIGINT, 130), (signal.SIGTERM, 143)):
            for arguments in (["-k"], ["-k", "-p", "4", "-t", "2", "-n", "1000000"],
                              ["-k", "-R", "500", "-D", "1h"], ["-k", "--warmup", "1h", "-n", "1"]):
                result = self.interrupt(number, *arguments)
                self.assertEqual(result.code, code, result.err)
                self.assertIn("\nrequests/sec:", result.out)
                if "--warmup" not in arguments:
                    self.assertGreater(result.good, 0)
                self.assertEqual(result.kinds(), {})

    def test_warm_up_by_time(self):
        with Server(always(HELLO)) as server:
            self.expect(self.run_on(server, "-k", "--warmup", "300ms", "-n", "5"), 5)
            self.assertGreater(len(server.requests), 10)

    def test_wrong_command_lines(self):
        for arguments in (["-D", "0"], ["-D", "10x"], ["-D", "-1s"], ["-D", "inf"], ["-R", "0"],
                          ["-R", "x"], ["-p", "2"], ["-k", "-p", "0"], ["-k", "-p", "1001"],
                          ["--range", "5"], ["--range", "a-b"], ["--range", "-"],
                          ["--checksum", "md5:0"], ["--checksum", "crc32:"],
                          ["--checksum", "crc32:123456789"], ["--length", "-1"], ["-m", "G ET"],
                          ["-m", "CONNECT"], ["-H", "no colon"], ["-H", "a b: c"],
                          ["-H", "a: b\r\nc: d"], ["--accept-encoding", "a\nb"],
                          ["--data", "x", "--data-file", "/dev/null"],
                          ["--data-file", "/does/not/exist"], ["-m", "HEAD", "--verify"],
                          ["--timeout", "0"], ["--warmup", "x"], ["--connect-timeout", "1d"],
                          ["-c", "100000", "-t", "1024"]):
            result = Result("-n", "1", *arguments, "127.0.0.1:9/")
            self.assertEqual(result.code, 2, arguments)
            self.assertNotEqual(result.err, "")

    def test_fields(self):
        with Server(always(HELLO)) as server:
            self.expect(self.run_on(server, "-k", "-n", "1", "-h", "name", "-H", "A: b", "--field",
                                    "C: d", "--accept-encoding", "gzip, br"), 1)
            self.assertEqual(server.requests[0].split(b"\r\n")[1:-2], [
                b"Host: name", b"A: b", b"C: d", b"Accept-Encoding: gzip, br"])


if __name__ == "__main__":
    main()
