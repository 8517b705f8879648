#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The judge of a soak is judged: made-up series, of which it is known whether they grow."""

import math
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from judge import judge  # noqa: E402
from trend import theil_sen  # noqa: E402

MINUTES = 10
EVERY = 5  # seconds
REQUESTS = 400  # a second


def series(seed, leak=0.0, minutes=MINUTES, **changes):
    """A quiet soak: memory that breathes with the traffic, drifts for a while and comes back, has
    spikes, and steps when the caches have filled; plus `leak` bytes a request. `changes` are
    functions of the share of the time, added to the series of that name."""
    random.seed(seed)
    samples = []
    wander = 0.0
    for n in range(minutes * 60 // EVERY):
        seconds = n * EVERY
        share = n / (minutes * 60 / EVERY)
        requests = REQUESTS * seconds
        wander = 0.9 * wander + random.gauss(0, 60)
        noise = 200 * math.sin(seconds / 23) + wander
        if random.random() < 0.04:
            noise += random.uniform(500, 6000)
        warm = 3000 * min(1.0, share / 0.15)
        lost = leak * requests / 1024
        slow = random.uniform(0.8, 1.25) * (2.5 if random.random() < 0.05 else 1)
        one = {"seconds": seconds, "requests": requests,
               "calibration_us": 300 * slow, "http_p50_us": 200 * slow * random.uniform(0.8, 1.3),
               "http_p99_us": 900 * slow * random.uniform(0.5, 2.5),
               "unreclaimable_kib": 30000 + warm + noise + lost,
               "kmalloc_kib": 5000 + warm / 2 + noise / 2 + lost,
               "small_kib": 900 + warm / 8 + random.gauss(0, 12) + lost,
               "available_kib": 1500000 - warm - 3 * noise - lost,
               "khttpd_kib": 600 + random.choice((0, 32, 64)), "kernel_threads": 90 + random.choice((0, 1, 2)),
               "khttpd_open": random.randint(10, 40)}
        for name, change in changes.items():
            one[name] += change(share)
        samples.append(one)
    return samples


def growing(samples):
    return {one.metric.name for one in judge(samples) if one.grows}


class TrendTest(unittest.TestCase):
    def test_a_line_is_found_exactly(self):
        trend = theil_sen([(x, 3 * x + 7) for x in range(100)])
        self.assertAlmostEqual(trend.slope, 3)
        self.assertAlmostEqual(trend.low, 3)
        self.assertAlmostEqual(trend.high, 3)

    def test_a_constant_has_no_slope(self):
        trend = theil_sen([(x, 5) for x in range(100)])
        self.assertEqual((trend.slope, trend.low, trend.high), (0, 0, 0))

    def test_a_quarter_of_wild_samples_does_not_move_it(self):
        random.seed(1)
        trend = theil_sen([(x, 2 * x + random.gauss(0, 3) + (9000 if x % 8 == 0 else 0))
                           for x in range(400)])
        self.assertAlmostEqual(trend.slope, 2, delta=0.2)

    def test_the_interval_holds_the_truth(self):
        held = 0
        for seed in range(300):
            random.seed(seed)
            trend = theil_sen([(x, 0.5 * x + random.gauss(0, 20)) for x in range(120)])
            held += trend.low <= 0.5 <= trend.high
        self.assertGreaterEqual(held, 290)

    def test_too_few_are_refused(self):
        with self.assertRaises(ValueError):
            theil_sen([(x, x) for x in range(7)])


class JudgeTest(unittest.TestCase):
    def test_a_quiet_soak_is_flat(self):
        wrong = sum(bool(growing(series(seed))) for seed in range(200))
        self.assertLessEqual(wrong, 2)

    def test_eight_bytes_a_request_are_seen(self):
        for seed in range(100):
            self.assertLessEqual({"small_kib", "kmalloc_kib"}, growing(series(seed, leak=8)),
                                 f"seed {seed}")

    def test_in_four_minutes_small_ones_tell_it(self):
        for seed in range(100):
            self.assertIn("small_kib", growing(series(seed, leak=8, minutes=4)), f"seed {seed}")

    def test_sixteen_bytes_are_seen_in_all_of_the_slabs(self):
        for seed in range(100):
            self.assertIn("unreclaimable_kib", growing(series(seed, leak=16)), f"seed {seed}")

    def test_in_two_hours_four_bytes_are_seen(self):
        for seed in range(20):
            self.assertLessEqual({"kmalloc_kib", "unreclaimable_kib"},
                                 growing(series(seed, leak=4, minutes=120)), f"seed {seed}")

    def test_what_grows_during_the_warm_up_only_is_flat(self):
        found = growing(series(1, unreclaimable_kib=lambda share: 20000 * min(share, 0.2)))
        self.assertNotIn("unreclaimable_kib", found)

    def test_memory_that_is_given_back_is_flat(self):
        self.assertEqual(set(), growing(series(2, unreclaimable_kib=lambda share: -9000 * share)))

    def test_available_memory_that_falls_is_seen(self):
        found = growing(series(3, available_kib=lambda share: -40000 * share))
        self.assertIn("available_kib", found)

    def test_threads_and_connections_that_stay_are_seen(self):
        found = growing(series(4, kernel_threads=lambda share: 30 * share,
                               khttpd_open=lambda share: int(80 * share)))
        self.assertLessEqual({"kernel_threads", "khttpd_open"}, found)

    def test_answers_that_take_longer_and_longer_are_seen(self):
        self.assertIn("http_p50_us", growing(series(5, http_p50_us=lambda share: 1500 * share)))

    def test_a_machine_that_becomes_busy_is_no_slow_server(self):
        samples = series(6)
        for n, one in enumerate(samples):
            for name in ("calibration_us", "http_p50_us", "http_p99_us"):
                one[name] *= 1 + 6 * n / len(samples)
        self.assertEqual(set(), growing(samples))


if __name__ == "__main__":
    unittest.main()
