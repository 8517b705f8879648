#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Compares what the plugin counted with what is known by other means."""

import sys

from windows import count_of, read_runs, read_windows, sides

failures = 0


def check(what, measured, expected, tolerance):
    global failures
    off = abs(measured - expected) / expected
    verdict = "ok" if off <= tolerance else "WRONG"
    failures += off > tolerance
    print(f"{verdict:5}  {what}: {measured:,.0f}, expected {expected:,.0f}, "
          f"off by {100 * off:.4f} % (allowed {100 * tolerance:g} %)")


def check_echo(folder):
    """The client's side must not depend on the context in which the server works."""
    windows = read_windows(f"{folder}/windows.jsonl")
    client = {}
    for run in read_runs(f"{folder}/runs.jsonl"):
        result = run["result"]
        figures = sides(windows[run["window"]], "socket")
        client[run["server"]] = figures["client"] / count_of(result)
        check(f"echo: {run['server']}, plugin's total against the clock's",
              figures["total"] + figures["idle"], result["seconds"] * 1e9, 0.01)
    check("echo: the client's side, against kecho:inline and against plain-epoll",
          client["kecho:inline"], client["plain-epoll"], 0.1)


def main():
    folder, turns = sys.argv[1], int(sys.argv[2])
    for way in ("exact", "server"):
        windows = read_windows(f"{folder}/{way}/windows.jsonl")
        loop = next(t for t in windows[0]["tasks"] if t["comm"].startswith("ktcp_plugin"))
        # The window ends inside a block that is counted whole: a handful of instructions more;
        # a timer interrupt splits none.
        check(f"{way}: loop of {2 * turns:,} instructions", loop["task_user"], 2 * turns, 1e-5)
        for run in read_runs(f"{folder}/{way}/runs.jsonl"):
            window, result = windows[run["window"]], run["result"]
            figures = sides(window, "sender")
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
    check_echo(f"{folder}/echo")
    sys.exit(1 if failures else 0)


main()
