#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""htstress where runs end, connections are closed or refused, and the machine is late: what it counts then, and when.

usage: htstress_edges_test.py PATH-OF-HTSTRESS [TEST...]
"""

import resource
import signal
import subprocess
import threading
import time

from htstress_case import HELLO, Case, Result, Server, always, answer, end, main, once, program


def processor_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


class RateAndTime(Case):
    def test_no_busy_loop_after_the_deadline(self):
        """One place is free, and what was due for it is too late, while another answer is awaited."""
        pauses = iter((0.7, 3))

        def handle(_, connection, requests):
            for _ in requests:
                time.sleep(next(pauses))
                connection.sendall(HELLO)
        with Server(handle) as server:
            before = processor_time()
            result = self.run_on(server, "-k", "-c", "2", "-R", "100", "-D", "500ms")
        self.assertEqual(result.good, 2, result.err)
        self.assertGreater(result.json["seconds"], 2.5)
        self.assertLess(processor_time() - before, 0.7)

    def test_number_and_duration_end_with_what_comes_first(self):
        with Server(always(HELLO)) as server:
            result = self.run_on(server, "-k", "-R", "100", "-n", "5", "-D", "40s", "-t", "2")
            self.expect(result, 5)
            self.assertLess(result.json["seconds"], 20)
            # What is due by the end is less than the number: then the time counts.
            result = self.run_on(server, "-k", "-R", "5", "-n", "1000", "-D", "900ms")
            self.expect(result, 5)
            self.assertGreaterEqual(result.json["seconds"], 0.9)


class Clock(Case):
    def test_a_request_begins_after_the_close_before_it(self):
        """The wait for the server's close is nobody's latency."""
        def handle(_, connection, requests):
            requests.next()
            connection.sendall(HELLO)
            time.sleep(0.095)  # less than a tick, at which the clock is read in any case
        for _ in range(3):  # the machine may be late, but not always
            with Server(handle) as server:
                result = self.run_on(server, "-n", "20")
                self.expect(result, 20)
            if result.json["latency_us"]["mean"] < 20e3:
                return
        self.fail(result.out)

    def test_an_answer_in_time_is_not_timed_out_by_a_late_look(self):
        results = []
        for _ in range(4):  # it may be stopped with a tick just in its hands, but not always
            results.append(self.stopped_run())
            if results[-1].good == 2:
                return
        self.fail([r.kinds() for r in results])

    def stopped_run(self):
        """Stopped while ticks gather, then answers."""
        processes = []
        known = threading.Event()

        def handle(_, connection, requests):
            requests.next()
            known.wait()
            with lock:
                first = not stopped.is_set()
                stopped.set()
            if not first:
                time.sleep(0.5)
                connection.sendall(HELLO)
                return
            processes[0].send_signal(signal.SIGSTOP)
            try:
                time.sleep(0.5)
                connection.sendall(HELLO)
                time.sleep(2)
            finally:
                # By one alone: a second SIGCONT could come while LeakSanitizer, at the end, waits for
                # threads that it has sent a SIGSTOP of its own; it would wait for ever.
                processes[0].send_signal(signal.SIGCONT)

        def at(process):
            processes.append(process)
            known.set()
        lock, stopped = threading.Lock(), threading.Event()
        with Server(handle) as server:
            return self.run_on(server, "-k", "-n", "2", "-c", "2", "--timeout", "1500ms", at=at)


class Refused(Case):
    def test_the_others_are_served_meanwhile(self):
        """Nobody listens any more, one connection has gone, and the other one works."""
        both = threading.Barrier(2)

        def handle(server, connection, requests):
            requests.next()
            if both.wait() == 0:
                server.stop()
                connection.sendall(HELLO)
                return
            time.sleep(0.2)  # until the first one has gone
            connection.sendall(HELLO)
            for _ in requests:
                connection.sendall(HELLO)
        for mode in ([], ["-R", "2000"]):
            with self.subTest(mode=mode), Server(handle) as server:
                result = self.run_on(server, "-k", "-c", "2", "-D", "1500ms", *mode)
            self.assertGreater(result.good, 30, result.out)
            self.assertGreater(result.kinds()["connect"], 30, result.out)

    def test_a_server_that_is_down_is_known_soon(self):
        with Server(always(HELLO)) as server:
            pass
        for mode in ([], ["-k", "-p", "4"]):
            result = self.run_on(server, "-n", "20000", "-c", "3", "-t", "2", *mode)
            self.expect(result, 0, connect=20000)
            self.assertLess(result.json["seconds"], 30)


class SentAgain(Case):
    def test_closed_with_a_request_unanswered(self):
        def handle(_, connection, requests):
            requests.next()
            connection.sendall(HELLO)
            requests.next()
        with Server(handle) as server:
            result = self.run_on(server, "-k", "-n", "50")
            self.expect(result, 50)
            self.assertEqual(len(server.requests), 50 + result.json["resent"])
        self.assertEqual((result.json["resent"], result.json["reconnects"]), (49, 49))
        self.assertIn("49 persistent connections were closed by the server, and 49 requests sent "
                      "again", result.err)

    def test_close_announced_to_requests_sent_ahead(self):
        closing = answer(fields=["Connection: close"])

        def handle(_, connection, requests):
            for data in (HELLO, HELLO, closing):
                requests.next()
                connection.sendall(data)
            end(connection)
        with Server(handle) as server:
            result = self.run_on(server, "-k", "-p", "9", "-n", "90")
            self.expect(result, 90)
            self.assertEqual(result.json["reconnects"], 30)
        # Of nine ahead three are answered, the last times of fewer; two more follow the first answers.
        self.assertGreaterEqual(result.json["resent"], 6 * 28 + 3)
        self.assertLessEqual(result.json["resent"], 8 * 30)

    def test_nothing_is_said_where_nothing_was(self):
        for mode in ([], ["-k", "-p", "4"]):
            with Server(always(HELLO) if mode else once(HELLO)) as server:
                result = self.run_on(server, "-n", "40", *mode)
            self.expect(result, 40)
            self.assertEqual((result.json["resent"], result.json["reconnects"]), (0, 0))
            self.assertEqual(result.err, "")


class Deadline(Case):
    def test_one_that_is_stuck_does_not_thin_out_the_rest(self):
        first = threading.Lock()

        def handle(_, connection, requests):
            stuck = first.acquire(blocking=False)
            for _ in requests:
                time.sleep(4 if stuck else 0.01)
                connection.sendall(HELLO)
        with Server(handle) as server:
            result = self.run_on(server, "-k", "-c", "2", "-D", "1s")
        self.expect(result, result.good)
        self.assertGreater(result.json["seconds"], 3.5)
        self.assertIn(result.json["late"], (1, 2))
        self.assertAlmostEqual(result.json["requests_per_second"],
                               result.good - result.json["late"], delta=0.01)
        self.assertEqual(result.json["per_second"]["whole"], [result.good - result.json["late"]])
        self.assertIn("\nafter the end: ", result.out)


class Nothing(Case):
    def test_no_good_answer_has_no_latency(self):
        with Server(always(HELLO)) as server:
            pass
        result = self.run_on(server, "-n", "20")
        self.expect(result, 0, connect=20)
        self.assertIn("latency p50:   -\n", result.out)
        self.assertIsNone(result.json["latency_us"]["p50"])
        self.assertEqual(result.json["good_per_second"], 0)
        self.assertGreater(result.json["requests_per_second"], 0)

    def test_no_request_at_all_is_no_success(self):
        with Server(always(HELLO)) as server:
            result = self.run_on(server, "-k", "-D", "0.0001us")
            self.assertEqual(result.json["requests"], len(server.requests))
        self.assertEqual((result.json["requests"], result.code), (0, 1), result.out)


class CommandLine(Case):
    def test_numbers_are_decimal(self):
        with Server(always(HELLO)) as server:
            self.expect(self.run_on(server, "-k", "-n", "010", "-c", "02", "-t", "01"), 10)

    def test_refused(self):
        for arguments in (["-n", "0x10"], ["-n", "-1"], ["-n", "+1"], ["-n", "1e3"], ["-n", ""],
                          ["-n", "99999999999999999999"], ["-c", "0x1"], ["-c", "100001"],
                          ["-t", "1025"], ["--spread", "0"], ["--spread", "1"],
                          ["-H", "Content-Length: 7"], ["--data", "x", "-H", "content-length: 1"],
                          ["-H", "Transfer-Encoding: chunked"], ["-H", "connection: close"],
                          ["-H", "Host: a", "-H", "host: b"], ["-h", "a", "-H", "Host: b"],
                          ["-H", "Host:"], ["-4", "-u", "/socket"], ["-6", "-u", "/socket"],
                          ["--warmup", "0.2"], ["--warmup", ""]):
            result = Result("-k", *arguments, "-D", "1s", "127.0.0.1:9/")
            self.assertEqual(result.code, 2, arguments)
            self.assertNotEqual(result.err, "")

    def test_one_host_field(self):
        with Server(always(HELLO)) as server:
            self.expect(self.run_on(server, "-k", "-n", "1", "-H", "A: b", "-H", "HOST:  c "), 1)
            self.assertEqual(server.requests[0].split(b"\r\n")[1:-2], [b"Host: c ", b"A: b"])

    def test_spread_of_one(self):
        with Server(always(HELLO)) as server:
            self.expect(self.run_on(server, "-k", "-n", "3", "--spread", "1", path="/{}"), 3)
            self.expect(self.run_on(server, "-k", "-n", "2", path="/{}"), 2)
            self.assertEqual(server.paths(), {"/0": 3, "/{}": 2})

    def test_threads_that_cannot_be_had(self):
        """No room for so large stacks."""
        with open(program(), "rb") as file:
            if b"__asan_" in file.read():
                self.skipTest("the sanitizer has plans of its own for the address space")
        size = 1 << 46
        if resource.getrlimit(resource.RLIMIT_STACK)[1] not in (resource.RLIM_INFINITY, size):
            self.skipTest("the stack is limited")
        done = subprocess.run([program(), "-n", "9", "-t", "9", "127.0.0.1:9/"],
                              capture_output=True, text=True, timeout=60, check=False,
                              preexec_fn=lambda: resource.setrlimit(
                                  resource.RLIMIT_STACK, (size, resource.RLIM_INFINITY)))
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("cannot start 9 threads", done.stderr)


class Unasked(Case):
    """Bytes on a connection that waits for its next request."""

    def run_with(self, data):
        def handle(_, connection, requests):
            for _ in requests:
                connection.sendall(HELLO)
                time.sleep(0.1)
                if len(server.requests) == 1:
                    connection.sendall(data)
                    end(connection)
                    return
        with Server(handle) as server:
            return self.run_on(server, "-k", "-R", "2", "-n", "3")

    def test_408_is_the_close(self):
        result = self.run_with(answer(b"late", "408 Request Timeout", ["Connection: close"]))
        self.expect(result, 3)
        self.assertEqual(result.json["reconnects"], 1)

    def test_anything_else_is_a_fault(self):
        for data in (b"more", answer(status="500 Oops"), HELLO):
            self.expect(self.run_with(data), 3, body=1)


if __name__ == "__main__":
    main()
