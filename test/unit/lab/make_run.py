#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Writes a folder such as lab/run leaves, of known figures: made up, but with windows as the plugin
writes them. usage: make_run.py FOLDER"""

import json
import os
import shutil
import sys

ENVIRONMENT = """\
date: 2026-01-01T00:00:00+00:00
commit: 0123456
guest kernel: 6.1.0-0-amd64
command: SCENARIO=slow-or-fast lab/run
"""
# Instructions on the server's side per turn, by variant; `other` cannot be told from `fast`.
INSTRUCTIONS = {"fast": 1000, "slow": 2000, "other": 1010}
KIB = {"fast": 4.0, "slow": 2.0, "other": 4.0}
# Turns per second in five rounds: other's overlap fast's, slow's lie apart.
RATES = {"fast": (100, 110, 105, 101, 99), "slow": (50, 55, 49, 51, 52),
         "other": (98, 120, 90, 104, 100)}


def line(way, turn, variant, case, own, fault=""):
    return {"scenario": "slow-or-fast", "way": way, "round": turn, "variant": variant, "case": case,
            "own": {"figures": own, "fault": fault}}


def window(number, count, instructions):
    """The server's task in user space and in a module, the client's, and a packet on its way to
    the server in the client's softirq."""
    n = count * instructions
    return {"window": number, "switches": 2 * count, "anomalies": 0, "memory": True, "tasks": [
        {"comm": "server", "pid": 2, "role": "other", "task_user": n // 2, "task_module": n // 4},
        {"comm": "htstress", "pid": 3, "role": "client", "task_user": 500 * count,
         "to_server_core": n - n // 2 - n // 4},
        {"comm": "swapper", "pid": 0, "role": "idle", "task_core": 12345}]}


def make(folder):
    here = os.path.dirname(os.path.abspath(__file__))
    shutil.copytree(os.path.join(here, "scenarios"), f"{folder}/scenarios")
    lines, windows = {"exact": [], "time": []}, []
    cases = [{"load": load, "kind": kind} for load in (1, 100) for kind in "ab"]
    for turn in (1, 2, 3):
        for case in cases:
            for variant, instructions in INSTRUCTIONS.items():
                # A few in a thousand more in each round, twice as many for kind b.
                n = instructions * (2 if case["kind"] == "b" else 1) + turn
                one = line("exact", turn, variant, case, {"count": 40, "kib": KIB[variant]})
                one["own"]["window"] = len(windows)
                windows.append(window(len(windows), 40, n))
                lines["exact"].append(one)
    for turn in range(1, 6):
        for case in cases:
            for variant, rates in RATES.items():
                if variant == "other" and case["load"] == 100:
                    lines["time"].append(line("time", turn, variant, case, {}, "timed <out>"))
                else:
                    lines["time"].append(line("time", turn, variant, case,
                                              {"count": 40, "per_second": rates[turn - 1]}))
    for way, some in (*lines.items(), ("exact/windows", windows)):
        path = f"{folder}/{way}.jsonl" if "/" in way else f"{folder}/{way}/runs.jsonl"
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(one) + "\n" for one in some)
    with open(f"{folder}/environment.txt", "w", encoding="utf-8") as file:
        file.write(ENVIRONMENT)


if __name__ == "__main__":
    make(sys.argv[1])
