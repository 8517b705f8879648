#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Joins what the ways of measuring found into runs.jsonl, runs.csv and Markdown tables."""

import csv
import sys

from runs import load_all, spread, warnings, write_runs, write_table

# Who pays for a packet's way up to its socket (lab/README.md). By the sender's rule no packet's way
# costs a server anything that answers inside of the client's softirq; so the socket's rule compares,
# and the sender's is shown beside it, as the older figures were made.
RULE = "socket"

QUESTIONS = {
    "files": "One popular file",
    "cold": "Each request is the first for its file",
    "listing": "The listing of a directory",
    "coding": "A text, as it is and coded",
}

# What is shown of a run: way, title, member of its figures, digits.
METRICS = (
    ("exact", "server's guest instructions per request, one CPU under icount", "server", 0),
    ("exact", "the same, each side paying for the way of what it sends", "server_sender", 0),
    ("exact", "the same, user space's part of it", "server_user", 0),
    ("exact", "guest instructions per request, client and all, one CPU under icount", "total", 0),
    ("server", "server's guest instructions per request, two CPUs", "server", 0),
    ("time", "requests/s in a VM with two CPUs", "per_second", 0),
    ("time", "p50 µs in a VM with two CPUs", "p50", 0),
    ("time", "p99 µs in a VM with two CPUs", "p99", 0),
    ("native", "server's CPU time per request, natively, µs", "cpu_us", 2),
    ("native", "server's and client's CPU time per request, natively, µs", "both_us", 2),
    ("native", "requests/s, natively, client on the other core", "per_second", 0),
    ("calls", "system calls per request, natively", "calls", 2),
)

FOOTER = """\
Medians over the rounds (smallest to largest). Each server is started for each window, with one
worker; the servers take turns, in one VM boot a way, or natively in one go; the client is htstress
with one thread, after a warm-up of a quarter of the requests.

- *Server's guest instructions* are what the TCG plugin counts: all tasks but the client's and the
  idle ones, what a kernel module does (with all it calls) in a softirq on any back, and the way of
  the packets that arrive at the server's sockets, in whichever context that happens. On loopback it
  is whoever sends that carries a packet up to the receiving socket: counted that way (*each side
  paying for the way of what it sends*), a server that answers inside of the client's softirq
  (khttpd's model inline) would pay for neither its answers' way nor the requests'. Totals are from
  the guest's clock (a nanosecond is an instruction). Counts know nothing of caches, TLBs and branch
  prediction.
- *Requests/s in a VM* are a sanity check: under emulation system calls and switches are dear.
- *CPU time* is the scheduler's account of the server's processes, on a core of their own, softirqs
  on their backs included; natively there is no khttpd. With one connection it is mostly wake-ups.
- *Bytes on the wire* are what the client received for a request, head and body.
- *–*: not measured, or the server does not offer that coding."""


def size_name(size):
    for unit, name in ((1 << 20, "MiB"), (1 << 10, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {name}"
    return f"{size} B"


def case_of(run):
    return tuple(run[k] for k in ("question", "resource", "mode", "connections", "coding", "state"))


def label(case):
    _, resource, mode, connections, coding, state = case
    kind, _, number = resource.rpartition("-")
    what = f"{int(number):,} entries" if kind == "list" else size_name(int(number))
    what += {"text": ", coded by the server", "ready": ", coded in a file beside it"}.get(kind, "") \
        if coding != "identity" else ""
    if kind in ("text", "ready"):
        what = f"{coding}: {what}"
    how = f"{connections} connection" + ("s" if connections > 1 else "")
    if mode == "new":
        how = f"a connection per request, {connections} at a time"
    return f"{what}, {how}" + (", each for the first time" if state == "cold" else "")


def figures_of(run):
    """A run's figures per request, by the names that METRICS uses."""
    result = run["result"]
    n = result["requests"]
    out = {"requests": n, "errors": result["bad"] + result["socket_errors"],
           "per_second": result["requests_per_second"], "p50": result["latency_us"]["p50"],
           "p99": result["latency_us"]["p99"], "wire_bytes": result["received_bytes"] / n}
    if "instructions_total" in run:
        out["total"] = run["instructions_total"]
    if "plugin" in run:
        out["server"] = run["plugin"]["server"]
        out["server_sender"] = run["plugin"]["server_by_rule"]["sender"]
        out["server_user"] = run["plugin"]["detail"].get("server task user")
    if "server_ns" in run:
        out["cpu_us"] = run["server_ns"] / n / 1000
        # In a short run the client's own start would be seen.
        if n >= 1000:
            out["client_us"] = run["client_seconds"] * 1e6 / n
            out["both_us"] = out["cpu_us"] + out["client_us"]
        ticks = run["server_ticks"]
        out["user_share"] = ticks[0] / max(1, sum(ticks))
    if "calls" in run:
        out["calls"] = sum(run["calls"].values()) / n
    return out


def table(title, runs, name, digits):
    """Rows: the cases; columns: the servers. Nothing if no run has that figure."""
    runs = [r for r in runs if r["figures"].get(name) is not None]
    if not runs:
        return []
    servers = list(dict.fromkeys(r["server"] for r in runs))
    out = [f"### {title}", "", "| | " + " | ".join(servers) + " |",
           "|---|" + "---:|" * len(servers)]
    for case in dict.fromkeys(case_of(r) for r in runs):
        cells = [spread([r["figures"][name] for r in runs
                         if r["server"] == server and case_of(r) == case], digits)
                 for server in servers]
        out.append(f"| {label(case)} | " + " | ".join(cells) + " |")
    return out + [""]


def tables(runs):
    out = []
    for question in dict.fromkeys(r["question"] for r in runs):
        mine = [r for r in runs if r["question"] == question]
        out += [f"## {QUESTIONS.get(question, question)}", ""]
        for way, title, name, digits in METRICS:
            out += table(title, [r for r in mine if r["way"] == way], name, digits)
        if question in ("coding", "listing"):
            out += table("bytes on the wire per request", mine, "wire_bytes", 0)
        errors = [r for r in mine if r["figures"]["errors"]]
        out += [f"**{r['server']}, {label(case_of(r))}, {r['way']}: {r['figures']['errors']} of "
                f"{r['figures']['requests']} requests failed.**" for r in errors]
    return out + [""]


def write_csv(folder, runs):
    columns = ["question", "server", "resource", "mode", "connections", "coding", "state", "way",
               "round"]
    names = list(dict.fromkeys(k for r in runs for k in r["figures"]))
    with open(f"{folder}/runs.csv", "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(columns + names)
        for r in runs:
            values = [r["figures"].get(k) for k in names]
            out.writerow([r[k] for k in columns] +
                         [round(v, 3) if isinstance(v, float) else v for v in values])


def main():
    folder = sys.argv[1]
    runs = [r for r in load_all(folder, RULE) if r["result"] and r["result"]["requests"]]
    if not runs:
        sys.exit(f"lab: nothing was measured (see {folder})")
    for run in runs:
        run["figures"] = figures_of(run)
    write_runs(folder, runs)
    write_csv(folder, runs)
    write_table(folder, "Servers compared", [*tables(runs), FOOTER, *warnings(runs)])


main()
