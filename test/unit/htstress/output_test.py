#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What htstress, the program, leaves: files, plots, and a line of progress on a terminal.

usage: output_test.py PATH-OF-HTSTRESS
"""

import csv
import json
import os
import pty
import re
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

PROGRAM = "htstress"
HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHello World!"


def answer_always(_server, connection):
    """Hello to each request; they come one at a time."""
    text = b""
    while True:
        piece = connection.recv(65536)
        if not piece:
            return
        text += piece
        if text.endswith(b"\r\n\r\n"):
            text = b""
            connection.sendall(HELLO)


def run(*arguments):
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=60,
                          check=False)


def run_on_terminal(*arguments):
    """Exit status, and all that the terminal got."""
    ours, its = pty.openpty()
    with subprocess.Popen([PROGRAM, *arguments], stdout=its, stderr=its) as process:
        os.close(its)
        shown = b""
        try:
            while piece := os.read(ours, 65536):
                shown += piece
        except OSError:  # so a pty says that the other end is closed
            pass
        os.close(ours)
        return process.wait(60), shown.decode()


class Output(unittest.TestCase):
    def setUp(self):
        scratch = tempfile.TemporaryDirectory()
        self.addCleanup(scratch.cleanup)
        self.folder = scratch.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def rows(self, name):
        with open(self.path(name), newline="", encoding="ascii") as file:
            return list(csv.DictReader(file))

    def test_all_files_agree(self):
        with ScriptedServer(answer_always) as server:
            done = run("-k", "-c", "2", "-n", "500", "--plot", "--json", self.path("j"), "--csv",
                       self.path("c"), "--csv-seconds", self.path("s"), "--svg", self.path("v"),
                       f"127.0.0.1:{server.port}/")
        self.assertEqual(done.returncode, 0, done.stderr)
        with open(self.path("j"), encoding="utf-8") as file:
            text = file.read()
        self.assertEqual(text.count("\n"), 1)
        result = json.loads(text)
        latency = result["latency_us"]
        self.assertEqual(result["good"], 500)
        self.assertNotIn("service_us", result)
        levels = [latency[k] for k in ("min", "p50", "p90", "p99", "p99.9", "max")]
        self.assertEqual(levels, sorted(levels))
        self.assertTrue(latency["min"] <= latency["mean"] <= latency["max"])
        self.assertEqual(latency["percentiles"][0], [0, latency["min"]])
        self.assertIn([99, latency["p99"]], latency["percentiles"])
        self.assertEqual(latency["percentiles"][-1], [100, latency["max"]])

        rows = self.rows("c")
        self.assertEqual({row["kind"] for row in rows}, {"latency"})
        self.assertEqual(rows[-1]["count"], "500")
        self.assertEqual(float(rows[-1]["percentile"]), 100)
        self.assertEqual(float(rows[-1]["latency_us"]), latency["max"])
        self.assertEqual(sum(int(row["requests"]) for row in self.rows("s")), 500)

        picture = xml.etree.ElementTree.parse(self.path("v")).getroot()
        self.assertEqual(picture.tag, "{http://www.w3.org/2000/svg}svg")
        title = picture.find("{http://www.w3.org/2000/svg}title").text
        self.assertEqual(title, result["command"])
        self.assertTrue(title.startswith("htstress -k -c 2 -n 500 --plot --json "))
        self.assertEqual(sum(int(n) for n in re.findall(r"^ +\S+ +\S+ +(\d+) +\d+\.\d+%",
                                                        done.stdout, re.M)), 500)

    def test_a_rate_gives_both_times(self):
        with ScriptedServer(answer_always) as server:
            done = run("-k", "-c", "2", "-n", "100", "-R", "1000", "--json", self.path("j"),
                       "--csv", self.path("c"), f"127.0.0.1:{server.port}/")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"since each request was due:\nlatency min: +\d")
        self.assertRegex(done.stdout, r"since each was begun:\nservice min: +\d")
        with open(self.path("j"), encoding="utf-8") as file:
            result = json.load(file)
        self.assertLessEqual(result["service_us"]["max"], result["latency_us"]["max"])
        self.assertEqual({row["kind"] for row in self.rows("c")}, {"latency", "service"})

    def test_failures_are_told_apart(self):
        with ScriptedServer(answer_always) as server:
            port = server.port
        done = run("-n", "10", "--json", self.path("j"), f"127.0.0.1:{port}/")
        self.assertEqual(done.returncode, 1)
        self.assertIn("failures:      10 connect\n", done.stdout)
        with open(self.path("j"), encoding="utf-8") as file:
            failures = json.load(file)["failures"]
        self.assertEqual(failures["connect"]["count"], 10)
        self.assertIn("refused", failures["connect"]["first"])
        self.assertEqual(failures["status"], {"count": 0, "first": ""})

    def test_what_cannot_be_written_is_known_before_the_run(self):
        before = self.path("before")
        with open(before, "w", encoding="ascii") as file:
            file.write("an earlier result")
        with ScriptedServer(answer_always) as server:
            for option in ("--json", "--csv", "--csv-seconds", "--svg"):
                other = "--csv" if option == "--json" else "--json"
                done = run("-n", "10", other, before, option, self.path("no/such/folder"),
                           f"127.0.0.1:{server.port}/")
                self.assertEqual(done.returncode, 2)
                self.assertIn(f"{option}: {self.folder}/no/such/folder: No such file", done.stderr)
                self.assertNotIn("requests", done.stdout)
            done = run("-n", "10", "--json", before, "--csv", f"{self.folder}/./before",
                       f"127.0.0.1:{server.port}/")
            self.assertEqual(done.returncode, 2)
            self.assertIn("a file of its own", done.stderr)
            self.assertEqual(server.accepted, 0)
        with open(before, encoding="ascii") as file:
            self.assertEqual(file.read(), "an earlier result")

    def test_a_longer_result_of_before_leaves_nothing_behind(self):
        with open(self.path("j"), "w", encoding="ascii") as file:
            file.write("x" * 100000)
        with ScriptedServer(answer_always) as server:
            run("-k", "-n", "10", "--json", self.path("j"), f"127.0.0.1:{server.port}/")
        with open(self.path("j"), encoding="utf-8") as file:
            self.assertEqual(json.load(file)["good"], 10)

    @unittest.skipUnless(os.path.exists("/dev/full"), "wants /dev/full")
    def test_a_full_disk_is_no_success(self):
        with ScriptedServer(answer_always) as server:
            done = run("-k", "-n", "10", "--json", "/dev/full", f"127.0.0.1:{server.port}/")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--json: /dev/full could not be written: No space left", done.stderr)

    def test_progress_is_for_terminals(self):
        with ScriptedServer(answer_always) as server:
            address = f"127.0.0.1:{server.port}/"
            code, shown = run_on_terminal("-k", "-D", "2.5", address)
            self.assertEqual(code, 0, shown)
            lines = re.findall(r"\r(\d+ s: \d+ requests[^\r]*, 0 failed)\x1b\[K\r", shown)
            self.assertGreaterEqual(len(lines), 1, shown)
            # Erased before the closing lines, which are as they always are.
            self.assertRegex(shown, r"\r\x1b\[K\r?\nrequests:  ")
            self.assertNotIn("\x1b", shown[shown.index("requests:  "):])

            done = run("-k", "-D", "1.2", address)
            self.assertEqual(done.stderr, "")
            self.assertNotIn("\x1b", done.stdout)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = sys.argv.pop(1)
    unittest.main()
