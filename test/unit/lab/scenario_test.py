#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Scenarios' files: those that there are, wrong ones, and the order in which things are measured.

usage: scenario_test.py FOLDER-OF-THE-LAB
"""

import os
import subprocess
import sys
import unittest

LAB = sys.argv.pop()
sys.path.insert(0, os.path.join(LAB, "lib"))
import plan  # noqa: E402
import scenario  # noqa: E402
from conclude import Data  # noqa: E402
from plots import series_of  # noqa: E402
from scenario import Scenario, ScenarioError  # noqa: E402

GOOD = """
title = "t"
question = "q?"
about = "a"
how = "echo"
variants = ["a", "b", "kecho:inline"]
compare = [["a", "b"]]
metrics = ["server_instructions"]
conclude = ["server_instructions"]
[[cases]]
connections = [1, 4]
mode = ["keep", "new"]
[[leave_out]]
variants = ["b"]
where = { mode = "new", connections = [4, 5] }
why = "so"
[quick]
variants = ["a"]
"""


class Files(unittest.TestCase):
    def test_all_that_there_are(self):
        for name in scenario.names():
            for quick in (False, True):
                with self.subTest(name=name, quick=quick):
                    one = scenario.load(name, quick)
                    for way in one.ways:
                        if one.variants_in(way):
                            self.assertTrue(list(plan.windows([one], way, quick)))
                    # All that a file describes can be drawn.
                    every = [{"scenario": name, "way": way, "round": 1, "variant": variant,
                              "case": case, "figures": {m: 1.0 for m in one.catalog}, "fault": ""}
                             for way in one.ways for variant in one.variants for case in one.cases]
                    for way in one.ways:
                        for plot in one.plots:
                            series_of(Data(one, way, every), plot, one.catalog[plot["metric"]])
                    for pair in scenario.load(name).compare:
                        self.assertEqual(len(set(pair)), 2)

    def refused(self, text, *words):
        with self.assertRaises(ScenarioError) as caught:
            Scenario("mine", text)
        for word in ("mine.toml", *words):
            self.assertIn(word, str(caught.exception))

    def test_wrong_ones(self):
        Scenario("mine", GOOD)
        self.refused(GOOD.replace('title = "t"', ""), "title is missing")
        self.refused(GOOD.replace('title = "t"', "title = 3"), "title", "wrong type")
        self.refused(GOOD.replace("how =", "howe = 1\nhow ="), "howe")
        self.refused(GOOD.replace('"echo"', '"ekko"'), "ekko", "http")
        self.refused(GOOD.replace('["a", "b"]]', '["a", "c"]]'), "pair")
        self.refused(GOOD.replace("mode = [", "moda = ["), "moda", "connections")
        self.refused(GOOD.replace('conclude = ["', 'conclude = ["my_'), "my_server_instructions")
        self.refused(GOOD.replace('why = "so"', 'because = "so"'), "leave_out", "why")
        self.refused(GOOD.replace("[1, 4]", "[1, 4]\nthreads = 2"), "evenly")
        self.refused(GOOD + "[metric.x]\ntitle = 'x'\nbetter = 'worse'\n", "metric.x", "worse")
        self.refused("title =", "mine.toml")

    def test_an_unknown_one(self):
        result = subprocess.run([sys.executable, os.path.join(LAB, "lib/plan.py"), "check", "no-such"],
                                capture_output=True, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("server-models", result.stderr)


class Order(unittest.TestCase):
    def windows(self, way, quick=False):
        one = Scenario("mine", GOOD, quick)
        return [(turn, variant, case["mode"], case["connections"])
                for turn, _, variant, case in plan.windows([one], way, quick)]

    def test_rounds_interleave_and_begin_with_another_one(self):
        found = self.windows("exact")
        self.assertEqual([w[1] for w in found[:3]], ["a", "b", "kecho:inline"])
        second = [w for w in found if w[0] == 2]
        self.assertEqual([w[1] for w in second[:3]], ["b", "kecho:inline", "a"])
        # Each as often as the others, but for what is left out.
        self.assertEqual(len(found), 3 * (4 * 3 - 1))
        self.assertNotIn(("b", "new", 4), [w[1:] for w in found])
        self.assertIn(("b", "new", 1), [w[1:] for w in found])

    def test_natively_without_the_kernel(self):
        self.assertEqual({w[1] for w in self.windows("native")}, {"a", "b"})

    def test_quick(self):
        self.assertEqual({w[1] for w in self.windows("exact", True)}, {"a"})

    def test_rounds_from_outside(self):
        os.environ["ROUNDS"] = "7"
        self.addCleanup(os.environ.pop, "ROUNDS")
        self.assertEqual(max(w[0] for w in self.windows("time")), 7)


if __name__ == "__main__":
    unittest.main()
