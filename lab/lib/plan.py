#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What lab/run has to do, out of the scenarios' files.

usage: plan.py list                     the scenarios and their questions
       plan.py check NAME...            are they right? (exit status 2: no)
       plan.py windows WAY NAME...      the windows of one way, in order, a line each, its members
                                        separated by tabs; environment: ROUNDS, LAB_QUICK
       plan.py facts NAME...            what they need: lines of "servers", "builds", "clients",
                                        "resources" or "ways", and words
"""

import json
import os
import sys

import scenario
from compare import rounds_wanted
from scenario import ScenarioError

ROUNDS = {"exact": 3, "time": 5, "native": 5}
# A quick run concludes from what is counted only: a clock wants more rounds (compare.py).
QUICK_ROUNDS = {"exact": 2, "time": 1, "native": 4}


def rounds_of(one, way, quick):
    given = os.environ.get("ROUNDS")
    if given:
        return int(given)
    return one.rounds.get(way, (QUICK_ROUNDS if quick else ROUNDS)[way])


def check_rounds(one):
    """A conclusion that the file asks for, and that no full run could come to."""
    for way in one.ways:
        for metric in one.conclude:
            wanted = rounds_wanted(metric)
            if way in metric.ways and one.rounds.get(way, ROUNDS[way]) < wanted:
                raise ScenarioError(f"{one.name}.toml: rounds: '{metric.name}' wants {wanted} in way {way}, "
                                    "or exact = true if it is counted")


def words_of(one, case):
    """A case as the scripts want it."""
    if one.how == "http":
        load = f"{case['mode']}:{case['connections']}x{case['threads']}"
        resource = str(case["resource"])
        question = "coding" if resource.startswith(("text", "ready")) else "lab"
        text = f"{question}/{resource}/{load}/{case['coding']}"
        return text + ("/cold" if case["state"] == "cold" else "")
    if one.how == "echo":
        return f"{case['mode']} {case['size']} {case['connections']} {case['threads']}"
    return " ".join(f"{key}={value}" for key, value in case.items())


def windows(chosen, way, quick):
    """Round by round, so that whatever changes in the meantime meets all of them; within a case the
    variants take turns, and each round begins with another one."""
    chosen = [one for one in chosen if way in one.ways]
    most = max((rounds_of(one, way, quick) for one in chosen), default=0)
    for turn in range(1, most + 1):
        for one in chosen:
            if turn > rounds_of(one, way, quick):
                continue
            variants = one.variants_in(way)
            for case in one.cases:
                for n in range(len(variants)):
                    variant = variants[(n + turn - 1) % len(variants)]
                    if not one.left_out(variant, case):
                        yield (turn, one, variant, case)


def line_of(turn, one, variant, case, way):
    duration = one.duration if way != "exact" and one.duration else ""
    fields = (turn, one.name, one.how, variant, words_of(one, case) or "-", one.requests_in(way),
              duration or "-", one.script, json.dumps(case, ensure_ascii=False))
    return "\t".join(map(str, fields))


def facts(chosen):
    servers = {"http": {}, "echo": {}, "script": {}}
    builds, clients, resources, ways = {}, {"htstress": 1, "bench": 1}, {}, {}
    for one in chosen:
        servers[one.how] |= dict.fromkeys(one.variants)
        builds |= dict.fromkeys(one.builds)
        clients |= dict.fromkeys(one.clients)
        ways |= dict.fromkeys(one.ways)
        if one.how == "http":
            resources |= dict.fromkeys(words_of(one, case) for case in one.cases)
    yield "http_servers", servers["http"]
    yield "echo_servers", servers["echo"]
    yield from {"builds": builds, "clients": clients, "resources": resources, "ways": ways}.items()


def main():
    quick = os.environ.get("LAB_QUICK") == "1"
    command, *words = sys.argv[1:] or ["--help"]
    if command == "list":
        for name in scenario.names():
            one = scenario.load(name)
            print(f"{name:24} {one.question}")
        return
    if command not in ("check", "windows", "facts"):
        sys.exit(__doc__.strip())
    way = words.pop(0) if command == "windows" else None
    chosen = [scenario.load(name, quick) for name in words]
    for one in chosen:
        if not quick:
            check_rounds(one)
    if command == "windows":
        for window in windows(chosen, way, quick):
            print(line_of(*window, way))
    elif command == "facts":
        for name, found in facts(chosen):
            print(name, *found)


if __name__ == "__main__":
    try:
        main()
    except ScenarioError as error:
        print(f"lab: {error}", file=sys.stderr)
        sys.exit(2)
