#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Where a request's time goes, out of a trace by function_graph: a table by step, folded stacks and an
icicle plot. Prints the figures as a JSON line."""

import argparse
import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "lib"))
import icicle
from graph import Tracer, demangled, folded, outermost, read_graph
from steps import CLIENT, OTHER, STEPS, by_step

# Once for each request, whatever is answered.
BEGINS = "ktcp::http::Session::begin_request"


class Report:
    def __init__(self, graph, module):
        self.graph = graph
        self.calls = list(outermost(graph, module))
        every = [call for root in self.calls for _, call in root.walk()]
        self.names = demangled(call.name for call in every)
        self.requests = sum(self.names[call.name] == BEGINS for call in every)
        self.tracer = Tracer(every)
        self.steps = by_step(self.calls, self.names, self.tracer)
        # The client's receive path is within the server's calls or not, as the model has it.
        mine = [one for word, one in self.steps.items() if word != CLIENT]
        self.all = sum(one.own for one in mine)
        self.net = sum(one.net for one in mine)
        self.traced = sum(one.calls for one in mine)

    def figures(self, unit):
        """Per request; of steps without the tracer's part. Names of times end in their unit."""
        n = self.requests
        times = {word.replace(" ", "_"): one.net / n for word, one in self.steps.items()}
        times |= {"all": self.all / n, "tracer": (self.all - self.net) / n, "net": self.net / n,
                  "least_call": self.tracer.inside}
        return {f"{name}_{unit}": round(value) for name, value in times.items()} | {
            "calls": round(self.traced / n, 1), "requests": n, "cut": self.graph.cut, "lost": self.graph.lost}

    def table(self, title, unit):
        n, whole = self.requests, self.net or 1
        lines = [f"# {title}", "", f"{n} requests traced, {self.traced / n:.0f} calls each: "
                 f"{self.all / n:,.0f} {unit} per request, of which about {(self.all - self.net) / n:,.0f} are "
                 f"the tracer's: by the cheapest calls {self.tracer.inside:,.0f} in each call and "
                 f"{self.tracer.outside:,.0f} in its caller.", "",
                 f"| step | {unit}, traced | without the tracer's | share of that | calls | entered "
                 "| what is in it |", "|---|---:|---:|---:|---:|---:|---|"]
        about = {word: text for word, text, _ in STEPS} | {OTHER: "what is in no list"}
        for word, one in sorted(self.steps.items(), key=lambda item: -item[1].net):
            share = "" if word == CLIENT else f"{100 * one.net / whole:.0f} %"
            lines.append(f"| {word} | {one.own / n:,.0f} | {one.net / n:,.0f} | {share} | {one.calls / n:.1f} "
                         f"| {one.entered / n:.1f} | {about[word]} |")
        if self.graph.lost:
            lines += ["", f"{self.graph.lost} events were lost: the ring buffer was too small."]
        return "\n".join(lines) + "\n"

    def stacks(self):
        """For one request, without the tracer's part; kinds as the drawing wants them."""
        kinds = {self.names[c.name]: f"{kind(c, self.names[c.name])}: {self.names[c.name]}"
                 for root in self.calls for _, c in root.walk()}
        sums = folded(self.calls, self.names, self.tracer.without)
        return {tuple(kinds[name] for name in path): own / self.requests for path, own in sums.items()}


def kind(call, name):
    if call.module is None:
        return "kernel"
    return "engine" if "::" in name else "module"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("trace")
    parser.add_argument("--module", default="khttpd", help="whose calls are looked at, with all below")
    parser.add_argument("--unit", default="ns", help="of the trace's clock")
    parser.add_argument("--title", default="A request")
    parser.add_argument("--svg", help="file for the icicle plot")
    parser.add_argument("--folded", help="file for the folded stacks")
    parser.add_argument("--table", help="file for the table by step, in Markdown")
    args = parser.parse_args()
    try:
        with open(args.trace, encoding="utf-8", errors="replace") as lines:
            report = Report(read_graph(lines), args.module)
        if not report.requests:
            sys.exit(f"graph_report: {args.trace} has no whole request of {args.module}")
        files = {args.folded: lambda: icicle.write_folded(report.stacks()),
                 args.table: lambda: report.table(args.title, args.unit),
                 args.svg: lambda: icicle.draw(
                     report.stacks(), args.title, f"{args.unit} per request, by ftrace, less what the "
                     "tracer adds to each call; what is below was called by what is above", args.unit,
                     root="one request")}
        for name, make in files.items():
            if name:
                with open(name, "w", encoding="utf-8") as file:
                    file.write(make())
    except (OSError, ValueError) as error:
        sys.exit(f"graph_report: {error}")
    print(json.dumps({"figures": report.figures(args.unit), "fault": ""}))


main()
