#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Joins what the ways of measuring echo servers found into runs.jsonl and Markdown tables."""

import sys

from runs import load_all, spread, warnings, write_runs, write_table

# So that a server that works in the client's context is charged like one that does not.
RULE = "socket"

FOOTER = """\
Medians over the rounds (smallest to largest). All servers ran in one VM boot a way, one at a time,
interleaved; persistent connections, each with one message in flight; the client is bench.

- Instructions are guest instructions per round trip on one virtual CPU under icount, as the TCG
  plugin counts them. Each side pays for its program, its system calls, its work items and threads,
  and for the way of the packets that arrive at its sockets, in whichever context that happens; the
  server also for what its module does in a softirq. What the client's side costs is shown, so that
  it can be seen to be the same; with one connection it sleeps for each message, unless the echo is
  there before it comes to that.
- *total* is server and client together, from the guest's clock (a nanosecond is an instruction).
- Instruction counts know nothing of caches, TLBs and branch prediction.
- Round trips/s are wall-clock time in a VM with two CPUs. Under emulation (TCG) they are a sanity
  check only: context switches and system calls are dear there, memory is cheap."""


def case_of(run):
    return (run["size"], run["connections"], run["threads"])


def label(case, with_threads):
    _, connections, threads = case
    text = f"{connections:,} connection" + ("s" if connections > 1 else "")
    if with_threads:
        text += f", {threads} client thread" + ("s" if threads > 1 else "")
    return text


def table(title, runs, cells):
    """One row a server, one column a case; `cells` gives a run's figure or None."""
    cases = list(dict.fromkeys(case_of(r) for r in runs))
    with_threads = any(case[2] > 1 for case in cases)
    out = [f"### {title}", "",
           "| server | " + " | ".join(label(case, with_threads) for case in cases) + " |",
           "|---|" + "---:|" * len(cases)]
    for server in dict.fromkeys(r["server"] for r in runs):
        row = [server]
        for case in cases:
            mine = [r for r in runs if r["server"] == server and case_of(r) == case]
            faults = [r["fault"] for r in mine if r["fault"]]
            values = [v for v in map(cells, mine) if v is not None]
            row.append("*fails: see below*" if faults and not values else spread(values))
        out.append("| " + " | ".join(row) + " |")
    return out + [""]


def tables(runs):
    out = []
    for size in dict.fromkeys(r["size"] for r in runs):
        mine = [r for r in runs if r["size"] == size]
        exact = [r for r in mine if r["way"] == "exact"]
        two = [r for r in mine if r["way"] == "server"]
        time = [r for r in mine if r["way"] == "time"]

        def part(side):
            return lambda r: r.get("plugin", {}).get(side)

        if exact:
            out += table(f"{size} bytes: the server's instructions per round trip, one CPU", exact,
                         part("server"))
            out += table(f"{size} bytes: the client's", exact, part("client"))
            out += table(f"{size} bytes: total", exact, lambda r: r.get("instructions_total"))
        if two:
            out += table(f"{size} bytes: the server's instructions per round trip, two CPUs", two,
                         part("server"))
        if time:
            out += table(f"{size} bytes: round trips/s, two CPUs", time,
                         lambda r: r["result"] and r["result"]["round_trips_per_second"])
            out += table(f"{size} bytes: p99 of the latency, µs, two CPUs", time,
                         lambda r: r["result"] and r["result"]["latency_us"]["p99"])
    return out


def faults(runs):
    """What did not come off, each said once."""
    lines = dict.fromkeys(
        f"- {r['server']}, {label(case_of(r), True)} (way {r['way']}): {r['fault']}"
        for r in runs if r["fault"])
    return ["\n### What failed", "", *lines] if lines else []


def main():
    folder = sys.argv[1]
    runs = load_all(folder, RULE)
    if not runs:
        sys.exit(f"lab: nothing was measured (see {folder})")
    write_runs(folder, runs)
    write_table(folder, "Echo servers compared",
                [*tables(runs), FOOTER, *faults(runs), *warnings(runs)])


main()
