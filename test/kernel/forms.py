#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Siblings (NAME.gz, ...) and kept listings are as fresh as the file system itself.

usage: forms.py PORT DIRECTORY STATS    (DIRECTORY is the root; STATS the module's counters)

Each answer is asked for twice after each change: the second one comes from what was kept,
if it could be.
"""
import gzip
import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import zlib

PORT, ROOT, STATS = int(sys.argv[1]), sys.argv[2], sys.argv[3]
TEXT = b"".join(b"line %d of a text that can be made smaller\n" % i for i in range(200))
passed = failed = 0


def report(right, what, wrong=""):
    global passed, failed
    passed += bool(right)
    failed += not right
    print(f"ok - forms: {what}" if right else f"not ok - forms: {what}: {wrong}", flush=True)


def counters():
    with open(STATS, encoding="ascii") as f:
        return {name: int(value) for name, value in (line.split() for line in f)}


class Client:
    """One connection."""

    def __init__(self):
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)

    def get(self, path, **fields):
        headers = {"Accept-Encoding": "identity"}
        headers.update({name.replace("_", "-"): value for name, value in fields.items()})
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        return answer.status, answer.headers, answer.read()


client = Client()


def path(name):
    return os.path.join(ROOT, name)


def write(name, data, when=None):
    """In the place of what was there; its time is in the past unless told."""
    with open(path(name), "wb") as f:
        f.write(data)
    if when is not None:
        os.utime(path(name), (when, when))


# ---- Siblings ----------------------------------------------------------------------

def coded(name, accept, expected_coding, expected_body, what):
    wrong = []
    tags = set()
    for _ in range(2):
        status, headers, body = client.get("/" + name, Accept_Encoding=accept)
        tags.add(headers.get("ETag"))
        got = headers.get("Content-Encoding")
        if status != 200 or got != expected_coding or expected_body not in (None, body):
            wrong.append(f"{status} {got} {body[:20]!r}")
    if len(tags) != 1:
        wrong.append(f"entity tags {tags}")
    report(not wrong, what, "; ".join(wrong))
    return tags.pop()


def siblings():
    old, now = time.time() - 1000, time.time() - 500
    write("s.txt", TEXT, old)
    plain = coded("s.txt", "identity", None, TEXT, "a file")
    coded("s.txt", "br", None, TEXT, "no sibling")
    write("s.txt.br", b"by br", now)
    br = coded("s.txt", "br", "br", b"by br", "a sibling has come")
    coded("s.txt", "identity", None, TEXT, "who does not take it gets the file")
    report(br != plain, "it has another entity tag", br)
    write("s.txt.br", b"BY BR", now)
    report(coded("s.txt", "br", "br", b"BY BR", "it was written to") is not None, "with a tag")
    write("s.txt.zst", b"by zstd", now)
    coded("s.txt", "zstd, br;q=0.5", "zstd", b"by zstd", "another sibling has come")
    os.rename(path("s.txt.zst"), path("away"))
    coded("s.txt", "zstd;q=0.5, br", "br", b"BY BR", "it was renamed away")
    os.rename(path("away"), path("s.txt.zst"))
    coded("s.txt", "zstd", "zstd", b"by zstd", "and back")
    write("other", b"other zstd", now)
    os.rename(path("other"), path("s.txt.zst"))
    coded("s.txt", "zstd", "zstd", b"other zstd", "another renamed over it")
    write("s.txt.gz", b"by gzip", now)
    coded("s.txt", "gzip", "gzip", b"by gzip", "it goes before what is made")
    os.remove(path("s.txt.gz"))
    _, headers, body = client.get("/s.txt", Accept_Encoding="gzip")
    report(headers.get("Content-Encoding") == "gzip" and gzip.decompress(body) == TEXT,
           "deleted: it is made", str(headers.get("Content-Encoding")))
    before = coded("s.txt", "br", "br", b"BY BR", "a sibling before its original changes")
    write("s.txt", TEXT[:-1], old + 1)
    after = coded("s.txt", "br", "br", b"BY BR", "the original was written, and is still older")
    report(before != after, "so there is another entity tag", after)
    os.utime(path("s.txt"))
    coded("s.txt", "br", None, TEXT[:-1], "the original is younger")
    os.utime(path("s.txt.br"))
    coded("s.txt", "br", "br", b"BY BR", "and older again")
    os.remove(path("s.txt.br"))
    os.mkdir(path("s.txt.br"))
    coded("s.txt", "br", None, TEXT[:-1], "a directory is none")
    os.rmdir(path("s.txt.br"))
    os.symlink("s.txt.zst", path("s.txt.br"))
    coded("s.txt", "br", None, TEXT[:-1], "nor is a symbolic link")
    os.remove(path("s.txt.br"))
    with open(path("s.txt.br"), "wb") as f:
        f.write(b"half of")
        f.flush()
        coded("s.txt", "br", None, TEXT[:-1], "nor one that is being written")
        f.write(b" it")
    coded("s.txt", "br", "br", b"half of it", "once it is closed it is one")
    os.remove(path("s.txt"))
    status, _, _ = client.get("/s.txt", Accept_Encoding="br")
    report(status == 404, "without the original there is nothing", status)


# ---- Listings ----------------------------------------------------------------------

def rows(name, query=""):
    status, headers, body = client.get(f"/{name}/{query}", Accept="application/json")
    if status != 200 or "json" not in headers.get("Content-Type", ""):
        raise RuntimeError(f"{status} {headers}")
    return {e["name"]: e for e in json.loads(body)}, "Content-Length" in headers


def listed(name, what, kept=True):
    """The listing is what the directory is, twice; one that is kept is of a known length."""
    wrong = []
    for _ in range(2):
        before = counters()
        shown, whole = rows(name)
        hits = counters()["cache_hits"] - before["cache_hits"]
        there = {e.name: e.stat() for e in os.scandir(path(name))}
        if set(shown) != set(there):
            wrong.append(f"names {sorted(shown)} and not {sorted(there)}")
            continue
        for entry, stat in there.items():
            size = shown[entry].get("size")
            if size is not None and not os.path.isdir(path(f"{name}/{entry}")) and size != stat.st_size:
                wrong.append(f"{entry}: {size} bytes and not {stat.st_size}")
    if whole != kept or kept and not hits:
        wrong.append("was not kept" if kept else "was kept")
    report(not wrong, "listing: " + what, "; ".join(wrong))


def modified(name):
    return {n: (e.get("mtime"), e.get("size")) for n, e in rows(name)[0].items()}


def listings():
    os.makedirs(path("d/sub"))
    write("d/a.txt", b"one")
    listed("d", "a file and a directory")
    write("d/b.txt", b"two")
    listed("d", "a new entry")
    with open(path("d/a.txt"), "ab") as f:
        f.write(b" grows")
        f.flush()
        listed("d", "a file has grown, and is open")
    os.truncate(path("d/a.txt"), 1)
    listed("d", "a file was truncated")
    os.rename(path("d/a.txt"), path("d/c.txt"))
    listed("d", "a file was renamed")
    before = modified("d")
    os.utime(path("d/c.txt"), (1, 1))
    listed("d", "a file was touched")
    report(modified("d")["c.txt"] != before["c.txt"], "listing: the time of it is told",
           str(before["c.txt"]))
    before = modified("d")
    os.utime(path("d/sub"), (86400, 86400))
    report(modified("d")["sub"] != before["sub"], "listing: and that of a directory",
           str(before["sub"]))
    write("d/new", b"longer than two")
    os.rename(path("d/new"), path("d/b.txt"))
    listed("d", "another was renamed over a file")
    os.rename(path("d/sub"), path("sub"))
    listed("d", "a directory was moved out")
    os.rename(path("sub"), path("d/sub"))
    listed("d", "and in again")
    os.remove(path("d/b.txt"))
    listed("d", "a file was deleted")
    os.link(path("d/c.txt"), path("linked"))
    with open(path("linked"), "ab") as f:
        f.write(b"by its other name")
    listed("d", "a file was written by another name")
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1M", "none", path("d/sub")], check=True)
    listed("d", "something was mounted", kept=False)
    subprocess.run(["umount", path("d/sub")], check=True)
    time.sleep(2.2)  # that it could not be kept is remembered for two seconds
    listed("d", "and unmounted")
    os.symlink("c.txt", path("d/link"))
    shown, _ = rows("d")
    report("link" in shown, "listing: with a symbolic link", sorted(shown))
    write("d/c.txt", b"where the link leads")
    report(rows("d")[0]["link"].get("size") == 20, "listing: what it leads to is fresh",
           str(rows("d")[0]["link"]))
    os.remove(path("d/link"))
    time.sleep(2.2)
    listed("d", "without it")
    os.chmod(path("d"), 0o311)
    os.chmod(path("d"), 0o755)
    listed("d", "its mode was changed and changed back")
    shutil.rmtree(path("d"))
    status, _, _ = client.get("/d/")
    report(status == 404, "listing: of what was removed", status)
    os.makedirs(path("d"))
    listed("d", "of another directory in its place, an empty one")


def coded_listing():
    os.makedirs(path("many"))
    for i in range(300):
        write(f"many/file-{i:04}.txt", b"x" * i)
    for coding in ("gzip", "deflate"):
        for _ in range(3):
            _, headers, body = client.get("/many/", Accept_Encoding=coding)
        got = headers.get("Content-Encoding")
        plain = client.get("/many/")[2]
        same = got == coding and zlib.decompress(body, 31 if coding == "gzip" else 15) == plain
        report(same, f"listing: {coding}, {len(plain)} bytes as {len(body)}", str(got))


def main():
    siblings()
    listings()
    coded_listing()
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


main()
