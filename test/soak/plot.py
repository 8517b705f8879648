# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A soak as one picture: a panel for each kind of series, over the time, by gnuplot."""

import subprocess

from metrics import METRICS, PANELS

COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#7f7f7f")


def _data(samples, metric):
    lines = [f"${metric.name} << END"]
    lines += [f"{one['seconds'] / 60:.3f} {one[metric.name]}" for one in samples if metric.name in one]
    return lines + ["END"]


def script(samples, verdicts, path, name, warm_up):
    there = [metric for metric in METRICS if any(metric.name in one for one in samples)]
    panels = [panel for panel in PANELS if any(metric.panel == panel for metric in there)]
    grows = {one.metric.name for one in verdicts if one.grows}
    first, last = samples[0]["seconds"] / 60, samples[-1]["seconds"] / 60
    lines = [f'set terminal svg size 900,{240 * len(panels)} dynamic background rgb "white" font "sans,12"',
             f'set output "{path}"', "set encoding utf8"]
    for metric in there:
        lines += _data(samples, metric)
    lines += [f'set multiplot layout {len(panels)},1 title "{name}"', "set grid",
              "set key outside right noenhanced", f"set xrange [{first}:{last}]",
              f"set object 1 rectangle from graph 0, graph 0 to first {first + warm_up * (last - first)}, "
              'graph 1 behind fillcolor rgb "#eeeeee" fillstyle solid noborder', "set rmargin 34", "set lmargin 12"]
    for n, panel in enumerate(panels):
        lines.append(f'set ylabel "{PANELS[panel]}"')
        lines.append("set logscale y; set yrange [*:*]" if panel == "latency" else "set yrange [0:*]")
        if n + 1 == len(panels):
            lines.append('set xlabel "minutes (grey: warm-up, which does not count)"')
        shown = [metric for metric in there if metric.panel == panel]
        lines.append("plot " + ", ".join(
            f"${metric.name} using 1:2 with lines linewidth {3 if metric.name in grows else 1.5} "
            f"linecolor rgb '{COLOURS[i % len(COLOURS)]}' "
            f'title "{metric.title}{" GROWS" if metric.name in grows else ""}"'
            for i, metric in enumerate(shown)))
    return "\n".join(lines + ["unset multiplot", ""])


def draw(samples, verdicts, path, name, warm_up):
    subprocess.run(["gnuplot"], input=script(samples, verdicts, path, name, warm_up), text=True,
                   check=True)
