#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Draws folded stacks ("a;b;c 12" a line: c, called by b, called by a, took 12 itself) as an icicle
or a flame graph: one SVG file without a script, exact figures as tooltips. It has no ids, and styles of
its own class only, so that a page can hold several."""

import argparse
import html
import re
import sys
from xml.sax.saxutils import escape, quoteattr
import zlib

WIDTH, ROW, MARGIN, LETTER = 1200, 18, 10, 6.6
HEAD = 62
LEAST = 0.25 # what is narrower than this many pixels is not drawn

# Hue and what the hue stands for, chosen by kind_of().
KINDS = {
    "engine": (24, "the C++ engine"), "module": (46, "the module's C"),
    "kernel": (205, "the kernel"), "user": (130, "user space"), "group": (0, "")}


class Node:
    def __init__(self, name):
        self.name, self.own, self.total, self.children = name, 0, 0, {}


def read_folded(lines):
    """{(name, ...): value}; a line that is none raises ValueError with its number."""
    sums = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        path, _, value = line.rstrip().rpartition(" ")
        try:
            amount = float(value)
        except ValueError:
            amount = -1
        if not path or not 0 <= amount < float("inf"):
            raise ValueError(f"line {number}: expected 'name;name;... VALUE', got '{line.rstrip()[:60]}'")
        key = tuple(path.split(";"))
        sums[key] = sums.get(key, 0) + amount
    return sums


def write_folded(sums):
    """As text; a semicolon in a name would be another level."""
    return "".join(f"{';'.join(name.replace(';', ',') for name in path)} {value:.10g}\n"
                   for path, value in sorted(sums.items()) if value > 0)


def tree_of(sums, root="all"):
    top = Node(root)
    for path, value in sums.items():
        node = top
        node.total += value
        for name in path:
            node = node.children.setdefault(name, Node(name))
            node.total += value
        node.own += value
    return top


def kind_of(name):
    """By the name alone; a prefix "kernel: " or the like, which is not shown, says it outright."""
    word, colon, _ = name.partition(": ")
    if colon and word in KINDS:
        return word
    if "::" in name:
        return "engine"
    return "module" if name.startswith(("ktcp_", "khttpd_", "kecho_")) else "kernel"


def shown(name):
    word, colon, rest = name.partition(": ")
    return rest if colon and word in KINDS else name


def colour(name):
    """The kind's hue; the name shifts it a little, so that a function looks the same everywhere."""
    kind, mix = kind_of(name), zlib.crc32(name.encode())
    if kind == "group":
        return "hsl(0,0%,78%)"
    return f"hsl({KINDS[kind][0] + mix % 17 - 8},{58 + mix // 17 % 20}%,{66 + mix // 340 % 12}%)"


def amount(value, unit):
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


class Drawing:
    def __init__(self, top, unit, flame):
        self.top, self.unit, self.flame = top, unit, flame
        self.scale = (WIDTH - 2 * MARGIN) / top.total
        self.levels, self.kinds, self.body = 0, set(), []
        self.place(top, MARGIN, 0, [])
        self.rows = []

    def place(self, node, left, level, path):
        width = node.total * self.scale
        if width < LEAST:
            return
        self.levels = max(self.levels, level + 1)
        self.body.append((node, left, width, level, path))
        # Largest first: the eye finds what matters at the left.
        for child in sorted(node.children.values(), key=lambda c: (-c.total, c.name)):
            self.place(child, left, level + 1, path + [shown(child.name)])
            left += child.total * self.scale

    def box(self, node, left, width, level, path):
        row = self.levels - 1 - level if self.flame else level
        top = HEAD + row * ROW
        name = shown(node.name)
        tip = (f"{' → '.join(path[-3:]) or name}\n{amount(node.total, self.unit)}, "
               f"{100 * node.total / self.top.total:.1f} % of all")
        if node.children and node.own > 0:
            tip += f"; {amount(node.own, self.unit)} of it itself"
        fill = "hsl(0,0%,86%)" if level == 0 else colour(node.name)
        if level:
            self.kinds.add(kind_of(node.name))
        out = [f'<g><title>{escape(tip)}</title><rect x="{left:.2f}" y="{top}" '
               f'width="{max(width - 0.4, LEAST):.2f}" height="{ROW - 1}" fill={quoteattr(fill)}/>']
        letters = int((width - 6) / LETTER)
        if letters >= 3:
            # The last part of a C++ name tells most.
            short = name if len(name) <= letters else name.rsplit("::", 1)[-1]
            short = short if len(short) <= letters else short[:letters - 1] + "…"
            out.append(f'<text x="{left + 3:.2f}" y="{top + ROW - 5}">{escape(short)}</text>')
        return "".join(out) + "</g>"

    def legend(self):
        left, out = MARGIN, []
        for kind in KINDS:
            if kind not in self.kinds or kind == "group":
                continue
            hue, text = KINDS[kind]
            out.append(f'<rect x="{left}" y="42" width="12" height="12" fill="hsl({hue},68%,72%)"/>'
                       f'<text class="say" x="{left + 17}" y="52">{escape(text)}</text>')
            left += 40 + len(text) * LETTER
        return "".join(out)

    def svg(self, title, note):
        boxes = "\n".join(self.box(*one) for one in self.body)
        height = HEAD + self.levels * ROW + MARGIN
        return f'''<?xml version="1.0" encoding="UTF-8"?>
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" class="icicle" role="img" aria-label={quoteattr(title)}>
<style>
.icicle {{ width: 100%; max-width: {WIDTH}px; height: auto }}
.icicle text {{ font: 11px ui-monospace, "DejaVu Sans Mono", monospace; fill: #111; pointer-events: none }}
.icicle .head {{ font: bold 15px sans-serif }} .icicle .say {{ font: 12px sans-serif }}
.icicle g:hover rect {{ stroke: #000; stroke-width: 1.2 }}
</style>
<rect width="100%" height="100%" fill="#fff"/>
<text class="head" x="{MARGIN}" y="19">{escape(title)}</text>
<text class="say" x="{MARGIN}" y="35">{escape(note)}</text>
{self.legend()}
{boxes}
</svg>
'''


def draw(sums, title, note="", unit="", flame=False, root="all"):
    """The SVG's text; ValueError if there is nothing to draw."""
    top = tree_of(sums, root)
    if top.total <= 0:
        raise ValueError("nothing to draw: all stacks are empty")
    return Drawing(top, unit, flame).svg(title, note)


def title_of(svg):
    """The title that draw() was given, out of what it wrote; "" if there is none."""
    found = re.search(r"""<svg [^>]*aria-label=("[^"]*"|'[^']*')""", svg)
    return html.unescape(found[1][1:-1]) if found else ""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folded", nargs="?", help="file of folded stacks; standard input if left out")
    parser.add_argument("--title", default="Stacks")
    parser.add_argument("--note", default="", help="a line below the title")
    parser.add_argument("--unit", default="", help="of the values, for the tooltips")
    parser.add_argument("--flame", action="store_true", help="callers below, as a flame graph")
    args = parser.parse_args()
    try:
        if args.folded:
            with open(args.folded, encoding="utf-8") as lines:
                sums = read_folded(lines)
        else:
            sums = read_folded(sys.stdin)
        sys.stdout.write(draw(sums, args.title, args.note, args.unit, args.flame))
    except (OSError, ValueError) as error:
        sys.exit(f"icicle: {error}")


if __name__ == "__main__":
    main()
