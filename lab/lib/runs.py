# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The runs of a comparison, joined with what the plugin counted, and how their tables are written."""

import json
import os
import statistics

from windows import RULES, count_of, read_runs, read_windows, sides

WAYS = ("exact", "server", "time", "native", "calls")


def load(folder, way, rule):
    """The runs of one way of measuring; those with a result get their figures."""
    path = f"{folder}/{way}/runs.jsonl"
    if not os.path.exists(path):
        return []
    runs = read_runs(path)
    windows = {}
    if os.path.exists(f"{folder}/{way}/windows.jsonl"):
        windows = read_windows(f"{folder}/{way}/windows.jsonl")
    for run in runs:
        run["way"] = way
        result = run["result"]
        n = count_of(result) if result else 0
        if not n:
            continue
        if way == "exact":
            run["instructions_total"] = result["seconds"] * 1e9 / n
        window = windows.get(run["window"])
        if window:
            figures = sides(window, rule)
            run["plugin"] = {k: figures[k] / n for k in ("server", "client", "idle", "total")}
            run["plugin"]["rule"] = rule
            run["plugin"]["server_by_rule"] = {
                name: sides(window, name)["server"] / n for name in RULES}
            run["plugin"]["detail"] = {
                " ".join(k): v / n for k, v in sorted(figures["detail"].items())}
            run["plugin"]["task_switches"] = window["switches"] / n
            run["plugin"]["anomalies"] = window["anomalies"]
    return runs


def load_all(folder, rule):
    return [run for way in WAYS for run in load(folder, way, rule)]


def write_runs(folder, runs):
    with open(f"{folder}/runs.jsonl", "w", encoding="utf-8") as file:
        for run in runs:
            file.write(json.dumps(run) + "\n")


def write_table(folder, title, body):
    """table.md, with the environment above the body's lines; and the same on standard output."""
    with open(f"{folder}/environment.txt", encoding="utf-8") as file:
        environment = file.read().splitlines()
    text = "\n".join([f"# {title}", "", *[f"- {line}" for line in environment], "", *body]) + "\n"
    with open(f"{folder}/table.md", "w", encoding="utf-8") as file:
        file.write(text)
    print(text)


def spread(values, digits=0):
    """Median (smallest to largest)."""
    if not values:
        return "–"
    text = [f"{v:,.{digits}f}" for v in (statistics.median(values), min(values), max(values))]
    return text[0] if len(set(text)) == 1 else f"{text[0]} ({text[1]}–{text[2]})"


def warnings(runs):
    doubtful = sum(1 for r in runs if r.get("plugin", {}).get("anomalies"))
    return [f"\n**{doubtful} windows in which the plugin lost track of a softirq: "
            "their server figures are doubtful.**"] if doubtful else []
