#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The judge of churned trees, judged: servers that are wrong on purpose, each in one way.

usage: self_test.py PATH-OF-CHURN_CHECK
"""

import contextlib
import email.utils
import gzip
import html
import json
import os
import random
import re
import stat
import subprocess
import sys
import tempfile
import time
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

PROGRAM = "churn_check"


class Found:
    """A file as it was at one moment."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.stat = os.fstat(file.fileno())
            if stat.S_ISDIR(self.stat.st_mode):
                raise IsADirectoryError
            self.bytes = file.read()
        self.etag = f'"{self.stat.st_ino:x}-{self.stat.st_mtime_ns:x}-{len(self.bytes):x}"'
        self.modified = email.utils.formatdate(int(self.stat.st_mtime), usegmt=True)


class Right:
    """Contents that change by renaming only are read whole, so this much is right."""

    def __init__(self, root):
        self.root = root
        self.serial = 0

    def find(self, path):
        return Found(os.path.join(self.root, path.lstrip("/")))

    def entries(self, path):
        found = []
        for name in sorted(os.listdir(os.path.join(self.root, path.strip("/")))):
            if name.startswith("."):
                continue
            try:
                status = os.stat(os.path.join(self.root, path.strip("/"), name))
            except FileNotFoundError:
                continue
            found.append((name, status))
        return found

    def etag(self, found):
        return found.etag

    def change_answer(self, status, fields, body):
        return status, fields, body

    def body(self, found):
        return found.bytes

    def listing(self, path, as_json):
        if as_json:
            rows = []
            for name, status in self.entries(path):
                row = {"name": name, "type": "file", "mtime": email.utils.formatdate(int(status.st_mtime), usegmt=True)}
                if stat.S_ISDIR(status.st_mode):
                    row["type"] = "directory"
                else:
                    row["size"] = status.st_size
                rows.append(json.dumps(row))
            return ("[\n" + ",\n".join(rows) + "\n]\n").encode()
        rows = ['<a href="../">..</a>']
        for name, status in self.entries(path):
            href = urllib.parse.quote(name) + ("/" if stat.S_ISDIR(status.st_mode) else "")
            rows.append(f'<a href="{href}">{html.escape(name)}</a>')
        return ("<!DOCTYPE html><html><body>" + "\n".join(rows) + "</body></html>\n").encode()

    def answer(self, path, wants):
        if path.endswith("/"):
            try:
                return 200, {}, self.listing(path, "application/json" in wants.get("accept", ""))
            except (FileNotFoundError, NotADirectoryError):
                return 404, {}, b"none\n"
        try:
            found = self.find(path)
        except FileNotFoundError:
            return 404, {}, b"none\n"
        except NotADirectoryError:
            return 404, {}, b"none\n"
        except IsADirectoryError:
            return 301, {"Location": path + "/"}, b""
        body, etag = self.body(found), self.etag(found)
        fields = {"ETag": etag, "Last-Modified": found.modified}
        if etag and wants.get("if-none-match") == etag:
            return 304, fields, b""
        if "gzip" in wants.get("accept-encoding", "") and len(body) > 500:
            fields.update({"ETag": etag and etag[:-1] + '-gz"', "Content-Encoding": "gzip", "Vary": "Accept-Encoding"})
            return 200, fields, gzip.compress(body, 1, mtime=0)
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", wants.get("range", ""))
        if asked and wants.get("if-range", etag) == etag and int(asked[1]) < len(body):
            first, last = int(asked[1]), min(int(asked[2]), len(body) - 1)
            fields["Content-Range"] = f"bytes {first}-{last}/{len(body)}"
            return 206, fields, body[first:last + 1]
        return 200, fields, body

    def serve(self, _, connection):
        waiting = b""
        while True:
            while b"\r\n\r\n" not in waiting:
                piece = connection.recv(65536)
                if not piece:
                    return
                waiting += piece
            head, waiting = waiting.split(b"\r\n\r\n", 1)
            line, *rest = head.decode().split("\r\n")
            method, path, _ = line.split(" ")
            wants = {name.lower(): value for name, value in (one.split(": ", 1) for one in rest)}
            status, fields, body = self.change_answer(*self.answer(path, wants))
            text = f"HTTP/1.1 {status} Whatever\r\nDate: {email.utils.formatdate(usegmt=True)}\r\n"
            if status != 304:
                fields.setdefault("Content-Length", len(body))
            if wants.get("connection") == "close":
                fields["Connection"] = "close"
            text += "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
            connection.sendall(text.encode() + (b"" if method == "HEAD" or status == 304 else body))
            if wants.get("connection") == "close" or int(fields.get("Content-Length", 0)) > len(body):
                return


class HeldUp(Right):
    """Right, whatever is done to the tree, but held up between opening a file and reading it: what
    was opened may have another name by then, and another content under that."""

    def find(self, path):
        directory, name = os.path.split(os.path.join(self.root, path.lstrip("/")))
        with self.directory(directory) as inside, open(f"{inside}/{name}", "rb") as file:
            time.sleep(random.random() * 0.1)
            while True:
                before = os.fstat(file.fileno())
                found = Found(f"/proc/self/fd/{file.fileno()}")
                after = os.fstat(file.fileno())
                if before.st_ctime_ns == after.st_ctime_ns and before.st_size == len(found.bytes):
                    # It may change once more under the same date.
                    if time.time_ns() - after.st_ctime_ns < 50_000_000:
                        found.etag = None
                    return found

    @contextlib.contextmanager
    def directory(self, path):
        """What that is now, and stays the same wherever it is moved."""
        opened = os.open(path, os.O_DIRECTORY | os.O_PATH)
        try:
            time.sleep(random.random() * 0.1)
            yield f"/proc/self/fd/{opened}"
        finally:
            os.close(opened)

    def entries(self, path):
        with self.directory(os.path.join(self.root, path.strip("/"))) as inside:
            found = []
            for name in sorted(os.listdir(inside)):
                if name.startswith("."):
                    continue
                time.sleep(random.random() * 0.002)
                try:
                    found.append((name, os.stat(f"{inside}/{name}")))
                except FileNotFoundError:
                    continue
            return found

    def change_answer(self, status, fields, body):
        if fields.get("ETag", "") is None:
            del fields["ETag"], fields["Last-Modified"]
        return status, fields, body


class Kept(Right):
    """Looks at a file again after a while only."""

    def __init__(self, root, seconds=0.05):
        super().__init__(root)
        self.seconds = seconds
        self.kept = {}

    def answer(self, path, wants):
        until, answers = self.kept.get(path, (0, None))
        if time.monotonic() > until:
            until, answers = time.monotonic() + self.seconds, {}
        self.kept[path] = until, answers
        key = json.dumps({name: wants[name] for name in wants if name != "connection"})
        if key not in answers:
            answers[key] = super().answer(path, wants)
        status, fields, body = answers[key]
        return status, dict(fields), body


class KeptAbsence(Kept):
    """The same, for what is not there only."""

    def answer(self, path, wants):
        kept = super().answer(path, wants)
        return kept if kept[0] == 404 else Right.answer(self, path, wants)


class KeptListings(Kept):
    """The same, for listings only: names that have gone, sizes that were."""

    def answer(self, path, wants):
        return super().answer(path, wants) if path.endswith("/") else Right.answer(self, path, wants)


class KeptValidators(Right):
    """The head of one version with the body of another."""

    def __init__(self, root):
        super().__init__(root)
        self.kept = {}

    def find(self, path):
        found = super().find(path)
        first = self.kept.setdefault(path, found)
        found.etag = first.etag
        return found


class Torn(Right):
    """Halves of two versions, which have the same size."""

    def __init__(self, root):
        super().__init__(root)
        self.kept = {}

    def body(self, found):
        size = len(found.bytes)
        other = self.kept.get(size, found.bytes) if size > 64 else found.bytes
        self.kept[size] = found.bytes
        return found.bytes[:size // 32 * 16] + other[size // 32 * 16:]


class Flipped(Right):
    """A bit, now and then."""

    def body(self, found):
        self.serial += 1
        if self.serial % 50 or not found.bytes:
            return found.bytes
        return found.bytes[:-1] + bytes([found.bytes[-1] ^ 1])


class Cut(Right):
    """Short data under a full Content-Length, and an orderly end."""

    def change_answer(self, status, fields, body):
        self.serial += 1
        if status == 200 and self.serial % 50 == 0 and len(body) > 10:
            return status, {**fields, "Content-Length": len(body)}, body[:-5]
        return status, fields, body


class AlwaysUnmodified(Right):
    """304 to whoever has a tag."""

    def answer(self, path, wants):
        status, fields, body = super().answer(path, wants)
        if status == 200 and "etag" in str(fields).lower() and "if-none-match" in wants:
            return 304, {"ETag": wants["if-none-match"]}, b""
        return status, fields, body


class LaterDate(Right):
    def find(self, path):
        found = super().find(path)
        found.modified = email.utils.formatdate(int(found.stat.st_mtime) - 10, usegmt=True)
        return found


class WrongRange(Right):
    """The right number of bytes from the wrong place."""

    def change_answer(self, status, fields, body):
        return (status, fields, body[16:] + body[:16]) if status == 206 else (status, fields, body)


class BadGzip(Right):
    """The end of the compressed form is missing, as its Content-Length says."""

    def change_answer(self, status, fields, body):
        return status, fields, body[:-4] if "Content-Encoding" in fields else body


class Refuses(Right):
    def change_answer(self, status, fields, body):
        self.serial += 1
        return (500, {}, b"") if self.serial % 100 == 0 else (status, fields, body)


class ForgetsEntries(Right):
    def entries(self, path):
        return super().entries(path)[:-1]


class SelfTest(unittest.TestCase):
    def judge(self, server_class, *options, seconds=1, changes=("--only-renames", "--pause", "3000")):
        with tempfile.TemporaryDirectory() as root:
            with ScriptedServer(server_class(root).serve) as server:
                done = subprocess.run(
                    [PROGRAM, root, server.address, "--seconds", str(seconds), "--connections", "12", "--threads", "1",
                     "--no-big", "--largest", "30", "--least", "100", *changes, *options],
                    stdout=subprocess.PIPE, text=True, timeout=120, check=False)
        kinds = set(re.findall(r"^# wrong: ([^:]+):", done.stdout, re.MULTILINE))
        return done, kinds

    def test_right(self):
        done, kinds = self.judge(Right, seconds=3)
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(kinds, set())

    def test_held_up(self):
        done, kinds = self.judge(HeldUp, seconds=10, changes=("--pause", "200"))
        self.assertEqual(done.returncode, 0, done.stdout)
        self.assertEqual(kinds, set())

    def wrong(self, server_class, *expected):
        # Some are wrong at a few moments only, and on a busy machine few of them come in a second.
        for seconds in (1, 2, 4, 8):
            done, kinds = self.judge(server_class, seconds=seconds)
            if kinds:
                break
        self.assertEqual(done.returncode, 1, done.stdout)
        self.assertTrue(kinds & set(expected), f"{expected} expected:\n{done.stdout}")
        return kinds

    def test_kept(self):
        self.wrong(Kept, "stale")

    def test_kept_absence(self):
        self.assertEqual(self.wrong(KeptAbsence, "stale"), {"stale"})

    def test_kept_listings(self):
        self.wrong(KeptListings, "listing")

    def test_kept_validators(self):
        self.wrong(KeptValidators, "etag")

    def test_torn(self):
        self.wrong(Torn, "torn")

    def test_flipped(self):
        self.wrong(Flipped, "torn")

    def test_cut(self):
        self.wrong(Cut, "connection")

    def test_unmodified(self):
        self.wrong(AlwaysUnmodified, "304")

    def test_date(self):
        self.wrong(LaterDate, "last-modified")

    def test_range(self):
        self.wrong(WrongRange, "torn")

    def test_gzip(self):
        self.wrong(BadGzip, "coding")

    def test_status(self):
        self.wrong(Refuses, "status")

    def test_listing(self):
        self.wrong(ForgetsEntries, "listing")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
