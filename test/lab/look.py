#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Has a run of test/lab/scenarios found what there is to find? usage: look.py FOLDER vm|native"""

import json
import sys
import xml.etree.ElementTree as ElementTree

failed = 0


def check(what, good):
    global failed
    failed += not good
    print(f"{'ok' if good else 'WRONG':5}  {what}")


def main(folder, host):
    with open(f"{folder}/runs.jsonl", encoding="utf-8") as file:
        runs = [json.loads(line) for line in file]
    found = {(r["scenario"], r["variant"], r["case"].get("mode", "")): r for r in runs}
    user = [("try-http", "user-http-server", "keep"), ("try-echo", "user-echo-server:epoll-et", "keep"),
            ("try-echo", "user-echo-server:epoll-et", "new")]
    kernel = [("try-http", "khttpd:event", "keep"), ("try-echo", "kecho:inline", "keep"),
              ("try-echo", "kecho:inline", "new")]
    for key in user + (kernel if host == "vm" else []):
        figures = found.get(key, {"figures": {}})["figures"]
        if host == "vm":
            # The least that TCP itself takes, and far more than any of these should.
            check(f"{key}: instructions", 5000 < figures.get("server_instructions", 0) < 200000)
        else:
            check(f"{key}: by the clock", figures.get("per_second", 0) > 0 and "cpu_us" in figures)
    if host == "vm":
        parts = {k: found[k]["figures"] for k in (user[0], kernel[0])}
        check("khttpd has no user space", parts[kernel[0]]["server_user_instructions"] == 0)
        check("khttpd has a module", parts[kernel[0]]["server_module_instructions"] > 500)
        check("user-http-server the other way round",
              parts[user[0]]["server_user_instructions"] > 500 and
              parts[user[0]]["server_module_instructions"] == 0)
        for key in kernel[1:]:
            check(f"{key[2]}: kecho:inline takes less than epoll",
                  found[key]["figures"]["server_instructions"] <
                  found["try-echo", "user-echo-server:epoll-et", key[2]]["figures"]["server_instructions"])
        mine = found["try-script", "counts", ""]
        check("a script's window", 5000 < mine["figures"]["server_instructions"] < 200000)
    else:
        check("nothing of a kernel's", not any(k in found for k in kernel))
        mine = found["try-script", "counts", ""]
    check("a script's own figures", mine["figures"]["answer"] == 42)
    check("a script's own case", mine["case"] == {"number": 42, "more": "yes"})
    check("a script's failure", found["try-script", "fails", ""]["fault"] ==
          "it went wrong (exit status 3)")
    check("what cannot be measured", found["try-script", "cannot", ""]["fault"] == "not on a Sunday")
    ElementTree.parse(f"{folder}/report.html")
    sys.exit(1 if failed else 0)


main(*sys.argv[1:])
