#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""make_site.py DIRECTORY: a site for a browser, with names that have to be encoded or
escaped, a page with its style, script and picture, and a sound of some minutes. Prints, as
JSON, what the browser has to find there."""

import json
import math
import os
import struct
import sys
import wave
import zlib

import brotli

# A folder of each name, with a file and a folder in it that are called alike.
ODD_NAMES = [
    "with space", "über-日本", "emoji 🦊", "100%", "%41", "%2e%2e", "a#b", "what?", "what?C=S&O=D",
    '"quoted"', "it's", "<b>bold<", "<img src=x onerror=alert(1)>", "a&amp;b", "a+b",
    "semi;colon=1,2", "colon:80", "javascript:alert(1)", "back\\slash", "~tilde", "dots...", "-dash",
    "long-" + "x" * 200,
]
TONE_SECONDS = 600
TONE_RATE = 44100


def write(path, content):
    with open(path, "wb") as out:
        out.write(content)


def tone(path):
    """One note for each ten seconds, 16 bits, one channel: 53 MB."""
    with wave.open(path, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(TONE_RATE)
        for step in range(TONE_SECONDS // 10):
            hertz = 220 + 10 * step  # whole periods a second, so that seconds can be repeated
            second = b"".join(
                struct.pack("<h", int(8000 * math.sin(2 * math.pi * hertz * i / TONE_RATE)))
                for i in range(TONE_RATE))
            out.writeframes(second * 10)


def picture(path, width=64, height=64):
    """A PNG."""
    rows = b"".join(b"\0" + bytes(c for x in range(width) for c in (4 * x, 4 * y, 128))
                    for y in range(height))

    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data +
                struct.pack(">I", zlib.crc32(kind + data)))

    write(path, b"\x89PNG\r\n\x1a\n" +
          chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) +
          chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def odd_folders(root):
    os.makedirs(root)
    for name in ODD_NAMES:
        inner = os.path.join(root, name, name)
        os.makedirs(inner)
        write(os.path.join(root, name, name + ".txt"), f"file {name}\n".encode())
        write(os.path.join(inner, "end.txt"), f"end of {name}\n".encode())


def page(root):
    os.makedirs(root)
    write(os.path.join(root, "index.html"), b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A page</title>
<link rel="stylesheet" href="look/style.css"><script src="look/script.js" defer></script>
<script type="module" src="look/module.mjs"></script></head>
<body><h1>A page</h1><img id="picture" src="look/picture.png" alt="colours">
<img id="drawing" src="look/drawing.svg" alt="a circle">
<p id="data"></p><p id="module"></p><p><a href="..">up</a></p></body></html>
""")
    look = os.path.join(root, "look")
    os.makedirs(look)
    write(os.path.join(look, "style.css"), b"h1 { color: rgb(1, 2, 3) }\n")
    write(os.path.join(look, "data.json"), '{"text": "grüße"}\n'.encode())
    write(os.path.join(look, "script.js"), b"""fetch('look/data.json').then(answer => answer.json())
    .then(data => { document.getElementById('data').textContent = data.text; });
""")
    write(os.path.join(look, "module.mjs"),
          b"document.getElementById('module').textContent = 'loaded';\n")
    write(os.path.join(look, "drawing.svg"),
          b'<svg xmlns="http://www.w3.org/2000/svg" width="64" height="64">'
          b'<circle cx="32" cy="32" r="30" fill="teal"/></svg>\n')
    picture(os.path.join(look, "picture.png"))


def coded(root):
    """A page whose parts are worth compressing. Each says how much of it there has to be.
    style.css stands there by brotli as well, with a colour of its own."""
    os.makedirs(root)
    rules = "".join(f".class-{i} {{ margin: {i}px; padding: {i % 7}px }}\n" for i in range(2000))
    style = rules + "h1 { color: rgb(4, 5, 6) }\n"
    parts = {
        "style.css": style,
        "script.js": "".join(f"// line {i} of nothing in particular\n" for i in range(1500)) +
                     "document.getElementById('script').textContent = 'ran';\n",
        "data.json": json.dumps([{"number": i, "text": f"grüße {i}"} for i in range(3000)],
                                ensure_ascii=False),
        "drawing.svg": '<svg xmlns="http://www.w3.org/2000/svg" width="640" height="64">' + "".join(
            f'<circle cx="{i}" cy="32" r="30" fill="teal"/>' for i in range(600)) + "</svg>\n",
    }
    for name, text in parts.items():
        write(os.path.join(root, name), text.encode())
    write(os.path.join(root, "style.css.br"),
          brotli.compress((rules + "h1 { color: rgb(7, 8, 9) }\n").encode()))
    write(os.path.join(root, "index.html"), b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Coded</title>
<link rel="stylesheet" href="style.css"><script src="script.js" defer></script></head>
<body><h1>Coded</h1><p id="script"></p><img id="drawing" src="drawing.svg" alt="circles">
""" + b"<p>A line that is there many times.</p>\n" * 300 + b"</body></html>\n")
    return {name: len(text.encode()) for name, text in parts.items()}


def sorting(root):
    """Name, size and date put these in three different orders."""
    os.makedirs(os.path.join(root, "a folder"))
    files = [("apple.txt", 300, 1700000300), ("Banana.txt", 5, 1700000100),
             ("cherry.txt", 2000000, 1700000200), ("10.txt", 1024, 1700000500),
             ("9.txt", 70000, 1700000400)]
    for name, size, date in files:
        path = os.path.join(root, name)
        write(path, b"x" * size)
        os.utime(path, (date, date))
    return [{"name": name, "size": size, "date": date} for name, size, date in files]


def main():
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        print("usage: make_site.py DIRECTORY      (which must not be there yet)")
        return 0 if sys.argv[1:] == ["--help"] else 2
    root = sys.argv[1]
    os.makedirs(root)
    odd_folders(os.path.join(root, "odd"))
    page(os.path.join(root, "page"))
    coded_sizes = coded(os.path.join(root, "coded"))
    sorted_files = sorting(os.path.join(root, "sorting"))
    os.makedirs(os.path.join(root, "empty"))
    os.makedirs(os.path.join(root, "media"))
    tone(os.path.join(root, "media", "tone.wav"))
    write(os.path.join(root, "media", "player.html"), b"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Player</title></head>
<body><audio id="player" src="tone.wav" preload="metadata" controls></audio></body></html>
""")
    many = os.path.join(root, "many")
    os.makedirs(many)
    for i in range(300):
        write(os.path.join(many, f"entry-{i:03}.txt"), b"x" * i)
    print(json.dumps({
        "odd": ODD_NAMES, "sorting": sorted_files, "many": 300, "seconds": TONE_SECONDS, "coded": coded_sizes,
        "tone": os.path.getsize(os.path.join(root, "media", "tone.wav"))}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
