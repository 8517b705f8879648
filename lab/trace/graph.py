# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Reads what ftrace's function_graph tracer wrote (with funcgraph-proc and funcgraph-tail, see
kernel Documentation/trace/ftrace.rst) as calls: who called whom, and how long each took."""

import re
import subprocess

# "  12.899905 |   1)  htstres-276   |   1.242 us    |    ktcp_socket_awaited [khttpd]();"
# The time is there with funcgraph-abstime, a mark before the duration with funcgraph-overhead.
LINE = re.compile(r"^\s*(?:(?P<at>[\d.]+) \|)?\s*(?P<cpu>\d+)\)\s+(?P<task>.+?)-(?P<pid>\d+)\s+\|"
                  r"\s*[-$@*#!+ ]?\s*(?:(?P<duration>[\d.]+) us)?\s*\|(?P<indent> *)(?P<text>.*?)\s*$")
CALL = re.compile(r"^(?P<name>\S+)(?: \[(?P<module>[^]]+)\])?\(\)(?P<end>;| \{)(?: /\*.*)?$")
CLOSE = re.compile(r"^\}(?: /\* (?P<name>\S+)(?: \[[^]]+\])?(?: .*)? \*/)?$")
LOST = re.compile(r"LOST (\d+) EVENTS")


class Call:
    """A call that has ended. Times in nanoseconds; start is None without funcgraph-abstime."""

    __slots__ = ("name", "module", "start", "duration", "children", "task")

    def __init__(self, name, module, start, task):
        self.name, self.module, self.start, self.task = name, module, start, task
        self.duration, self.children = 0, []

    @property
    def own(self):
        """What no traced call in it took. Clocks are read one after the other: never below 0."""
        return max(0, self.duration - sum(child.duration for child in self.children))

    def walk(self, path=()):
        """(path, call) of it and all below; a path has the calls from the root to the call."""
        path += (self,)
        yield path, self
        for child in self.children:
            yield from child.walk(path)


class Tracer:
    """What the tracer itself takes, by the cheapest calls of a trace: `inside` of each call, whatever that
    does, and `outside`, in its caller, for having called it. The cheapest functions do something too, and
    a call may cost the tracer more than these did: an estimate."""

    def __init__(self, calls):
        self.inside = min((c.duration for c in calls if not c.children), default=0)
        self.outside = min((max(0, c.own - self.inside) / len(c.children) for c in calls if c.children),
                           default=0)

    def without(self, call):
        """The call's own time, less what the tracer added to it."""
        return max(0, call.own - self.inside - self.outside * len(call.children))


class Graph:
    """roots: whole calls. lost: events that the ring buffer had no room for. cut: calls whose
    beginning or end the trace does not have."""

    def __init__(self):
        self.roots, self.lost, self.cut = [], 0, 0


def nanoseconds(text):
    return round(float(text) * 1000)


def read_graph(lines):
    """A task keeps its stack when it is switched away from, so stacks are by task; that of the
    idle task by processor."""
    graph, stacks = Graph(), {}
    for line in lines:
        lost = LOST.search(line)
        if lost:
            # What is open now may have ended meanwhile, or have had other calls in it.
            graph.lost += int(lost[1])
            graph.cut += sum(map(len, stacks.values()))
            stacks.clear()
            continue
        found = LINE.match(line)
        if not found:
            continue
        task = (found["task"], int(found["pid"]), found["cpu"] if found["pid"] == "0" else None)
        add(graph, stacks.setdefault(task, []), found)
    graph.cut += sum(map(len, stacks.values()))
    return graph


def add(graph, stack, found):
    call, close = CALL.match(found["text"]), CLOSE.match(found["text"])
    depth = (len(found["indent"]) - 2) // 2
    if call:
        # An end that was missed leaves the stack deeper than the line says it is.
        while len(stack) > depth:
            stack.pop()
            graph.cut += 1
        start = None if found["at"] is None else round(float(found["at"]) * 1e9)
        one = Call(call["name"], call["module"], start, f"{found['task']}-{found['pid']}")
        if call["end"] == " {":
            stack.append(one)
        elif found["duration"]:
            one.duration = nanoseconds(found["duration"])
            finish(graph, stack, one, depth)
    elif close:
        while stack and close["name"] and stack[-1].name != close["name"]:
            stack.pop()
            graph.cut += 1
        if not stack or not found["duration"]:
            graph.cut += 1
            return
        one = stack.pop()
        one.duration = nanoseconds(found["duration"])
        finish(graph, stack, one, depth)


def finish(graph, stack, call, depth):
    if stack:
        stack[-1].children.append(call)
    elif depth == 0:
        graph.roots.append(call)
    else:
        graph.cut += 1 # its callers were there before the trace


def outermost(graph, module):
    """The first call of the module's on each way down: what is above is not the module's doing."""
    def search(call):
        if call.module == module:
            yield call
            return
        for child in call.children:
            yield from search(child)
    for root in graph.roots:
        yield from search(root)


CLONE = re.compile(r"( \[clone [^]]+\])+$|(\.(part|constprop|isra|cold)\.?\d*)+$")


def demangled_whole(names):
    """{name: as C++ writes it, without arguments}, as far as c++filt is there."""
    names = list(dict.fromkeys(names))
    try:
        text = subprocess.run(["c++filt", "-p"], input="\n".join(names), capture_output=True,
                              text=True, check=True).stdout.splitlines()
    except (OSError, subprocess.CalledProcessError):
        text = names
    return dict(zip(names, text))


def demangled(names):
    """The same, without template arguments and compilers' clones."""
    return {name: CLONE.sub("", without_templates(clear)) for name, clear in demangled_whole(names).items()}


def without_templates(name):
    """a<b<c> >::d is a::d; operator< stays what it is."""
    if "operator" in name:
        return name
    out, depth = [], 0
    for letter in name:
        depth += letter == "<"
        if not depth:
            out.append(letter)
        depth -= letter == ">" and depth > 0
    return "".join(out)


def folded(calls, names=None, own=lambda call: call.own):
    """{(name, ...): own nanoseconds}, summed over all calls that came the same way."""
    names = names or {}
    sums = {}
    for call in calls:
        for path, one in call.walk():
            key = tuple(names.get(c.name, c.name) for c in path)
            sums[key] = sums.get(key, 0) + own(one)
    return sums
