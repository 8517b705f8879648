# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The files that are asked for, and what they contain."""

import os
import random

WORDS = ("the server answers a request with bytes of its own , < p > </ p > { } \" : class = "
         "function return display none für cache entity tag 1 2 42 1048576").split()
COMPRESSIBLE = ("txt", "html", "css", "js", "json", "svg")
# Compressed in themselves, as their types say; what these here contain would not be.
INCOMPRESSIBLE = ("png", "jpg", "gif", "webp", "zip", "gz", "mp4", "woff2", "pdf", "")


def text(size, seed=1):
    """Words, differing from the beginning by the seed."""
    chance = random.Random(seed)
    start = f"{seed} {size} ".encode()
    block = " ".join(chance.choices(WORDS, k=20000)).encode()
    out = start + block
    while len(out) < size:
        at = chance.randrange(len(block) // 2)
        out += block[at:at + 30000] + str(len(out)).encode()
    return out[:size]


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def write(path, content):
    """As a whole or not at all, as people who care replace a served file."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path + ".new", "wb") as out:
        out.write(content)
    os.rename(path + ".new", path)


class Documents:
    """Path below the root to content."""

    def __init__(self, root):
        self.root = root
        self.content = {}

    def add(self, path, content):
        write(os.path.join(self.root, path), content)
        self.content[path] = content
        return path

    def path(self, name):
        return os.path.join(self.root, name)

    def date(self, name, seconds):
        os.utime(self.path(name), (seconds, seconds))

    def remove(self, name):
        os.unlink(self.path(name))
        self.content.pop(name, None)


def make(root, least, most):
    """least, most: compress_min and compress_max of the server."""
    documents = Documents(root)
    sizes = sorted({0, 1, least - 1, least, least + 1, 4096, 16383, 16384, 16385, 65535, 65536,
                    65537, 131072, 300000, most - 1, most, most + 1})
    for size in sizes:
        documents.add(f"sizes/{size}.txt", text(size, size + 7))
    for kind in COMPRESSIBLE:
        documents.add(f"kinds/page.{kind}", text(20000, len(kind)))
    for kind in INCOMPRESSIBLE:
        documents.add(f"other/picture.{kind}" if kind else "other/picture", bytes(20000))
    for size in (least, 20000, 300000):
        documents.add(f"noise/{size}.txt", noise(size))
    documents.add("page/index.html", text(9000, 99))
    for i in range(200):
        documents.add(f"many/entry number {i}.txt", text(i))
    return documents
