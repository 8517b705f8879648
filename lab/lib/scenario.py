# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Scenarios: what lab/scenarios/NAME.toml may say, read and checked. README.md has the table."""

import itertools
import os
import tomllib

from metrics import CATALOG, Metric

FOLDER = os.environ.get("LAB_SCENARIOS") or \
    os.path.join(os.path.dirname(__file__), "..", "scenarios")
WAYS = ("exact", "time", "native")
HOWS = ("http", "echo", "script")
KERNEL_SERVERS = ("khttpd", "kecho")

# Member: whether it must be there, its type.
MEMBERS = {
    "title": (True, str), "question": (True, str), "about": (True, str), "how": (True, str),
    "variants": (True, list), "cases": (True, list), "metrics": (True, list),
    "conclude": (True, list), "compare": (True, list), "plots": (False, list),
    "requests": (False, (int, dict)), "duration": (False, (int, float)),
    "rounds": (False, dict), "ways": (False, list), "labels": (False, dict),
    "clients": (False, list), "builds": (False, list), "metric": (False, dict),
    "script": (False, str), "order": (False, int), "unit": (False, str), "quick": (False, dict),
    "notes": (False, list), "leave_out": (False, list), "contrast": (False, list),
}
CASE_MEMBERS = {
    "http": {"resource", "connections", "threads", "mode", "coding", "state"},
    "echo": {"size", "connections", "threads", "mode"},
}
CASE_DEFAULTS = {
    "http": {"resource": 12, "connections": 1, "threads": 1, "mode": "keep", "coding": "identity",
             "state": "warm"},
    "echo": {"size": 64, "connections": 1, "threads": 1, "mode": "keep"},
}
CONTRAST_MEMBERS = {"member", "first", "second"}
LEAVE_OUT_MEMBERS = {"variants", "where", "why"}
PLOT_MEMBERS = {"title", "metric", "x", "where", "scale", "way"}


class ScenarioError(Exception):
    """What is wrong with a scenario's file, in words for who wrote it."""


def names():
    found = [file.removesuffix(".toml") for file in os.listdir(FOLDER) if file.endswith(".toml")]
    return sorted(found, key=lambda name: (load(name).order, name))


def product(block):
    """A table of the file with lists in it stands for all their combinations."""
    keys = list(block)
    values = [v if isinstance(v, list) else [v] for v in block.values()]
    return [dict(zip(keys, combination)) for combination in itertools.product(*values)]


def matches(case, where):
    """Has the case these members? A list stands for any of its own."""
    return all(case.get(k) in v if isinstance(v, list) else case.get(k) == v
               for k, v in where.items())


class Scenario:
    """One file, checked; `quick`: as LAB_QUICK=1 wants it."""

    def __init__(self, name, text, quick=False):
        self.name = name
        try:
            data = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise ScenarioError(f"{name}.toml: {error}") from None
        self._check_members(data, MEMBERS)
        data |= data.get("quick", {}) if quick else {}
        self._check_members(data.get("quick", {}), {k: (False, v[1]) for k, v in MEMBERS.items()})
        self.title, self.question, self.about = data["title"], data["question"], data["about"]
        self.notes = data.get("notes", [])
        self.how, self.script = data["how"], data.get("script", f"{name}.sh")
        self.variants = data["variants"]
        self.labels = data.get("labels", {})
        self.requests = data.get("requests", 2000)
        self.duration = data.get("duration")
        self.rounds = data.get("rounds", {})
        self.ways = data.get("ways", list(WAYS))
        self.clients = data.get("clients", [])
        self.builds = data.get("builds", [])
        self.unit = data.get("unit", {"http": "request", "echo": "round trip"}.get(self.how, "window"))
        self.order = data.get("order", 1000)
        if self.how not in HOWS:
            self._fail(f"how = '{self.how}' is none of {', '.join(HOWS)}")
        for way in self.ways:
            if way not in WAYS:
                self._fail(f"ways: '{way}' is none of {', '.join(WAYS)}")
        self.cases = self._cases(data["cases"])
        self._metrics(data)
        self.compare = data["compare"]
        for pair in self.compare:
            if len(pair) != 2 or any(v not in self.variants for v in pair):
                # A quick run may leave variants out; then the pair goes with them.
                if not quick:
                    self._fail(f"compare: {pair} is not a pair of variants")
        self.compare = [p for p in self.compare if all(v in self.variants for v in p)]
        self.leave_out = self._tables(data, "leave_out", LEAVE_OUT_MEMBERS, LEAVE_OUT_MEMBERS)
        self.contrast = self._tables(data, "contrast", CONTRAST_MEMBERS, CONTRAST_MEMBERS)
        self.plots = self._tables(data, "plots", {"title", "metric", "x"}, PLOT_MEMBERS)
        for plot in self.plots:
            if plot["metric"] not in self.catalog:
                self._fail(f"plots: no metric is called '{plot['metric']}'")

    def _fail(self, text):
        raise ScenarioError(f"{self.name}.toml: {text}")

    def _tables(self, data, key, needed, known):
        for table in data.get(key, []):
            if not needed <= table.keys() <= known:
                self._fail(f"{key}: it has {', '.join(sorted(needed))}" +
                           (f", and may have {', '.join(sorted(known - needed))}"
                            if known - needed else "") + f"; not {', '.join(sorted(table))}")
        return data.get(key, [])

    def _check_members(self, data, members):
        for key, value in data.items():
            if key not in members:
                self._fail(f"'{key}' means nothing here; known: {', '.join(members)}")
            if not isinstance(value, members[key][1]):
                self._fail(f"{key} is of the wrong type")
        for key, (needed, _) in members.items():
            if needed and key not in data:
                self._fail(f"{key} is missing")

    def _cases(self, blocks):
        out = []
        for block in blocks:
            known = CASE_MEMBERS.get(self.how)
            if known is not None and not block.keys() <= known:
                self._fail(f"cases: {', '.join(block.keys() - known)}: known are "
                           f"{', '.join(sorted(known))}")
            out += [{**CASE_DEFAULTS.get(self.how, {}), **case} for case in product(block)]
        for case in out:
            if case.get("connections", 0) % max(1, case.get("threads", 1)):
                self._fail(f"cases: {case['connections']} connections cannot be shared evenly "
                           f"among {case['threads']} threads")
        return [case for n, case in enumerate(out) if case not in out[:n]]

    def _metrics(self, data):
        self.catalog = dict(CATALOG)
        for name, members in data.get("metric", {}).items():
            try:
                self.catalog[name] = Metric(name=name, **members)
            except (TypeError, ValueError) as error:
                self._fail(f"metric.{name}: {error}")
        for key in ("metrics", "conclude"):
            for name in data[key]:
                if name not in self.catalog:
                    self._fail(f"{key}: no metric is called '{name}'; known: "
                               f"{', '.join(self.catalog)}")
        self.metrics = [self.catalog[name] for name in data["metrics"]]
        self.conclude = [self.catalog[name] for name in data["conclude"]]

    def left_out(self, variant, case):
        """Why the variant is not measured in that case; empty: it is."""
        for table in self.leave_out:
            if variant in table["variants"] and matches(case, table["where"]):
                return table["why"]
        return ""

    def label(self, variant):
        return self.labels.get(variant, variant)

    def requests_in(self, way):
        if isinstance(self.requests, dict):
            return self.requests.get(way, 2000)
        return self.requests

    def variants_in(self, way):
        """Natively nothing runs that is part of a kernel."""
        return [v for v in self.variants
                if way != "native" or v.partition(":")[0].removesuffix("-uncached")
                not in KERNEL_SERVERS]

    def varying(self):
        """The cases' members in which they differ, in the file's order."""
        keys = dict.fromkeys(key for case in self.cases for key in case)
        return [key for key in keys if len({str(case.get(key)) for case in self.cases}) > 1]


def load(name, quick=False):
    path = os.path.join(FOLDER, f"{name}.toml")
    try:
        with open(path, encoding="utf-8") as file:
            return Scenario(name, file.read(), quick)
    except FileNotFoundError:
        raise ScenarioError(f"no scenario is called '{name}'; known: {', '.join(names())}") \
            from None
