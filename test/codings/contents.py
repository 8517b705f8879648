# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Which answers are coded, by which coding, and that they are the files."""

import os
import subprocess
import tempfile
import time

from client import decode
from documents import COMPRESSIBLE, INCOMPRESSIBLE, text
from judge import fault_of

MADE = ("gzip", "deflate", "zstd")


def not_for_those_who_never_asked(test):
    """First of all, so that each file's very first answer is looked at as well."""
    faults = []
    for path, content in test.documents.content.items():
        answer = test.client.ask("/" + path.replace(" ", "%20"))
        fault = fault_of(answer, content, [])
        if fault:
            faults.append(f"{path}: {fault}")
    test.report.none(f"{len(test.documents.content)} files without Accept-Encoding: no coding", faults)
    faults = []
    for codings in ("", "identity", "compress", "gzip;q=0", "*;q=0, identity", "gzip;q=2", "x"):
        for path in ("kinds/page.txt", "kinds/page.html"):
            answer = test.client.ask("/" + path, codings)
            if fault_of(answer, test.documents.content[path], []) or not answer.varies:
                faults.append(f"'{codings}', {path}: {answer}")
    test.report.none("nor where none of ours is acceptable; and Vary tells", faults)


def each_coding(test):
    """Of all sizes and types, as one answer each, and then once more."""
    bodies = test.bodies = {coding: [] for coding in MADE}
    faults = []
    for path, content in test.documents.content.items():
        if not path.startswith(("sizes/", "kinds/", "page/")):
            continue
        for coding in MADE:
            most = test.zstd_most if coding == "zstd" else test.most
            wanted = test.least <= len(content) <= most
            answer = test.asker.coded("/" + path, coding, content) if wanted else \
                test.client.ask("/" + path, coding)
            fault = fault_of(answer, content, [coding])
            if fault or (answer.coding == coding) != wanted:
                faults.append(f"{path}, {coding}: {fault or answer}")
            elif wanted:
                bodies[coding].append((answer.body, content))
                if len(answer.body) * 8 > len(content) * 7:
                    faults.append(f"{path}, {coding}: {len(answer.body)} of {len(content)} bytes")
    made = sum(map(len, bodies.values()))
    test.report.none(f"{made} coded answers of {test.least} to {test.most} bytes, by each of {', '.join(MADE)}; "
                     "none below and above", faults)
    test.report.ok(made >= 3 * (len(COMPRESSIBLE) + 6), "all types are among them", str(made))
    for coding, some in bodies.items():
        body, content = max(some, key=lambda one: len(one[1]), default=(b"", b""))
        print(f"figure: {len(content)} bytes of text are {len(body)} by {coding}")


def public_tools(test):
    """gzip -t and zstd -t on what came over the wire; and what they make of it."""
    bodies = test.bodies
    with tempfile.TemporaryDirectory() as folder:
        for coding, tool, end in (("gzip", "gzip", "gz"), ("zstd", "zstd", "zst")):
            names = []
            for i, (body, _) in enumerate(bodies[coding]):
                names.append(os.path.join(folder, f"{i}.{end}"))
                with open(names[-1], "wb") as out:
                    out.write(body)
            status = subprocess.run([tool, "-q", "-t", *names], capture_output=True, check=False)
            test.report.ok(names and status.returncode == 0, f"{tool} -t accepts {len(names)} of them",
                           status.stderr.decode(errors="replace"))
    faults = [coding for coding, some in bodies.items() for body, content in some
              if decode(coding, body) != content]
    test.report.none("their bytes are the files' again", faults)


def curl_compressed(test):
    """curl decodes by itself; --compressed lists what this curl can do."""
    paths = [path for path in test.documents.content if path.startswith(("sizes/", "kinds/", "noise/"))]
    with tempfile.TemporaryDirectory() as folder:
        lines = []
        for i, path in enumerate(paths):
            lines += [f'url = "http://{test.address}/{path}"', f'output = "{folder}/{i}"']
        run = subprocess.run(
            ["curl", "-sS", "--compressed", "-w", r"%{size_download}\n", "-K", "-"], text=True,
            input="\n".join(lines), capture_output=True, timeout=600, check=False)
        test.report.ok(run.returncode == 0, "curl --compressed", run.stderr)
        faults = []
        for i, path in enumerate(paths):
            try:
                with open(f"{folder}/{i}", "rb") as got:
                    same = got.read() == test.documents.content[path]
            except OSError:
                same = not test.documents.content[path]  # curl makes no file for no bytes
            if not same:
                faults.append(path)
        test.report.none(f"{len(paths)} files by it are as they are on the disk", faults)
    whole = sum(len(test.documents.content[path]) for path in paths)
    sent = sum(map(int, run.stdout.split() or [0]))
    print(f"figure: curl --compressed: {sent} bytes instead of {whole}")
    test.report.ok(sent < whole * 0.8, "and took fewer bytes", f"{sent} of {whole}")


def other_types(test):
    faults = []
    for kind in INCOMPRESSIBLE:
        path = f"other/picture.{kind}" if kind else "other/picture"
        for coding in (*MADE, "gzip, deflate, br, zstd"):
            answer = test.client.ask("/" + path, coding)
            if answer.coding or answer.body != test.documents.content[path]:
                faults.append(f"{path}: {answer}")
    test.report.none(f"{len(INCOMPRESSIBLE)} types that are compressed in themselves are not coded", faults)


def pointless(test):
    """Noise that is called a text. It is found out once, and not at each request."""
    faults = []
    paths = [path for path in test.documents.content if path.startswith("noise/")]
    for path in paths:
        for coding in (*MADE, "gzip, deflate, br, zstd"):
            for _ in range(3):
                answer = test.client.ask("/" + path, coding)
                fault = fault_of(answer, test.documents.content[path], [])
                if fault:
                    faults.append(f"{path}, {coding}: {fault}")
    test.report.none("what does not become smaller is not coded", faults)
    before = test.counters()
    for _ in range(20):
        for path in paths:
            for coding in MADE:
                test.client.ask("/" + path, coding)
    grown = test.counters()["cache_fills"] - before["cache_fills"]
    test.report.ok(grown <= 2, "and that is remembered: no work in 20 rounds", f"{grown} fills")


def old_clients(test):
    """HTTP/1.0, with and without the field; to the end of the connection."""
    path, faults = "kinds/page.css", []
    content = test.documents.content[path]
    for codings in (None, "gzip", "deflate", "zstd", "gzip, deflate"):
        if codings:
            test.asker.coded("/" + path, codings.split(",")[0], content)
        answer = test.client.ask_old("/" + path, codings)
        fault = fault_of(answer, content, (codings or "").split(", "))
        if fault or (answer.coding is None) != (codings is None) or not answer.varies:
            faults.append(f"{codings}: {fault or answer}")
    test.report.none("clients of HTTP/1.0 get what they ask for", faults)


def listing(test):
    test.client.ask("/many/")  # one that is new may be sent before it is kept
    plain = test.client.ask("/many/")
    test.report.ok(plain.coding is None and plain.body.count(b"entry") >= 400, "a listing without coding",
                   repr(plain))
    for fields in ({}, {"Accept": "application/json"}):
        plain = test.client.ask("/many/", **fields)
        what = "as JSON" if fields else "of 200 entries"
        for coding in MADE:
            answer = test.asker.coded("/many/", coding, plain.body, **fields)
            test.report.ok(answer.coding == coding and not fault_of(answer, plain.body, [coding]),
                           f"a listing {what} by {coding}", repr(answer))
            vary = [name.strip() for name in (answer.field("Vary") or "").split(",")]
            test.report.equal("its Vary", ["accept", "accept-encoding"], sorted(map(str.lower, vary)))
            head = test.client.ask("/many/", coding, method="HEAD", **fields)
            same = [(head.field(name), answer.field(name))
                    for name in ("Content-Length", "Content-Encoding", "Content-Type", "Vary")]
            test.report.ok(all(a == b for a, b in same), "and HEAD has the same fields", str(same))
    test.documents.add("many/new name.txt", b"new")
    answer = test.client.ask("/many/", "gzip")
    test.report.ok(b"new name.txt" in decode(answer.coding, answer.body),
                   "a new entry is in the next listing", repr(answer))
    test.documents.remove("many/new name.txt")
    answer = test.client.ask("/many/", "gzip")
    test.report.ok(b"new name.txt" not in decode(answer.coding, answer.body),
                   "and one that has gone is not", repr(answer))


def nothing_is_coded(test):
    """By a server that was told not to."""
    faults = []
    for size in (600, 20000, 300000):
        path = test.documents.add(f"off-{size}.html", text(size))
        for coding in (*MADE, "gzip, deflate, br, zstd", "gzip;q=1, identity;q=0.1"):
            for _ in range(3):
                fault = fault_of(test.client.ask("/" + path, coding), test.documents.content[path], [])
                if fault:
                    faults.append(f"{path}, {coding}: {fault}")
                time.sleep(0.02)
    test.report.none("with compression off nothing is coded", faults)
    answer = test.client.ask("/" + path, "gzip, identity;q=0")
    test.report.equal("and gzip or nothing is 406", 406, answer.status)
    coded = {name: n for name, n in test.counters().items() if name.startswith("coded_") and n}
    test.report.equal("nor counted", {}, coded)
