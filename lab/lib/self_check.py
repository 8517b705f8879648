#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Compares what the plugin counted with what is known by other means."""

import json
import sys

from windows import read_windows, sides

failures = 0


def check(what, measured, expected, tolerance):
    global failures
    off = abs(measured - expected) / expected
    verdict = "ok" if off <= tolerance else "WRONG"
    failures += off > tolerance
    print(f"{verdict:5}  {what}: {measured:,.0f}, expected {expected:,.0f}, "
          f"off by {100 * off:.4f} % (allowed {100 * tolerance:g} %)")


def main():
    folder, turns = sys.argv[1], int(sys.argv[2])
    for way in ("exact", "server"):
        windows = read_windows(f"{folder}/{way}/windows.jsonl")
        loop = next(t for t in windows[0]["tasks"] if t["comm"].startswith("ktcp_plugin"))
        # The window ends inside a block that is counted whole: a handful of instructions more;
        # a timer interrupt splits none.
        check(f"{way}: loop of {2 * turns:,} instructions", loop["task_user"], 2 * turns, 1e-5)
        with open(f"{folder}/{way}/runs.jsonl", encoding="utf-8") as lines:
            for run in map(json.loads, lines):
                window, result = windows[run["window"]], run["result"]
                figures = sides(window)
                case = f"{way}: {run['server']}, {run['mode']}:{run['connections']}"
                if way == "exact":
                    check(f"{case}, plugin's total against the clock's",
                          figures["total"] + figures["idle"], result["seconds"] * 1e9, 0.01)
                names = {t["comm"] for t in window["tasks"]}
                good = (window["anomalies"] == 0 and window["memory"] and
                        {"nginx", "htstress"} <= names and figures["server"] > 0)
                print(f"{'ok' if good else 'WRONG':5}  {case}, tasks: {', '.join(sorted(names))}")
                global failures
                failures += not good
    sys.exit(1 if failures else 0)


main()
