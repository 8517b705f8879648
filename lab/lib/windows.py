# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What the plugin counted in a window, as instructions on the server's and the client's side."""

import json

LEVELS = ("task", "softirq", "to_client", "to_server", "softirq_module")
REGIONS = ("user", "core", "module")
RULES = ("socket", "sender")


def read_windows(path):
    with open(path, encoding="utf-8") as lines:
        return {w["window"]: w for w in map(json.loads, lines)}


def read_runs(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def count_of(result):
    """Requests, or an echo's round trips, in the window."""
    return result.get("requests", result.get("round_trips"))


def rate_of(result):
    return result.get("requests_per_second", result.get("round_trips_per_second"))


def side_of(role, level, module, rule):
    """Who pays for instructions of a task's role, at a level, in a module's code or not.

    Both rules: the client pays for its program and its system calls, the server for all other tasks
    and for what a kernel module does (with all it calls) in a softirq on any task's back. They
    differ in who pays for a packet's way up, through the softirq, to the socket that it is for:

    socket          whose socket it is: so each side has what happens on its own sockets, and the
                    client's side is the same whatever the server does in whichever context
    sender          the task on whose back the softirq runs, which on loopback is the sender
    """
    if level == "softirq_module" or (role == "client" and module):
        return "server"
    if rule == "socket" and level in ("to_client", "to_server"):
        return level.removeprefix("to_")
    return {"client": "client", "idle": "idle"}.get(role, "server")


def sides(window, rule):
    """Instructions by side: server, client, idle (and softirqs on the idle tasks' backs), and
    total, which is the first two; detail has them by (side, level, region)."""
    out = {"server": 0, "client": 0, "idle": 0}
    detail = {}
    for task in window["tasks"]:
        for level in LEVELS:
            for region in REGIONS:
                n = task.get(f"{level}_{region}", 0)
                if not n:
                    continue
                side = side_of(task["role"], level, region == "module", rule)
                out[side] += n
                key = (side, level, region)
                detail[key] = detail.get(key, 0) + n
    out["total"] = out["server"] + out["client"]
    out["detail"] = detail
    return out
