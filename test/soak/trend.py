# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Does a series grow? Theil and Sen's slope: the median of the slopes between all pairs, which a
few wild samples do not move, with the interval that Kendall's statistic gives it (Sen 1968)."""

import dataclasses
import math
import statistics

BLOCKS = 40  # neighbours in time are alike, and do not count as independent of each other
CONFIDENCE = 2.576  # of the interval: 99 %, by the normal distribution


@dataclasses.dataclass(frozen=True)
class Trend:
    """In units of the values a unit of the time."""

    slope: float
    low: float
    high: float
    span: float  # of the time
    middle: float  # of the values: their median

    def growth(self):
        """Over all of the time: estimate, and what it is at least and at most."""
        return tuple(one * self.span for one in (self.slope, self.low, self.high))


def blocks(points, count=BLOCKS):
    """Medians of neighbours, so that `count` points are left."""
    if len(points) <= count:
        return points
    out = []
    for n in range(count):
        part = points[n * len(points) // count:(n + 1) * len(points) // count]
        out.append((statistics.median(x for x, _ in part), statistics.median(y for _, y in part)))
    return out


def tied(values):
    """What groups of equal values take from the variance of Kendall's statistic."""
    counts = {}
    for one in values:
        counts[one] = counts.get(one, 0) + 1
    return sum(n * (n - 1) * (2 * n + 5) for n in counts.values())


def theil_sen(points):
    """Of pairs (time, value), of at least eight."""
    if len(points) < 8:
        raise ValueError(f"{len(points)} samples are too few for a trend")
    few = blocks(sorted(points))
    slopes = sorted((y2 - y1) / (x2 - x1) for i, (x1, y1) in enumerate(few)
                    for x2, y2 in few[i + 1:] if x2 > x1)
    n = len(few)
    variance = (n * (n - 1) * (2 * n + 5) - tied([y for _, y in few])) / 18
    reach = CONFIDENCE * math.sqrt(max(variance, 0))
    low = max(0, math.floor((len(slopes) - reach) / 2))
    high = min(len(slopes) - 1, math.ceil((len(slopes) + reach) / 2))
    return Trend(statistics.median(slopes), slopes[low], slopes[high], few[-1][0] - few[0][0],
                 statistics.median(y for _, y in points))
