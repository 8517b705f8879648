#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Looks at a server every few seconds, and writes a JSON line each time.

sampler.py kernel|PID OUT EVERY SECONDS -- PROBE...: of the kernel with khttpd and kecho, or of one
program; PROBE is soak_probe with its options. Ends after that time; or at once, with status 1,
when the server or the probe fails.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import time

SMALL = 128  # bytes: packets and buffers, which come and go, are larger
LEAST = 24  # samples
PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def text(path):
    return pathlib.Path(path).read_text()


def pairs(path):
    """Lines of a name and a number."""
    return {name: int(value) for name, value in re.findall(r"^(\w+):?\s+(\d+)", text(path), re.M)}


def slabs():
    """KiB of slab caches, by whose they are."""
    out = {"khttpd_kib": 0.0, "kecho_kib": 0.0, "kmalloc_kib": 0.0, "small_kib": 0.0}
    for line in text("/proc/slabinfo").splitlines()[2:]:
        words = line.split()
        if name := re.match(r"(khttpd|kecho)_", words[0]):
            # ... pages per slab : tunables a b c : slabdata active total shared
            out[name[1] + "_kib"] += int(words[14]) * int(words[5]) * PAGE_KIB
        elif words[0].startswith("kmalloc-"):
            kib = int(words[1]) * int(words[3]) / 1024
            out["kmalloc_kib"] += kib
            if int(words[3]) <= SMALL:
                out["small_kib"] += kib
    return out


def kernel_threads():
    count = 0
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        try:
            count += path.read_text().rpartition(")")[2].split()[1] == "2"
        except OSError:
            pass
    return count


def tcp():
    out = {}
    found = re.search(r"^TCP: inuse (\d+) orphan (\d+) tw (\d+) alloc (\d+) mem (\d+)",
                      text("/proc/net/sockstat"), re.M)
    inuse6 = re.search(r"^TCP6: inuse (\d+)", text("/proc/net/sockstat6"), re.M)
    out["sockets"] = int(found[1]) + int(inuse6[1]) + int(found[2])
    out["time_wait"] = int(found[3])
    out["tcp_kib"] = int(found[5]) * PAGE_KIB
    return out


def of_kernel():
    memory = pairs("/proc/meminfo")
    out = {"available_kib": memory["MemAvailable"], "slab_kib": memory["Slab"],
           "unreclaimable_kib": memory["SUnreclaim"], "vmalloc_kib": memory["VmallocUsed"],
           "kernel_threads": kernel_threads()}
    out |= slabs() | tcp()
    http, echo = (pairs(f"/sys/module/{name}/parameters/stats") for name in ("khttpd", "kecho"))
    out |= {"khttpd_open": http["open"], "kecho_open": echo["open"],
            "requests": http["requests"], "timeouts": http["timeouts"],
            "accepted": http["accepted"] + echo["accepted"],
            "bytes_sent": http["bytes_sent"] + echo["bytes_sent"],
            "cache_kib": http["cache_bytes"] / 1024}
    return out


def of_program(pid):
    status = text(f"/proc/{pid}/status")
    return {"rss_kib": int(re.search(r"^VmRSS:\s+(\d+)", status, re.M)[1]),
            "threads": int(re.search(r"^Threads:\s+(\d+)", status, re.M)[1]),
            "descriptors": len(os.listdir(f"/proc/{pid}/fd"))}


def probe(command):
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    if done.returncode:
        raise RuntimeError(f"the polite client: status {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout)


def main():
    who, path, every, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3]), float(sys.argv[4])
    command = sys.argv[sys.argv.index("--") + 1:]
    begin = time.monotonic()
    made = 0
    with open(path, "w", encoding="utf-8") as out:
        count = 0
        # On a machine that has no time for it, longer: few samples tell nothing.
        while (now := time.monotonic() - begin) < (seconds if count >= LEAST else 2 * seconds):
            count += 1
            felt = probe(command)
            one = {"seconds": round(time.monotonic() - begin, 2)}
            one |= of_kernel() if who == "kernel" else of_program(int(who))
            made += felt.get("http_round_trips", 0)
            # A program does not tell while it runs; then the probe's own have to do.
            one.setdefault("requests", made)
            print(json.dumps(one | felt), file=out, flush=True)
            time.sleep(max(0.0, now + every - (time.monotonic() - begin)))


if __name__ == "__main__":
    try:
        main()
    except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        print(f"sampler.py: {error}", file=sys.stderr)
        sys.exit(1)
