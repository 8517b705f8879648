# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: the calls in a module's text below which memory is allocated, as the kernel's tracer
sees them while something is going on."""
import bisect
import os
import re

TRACING = "/sys/kernel/tracing"
EVENTS = {"kmalloc": "failslab", "kmalloc_node": "failslab", "kmem_cache_alloc": "failslab",
          "kmem_cache_alloc_node": "failslab", "mm_page_alloc": "fail_page_alloc"}
BUFFER_KIB = 65536  # for each processor: a minute of requests
# What the debug kernel allocates for itself, and does without if it must.
ITS_OWN = re.compile(r"__create_object|fill_pool|__debug_object|stack_depot|kasan_|delete_object")
HEAD = re.compile(r"\[(\d+)\] .*? \d+\.\d+: (<stack trace>|\w+)")
FRAME = re.compile(r" => (\S+).* <([0-9a-f]+)>")


def _write(name, value):
    with open(os.path.join(TRACING, name), "w") as file:
        file.write(f"{value}\n")


def _events(on):
    for event in EVENTS:
        if os.path.isdir(os.path.join(TRACING, "events/kmem", event)):
            _write(f"events/kmem/{event}/enable", on)


class Recording:
    """with Recording(): ...; then stacks()"""

    def __enter__(self):
        _write("tracing_on", 0)
        _write("buffer_size_kb", BUFFER_KIB)
        _write("trace", "")
        for option in ("stacktrace", "sym-addr"):
            _write("trace_options", option)
        _events(1)
        _write("tracing_on", 1)
        return self

    def __exit__(self, *_):
        _write("tracing_on", 0)
        _events(0)
        _write("trace_options", "nostacktrace")

    @staticmethod
    def stacks():
        """(how it can be made to fail, [(name, address), ...] from the allocation outwards)"""
        with open(os.path.join(TRACING, "trace"), errors="replace") as file:
            yield from parse(file)
        _write("trace", "")
        _write("buffer_size_kb", 1024)


class InitsBegun:
    """with InitsBegun() as begun: ...; then begun(): how often the loader has called an init."""

    def __enter__(self):
        _write("trace", "")
        _write("events/module/module_load/enable", 1)
        _write("tracing_on", 1)
        return self

    def __exit__(self, *_):
        _write("tracing_on", 0)
        _write("events/module/module_load/enable", 0)

    def __call__(self):
        with open(os.path.join(TRACING, "trace"), errors="replace") as file:
            return sum(" module_load: " in line for line in file)


def parse(lines):
    """An event and its stack are two entries, and those of another processor may lie in between."""
    last = {}  # each processor's last event
    kind, stack = None, []
    for line in lines:
        frame = FRAME.match(line)
        if frame:
            stack.append((frame.group(1), int(frame.group(2), 16)))
            continue
        if kind and stack:
            yield kind, stack
        kind, stack = None, []
        head = HEAD.search(line)
        if head and head.group(2) == "<stack trace>":
            kind = last.pop(head.group(1), None)
        elif head:
            last[head.group(1)] = EVENTS.get(head.group(2))
    if kind and stack:
        yield kind, stack


def sites(recording, functions):
    """[(kind, name, return address)] of the calls in these functions: first those that allocate
    themselves, then those that lead there."""
    starts = [start for _, start, _ in functions]
    depth = {}
    for kind, stack in recording.stacks():
        if any(ITS_OWN.search(name) for name, _ in stack):
            continue
        ours = 0
        for _, address in stack:
            place = bisect.bisect_right(starts, address) - 1
            if place < 0 or address >= functions[place][2]:
                continue
            name, start, _ = functions[place]
            site = (kind, f"{name}+{address - start:#x}", address)
            depth[site] = min(depth.get(site, ours), ours)
            ours += 1
    return sorted(depth, key=lambda site: (depth[site], site))
