#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The clients and servers of the lab's experiments, on this machine.

usage: experiments_test.py FOLDER-OF-THE-LAB
"""

import json
import os
import socket
import subprocess
import sys
import unittest

LAB = sys.argv.pop()
EXPERIMENTS = os.path.join(LAB, "experiments")
sys.path.insert(0, EXPERIMENTS)
import backlog  # noqa: E402
import limits  # noqa: E402


def run(name, *words):
    done = subprocess.run([sys.executable, os.path.join(EXPERIMENTS, name), *map(str, words)],
                          capture_output=True, text=True, timeout=100)
    return done.returncode, json.loads(done.stdout) if done.returncode == 0 else done.stderr


class Backlog(unittest.TestCase):
    def test_who_still_waits_counts_with_the_time_so_far(self):
        # Nobody accepts: two fit in (tcp(7): one more than the backlog), the others wait.
        with socket.create_server(("127.0.0.1", 0), backlog=1) as listener:
            got = backlog.burst(*listener.getsockname(), 10, 0.5)
        self.assertGreater(got["waiting"], 0)
        self.assertEqual(got["connected"] + got["waiting"], 10)
        self.assertGreaterEqual(got["max_us"], 500000)
        self.assertGreaterEqual(got["p99_us"], 500000)

    def test_percentiles(self):
        self.assertIsNone(backlog.percentile([], 0.5))
        self.assertEqual([backlog.percentile([1, 2, 3, 4], share) for share in (0, 0.5, 0.9, 1)], [1, 3, 4, 4])


class TimeWait(unittest.TestCase):
    def test_it_is_with_who_closes_first(self):
        for first, other in (("client", "server"), ("server", "client")):
            status, got = run("time_wait.py", "where", first, 20)
            self.assertEqual((status, got["connected"], got[f"waiting_at_{other}"]), (0, 20, 0), got)
            self.assertGreater(got[f"waiting_at_{first}"], 0)

    def test_a_pause_comes_after_so_many(self):
        status, got = run("time_wait.py", "ports", "server", 4, "--pause", 2)
        self.assertEqual((status, got["connected"], got["no_port"]), (0, 4, 0))

    def test_wrong_words(self):
        for words in ((), ("where", "nobody", "1"), ("ports", "client", "1", "--pause"), ("ports", "client", "x")):
            self.assertEqual(run("time_wait.py", *words)[0], 2, words)


class Pin(unittest.TestCase):
    def test_only_where_it_is_told_to(self):
        before = os.sched_getaffinity(0)
        cpu = max(before)
        try:
            limits.pin("client")
            self.assertEqual(os.sched_getaffinity(0), before)
            os.environ["SERVER_CPU"] = str(cpu)
            limits.pin("server")
            self.assertEqual(os.sched_getaffinity(0), {cpu})
        finally:
            os.environ.pop("SERVER_CPU", None)
            os.sched_setaffinity(0, before)


unittest.main()
