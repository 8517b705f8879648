#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: counts.py FILE

Of what bpftrace -f json wrote, the maps @NAME_tenths (how often which tenth of a microsecond) and @NAME_us
(stats()), as a line of JSON: NAME_us, the median; NAME_p90_us; NAME_mean_us."""

import json
import sys

COUNTS, STATS = "_tenths", "_us"


def percentile(counts, share):
    """Of {value: how often}, in the values' unit."""
    rank, below = int(share * sum(counts.values())), 0
    for value, count in sorted(counts.items()):
        below += count
        if rank < below:
            return value
    return max(counts)


def figures(lines):
    out = {}
    for line in filter(str.strip, lines):
        found = json.loads(line)
        for name, data in found["data"].items():
            name = name.removeprefix("@")
            if found["type"] == "map" and name.endswith(COUNTS) and data:
                counts = {int(tenths): count for tenths, count in data.items()}
                name = name.removesuffix(COUNTS)
                out[f"{name}_us"] = percentile(counts, 0.5) / 10
                out[f"{name}_p90_us"] = percentile(counts, 0.9) / 10
            elif found["type"] == "stats":
                out[f"{name.removesuffix(STATS)}_mean_us"] = data["average"]
    return out


if __name__ == "__main__":
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    try:
        with open(sys.argv[1], encoding="utf-8") as text:
            print(json.dumps(figures(text)))
    except (OSError, ValueError) as error:
        sys.exit(f"counts: {error}")
