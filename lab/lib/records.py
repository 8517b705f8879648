# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The lab's records: the lines that a way of measuring left, as figures per request, with what the
plugin counted in their windows. README.md describes the record."""

import json
import os
import re

from windows import count_of, rate_of, read_windows, sides

RULE = "socket"
LATENCIES = {"p50": "p50_us", "p90": "p90_us", "p99": "p99_us", "p99.9": "p999_us"}
# With so many failed requests, speed is no longer what was measured.
FAILED_SHARE = 0.001
# Of shorter windows the load generator's own start would be what is seen of the machine, and the ticks of
# the accounts what is seen of a server.
ACCOUNTED_SECONDS = 0.5


def plugin_figures(window, count):
    """Instructions and switches, each divided by the window's requests."""
    counted = sides(window, RULE)
    part = {"user": 0, "core": 0, "module": 0}
    for (side, _, region), n in counted["detail"].items():
        if side == "server":
            part[region] += n
    return {"server_instructions": counted["server"] / count,
            "client_instructions": counted["client"] / count,
            "total_instructions": counted["total"] / count,
            "server_user_instructions": part["user"] / count,
            "server_kernel_instructions": part["core"] / count,
            "server_module_instructions": part["module"] / count,
            "task_switches": window["switches"] / count}


def load_figures(result, way):
    """What htstress or bench has to say. Under icount its clock counts instructions."""
    out = {"count": count_of(result)}
    if way != "exact":
        out["per_second"] = rate_of(result)
        for name, ours in LATENCIES.items():
            if name in result["latency_us"]:
                out[ours] = result["latency_us"][name]
    if "received_bytes" in result:
        out["wire_bytes"] = result["received_bytes"] / out["count"]
    return out


def account_figures(line, count, seconds):
    """What the machine, or the server, was busy with while the load ran, its warm-up included."""
    out = {}
    requests = count + line.get("warmup", 0)
    if "machine" in line and seconds >= ACCOUNTED_SECONDS:
        out["cpu_us"] = line["machine"]["busy_us"] / requests
        out["context_switches"] = line["machine"]["switches"] / requests
    if "server_us" in line and seconds >= ACCOUNTED_SECONDS:
        out["cpu_us"] = line["server_us"] / requests
    if "server_ns" in line:
        out["cpu_us"] = line["server_ns"] / count / 1000
    return out


def failures_of(result):
    failed = result.get("bad", 0) + result.get("socket_errors", 0)
    return failed, f"{failed} of {result['requests']} requests failed" if failed else ""


def record_of(line, windows):
    """A line as run_plan.sh wrote it, as a record."""
    out = {key: line[key] for key in ("scenario", "way", "round", "variant", "case")}
    out |= {"figures": {}, "fault": line.get("fault", "")}
    own = line.get("own")
    if own is not None:
        out["case"] = {**line["case"], **own.get("case", {})}
        out["figures"] = dict(own.get("figures", {}))
        out["fault"] = own.get("fault", "")
        source, count = own, out["figures"].get("count", 1)
    else:
        source = line.get("http", line)
        result = source.get("result")
        count = count_of(result) if result else 0
        if not count:
            out["fault"] = out["fault"] or "no request came through"
            return out
        failed, text = failures_of(result)
        out["fault"] = out["fault"] or text
        if failed > FAILED_SHARE * count:
            out["figures"] = {"count": count, "errors": failed}
            return out
        out["figures"] = load_figures(result, line["way"]) | account_figures(source, count, result["seconds"])
    window = windows.get(source.get("window"))
    if window and count:
        out["figures"] |= plugin_figures(window, count)
        if window["anomalies"]:
            out["fault"] = out["fault"] or "the plugin lost track of a softirq: doubtful"
    return out


def read_line(text):
    """A line, or what can be told of it: one that a script has spoilt must not cost the others."""
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        out = {key: found.group(1) if (found := re.search(f'"{key}": "([^"]*)"', text)) else "?"
               for key in ("scenario", "way", "variant")}
        return out | {"round": 0, "case": {}, "fault": "an unreadable line: " + text.strip()[:200]}


def load_way(folder, way):
    path = f"{folder}/{way}/runs.jsonl"
    if not os.path.exists(path):
        return []
    windows = {}
    if os.path.exists(f"{folder}/{way}/windows.jsonl"):
        windows = read_windows(f"{folder}/{way}/windows.jsonl")
    with open(path, encoding="utf-8", errors="replace") as lines:
        return [record_of(line, windows) for line in map(read_line, lines)]


def write(folder, records):
    with open(f"{folder}/runs.jsonl", "w", encoding="utf-8") as file:
        for record in records:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
