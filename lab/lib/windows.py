# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What the plugin counted in a window, as instructions on the server's and the client's side."""

import json

LEVELS = ("task", "softirq", "softirq_module")
REGIONS = ("user", "core", "module")


def read_windows(path):
    with open(path, encoding="utf-8") as lines:
        return {w["window"]: w for w in map(json.loads, lines)}


def sides(window):
    """Instructions by side.

    server          all tasks but the client's and the idle ones, softirqs on their backs, and
                    what a kernel module did (with all it called) in a softirq on any back
    client          the load generator's own code and its system calls, and the softirqs on its
                    back (the packets it sends, which there reach the server's socket)
    idle            the idle tasks, and softirqs on their backs
    """
    out = {"server": 0, "client": 0, "idle": 0}
    detail = {}
    for task in window["tasks"]:
        for level in LEVELS:
            for region in REGIONS:
                n = task.get(f"{level}_{region}", 0)
                if not n:
                    continue
                if level == "softirq_module" or (task["role"] == "client" and region == "module"):
                    side = "server"
                else:
                    side = {"client": "client", "idle": "idle"}.get(task["role"], "server")
                out[side] += n
                key = (side, level, region)
                detail[key] = detail.get(key, 0) + n
    out["total"] = out["server"] + out["client"]
    out["detail"] = detail
    return out
