#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Medians, intervals and the rule by which the lab sees a difference.

usage: compare_test.py FOLDER-OF-THE-LAB
"""

import os
import random
import sys
import unittest

sys.path.insert(0, os.path.join(sys.argv.pop(), "lib"))
from compare import LESS, MORE, NONE, UNKNOWN, Interval, best, compare, interval, rank_of  # noqa: E402
from metrics import Metric  # noqa: E402

EXACT = Metric("instructions", "instructions", exact=True)
CLOCK = Metric("p50", "p50")
RATE = Metric("rate", "rate", better="more")


class Intervals(unittest.TestCase):
    def test_few_values_have_their_range(self):
        self.assertEqual(interval([5]), Interval(5, 5, 5, 1))
        self.assertEqual(interval([3, 1]), Interval(2, 1, 3, 2))
        self.assertEqual(interval([9, 1, 5, 2, 7]), Interval(5, 1, 9, 5))

    def test_ranks_are_those_of_the_tables(self):
        # Two-sided 95 % ranks for the median, as statistics books print them.
        known = {6: 1, 8: 1, 9: 2, 10: 2, 11: 2, 12: 3, 15: 4, 17: 5, 20: 6, 25: 8, 30: 10, 50: 18}
        self.assertEqual({n: rank_of(n) for n in known}, known)

    def test_many_values_leave_strays_out(self):
        values = [10, 11, 12, 13, 14, 15, 16, 17, 1000]
        self.assertEqual(interval(values), Interval(14, 11, 17, 9))

    def test_it_holds_the_median_as_often_as_promised(self):
        chance = random.Random(1)
        held = 0
        for _ in range(2000):
            found = interval([chance.expovariate(1) for _ in range(12)])
            held += found.low <= 0.6931 <= found.high
        self.assertGreater(held, 0.95 * 2000)


class Rule(unittest.TestCase):
    def kind(self, first, second, metric):
        """Both ways round."""
        there, back = compare(first, second, metric), compare(second, first, metric)
        mirror = {LESS: MORE, MORE: LESS}
        self.assertEqual(back.kind, mirror.get(there.kind, there.kind))
        return there.kind

    def test_apart_and_large_enough(self):
        self.assertEqual(self.kind([100, 101, 102], [104, 105, 106], EXACT), LESS)
        self.assertEqual(compare([50, 51], [100, 102], EXACT).ratio, 0.5)

    def test_apart_but_within_the_tolerance(self):
        self.assertEqual(self.kind([1000, 1001], [1025, 1026], EXACT), NONE)
        self.assertEqual(self.kind([1000, 1001], [1035, 1036], EXACT), LESS)

    def test_large_but_not_apart(self):
        self.assertEqual(self.kind([100, 150, 100], [140, 200, 300], EXACT), NONE)

    def test_a_clock_wants_four_rounds(self):
        self.assertEqual(self.kind([1, 1, 1], [9, 9, 9, 9], CLOCK), UNKNOWN)
        self.assertEqual(self.kind([1, 1, 1, 1], [9, 9, 9, 9], CLOCK), LESS)

    def test_what_is_counted_wants_two_rounds(self):
        self.assertEqual(self.kind([1], [9, 9], EXACT), UNKNOWN)
        self.assertEqual(self.kind([1, 1], [9, 9], EXACT), LESS)

    def test_nothing_measured(self):
        self.assertEqual(compare([], [1, 2, 3], EXACT).kind, UNKNOWN)
        self.assertIsNone(compare([], [1, 2, 3], EXACT).ratio)

    def test_zeros(self):
        self.assertEqual(self.kind([0, 0], [0, 0], EXACT), NONE)
        self.assertEqual(self.kind([0, 0], [5, 5], EXACT), LESS)

    def test_noise_seldom_makes_a_winner(self):
        chance = random.Random(2)
        seen = 0
        for _ in range(2000):
            one, other = ([chance.gauss(100, 30) for _ in range(5)] for _ in "ab")
            seen += compare(one, other, CLOCK).kind != NONE
        self.assertLess(seen, 0.02 * 2000)

    def test_an_own_tolerance(self):
        coarse = Metric("x", "x", exact=True, tolerance=0.2)
        self.assertEqual(self.kind([100, 100], [115, 115], coarse), NONE)
        self.assertEqual(self.kind([100, 100], [130, 130], coarse), LESS)


class Best(unittest.TestCase):
    def test_the_least_and_those_like_it(self):
        values = {"a": [100, 101], "b": [100.5, 101.5], "c": [200, 201], "d": []}
        self.assertEqual(best(values, EXACT), ["a", "b"])

    def test_more_can_be_better(self):
        values = {"a": [1] * 4, "b": [5] * 4}
        self.assertEqual(best(values, RATE), ["b"])

    def test_one_alone_is_not_the_best(self):
        self.assertEqual(best({"a": [1, 1], "b": []}, EXACT), [])

    def test_too_few_rounds_of_a_clock(self):
        self.assertEqual(best({"a": [1] * 4, "b": [5] * 3}, RATE), [])


if __name__ == "__main__":
    unittest.main()
