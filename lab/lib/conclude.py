# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What may be concluded from a scenario's records, as data and as sentences."""

from compare import LESS, MORE, NONE, UNKNOWN, best, compare
from words import case_label, member, per_cent


class Data:
    """One scenario's records of one way, by variant, case and metric."""

    def __init__(self, scenario, way, records):
        self.scenario, self.way = scenario, way
        self.records = [r for r in records if r["scenario"] == scenario.name and r["way"] == way]
        self.cases = []
        for record in self.records:
            if record["case"] not in self.cases:
                self.cases.append(record["case"])
        # As the file has them; what a script adds comes behind.
        order = {str(case): n for n, case in enumerate(scenario.cases)}
        self.cases.sort(key=lambda case: order.get(str(case), len(order)))
        present = {r["variant"] for r in self.records}
        self.variants = [v for v in scenario.variants if v in present]
        keys = dict.fromkeys(key for case in self.cases for key in case)
        self.keys = [k for k in keys if len({str(case.get(k)) for case in self.cases}) > 1]

    def values(self, variant, case, metric):
        return [r["figures"][metric.name] for r in self.records
                if r["variant"] == variant and r["case"] == case
                and r["figures"].get(metric.name) is not None]

    def has(self, metric):
        return any(r["figures"].get(metric.name) is not None for r in self.records)

    def faults(self):
        """(variant, case label, fault): how often, each said once."""
        out = {}
        for r in self.records:
            if r["fault"]:
                key = (r["variant"], case_label(r["case"], self.keys), r["fault"])
                out[key] = out.get(key, 0) + 1
        return out

    def label(self, case):
        return case_label(case, self.keys)


def _range(ratios, kind):
    """How much, over several cases: a range of per cents, or of times."""
    texts = list(dict.fromkeys(per_cent(r) for r in (min(ratios), max(ratios))))
    texts.sort(key=lambda t: ("times" in t, float(t.split()[0])))
    units = {t.split()[1] for t in texts}
    if len(units) == 1 and len(texts) > 1:
        texts[0] = texts[0].split()[0]
    text = " to ".join(texts)
    return f"{text} as much" if units == {"times"} else f"{text} {kind}"


def _group(verdicts, kind, data, total):
    """One clause for the cases with one kind of verdict."""
    mine = [(case, v) for case, v in verdicts if v.kind == kind]
    if not mine:
        return None
    ratios = [v.ratio for _, v in mine if v.ratio is not None]
    text = _range(ratios, kind) if kind in (LESS, MORE) and ratios else kind
    if len(mine) == total:
        return text + ("" if total == 1 else f", in {'both' if total == 2 else f'all {total}'} cases")
    # Few cases are named, many are counted.
    if len(mine) > 3:
        return f"{text} in {len(mine)} of {total} cases"
    return f"{text} with " + _cases(data.label(case) for case, _ in mine)


def _cases(labels):
    """In brackets where a label has commas of its own."""
    return " and ".join(f"({label})" if "," in label else label for label in labels)


def _conclusion(data, names, labels, sides, metric):
    """`sides`: (case, values of the first, values of the second); it is said where one is missing."""
    verdicts = [(case, compare(a, b, metric)) for case, a, b in sides if a and b]
    if not verdicts:
        return None
    clauses = [_group(verdicts, kind, data, len(sides)) for kind in (LESS, MORE, NONE, UNKNOWN)]
    alone = [data.label(case) for case, a, b in sides if not (a and b)]
    if alone:
        clauses.append("not to be compared " + (f"in {len(alone)} of {len(sides)} cases"
                                                if len(alone) > 3 else f"with {_cases(alone)}"))
    text = f"{labels[0]} against {labels[1]}: " + "; ".join(filter(None, clauses)) + "."
    return {"pair": list(names), "text": text,
            "verdicts": [{"case": data.label(case), "verdict": v.kind,
                          "ratio": v.ratio and round(v.ratio, 4)} for case, v in verdicts]}


def pair_conclusion(data, metric, first, second):
    """Two variants, case by case."""
    sides = [(case, data.values(first, case, metric), data.values(second, case, metric))
             for case in data.cases]
    label = data.scenario.label
    return _conclusion(data, (first, second), (label(first), label(second)), sides, metric)


def contrast_conclusion(data, metric, variant, contrast):
    """One variant, in cases that differ in one member only."""
    key = contrast["member"]
    sides = [(case, data.values(variant, case, metric),
              data.values(variant, {**case, key: contrast["second"]}, metric))
             for case in data.cases if case.get(key) == contrast["first"]]
    words = [member(key, contrast[side]) for side in ("first", "second")]
    return _conclusion(data, [f"{variant}, {word}" for word in words],
                       (f"{data.scenario.label(variant)}: {words[0]}", words[1]), sides, metric)


def leaders(data, metric):
    """Who is best in which cases; nobody where that cannot be told from most others."""
    out = []
    for case in data.cases:
        values = {v: data.values(v, case, metric) for v in data.variants}
        names = best(values, metric)
        if names and len(names) < sum(1 for v in values.values() if v):
            out.append({"case": data.label(case), "best": names})
    return out


def leaders_text(data, metric, found):
    if not found:
        return ""
    word = {"less": "Least", "more": "Most"}[metric.better]
    grouped = {}
    for one in found:
        grouped.setdefault(tuple(one["best"]), []).append(one["case"])
    parts = []
    for names, cases in grouped.items():
        who = " and ".join(map(data.scenario.label, names))
        if len(names) > 1:
            who += " (no difference seen among them)"
        where = f" in {len(cases)} of {len(data.cases)} cases"
        if len(cases) == len(data.cases):
            where = " in every case" if len(cases) > 1 else ""
        elif len(cases) < 3:
            where = f" with {_cases(cases)}"
        parts.append(who + where)
    return f"{word}: " + "; ".join(parts) + "."


def conclusions(data):
    """For each metric that conclusions are drawn from, exact ones first."""
    out = []
    for metric in sorted(data.scenario.conclude, key=lambda m: not m.exact):
        if data.way not in metric.ways or not data.has(metric):
            continue
        pairs = [pair_conclusion(data, metric, *pair) for pair in data.scenario.compare]
        pairs += [contrast_conclusion(data, metric, variant, contrast)
                  for contrast in data.scenario.contrast for variant in data.variants]
        found = leaders(data, metric)
        out.append({"scenario": data.scenario.name, "way": data.way, "metric": metric.name,
                    "title": metric.title_in(data.way), "exact": metric.exact,
                    "pairs": [p for p in pairs if p], "leaders": found,
                    "leaders_text": leaders_text(data, metric, found)})
    return out
