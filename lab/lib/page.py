# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The report page: HTML that is well-formed XML too, with everything in it."""

import os
from html import escape

PARTS = os.path.join(os.path.dirname(__file__), "..", "report")


def part(name):
    with open(os.path.join(PARTS, name), encoding="utf-8") as file:
        return file.read()


def element(tag, content, **attributes):
    """`content` is HTML; attributes are text (class_ for class)."""
    names = "".join(f' {k.rstrip("_").replace("_", "-")}="{escape(str(v))}"'
                    for k, v in attributes.items())
    return f"<{tag}{names}>{content}</{tag}>"


def text(tag, words, **attributes):
    return element(tag, escape(words, quote=False), **attributes)


def items(tag, contents, **attributes):
    return element(tag, "\n".join(element("li", c) for c in contents), **attributes)


def paragraphs(words):
    return "\n".join(text("p", " ".join(p.split())) for p in words.strip().split("\n\n"))


def table(one):
    head = element("tr", element("td", "") +
                   "".join(text("th", h, scope="col") for h in one.header))
    rows = "\n".join(
        element("tr", text("th", label, scope="row") + "".join(
            text("td", c.text, **({"class_": "best"} if c.is_best else {})) for c in cells))
        for label, cells in one.rows)
    body = (text("caption", one.title) + element("thead", head) + element("tbody", rows))
    return element("div", element("table", body), class_="scroll")


def figure(svg, caption):
    return element("figure", svg + text("figcaption", caption))


def facts(lines):
    """environment.txt: NAME: VALUE."""
    pairs = (line.partition(": ")[::2] for line in lines if ": " in line)
    return element("dl", "\n".join(text("dt", k) + text("dd", v) for k, v in pairs), class_="facts")


def page(title, body):
    return f"""<!DOCTYPE html>
<html lang="en" xmlns="http://www.w3.org/1999/xhtml">
<head>
<meta charset="utf-8"/>
<meta name="viewport" content="width=device-width, initial-scale=1"/>
<title>{escape(title)}</title>
<style>
{part("page.css")}</style>
</head>
<body>
{body}
</body>
</html>
"""
