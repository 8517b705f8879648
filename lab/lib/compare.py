# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Medians, their intervals, and when two of them differ.

The rule: a difference is seen when the intervals lie apart *and* the medians differ by at least the
metric's tolerance (counted figures 3 %, clocks 5 %, unless the metric says otherwise). Otherwise there is
"no difference seen". Figures of a clock want four rounds a side before anything is said: with three,
ranges lie apart by pure chance in one case of ten, with four in 1 of 35. Counted figures are mostly the
same from round to round within some tenths of a per cent, so there two rounds show what there is to see, also
where one figure is not (its interval is wide then); a threshold well above that is what keeps conclusions the same.
"""

import dataclasses
import math
import statistics

CONFIDENCE = 0.95
CLOCK_ROUNDS = 4
COUNTED_ROUNDS = 2

LESS, MORE, NONE, UNKNOWN = "less", "more", "no difference seen", "too few rounds to say"


@dataclasses.dataclass(frozen=True)
class Interval:
    median: float
    low: float
    high: float
    count: int


def rank_of(count):
    """The k for which the k-th smallest and k-th largest of so many values hold the median between
    them in at least 95 of 100 samples (order statistics, binomial with 1/2), or 1 where there are
    too few for that: smallest and largest."""
    outside, rank = 0.0, 0
    while rank < count // 2:
        outside += 2 * math.comb(count, rank) / 2**count
        if outside > 1 - CONFIDENCE:
            break
        rank += 1
    return max(1, rank)


def interval(values):
    """Median and its interval: with six values or more one of 95 %, with fewer their range."""
    ordered = sorted(values)
    rank = rank_of(len(ordered))
    return Interval(statistics.median(ordered), ordered[rank - 1], ordered[-rank], len(ordered))


@dataclasses.dataclass(frozen=True)
class Verdict:
    """`kind` is said of the first side: less or more than the second, NONE or UNKNOWN."""

    kind: str
    ratio: float | None  # of the medians, first to second


def rounds_wanted(metric):
    """How many rounds a side before anything is said."""
    return COUNTED_ROUNDS if metric.exact else CLOCK_ROUNDS


def compare(first, second, metric):
    """Two lists of values of one metric."""
    if not first or not second:
        return Verdict(UNKNOWN, None)
    a, b = interval(first), interval(second)
    ratio = a.median / b.median if b.median else None
    if min(a.count, b.count) < rounds_wanted(metric):
        return Verdict(UNKNOWN, ratio)
    apart = a.high < b.low or b.high < a.low
    larger = max(abs(a.median), abs(b.median))
    if not apart or abs(a.median - b.median) < metric.tolerance * larger:
        return Verdict(NONE, ratio)
    return Verdict(LESS if a.median < b.median else MORE, ratio)


def best(values, metric):
    """Those of a dict's sides from which the best one cannot be told; [] if that cannot be said."""
    values = {k: v for k, v in values.items() if v}
    if len(values) < 2 or min(len(v) for v in values.values()) < rounds_wanted(metric):
        return []
    pick = min if metric.better == "less" else max
    leader = pick(values, key=lambda k: statistics.median(values[k]))
    return [k for k in values if k == leader or
            compare(values[leader], values[k], metric).kind == NONE]
