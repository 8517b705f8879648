#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Takes memory until the kernel asks its shrinkers for some back, goes on taking what they give
for a while, and lets go. If it goes too far it is the one to be killed, and says so by that.

usage: hog.py SECONDS
"""

import mmap
import sys
import time

PIECE = 1 << 20
ONES = b"\1" * PIECE


def count(path, name):
    with open(path, encoding="ascii") as lines:
        return next(int(line.split()[1]) for line in lines if line.split()[0] == name)


def available():
    return count("/proc/meminfo", "MemAvailable:") >> 10


def scanned():
    return count("/proc/vmstat", "slabs_scanned")


def main():
    seconds = float(sys.argv[1])
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as score:
        score.write("1000")
    before, begin, held = available(), scanned(), []
    end = None
    while end is None or time.monotonic() < end:
        if end is None and scanned() != begin:
            end = time.monotonic() + seconds
        if available() > 0:
            piece = mmap.mmap(-1, PIECE)
            piece.write(ONES)
            held.append(piece)
        else:
            time.sleep(0.02)
            if end is None:
                end = time.monotonic() + 5 * seconds
    print(f"the hog took {len(held) * PIECE >> 20} MiB; available before {before}, then {available()};"
          f" shrinkers were asked for {scanned() - begin}")


if __name__ == "__main__":
    main()
