#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What is read out of bpftrace's counts.

usage: counts_test.py FOLDER-OF-THE-LAB
"""

import json
import os
import subprocess
import sys
import unittest

LAB = sys.argv.pop()
sys.path.insert(0, os.path.join(LAB, "trace"))
import counts  # noqa: E402


def said(kind, **data):
    return json.dumps({"type": kind, "data": {f"@{name}": value for name, value in data.items()}}) + "\n"


class Percentiles(unittest.TestCase):
    def test_by_rank(self):
        found = {10: 1, 20: 2, 5: 1}
        self.assertEqual([counts.percentile(found, share) for share in (0, 0.25, 0.5, 0.9, 1)],
                         [5, 10, 20, 20, 20])

    def test_as_strings_do_not_sort(self):
        self.assertEqual(counts.figures([said("map", a_tenths={"9": 3, "10": 1})])["a_us"], 0.9)


class Figures(unittest.TestCase):
    def test_an_outlier_moves_the_mean_only(self):
        got = counts.figures([
            said("attached_probes", probes=5), "\n",
            said("map", think_tenths={"52": 267, "70": 32, "110000": 1}),
            said("stats", think_us={"count": 300, "average": 42, "total": 12878}),
            said("hist", think_us_histogram=[{"min": 4, "max": 7, "count": 300}])])
        self.assertEqual(got, {"think_us": 5.2, "think_p90_us": 7.0, "think_mean_us": 42})

    def test_nothing_seen(self):
        self.assertEqual(counts.figures([said("attached_probes", probes=5), said("map", think_tenths={})]), {})


class Program(unittest.TestCase):
    def test_wrong_words_and_files(self):
        tool = [sys.executable, os.path.join(LAB, "trace", "counts.py")]
        self.assertEqual(subprocess.run(tool, capture_output=True).returncode, 2)
        done = subprocess.run([*tool, "/nowhere"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("counts: ", done.stderr)


unittest.main()
