#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""bench, the program, against echo servers that behave and servers that don't.

usage: behaviour_test.py PATH-OF-BENCH
"""

import json
import os
import pty
import re
import resource
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

PROGRAM = "bench"


def echo(_, connection):
    while data := connection.recv(1 << 16):
        connection.sendall(data)


class Server(ScriptedServer):
    def __init__(self, handle=echo, **how):
        self.lock = threading.Lock()
        self.messages = []
        super().__init__(handle, **how)


class Bench(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def run_bench(self, *arguments, **options):
        return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                              check=False, cwd=self.folder, **options)

    def run_on(self, server, *arguments, **options):
        return self.run_bench("--port", str(server.port), *arguments, **options)

    def lines(self, name="bench.txt"):
        with open(os.path.join(self.folder, name), encoding="utf-8") as file:
            return file.read().splitlines()

    def refused(self, result, *words):
        """It failed, said why, and left no result that could be taken for one."""
        self.assertEqual(result.returncode, 1, result.stdout)
        for word in words:
            self.assertIn(word, result.stderr)
        self.assertTrue(result.stderr.startswith("bench: "), result.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_thousand_threads_ten_rounds(self):
        with Server() as server:
            result = self.run_on(server)
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(server.accepted, 10000)
        lines = self.lines()
        self.assertEqual(len(lines), 1000)
        for i, line in enumerate(lines):
            self.assertTrue(re.fullmatch(rf"{i} \d+\.\d{{3}}", line), line)
            self.assertGreater(float(line.split()[1]), 0)
        for name in ("p50", "p90", "p99", "p99.9", "max"):
            self.assertRegex(result.stdout, rf"(?m)^{re.escape(name)}: +\d+\.\d us$")
        self.assertEqual(result.stderr, "")

    def test_threads_and_rounds(self):
        with Server() as server:
            result = self.run_on(server, "--threads", "7", "--rounds", "3", "--output", "o.txt",
                                 "--json", "o.json")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(server.accepted, 21)
        self.assertEqual([line.split()[0] for line in self.lines("o.txt")], list("0123456"))
        found = json.loads("".join(self.lines("o.json")))
        self.assertEqual((found["mode"], found["threads"], found["rounds"], found["round_trips"]),
                         ("rounds", 7, 3, 21))
        latency = [found["latency_us"][k] for k in ("p50", "p90", "p99", "p99.9", "max")]
        self.assertEqual(latency, sorted(latency))

    def test_results_are_those_of_the_thread_with_the_index(self):
        """--unique sends the same messages in each run: whichever of them is answered late, another
        line must be the high one, and always the same for the same message."""
        arguments = ["--threads", "4", "--rounds", "1", "--unique", "--size", "32"]

        def late(message):
            def handle(server, connection):
                data = connection.recv(100)
                with server.lock:
                    server.messages.append(data)
                if data == message:
                    time.sleep(1)
                connection.sendall(data)
            return handle

        def highest_line(message):
            with Server(late(message)) as server:
                result = self.run_on(server, *arguments)
            self.assertEqual(result.returncode, 0, result.stderr)
            means = [float(line.split()[1]) for line in self.lines()]
            self.assertGreaterEqual(max(means), 1e6)
            return means.index(max(means))

        with Server(late(None)) as server:
            self.assertEqual(self.run_on(server, *arguments).returncode, 0)
            messages = sorted(server.messages)
        self.assertEqual(len(set(messages)), 4)
        found = [highest_line(message) for message in messages]
        self.assertEqual(sorted(found), [0, 1, 2, 3])
        self.assertEqual(highest_line(messages[0]), found[0])

    def test_a_round_waits_for_the_slowest(self):
        """Nobody connects while somebody measures."""
        accepted = []

        def one_slow(server, connection):
            with server.lock:
                server.messages.append(1)
                slow = len(server.messages) == 1
            data = connection.recv(100)
            if slow:
                time.sleep(0.5)
                accepted.append(server.accepted)
            connection.sendall(data)
        with Server(one_slow) as server:
            result = self.run_on(server, "--threads", "10", "--rounds", "2")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual((accepted, server.accepted), ([10], 20))

    def test_large_messages_do_not_deadlock(self):
        for arguments in (["--threads", "3", "--rounds", "2"],
                          ["--persistent", "-c", "3", "-n", "9"]):
            with Server() as server:
                result = self.run_on(server, *arguments, "--size", "8MiB", "--unique")
            self.assertEqual(result.returncode, 0, result.stderr)

    def test_one_byte(self):
        with Server() as server:
            self.assertEqual(self.run_on(server, "--threads", "5", "--size", "1").returncode, 0)

    def test_a_wrong_byte(self):
        def flip(_, connection):
            while data := connection.recv(1 << 16):
                connection.sendall(data[:5] + bytes([data[5] ^ 1]) + data[6:])
        for arguments in (["--threads", "4"], ["--persistent", "-n", "10"]):
            with Server(flip) as server:
                self.refused(self.run_on(server, *arguments), "wrong echo: byte 5 of 16")

    def test_another_ones_echo(self):
        """Only unique messages show that two clients' answers were swapped."""
        waiting = []

        def swap(server, connection):
            data = connection.recv(100)
            with server.lock:
                waiting.append((data, connection))
                if len(waiting) < 2:
                    pair = None
                else:
                    pair = waiting[:]
                    waiting.clear()
            if pair:
                pair[0][1].sendall(pair[1][0])
                pair[1][1].sendall(pair[0][0])
            connection.recv(1)
        with Server(swap) as server:
            result = self.run_on(server, "--threads", "2", "--rounds", "1")
            self.assertEqual(result.returncode, 0, result.stderr)
            os.remove(os.path.join(self.folder, "bench.txt"))
            self.refused(self.run_on(server, "--threads", "2", "--rounds", "1", "--unique"),
                         "wrong echo")

    def test_too_much(self):
        def twice(_, connection):
            while data := connection.recv(1 << 16):
                connection.sendall(data + data)
        for arguments in (["--threads", "4"], ["--persistent", "-n", "10"]):
            with Server(twice) as server:
                self.refused(self.run_on(server, *arguments), "more came back than was sent")

    def test_closed_early(self):
        def half(_, connection):
            data = connection.recv(1 << 16)
            connection.sendall(data[:10])
        for arguments in (["--threads", "4"], ["--persistent", "-n", "10"]):
            with Server(half) as server:
                self.refused(self.run_on(server, *arguments),
                             "closed by the server after 10 bytes of the echo, 6 are missing")

    def test_a_single_bad_client_among_many(self):
        def one_bad(server, connection):
            with server.lock:
                self.count = getattr(self, "count", 0) + 1
                bad = self.count == 50
            data = connection.recv(1 << 16)
            connection.sendall(b"x" * len(data) if bad else data)
        with Server(one_bad) as server:
            self.refused(self.run_on(server, "--threads", "100", "--rounds", "5"), "round 0",
                         "wrong echo")

    def test_silence(self):
        def silent(_, connection):
            connection.recv(1 << 16)
            threading.Event().wait(30)
        for arguments in (["--threads", "4"], ["--persistent", "-n", "10", "-c", "3"]):
            with Server(silent) as server:
                begin = time.monotonic()
                self.refused(self.run_on(server, *arguments, "--timeout", "0.4"),
                             "echo: timed out after 0.4 s")
                self.assertLess(time.monotonic() - begin, 5)

    def test_drops_of_an_echo_do_not_stretch_the_time_out(self):
        def drip(_, connection):
            for byte in connection.recv(1 << 16):
                connection.sendall(bytes([byte]))
                time.sleep(0.2)
        for arguments in (["--threads", "2"], ["--persistent", "-n", "10"]):
            with Server(drip) as server:
                begin = time.monotonic()
                self.refused(self.run_on(server, *arguments, "--timeout", "0.5"), "timed out")
                self.assertLess(time.monotonic() - begin, 3)

    def test_large_message_to_a_server_that_never_reads(self):
        def deaf(_, connection):
            threading.Event().wait(30)
        for arguments in (["--threads", "2"], ["--persistent", "-n", "10"]):
            with Server(deaf) as server:
                self.refused(self.run_on(server, *arguments, "--size", "64MiB", "--timeout", "0.5"),
                             "timed out")

    def test_nobody_listens(self):
        with Server() as server:
            port = server.port
        for arguments in (["--threads", "20"], ["--persistent"]):
            self.refused(self.run_bench("--port", str(port), *arguments), "Connection refused",
                         f"127.0.0.1:{port}", "does the server run")

    def test_connecting_has_a_time_out(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        # The queue of one (and the one beyond, which Linux lets in) is filled: SYNs are dropped.
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        time.sleep(0.2)
        self.refused(self.run_bench("--port", str(port), "--threads", "1", "--timeout", "0.5"),
                     "connect: timed out after 0.5 s")
        for socket_ in [listener, *fillers]:
            socket_.close()

    def test_persistent(self):
        with Server() as server:
            result = self.run_on(server, "--persistent", "-t", "2", "-c", "5", "-n", "1000",
                                 "--warmup", "100", "--marker", "--unique", "--json", "-")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(server.accepted, 10)
        found = json.loads(result.stdout)
        self.assertEqual((found["mode"], found["round_trips"], found["connections_per_thread"]),
                         ("persistent", 1000, 5))
        self.assertGreater(found["round_trips_per_second"], 0)
        self.assertIn("round trips/s:", result.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_persistent_keeps_one_message_in_flight_and_warms_up(self):
        def count(server, connection):
            while data := connection.recv(1 << 16):
                with server.lock:
                    server.messages.append(data)
                connection.sendall(data)
        with Server(count) as server:
            result = self.run_on(server, "--persistent", "-c", "4", "-n", "300", "--warmup", "77",
                                 "--size", "64")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual({len(m) for m in server.messages}, {64})
            self.assertEqual(len(server.messages), 377)

    def test_persistent_for_a_time(self):
        with Server() as server:
            begin = time.monotonic()
            result = self.run_on(server, "--persistent", "-D", "0.5", "--json", "j")
            self.assertLess(time.monotonic() - begin, 5)
        self.assertEqual(result.returncode, 0, result.stderr)
        found = json.loads("".join(self.lines("j")))
        self.assertGreater(found["round_trips"], 10)
        self.assertGreaterEqual(found["seconds"], 0.5)

    def test_reconnect_takes_a_connection_for_each_round_trip(self):
        with Server() as server:
            result = self.run_on(server, "--persistent", "--reconnect", "-c", "3", "-n", "50",
                                 "--warmup", "10", "--unique", "--json", "-")
            self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(server.accepted, 60)
        figures = json.loads(result.stdout[result.stdout.index("{"):])
        self.assertEqual(figures["mode"], "reconnect")
        self.assertEqual(figures["round_trips"], 50)

    def test_reconnect_without_persistent(self):
        result = self.run_bench("--reconnect")
        self.assertEqual(result.returncode, 2)
        self.assertIn("--persistent", result.stderr)

    def test_persistent_connection_that_ends(self):
        def five(_, connection):
            for _ in range(5):
                connection.sendall(connection.recv(1 << 16))
        with Server(five) as server:
            result = self.run_on(server, "--persistent", "-n", "1000")
            self.refused(result, "thread 0, connection 0")
            # Which of them depends on whether the sixth message was out before the end came in.
            self.assertRegex(result.stderr, "closed by the server|Connection reset|Broken pipe")

    def test_ipv6_and_names(self):
        with Server(family=socket.AF_INET6) as server:
            for host in ("::1", "[::1]"):
                result = self.run_on(server, "--host", host, "--threads", "3")
                self.assertEqual(result.returncode, 0, result.stderr)
            self.assertEqual(self.run_on(server, "--host", "::1", "-4").returncode, 1)
        with Server() as server:
            result = self.run_on(server, "--host", "localhost", "-4", "--threads", "3")
            self.assertEqual(result.returncode, 0, result.stderr)
        os.remove(os.path.join(self.folder, "bench.txt"))
        self.refused(self.run_bench("--host", "no-such-host.invalid"), "cannot resolve")

    def test_file_that_cannot_be_written(self):
        with Server() as server:
            result = self.run_on(server, "--threads", "2", "--output", "/nowhere/bench.txt")
        self.assertEqual(result.returncode, 1)
        self.assertIn("/nowhere/bench.txt", result.stderr)

    def test_limit_of_files(self):
        def lower():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
        for arguments in ([], ["--persistent", "-c", "100"]):
            self.refused(self.run_bench(*arguments, preexec_fn=lower), "ulimit -Hn")

    def test_soft_limit_of_files_is_raised(self):
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]

        def lower():
            resource.setrlimit(resource.RLIMIT_NOFILE, (64, hard))
        with Server() as server:
            result = self.run_on(server, "--threads", "200", "--rounds", "1", preexec_fn=lower)
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_threads_that_cannot_be_started(self):
        """By a limit of address space: one of processes does not bind root."""
        with open(PROGRAM, "rb") as file:
            if re.search(rb"__(asan|tsan)_init", file.read()):
                self.skipTest("sanitizers need more address space than that")
        def lower():
            resource.setrlimit(resource.RLIMIT_AS, (100 << 20, 100 << 20))
        begin = time.monotonic()
        with Server() as server:
            for arguments in (["--threads", "5000"], ["--persistent", "-t", "500"]):
                self.refused(self.run_on(server, *arguments, preexec_fn=lower),
                             "threads could be started", "ulimit -u")
        self.assertLess(time.monotonic() - begin, 30)

    def test_progress_is_for_terminals(self):
        def slow(server, connection):
            time.sleep(0.5)
            echo(server, connection)
        with Server(slow) as server:
            arguments = [PROGRAM, "--port", str(server.port), "--threads", "5", "--rounds", "2"]
            master, slave = pty.openpty()
            with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=slave,
                                  cwd=self.folder) as process:
                os.close(slave)
                shown = b""
                try:
                    while piece := os.read(master, 4096):
                        shown += piece
                except OSError:
                    pass # the terminal's other end is closed
                process.wait(timeout=30)
                self.assertEqual(process.returncode, 0)
            os.close(master)
            self.assertIn(b"5 of 10 round trips", shown)
            self.assertEqual(subprocess.run(arguments, capture_output=True, cwd=self.folder,
                                            timeout=30, check=True).stderr, b"")


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
