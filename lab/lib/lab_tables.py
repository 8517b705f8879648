# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A scenario's tables, and how they are written as Markdown and as CSV."""

import csv
import dataclasses

from compare import best, interval
from words import number

MISSING = "–"


@dataclasses.dataclass
class Table:
    title: str
    header: list  # of the columns, without the first
    rows: list  # (label, [Cell...])


@dataclasses.dataclass(frozen=True)
class Cell:
    text: str
    is_best: bool = False


def cell_text(values, digits):
    if not values:
        return MISSING
    found = interval(values)
    text = [number(v, digits) for v in (found.median, found.low, found.high)]
    return text[0] if len(set(text)) == 1 else f"{text[0]} ({text[1]}–{text[2]})"


def digits_of(metric, values):
    """Small figures want more digits than the metric has by itself."""
    smallest = min((abs(v) for v in values if v), default=1)
    digits = metric.digits
    while smallest < 10 ** (1 - digits) and digits < 3 and any(v != int(v) for v in values):
        digits += 1
    return digits


def table_of(data, metric):
    """Variants by cases; the longer list goes down the page."""
    if metric.ways and data.way not in metric.ways or not data.has(metric):
        return None
    cases = [c for c in data.cases if any(data.values(v, c, metric) for v in data.variants)]
    everything = [x for v in data.variants for c in cases for x in data.values(v, c, metric)]
    digits = digits_of(metric, everything)
    cells = {}
    for n, case in enumerate(cases):
        values = {v: data.values(v, case, metric) for v in data.variants}
        leading = best(values, metric) if metric in data.scenario.conclude else []
        for v in data.variants:
            cells[v, n] = Cell(cell_text(values[v], digits), v in leading)
    labels = [data.label(c) for c in cases]
    names = [data.scenario.label(v) for v in data.variants]
    title = title_of(data, metric)
    if len(cases) > len(data.variants) or len(cases) > 8:
        rows = [(labels[n], [cells[v, n] for v in data.variants]) for n in range(len(cases))]
        return Table(title, names, rows)
    rows = [(name, [cells[v, n] for n in range(len(cases))])
            for v, name in zip(data.variants, names)]
    return Table(title, labels, rows)


WAY_NAMES = {"exact": "one CPU under icount, counted", "time": "two CPUs, by the clock",
             "native": "on this machine itself"}


def way_name(way, exact):
    """`exact`: a figure that is counted, whatever the way."""
    return "two CPUs, counted" if exact and way == "time" else WAY_NAMES[way]


def unit_of(data, metric):
    if metric.unit == "/s":
        return f"{data.scenario.unit}s/s"
    return f"{metric.unit} per {data.scenario.unit}" if metric.each else metric.unit


def title_of(data, metric):
    title = metric.title_in(data.way)
    return f"{title[0].upper()}{title[1:]}, {unit_of(data, metric)} " \
           f"({way_name(data.way, metric.exact)})"


def markdown(table):
    lines = [f"### {table.title}", "", "| | " + " | ".join(table.header) + " |",
             "|---|" + "---:|" * len(table.header)]
    for label, cells in table.rows:
        texts = [f"**{c.text}**" if c.is_best else c.text for c in cells]
        lines.append(f"| {label} | " + " | ".join(texts) + " |")
    return lines + [""]


def write_csv(path, records):
    """All figures, a line a record; the cases' members as columns of their own."""
    members = list(dict.fromkeys(k for r in records for k in r["case"]))
    figures = list(dict.fromkeys(k for r in records for k in r["figures"]))
    with open(path, "w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(["scenario", "way", "round", "variant", *members, *figures, "fault"])
        for r in records:
            out.writerow([r["scenario"], r["way"], r["round"], r["variant"],
                          *[r["case"].get(k) for k in members],
                          *[round(v, 3) if isinstance(v, float) else v
                            for v in (r["figures"].get(k) for k in figures)], r["fault"]])
