#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Joins what the ways of measuring found into runs.jsonl and a Markdown table."""

import sys

from runs import load_all, spread, warnings, write_runs, write_table

# As the figures in doc/bench.md were made.
RULE = "sender"

FOOTER = """\
Medians over the rounds (smallest to largest). All servers ran in one VM boot a way, with one
worker, interleaved; the client is htstress with one thread.

- **total, 1 CPU**: guest instructions per request on one virtual CPU, server and client and
  kernel together, from the guest's clock under icount (one nanosecond is one instruction).
- **server, 1 CPU** and **server, 2 CPUs**: the server's part of it as the TCG plugin counts it.
  It contains all tasks but the client's and the idle ones, the softirqs on their backs, and what
  a kernel module does (with all it calls) in a softirq on any back. It does not contain the
  softirqs on the client's back: on loopback whoever sends carries the packet up to the receiving
  socket, so a server's answers cost the server the client's receive path, and the client's
  requests the other way round.
- Instruction counts know nothing of caches, TLBs and branch prediction.
- **requests/s, p50, p99** are wall-clock time in a VM with two CPUs. Under emulation (TCG) they are
  a sanity check only: system calls, context switches and address-space switches are dear there,
  memory is cheap, and so servers in the kernel look better than they are."""


def size_name(size):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"


def table(runs):
    out = []
    cases = list(dict.fromkeys((r["size"], r["mode"], r["connections"]) for r in runs))
    servers = list(dict.fromkeys(r["server"] for r in runs))
    for size, mode, connections in cases:
        kind = "keep-alive" if mode == "keep" else "a connection per request"
        out += [f"### {size_name(size)}, {kind}, {connections} connection"
                + ("s" if connections > 1 else "") + (" at a time" if mode == "new" else ""), "",
                "| server | total, 1 CPU | server, 1 CPU | server, 2 CPUs | requests/s |"
                " p50 µs | p99 µs | errors |",
                "|---|---:|---:|---:|---:|---:|---:|---:|"]
        for server in servers:
            mine = [r for r in runs if r["server"] == server and
                    (r["size"], r["mode"], r["connections"]) == (size, mode, connections)]
            if not mine:
                continue

            def of(way, get):
                return [get(r) for r in mine if r["way"] == way]

            errors = sum(r["result"]["bad"] + r["result"]["socket_errors"] for r in mine)
            out.append("| " + " | ".join([
                server,
                spread([r["instructions_total"] for r in mine if "instructions_total" in r]),
                spread([r["plugin"]["server"] for r in mine
                        if r["way"] == "exact" and "plugin" in r]),
                spread([r["plugin"]["server"] for r in mine
                        if r["way"] == "server" and "plugin" in r]),
                spread(of("time", lambda r: r["result"]["requests_per_second"])),
                spread(of("time", lambda r: r["result"]["latency_us"]["p50"])),
                spread(of("time", lambda r: r["result"]["latency_us"]["p99"])),
                str(errors)]) + " |")
        out.append("")
    return out


def main():
    folder = sys.argv[1]
    runs = load_all(folder, RULE)
    if not runs:
        sys.exit(f"lab: nothing was measured (see {folder})")
    write_runs(folder, runs)
    write_table(folder, "Servers compared", [*table(runs), FOOTER, *warnings(runs)])


main()
