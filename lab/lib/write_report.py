#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Writes everything about a run of the lab: runs.jsonl, runs.csv, tables.md, conclusions.json, plots and
report.html.

usage: write_report.py FOLDER          as lab/run has left it
       write_report.py --agree A B     do two runs' conclusions agree? Says where not (exit status 1)
"""

import json
import os
import sys

import icicle
import lab_tables
import page
import plots
import records
import scenario
from compare import CLOCK_ROUNDS, COUNTED_ROUNDS, UNKNOWN
from conclude import Data, conclusions

WAYS = scenario.WAYS
NAMES = {"exact": "By count", "time": "By the clock, under emulation: a sanity check",
         "native": "On this machine itself"}


def scenarios_of(folder, chosen, quick):
    """As the files were when it was measured; a copy of them is in the folder."""
    scenario.FOLDER = os.path.join(folder, "scenarios")
    return sorted((scenario.load(name, quick) for name in chosen), key=lambda s: (s.order, s.name))


class Part:
    """What there is to say about one scenario."""

    def __init__(self, one, all_records, folder):
        self.scenario = one
        self.data = [d for d in (Data(one, way, all_records) for way in WAYS) if d.records]
        self.conclusions = [c for d in self.data for c in conclusions(d)]
        self.tables = {d.way: [t for t in (lab_tables.table_of(d, m) for m in one.metrics) if t]
                       for d in self.data}
        self.plots, self.complaints = self._draw(folder)
        self.folder = folder

    def kept_drawings(self, way):
        """SVGs that the scenario's own script has left, named SCENARIO.ANYTHING.svg, and what they show:
        each window's over the one before it, so they are the last round's."""
        kept = f"{self.folder}/{way}/kept"
        names = os.listdir(kept) if os.path.isdir(kept) else []
        for name in sorted(names):
            if name.startswith(f"{self.scenario.name}.") and name.endswith(".svg"):
                with open(f"{kept}/{name}", encoding="utf-8") as file:
                    text = file.read()
                yield (text.partition("?>")[2],
                       f"{icicle.title_of(text) or name} ({lab_tables.WAY_NAMES[way]}; the last round)")

    def _draw(self, folder):
        drawn, complaints = [], []
        os.makedirs(f"{folder}/plots", exist_ok=True)
        for n, plot in enumerate(self.scenario.plots, 1):
            for data in self.data:
                name = f"{self.scenario.name}-{n}-{data.way}"
                try:
                    path = plots.draw(data, plot, f"{folder}/plots", name)
                except plots.PlotError as error:
                    complaints.append(str(error))
                    continue
                if path:
                    drawn.append((name, path, plot["title"], data.way))
        return drawn, complaints

    def faults(self):
        """Lines about what failed."""
        out = []
        for data in self.data:
            for (variant, case, fault), count in data.faults().items():
                times = f", {count} times" if count > 1 else ""
                out.append(f"{self.scenario.label(variant)}, {case} (way {data.way}{times}): {fault}")
        return out + self.complaints


def left_out(one):
    """What was not tried, and why."""
    return [f"{', '.join(map(one.label, names))}, where " + ", ".join(
        f"{key.replace('_', ' ')} is {' or '.join(map(str, v)) if isinstance(v, list) else v}"
        for key, v in table["where"].items()) + f": {table['why']}."
        for table in one.leave_out
        if (names := [v for v in table["variants"] if v in one.variants])
        and any(scenario.matches(case, table["where"]) for case in one.cases)]


def conclusion_lines(part, exact):
    """Sentences, as (heading, [sentence])."""
    out = []
    for c in part.conclusions:
        if c["exact"] == exact:
            lines = [c["leaders_text"]] if c["leaders_text"] else []
            wanted = COUNTED_ROUNDS if exact else CLOCK_ROUNDS
            if c["pairs"] and all(v["verdict"] == UNKNOWN for p in c["pairs"] for v in p["verdicts"]):
                lines.append(f"Too few rounds to say anything: {wanted} are wanted.")
            else:
                lines += [p["text"] for p in c["pairs"]]
            if lines:
                out.append((f"{c['title'][0].upper()}{c['title'][1:]} "
                            f"({lab_tables.way_name(c['way'], c['exact'])})", lines))
    return out


def markdown(parts, environment):
    lines = ["# The lab", "", *[f"- {line}" for line in environment], ""]
    for part in parts:
        lines += [f"## {part.scenario.title}", "", part.scenario.question, ""]
        for exact in (True, False):
            for heading, sentences in conclusion_lines(part, exact):
                lines += [f"**{heading}**", "", *[f"- {s}" for s in sentences], ""]
        for tables in part.tables.values():
            for table in tables:
                lines += lab_tables.markdown(table)
        lines += [f"*{note}*\n" for note in part.scenario.notes]
        if left_out(part.scenario):
            lines += ["Left out:", "", *[f"- {text}" for text in left_out(part.scenario)], ""]
        faults = part.faults()
        if faults:
            lines += ["What failed, or cannot be measured:", "", *[f"- {f}" for f in faults], ""]
    return "\n".join(lines)


def conclusions_html(part):
    out = []
    for exact, css in ((True, "conclusions"), (False, "conclusions clock")):
        blocks = [page.text("h4", heading) + page.items("ul", [page.escape(s, False) for s in lines])
                  for heading, lines in conclusion_lines(part, exact)]
        if blocks:
            title = "Conclusions" if exact or not out else "Beside them, by the clock"
            out.append(page.element("div", page.text("h3", title) + "\n".join(blocks), class_=css))
    return "\n".join(out)


def section(part):
    one = part.scenario
    out = [page.text("h2", one.title), page.text("p", one.question, class_="question"),
           page.paragraphs(one.about), conclusions_html(part)]
    for data in part.data:
        figures = []
        for name, path, title, way in part.plots:
            if way == data.way:
                with open(path, encoding="utf-8") as file:
                    figures.append(page.figure(plots.inline_svg(file.read(), name, title),
                                               f"{title} ({lab_tables.WAY_NAMES[way]})"))
        figures += [page.figure(svg, name) for svg, name in part.kept_drawings(data.way)]
        tables = [page.table(t) for t in part.tables[data.way]]
        if figures or tables:
            out.append(page.element("section", "\n".join(
                [page.text("h3", NAMES[data.way]), *figures, *tables])))
    out += [page.text("p", note) for note in one.notes]
    if left_out(one):
        out += [page.text("h3", "Left out"), page.items(
            "ul", [page.escape(text, False) for text in left_out(one)])]
    faults = part.faults()
    if faults:
        out.append(page.element("div", page.text("h3", "What failed, or cannot be measured") + page.items(
            "ul", [page.escape(f, False) for f in faults]), class_="faults"))
    return page.element("section", "\n".join(out), id=one.name)


def html(parts, environment):
    ways = {d.way for p in parts for d in p.data}
    method = "".join(page.part(name) for name, here in
                     (("method-vm.html", ways & {"exact", "time"}),
                      ("method-native.html", "native" in ways)) if here)
    links = [page.text("a", p.scenario.title, href=f"#{p.scenario.name}") for p in parts]
    links.append(page.text("a", "How it was measured", href="#method"))
    body = [page.element("header", page.text("h1", "Server models, side by side") +
                         page.text("p", "A report of ktcp's lab: TCP servers inside of the Linux kernel "
                                   "and outside of it, under the same load.")),
            page.element("nav", page.items("ul", links)),
            page.element("main", "\n".join(map(section, parts)) + page.element(
                "section", page.text("h2", "How it was measured") + method +
                page.part("rule.html") + page.facts(environment) +
                page.text("p", "Beside this page: runs.jsonl (raw data, a line a window), runs.csv, "
                          "tables.md, conclusions.json, the plots as SVG and PNG with their scripts, and the "
                          "scenarios' files."), id="method"))]
    return page.page("The lab: server models, side by side", "\n".join(body))


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def report(folder):
    with open(f"{folder}/environment.txt", encoding="utf-8") as file:
        environment = file.read().splitlines()
    quick = any(line.startswith("command: LAB_QUICK=1") for line in environment)
    every = [r for way in WAYS for r in records.load_way(folder, way)]
    if not every:
        sys.exit(f"lab: nothing was measured (see {folder})")
    records.write(folder, every)
    lab_tables.write_csv(f"{folder}/runs.csv", every)
    chosen = scenarios_of(folder, dict.fromkeys(r["scenario"] for r in every), quick)
    parts = [Part(one, every, folder) for one in chosen]
    write(f"{folder}/tables.md", markdown(parts, environment))
    write(f"{folder}/conclusions.json",
          json.dumps([c for p in parts for c in p.conclusions], ensure_ascii=False, indent=1) + "\n")
    write(f"{folder}/report.html", html(parts, environment))
    for part in parts:
        print(f"\n{part.scenario.title}: {part.scenario.question}")
        for heading, sentences in conclusion_lines(part, True) or conclusion_lines(part, False):
            print("  " + "\n    ".join([heading, *sentences]))
        for fault in part.faults():
            print(f"  failed: {fault}")


def verdicts(folder):
    with open(f"{folder}/conclusions.json", encoding="utf-8") as file:
        found = json.load(file)
    return {(c["scenario"], c["way"], c["metric"], *p["pair"], v["case"]): v
            for c in found for p in c["pairs"] for v in p["verdicts"] if c["exact"]}


def agree(first, second):
    """Compares the conclusions from counted figures."""
    a, b = verdicts(first), verdicts(second)
    both = a.keys() & b.keys()
    if not both:
        sys.exit("lab: the two runs have no comparison in common")
    differing = [k for k in both if a[k]["verdict"] != b[k]["verdict"]]
    for key in sorted(differing):
        print(f"{', '.join(key)}: " + " / ".join(f"{v['verdict']} (ratio {v['ratio']})"
                                                 for v in (a[key], b[key])))
    print(f"{len(both) - len(differing)} of {len(both)} comparisons of counted figures came out the same")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    if len(sys.argv) == 4 and sys.argv[1] == "--agree":
        agree(*sys.argv[2:])
    elif len(sys.argv) == 2 and not sys.argv[1].startswith("-"):
        report(sys.argv[1])
    else:
        sys.exit(__doc__.strip())
