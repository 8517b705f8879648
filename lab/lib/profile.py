#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Puts names to the blocks that the plugin counted, and prints where a request's instructions go."""

import argparse
import bisect
import os
import subprocess
import sys

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "trace"))
import icicle
from graph import demangled as demangled_short, demangled_whole
from windows import (RULES, count_of, read_runs, read_windows, side_of, sides)


class Symbols:
    """Sorted (address, name, file); each name reaches to the next."""

    def __init__(self, rows):
        self.rows = sorted(rows)
        self.starts = [row[0] for row in self.rows]

    def find(self, address):
        i = bisect.bisect_right(self.starts, address) - 1
        return self.rows[i][1:] if i >= 0 else ("?", "?")


def kernel_symbols(path):
    rows = []
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = line.split()
            if parts[1] in "tTwW":
                module = parts[3].strip("[]") if len(parts) > 3 else "kernel"
                rows.append((int(parts[0], 16), parts[2], module))
    return Symbols(rows)


def elf_functions(path):
    """(address, size, name) of all functions, and (offset, address, size) of the load segments."""
    rows, segments = [], []
    for table in ("-sW", "-lW"):
        text = subprocess.run(["readelf", table, "-C", path], capture_output=True, text=True).stdout
        for line in text.splitlines():
            parts = line.split()
            if table == "-sW" and len(parts) >= 8 and parts[3] == "FUNC" and parts[6] != "UND":
                size = int(parts[2], 0)
                rows.append((int(parts[1], 16), size, " ".join(parts[7:]).split("@")[0]))
            elif table == "-lW" and parts[:1] == ["LOAD"]:
                segments.append((int(parts[1], 16), int(parts[2], 16), int(parts[4], 16)))
    return rows, segments


def user_symbols(maps):
    """Symbols at the addresses where the server has its program and libraries mapped."""
    rows, seen = [], {}
    if not os.path.exists(maps):
        return Symbols(rows)
    with open(maps, encoding="utf-8") as lines:
        for line in lines:
            parts = line.split(None, 5)
            if len(parts) < 6 or "x" not in parts[1]:
                continue
            start, end = (int(x, 16) for x in parts[0].split("-"))
            offset, path = int(parts[2], 16), parts[5].strip()
            name = os.path.basename(path)
            rows.append((start, f"({name}, no symbol)", name))
            rows.append((end, "?", "?"))
            if not os.path.exists(path):
                continue
            if path not in seen:
                seen[path] = elf_functions(path)
            functions, segments = seen[path]
            for seg_offset, seg_address, seg_size in segments:
                if seg_offset <= offset < seg_offset + seg_size:
                    bias = start - (seg_address + offset - seg_offset)
                    for address, size, function in functions:
                        if start <= address + bias < end:
                            rows.append((address + bias, function, name))
                            # What lies behind a function's end belongs to one without a name.
                            rows.append((address + bias + size, f"({name}, no symbol)", name))
    return Symbols(keep_starts(rows))


def add_call(fields, args, kernel, user, sums, calls, stacks):
    """One call from a module or a program into the kernel's core, with all that it cost there."""
    back, entry, role, level, instructions, times = fields
    back, entry = int(back, 16), int(entry, 16)
    if args.side not in (side_of(role, level, False, args.rule), "all"):
        return
    what, _ = kernel.find(entry)
    if back == 0:
        key = (f"returned or interrupted, on in {what}", "kernel", level.replace("_module", ""))
        add_stack(stacks, level, "kernel", ("(returned or interrupted)", what), int(instructions))
    else:
        caller, file = (kernel if back >> 63 else user).find(back - 1)
        add_stack(stacks, level, file, (caller, what), int(instructions))
        key = (f"{caller} -> {what}", file, level.replace("_module", ""))
    sums[key] = sums.get(key, 0) + int(instructions)
    calls[key] = calls.get(key, 0) + int(times)


def add_stack(stacks, level, file, names, instructions):
    """For the drawing: where it runs, whose code it is, the function, and what that called."""
    where = "in tasks" if level == "task" else "in softirqs"
    key = (where, file, *names)
    stacks[key] = stacks.get(key, 0) + instructions


def drawn_stacks(stacks, requests, modules):
    """Per request, with names as icicle.py wants them."""
    clear = demangled_short(name for key in stacks for name in key[2:])
    out = {}
    for (where, file, *names), n in stacks.items():
        path = [f"group: {where}", f"group: {file}"]
        for place, name in enumerate(names):
            # What a function calls here is the kernel's core.
            kind = "kernel" if place or file == "kernel" else "module" if file in modules else "user"
            if kind == "module" and "::" in clear[name]:
                kind = "engine"
            path.append(f"{kind}: {clear[name]}")
        out[tuple(path)] = out.get(tuple(path), 0) + n / requests
    return out


def keep_starts(rows):
    """Where a function begins at another's end, the beginning counts."""
    starts = {row[0] for row in rows if not row[1].startswith("(")}
    return [row for row in rows if row[0] not in starts or not row[1].startswith("(")]


MODULES = 0xFFFFFFFFC0000000


def where_of(level, address):
    if not address >> 63:
        return "user"
    return {"to_client": "softirq, to client", "to_server": "softirq, to server",
            "softirq_module": "softirq+module"}.get(level, level)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    parser.add_argument("--server", required=True)
    parser.add_argument("--top", type=int, default=50)
    parser.add_argument("--side", choices=["server", "client", "idle", "all"], default="server")
    parser.add_argument("--rule", choices=RULES, required=True)
    parser.add_argument("--by", choices=["function", "file", "call"], default="function")
    parser.add_argument("--icicle", help="file to draw into, with --by call")
    parser.add_argument("--folded", help="file for the stacks that it draws")
    args = parser.parse_args()

    runs = read_runs(f"{args.folder}/runs.jsonl")
    if not runs:
        sys.exit(f"lab: {args.folder}/runs.jsonl is empty: nothing was measured")
    run = runs[0]
    if not run["result"]:
        sys.exit(f"lab: {run['server']}: {run['fault']}")
    requests = count_of(run["result"])
    window = read_windows(f"{args.folder}/windows.jsonl")[run["window"]]
    kernel = kernel_symbols(f"{args.folder}/kallsyms")
    user = user_symbols(f"{args.folder}/maps.{args.server}")

    sums, calls, stacks = {}, {}, {}
    with open(f"{args.folder}/profile.{run['window']}", encoding="utf-8") as lines:
        for line in lines:
            kind, *fields = line.split()
            if kind == "call":
                if args.by == "call":
                    add_call(fields, args, kernel, user, sums, calls, stacks)
                continue
            address, size, role, level, count = fields
            address = int(address, 16)
            side = side_of(role, level, address >= MODULES, args.rule)
            if args.side not in (side, "all"):
                continue
            name, file = (kernel if address >> 63 else user).find(address)
            if args.by == "call":
                # The core's instructions come with the calls, but for those of plain softirqs.
                softirq = level in ("softirq", "to_client", "to_server")
                if file == "kernel" and not softirq:
                    continue
                add_stack(stacks, level, file, (name,), int(size) * int(count))
                key = ("(softirqs of the task)" if file == "kernel" else "(own code)", file,
                       where_of(level, address))
                sums[key] = sums.get(key, 0) + int(size) * int(count)
                continue
            where = where_of(level, address)
            key = (file, where) if args.by == "file" else (name, file, where)
            sums[key] = sums.get(key, 0) + int(size) * int(count)
            if args.by == "function" and starts_at(kernel if address >> 63 else user, address):
                calls[key] = calls.get(key, 0) + int(count)

    modules = {row[2] for row in kernel.rows} - {"kernel"}
    noun = "request" if "requests" in run["result"] else "round trip"
    case = "keep-alive" if run["mode"] == "keep" else "a connection per request"
    what = (f"{run['size']} bytes" if "size" in run else
            ", ".join(run[k] for k in ("resource", "coding", "state")))
    draw(args, drawn_stacks(stacks, requests, modules),
         f"{run['server']}, {what}, {case}", noun)
    print(f"{run['server']}, {what}, {case}, {run['connections']} connections, "
          f"{requests} {noun}s; guest instructions per {noun}")
    figures = sides(window, args.rule)
    print("  ".join(f"{side} {figures[side] / requests:,.0f}"
                    for side in ("server", "client", "idle", "total")) +
          f"  (total is without idle)  task switches {window['switches'] / requests:.2f}")
    for (side, level, region), n in sorted(figures["detail"].items()):
        if n / requests >= 1:
            print(f"  {side:7} {level:15} {region:7} {n / requests:10,.0f}")
    if window["anomalies"] or not window["memory"]:
        print(f"  WARNING: anomalies {window['anomalies']}, memory {window['memory']}:"
              " tasks may be wrong")

    whole = sum(sums.values())
    print(f"\nby {args.by}, side {args.side} ({whole / requests:,.0f}):")
    print(f"{'instr':>9} {'%':>5} {'cumul':>5} {'calls':>7}  where")
    running = 0
    clear = demangled_whole(key[0] for key in sums)
    for key, n in sorted(sums.items(), key=lambda item: -item[1])[:args.top]:
        running += n
        text = f"{clear[key[0]]}  [{key[1]}{', ' + key[2] if len(key) > 2 else ''}]"
        called = f"{calls[key] / requests:7.2f}" if key in calls else " " * 7
        print(f"{n / requests:9,.1f} {100 * n / whole:5.1f} {100 * running / whole:5.1f} "
              f"{called}  {text}")


def draw(args, stacks, title, noun):
    for name, make in ((args.folded, lambda: icicle.write_folded(stacks)),
                       (args.icicle, lambda: icicle.draw(
                           stacks, title, f"guest instructions per {noun}, side {args.side}; below a "
                           "function: what it called in the kernel, with all that this called",
                           "instructions", root=f"one {noun}"))):
        if name:
            with open(name, "w", encoding="utf-8") as file:
                file.write(make())


def starts_at(symbols, address):
    i = bisect.bisect_right(symbols.starts, address) - 1
    return i >= 0 and symbols.starts[i] == address


main()
