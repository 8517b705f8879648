#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Folded stacks in, an SVG out.

usage: icicle_test.py FOLDER-OF-THE-LAB
"""

import os
import subprocess
import sys
import unittest
import xml.etree.ElementTree

LAB = sys.argv.pop()
sys.path.insert(0, os.path.join(LAB, "lib"))
import icicle  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"


def boxes(svg):
    """{title's first line: (x, y, width)}, and all titles."""
    out, titles = {}, []
    for group in xml.etree.ElementTree.fromstring(svg).iter(f"{SVG}g"):
        title, rect = group.find(f"{SVG}title").text, group.find(f"{SVG}rect")
        titles.append(title)
        out[title.splitlines()[0]] = tuple(float(rect.get(k)) for k in ("x", "y", "width"))
    return out, titles


class Folded(unittest.TestCase):
    def test_there_and_back(self):
        sums = {("a", "b"): 2.5, ("a",): 1.0, ("c d", "e"): 1e9}
        self.assertEqual(icicle.read_folded(icicle.write_folded(sums).splitlines()), sums)

    def test_the_same_stack_twice_is_added_up(self):
        self.assertEqual(icicle.read_folded(["a;b 1", "", "a;b 2"]), {("a", "b"): 3})

    def test_a_semicolon_in_a_name_makes_no_level(self):
        self.assertEqual(icicle.write_folded({("a;b", "c"): 1}), "a,b;c 1\n")

    def test_what_is_no_stack_is_named_by_its_line(self):
        for wrong in ("a", "a;b x", "a -1", " 5", "a nan", "a inf"):
            with self.subTest(wrong), self.assertRaisesRegex(ValueError, "line 2"):
                icicle.read_folded(["a 1", wrong])


class Drawing(unittest.TestCase):
    SUMS = {("f",): 10.0, ("f", "g"): 60.0, ("f", "g", "h"): 20.0, ("k",): 10.0}

    def test_widths_are_shares_and_children_lie_below_their_caller(self):
        found, _ = boxes(icicle.draw(self.SUMS, "t", unit="ns"))
        whole = found["all"][2] + 0.4
        self.assertAlmostEqual((found["f"][2] + 0.4) / whole, 0.9, places=3)
        self.assertAlmostEqual((found["f → g → h"][2] + 0.4) / whole, 0.2, places=3)
        for above, below in (("all", "f"), ("f", "f → g"), ("f → g", "f → g → h"), ("all", "k")):
            x, y, width = found[above]
            self.assertEqual(found[below][1] - y, icicle.ROW)
            self.assertGreaterEqual(found[below][0], x)
            self.assertLessEqual(found[below][0] + found[below][2], x + width + 0.5)
        # Side by side, and never one upon the other.
        self.assertGreaterEqual(found["k"][0], found["f"][0] + found["f"][2])

    def test_a_flame_grows_upwards(self):
        found, _ = boxes(icicle.draw(self.SUMS, "t", flame=True))
        self.assertGreater(found["all"][1], found["f"][1])
        self.assertGreater(found["f"][1], found["f → g"][1])

    def test_tooltips_have_the_figures(self):
        _, titles = boxes(icicle.draw(self.SUMS, "t", unit="ns"))
        self.assertIn("f → g\n80 ns, 80.0 % of all; 60 ns of it itself", titles)
        self.assertIn("f → g → h\n20 ns, 20.0 % of all", titles)

    def test_text_is_escaped(self):
        svg = icicle.draw({('operator<"&>',): 1.0}, 'a < "b" & c', "<i>", "&")
        found, _ = boxes(svg) # parses
        self.assertIn('operator<"&>', found)
        self.assertNotIn("<i>", svg)

    def test_its_title_can_be_read_again(self):
        for title in ("khttpd:inline: a request", 'a < "b" & c > d', "it's", '"it\'s"'):
            self.assertEqual(icicle.title_of(icicle.draw(self.SUMS, title)), title)
        self.assertEqual(icicle.title_of("<svg viewBox='0 0 1 1'><text>a</text></svg>"), "")

    def test_no_script_and_nothing_from_elsewhere(self):
        svg = icicle.draw(self.SUMS, "t")
        self.assertNotIn("<script", svg)
        self.assertEqual(svg.count("http"), 1) # the name space

    def test_what_is_too_narrow_is_left_out(self):
        found, _ = boxes(icicle.draw({("big",): 1e9, ("tiny",): 1.0}, "t"))
        self.assertEqual(set(found), {"all", "big"})

    def test_kinds(self):
        self.assertEqual(icicle.kind_of("ktcp::http::Session::send"), "engine")
        self.assertEqual(icicle.kind_of("ktcp_send"), "module")
        self.assertEqual(icicle.kind_of("tcp_sendmsg"), "kernel")
        self.assertEqual((icicle.kind_of("user: main"), icicle.shown("user: main")), ("user", "main"))
        self.assertEqual(icicle.shown("a: b"), "a: b")

    def test_nothing_to_draw(self):
        for nothing in ({}, {("a",): 0.0}):
            with self.assertRaisesRegex(ValueError, "nothing to draw"):
                icicle.draw(nothing, "t")

    def test_the_same_in_gives_the_same_out(self):
        turned = dict(reversed(self.SUMS.items()))
        self.assertEqual(icicle.draw(self.SUMS, "t"), icicle.draw(turned, "t"))


class Program(unittest.TestCase):
    def run_it(self, text, *words):
        return subprocess.run([sys.executable, os.path.join(LAB, "lib", "icicle.py"), *words],
                              input=text, capture_output=True, text=True)

    def test_standard_input(self):
        done = self.run_it("a;b 3\n", "--title", "hello")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("a → b", boxes(done.stdout)[0])

    def test_wrong_input(self):
        done = self.run_it("nonsense\n")
        self.assertEqual(done.returncode, 1)
        self.assertIn("line 1", done.stderr)


unittest.main()
