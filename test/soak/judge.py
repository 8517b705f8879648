#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Judges what a soak has recorded (JSON lines, test/soak/sampler.py): nothing may grow.

A metric grows if the least that its trend can be (Theil and Sen's slope, 99 % interval, after the
warm-up) is more, over the whole time, than what is called flat (test/soak/metrics.py). Says for
memory which leak a request would have been noticed.
"""

import argparse
import json
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import plot  # noqa: E402
from metrics import METRICS  # noqa: E402
from trend import theil_sen  # noqa: E402

WARM_UP = 0.25  # of the time; caches and workers come once


def read(path):
    """The last line may have been cut by a power-off."""
    samples = []
    lines = pathlib.Path(path).read_text().splitlines()
    for n, line in enumerate(lines):
        try:
            samples.append(json.loads(line))
        except ValueError:
            if n + 1 < len(lines):
                raise
    return samples


def settled(samples):
    first, last = samples[0]["seconds"], samples[-1]["seconds"]
    return [one for one in samples if one["seconds"] >= first + WARM_UP * (last - first)]


def points_of(samples, metric):
    usual = sorted(one.get("calibration_us", 1.0) for one in samples)[len(samples) // 2]
    out = []
    for one in samples:
        if metric.name in one:
            value = one[metric.name]
            if metric.relative:
                value *= usual / one.get("calibration_us", usual)
            out.append((one["seconds"], -value if metric.falls else value))
    return out


def requests_of(samples):
    return samples[-1].get("requests", 0) - samples[0].get("requests", 0)


class Verdict:
    def __init__(self, samples, metric):
        self.metric = metric
        self.trend = theil_sen(points_of(samples, metric))
        self.requests = requests_of(samples)
        self.growth, self.low, self.high = self.trend.growth()
        begun = max(abs(self.trend.middle) - self.growth / 2, abs(self.trend.middle) / 10)
        self.allowed = max(metric.slack, metric.share * begun,
                           metric.per_request * self.requests / 1024)
        self.grows = self.low > self.allowed

    def line(self):
        m = self.metric
        what = f"{m.title}: {'falls' if m.falls else 'grows'} by {self.growth:.1f} {m.unit}".rstrip()
        what += f" ({self.low:.1f} to {self.high:.1f}; flat is up to {self.allowed:.1f}; median "
        what += f"{abs(self.trend.middle):.1f})"
        if m.per_request and self.requests:
            # A leak of that many bytes would have put the least that it can be beyond what is flat.
            seen = (self.allowed + self.growth - self.low) * 1024 / self.requests
            what += f"; a leak of {seen:.1f} bytes a request would be seen"
        return f"{'not ok' if self.grows else 'ok'} - {what}"


def judge(samples):
    """Verdicts of all that was recorded."""
    samples = settled(samples)
    return [Verdict(samples, metric) for metric in METRICS
            if sum(metric.name in one for one in samples) >= 8]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("samples", help="JSON lines")
    parser.add_argument("--svg", help="draw it, by gnuplot")
    parser.add_argument("--name", default="soak")
    options = parser.parse_args()
    try:
        samples = read(options.samples)
        if len(samples) < 12:
            raise ValueError(f"{len(samples)} samples are too few: let it run longer")
        verdicts = judge(samples)
    except (OSError, ValueError, KeyError) as error:
        print(f"judge.py: {options.samples}: {error}", file=sys.stderr)
        return 2
    for one in verdicts:
        print(one.line())
    minutes = (samples[-1]["seconds"] - samples[0]["seconds"]) / 60
    print(f"figure: {options.name}: {minutes:.0f} minutes, {len(samples)} samples, "
          f"{requests_of(samples)} requests; {sum(one.grows for one in verdicts)} of "
          f"{len(verdicts)} series grow")
    if options.svg:
        try:
            plot.draw(samples, verdicts, options.svg, options.name, WARM_UP)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"judge.py: no plot: {error}", file=sys.stderr)
            return 2
    return 1 if any(one.grows for one in verdicts) or not verdicts else 0


if __name__ == "__main__":
    sys.exit(main())
