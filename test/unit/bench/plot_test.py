#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""lab/plot: is a picture really drawn from bench's files, and are wrong ones refused?

usage: plot_test.py PATH-OF-LAB/PLOT
"""

import os
import struct
import subprocess
import sys
import tempfile
import unittest

PLOT = "lab/plot"


def png_size(path):
    with open(path, "rb") as file:
        head = file.read(24)
    assert head[:8] == b"\x89PNG\r\n\x1a\n" and head[12:16] == b"IHDR", head
    return struct.unpack(">II", head[16:24])


class Plot(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.picture = os.path.join(self.folder, "bench.png")

    def file(self, name, values):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{i} {value:.3f}\n" for i, value in enumerate(values))
        return path

    def plot(self, *files):
        return subprocess.run([PLOT, "--out", self.picture, *files], capture_output=True, text=True,
                              timeout=60, check=False)

    def test_two_files(self):
        one = self.file("kecho.txt", [100 + i % 50 for i in range(1000)])
        two = self.file("my own server.txt", [300 + i % 70 for i in range(1000)])
        result = self.plot(one, two)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(png_size(self.picture), (1200, 800))
        both = os.path.getsize(self.picture)
        self.assertEqual(result.stdout.splitlines(),
                         ["kecho: median 124 µs, 99 % below 149 µs",
                          "my own server: median 334 µs, 99 % below 369 µs"])
        # The second file's points are really in it.
        self.assertEqual(self.plot(one).returncode, 0)
        self.assertNotEqual(os.path.getsize(self.picture), both)

    def test_stray_values_do_not_break_the_scale(self):
        path = self.file("bench.txt", [100.0] * 999 + [1e6])
        result = self.plot(path)
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(png_size(self.picture), (1200, 800))

    def test_one_thread(self):
        self.assertEqual(self.plot(self.file("one.txt", [5.0])).returncode, 0)

    def test_wrong_files(self):
        wrong = os.path.join(self.folder, "wrong.txt")
        for text in ("", "0 fast\n", "0 1.0\n1\n", "0 1.0 2.0\n", "0 -1.0\n", "<html>\n"):
            with open(wrong, "w", encoding="utf-8") as file:
                file.write(text)
            result = self.plot(wrong)
            self.assertEqual(result.returncode, 1, text)
            self.assertIn("not as bench writes it", result.stderr)
            self.assertFalse(os.path.exists(self.picture))
        result = self.plot(os.path.join(self.folder, "missing.txt"))
        self.assertEqual(result.returncode, 1)
        self.assertIn("cannot read", result.stderr)
        self.assertNotEqual(self.plot("--nonsense").returncode, 0)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PLOT = os.path.abspath(sys.argv.pop(1))
    unittest.main()
