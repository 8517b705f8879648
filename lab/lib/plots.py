# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Plots by gnuplot: SVG for the page, PNG for slides; the data stand beside them as text."""

import os
import re
import subprocess
from html import escape

from compare import interval
from lab_tables import unit_of
from scenario import matches
from words import case_label, member

# Told apart in print and by those who see fewer colours (the first after Okabe and Ito 2008), on
# white and on black; then their lighter and darker relatives.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#e69f00", "#7f7f7f",
           "#6a5acd", "#f4a582", "#66c2a5", "#8b3a62", "#dfc27d", "#35978f", "#a6761d", "#bdbdbd")
SIZE = (860, 440)


class PlotError(Exception):
    """A plot that its scenario's file describes cannot be drawn."""


def matching(data, plot):
    return [c for c in data.cases if matches(c, plot.get("where", {}))]


def series_of(data, plot, metric):
    """{variant: [(x, Interval)]}; x as it stands in the case."""
    cases = matching(data, plot)
    x = plot["x"]
    rest = [k for k in data.keys if k != x and k in {k for c in cases for k in c}
            and len({str(c.get(k)) for c in cases}) > 1]
    if rest and x != "case":
        raise PlotError(f"'{plot['title']}': the cases also differ in {', '.join(rest)}; "
                        "say in `where` which of them are meant, or x = \"case\"")
    out = {}
    for variant in data.variants:
        points = []
        for case in cases:
            values = data.values(variant, case, metric)
            if values:
                at = case_label(case, data.keys) if x == "case" else case.get(x)
                points.append((at, interval(values)))
        if points:
            out[variant] = points
    return out


def _quoted(text):
    return '"' + str(text).replace("\\", "").replace('"', "'") + '"'


def _block(name, points):
    lines = [f"${name} << END"]
    lines += [f"{_quoted(x)} {i.median} {i.low} {i.high}" for x, i in points]
    return lines + ["END"]


def _style(n):
    """Colours first; where they are used up, dashes and points go on."""
    return (f"lc rgb '{COLOURS[n % len(COLOURS)]}' dt {1 + n // 8} "
            f"pt {(5, 7, 9, 11, 13, 4, 6, 8)[(n + n // 8) % 8]}")


def _is_line(series):
    xs = {x for points in series.values() for x, _ in points}
    return len(xs) > 1 and all(isinstance(x, (int, float)) and x > 0 for x in xs)


def tick(key, x):
    """At an axis that says already what it is."""
    return member(key, x) if key in ("resource", "size") else f"{x:,}"


def _line_commands(series, plot, label):
    xs = sorted({x for points in series.values() for x, _ in points})
    out = [f"set xlabel {_quoted(plot['x'].replace('_', ' '))}"]
    if xs[-1] >= 20 * xs[0]:
        out.append("set logscale x")
        out.append("set xtics (" + ", ".join(f"{_quoted(tick(plot['x'], x))} {x}"
                                             for x in xs) + ")")
        out.append(f"set xrange [{xs[0] / 1.3}:{xs[-1] * 1.3}]")
    parts = [f"$s{n} using (real(strcol(1))):2:3:4 with yerrorlines lw 2 ps 0.8 {_style(n)} "
             f"title {_quoted(label(v))}" for n, v in enumerate(series)]
    return out + ["plot " + ", \\\n  ".join(parts)]


def _bar_commands(series, plot, label):
    """Groups of bars: a group for each x, a bar for each variant."""
    groups = list(dict.fromkeys(x for points in series.values() for x, _ in points))
    name = member if plot["x"] != "case" else lambda _, text: text
    width = 0.8 / len(series)
    out = ["set style fill solid 0.85 noborder", f"set boxwidth {width * 0.92}",
           "unset grid", "set grid ytics",
           f"set xrange [-0.5:{len(groups) - 0.5}]",
           "set xtics (" + ", ".join(f"{_quoted(name(plot['x'], x))} {n}"
                                     for n, x in enumerate(groups)) + ")"]
    if sum(len(str(g)) for g in groups) > 70:
        out.append("set xtics rotate by -25 left noenhanced")
    if not plot.get("scale"):
        out.append("set yrange [0:*]")
    at = "(" + "+".join(f"(strcol(1) eq {_quoted(x)} ? {n} : 0)" for n, x in enumerate(groups)) + ")"
    parts = []
    for n, variant in enumerate(series):
        place = f"({at} + {(n - (len(series) - 1) / 2) * width})"
        parts.append(f"$s{n} using {place}:2 with boxes lc rgb '{COLOURS[n % len(COLOURS)]}' "
                     f"title {_quoted(label(variant))}")
    for n in range(len(series)):
        place = f"({at} + {(n - (len(series) - 1) / 2) * width})"
        parts.append(f"$s{n} using {place}:3:(0):($4-$3) with vectors nohead lw 1.5 "
                     "lc rgb '#000000' notitle")
    return out + ["plot " + ", \\\n  ".join(parts)]


def script_of(data, plot, metric, series, base):
    """The gnuplot script, which draws both files."""
    lines = []
    for n, points in enumerate(series.values()):
        lines += _block(f"s{n}", sorted(points, key=lambda p: p[0]) if _is_line(series) else points)
    lines += ["set encoding utf8", "set grid", "set key outside right top noenhanced",
              f"set title {_quoted(plot['title'])} noenhanced",
              f"set ylabel {_quoted(unit_of(data, metric))} noenhanced", "set format y '%.0s%c'",
              "set yrange [0:*]", "set border 3", "set tics nomirror"]
    if plot.get("scale") == "log":
        lines += ["set logscale y", "set yrange [*:*]"]
    draw = (_line_commands if _is_line(series) else _bar_commands)(series, plot,
                                                                   data.scenario.label)
    width, height = SIZE
    lines += [f"set terminal svg size {width},{height} dynamic font 'sans-serif,13' background '#ffffff'",
              f"set output {_quoted(base + '.svg')}", *draw,
              f"set terminal pngcairo size {width * 2},{height * 2} fontscale 2 linewidth 2",
              f"set output {_quoted(base + '.png')}", "replot", "unset output"]
    return "\n".join(lines) + "\n"


def draw(data, plot, folder, name):
    """name.svg, name.png and name.gnuplot in the folder; None if there is nothing to draw."""
    metric = data.scenario.catalog[plot["metric"]]
    if data.way not in metric.ways or plot.get("way", data.way) != data.way:
        return None
    series = series_of(data, plot, metric)
    if not series:
        return None
    base = os.path.join(folder, name)
    script = script_of(data, plot, metric, series, base)
    with open(f"{base}.gnuplot", "w", encoding="utf-8") as file:
        # Drawn again by hand from where it lies.
        file.write(script.replace(_quoted(base + ".svg"), _quoted(name + ".svg"))
                   .replace(_quoted(base + ".png"), _quoted(name + ".png")))
    result = subprocess.run(["gnuplot"], input=script, capture_output=True, text=True, check=False)
    if result.returncode or not os.path.exists(f"{base}.svg"):
        raise PlotError(f"'{plot['title']}': gnuplot: {result.stderr.strip()}")
    return f"{base}.svg"


def inline_svg(text, prefix, title):
    """An SVG as part of a page: ids that no other plot has, no ground of its own, and the page's
    colour for what is black, so that it can be read on dark ground too."""
    text = text[text.index("<svg"):].replace("<svg", f'<svg role="img" aria-label="{escape(title)}"', 1)
    text = re.sub(r"<title>.*?</title>", f"<title>{escape(title)}</title>", text, count=1)
    text = re.sub(r"<desc>.*?</desc>", "", text, count=1)
    text = re.sub(r"""(<rect [^>]*fill=)(['"])(#ffffff|white)\2/>""", r"\1\2none\2/>", text, count=1)
    ids = set(re.findall(r"""\bid=['"]([^'"]+)['"]""", text))
    for one in sorted(ids, key=len, reverse=True):
        escaped = re.escape(one)
        text = re.sub(rf"""(\bid=['"]){escaped}(['"])""", rf"\g<1>{prefix}-{one}\2", text)
        text = re.sub(rf"""(href=['"]#){escaped}(['"])""", rf"\g<1>{prefix}-{one}\2", text)
        text = re.sub(rf"""(url\(#){escaped}(\))""", rf"\g<1>{prefix}-{one}\2", text)
    text = re.sub(r"""(stroke|fill|color)=(['"])(black|rgb\( *0, *0, *0\)|#000000)\2""",
                  r"\1=\2currentColor\2", text)
    return text
