# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Weights, validators and ranges where there are several forms of one file."""

import time

from contents import MADE
from judge import fault_of

PATH = "kinds/page.html"


def weights(test):
    content = test.documents.content[PATH]
    for coding in MADE:
        test.asker.coded("/" + PATH, coding, content)
    cases = {
        "gzip;q=1.0, zstd;q=0.5": "gzip", "gzip;q=0.5, zstd;q=1.0": "zstd",
        "gzip;q=0.001": "gzip", "deflate, gzip;q=0": "deflate", "GZIP": "gzip", "x-gzip": "gzip",
        "gzip, identity;q=0": "gzip", "deflate;q=0.9,gzip;q=0.8,zstd;q=0.7": "deflate",
        "identity;q=0.5, zstd;q=0.1": None, "identity, gzip;q=0.9": None,
        "br;q=1, gzip;q=0.5": "gzip", "nothing, gzip": "gzip", "*;q=0.1, gzip;q=0": ("zstd", "deflate"),
        "identity;q=0, *": MADE, "*": MADE, "gzip, deflate, br, zstd": MADE,
    }
    faults = []
    for codings, wanted in cases.items():
        answer = test.client.ask("/" + PATH, codings)
        fault = fault_of(answer, content, MADE)
        wanted = wanted if isinstance(wanted, tuple) else (wanted,)
        if fault or answer.coding not in wanted or not answer.varies:
            faults.append(f"'{codings}': {fault or answer}")
    test.report.none(f"{len(cases)} ways to say what is liked best", faults)
    for codings in ("identity;q=0", "*;q=0", "br, identity;q=0"):
        answer = test.client.ask("/" + PATH, codings)
        test.report.ok(answer.status == 406 and answer.varies, f"'{codings}': 406", repr(answer))
    answer = test.client.ask("/noise/20000.txt", "gzip, identity;q=0")
    test.report.equal("gzip or nothing, of what gzip makes no smaller: 406", 406, answer.status)


def validators(test):
    content = test.documents.content[PATH]
    forms = {None: test.client.ask("/" + PATH)}
    for coding in MADE:
        forms[coding] = test.asker.coded("/" + PATH, coding, content)
    tags = {coding: answer.field("ETag") for coding, answer in forms.items()}
    test.report.ok(None not in tags.values() and len(set(tags.values())) == len(tags),
                   "each form has a tag of its own", str(tags))
    test.report.equal("and all the same Last-Modified", 1,
                      len({answer.field("Last-Modified") for answer in forms.values()}))
    test.report.ok(all(answer.varies for answer in forms.values()), "Vary on each", str(forms))
    faults = []
    for coding, tag in tags.items():
        for method in ("GET", "HEAD"):
            answer = test.client.ask("/" + PATH, coding, method=method, If_None_Match=tag)
            if (answer.status, answer.field("ETag"), answer.body, answer.varies) != (304, tag, b"", True):
                faults.append(f"{method} {coding}: {answer}")
        for other, other_tag in tags.items():
            answer = test.client.ask("/" + PATH, coding, If_None_Match=other_tag)
            if other != coding and fault_of(answer, content, [coding]):
                faults.append(f"{coding} with the tag of {other}: {answer}")
        answer = test.client.ask("/" + PATH, coding, If_Match=tag)
        if answer.coding != coding or fault_of(answer, content, [coding]):
            faults.append(f"If-Match of {coding}: {answer}")
        answer = test.client.ask("/" + PATH, coding, If_Modified_Since=forms[coding].field("Last-Modified"))
        if (answer.status, answer.field("ETag"), answer.varies) != (304, tag, True):
            faults.append(f"If-Modified-Since, {coding}: {answer}")
    test.report.none("If-None-Match: 304 for the form's own tag, with that; 200 for another's", faults)
    everything = ", ".join(tags.values())
    faults = []
    for coding, tag in tags.items():
        answer = test.client.ask("/" + PATH, coding, If_None_Match=everything)
        if (answer.status, answer.field("ETag")) != (304, tag):
            faults.append(f"{coding}: {answer}")
    test.report.none("of several tags the answer's is its own", faults)


def heads(test):
    faults = []
    for coding in (None, *MADE):
        for path in ("kinds/page.js", "page/", f"sizes/{test.most}.txt", f"sizes/{test.most + 1}.txt",
                     "noise/20000.txt", "other/picture.png"):
            content = test.documents.content.get(path) or test.documents.content["page/index.html"]
            if coding and path.startswith(("kinds", "page", f"sizes/{test.most}.")):
                test.asker.coded("/" + path, coding, content)
            get = test.client.ask("/" + path, coding)
            head = test.client.ask("/" + path, coding, method="HEAD")
            wanted, got = ([field for field in one.fields if field[0] != "date"] for one in (get, head))
            if wanted != got or head.body or int(get.field("Content-Length")) != len(get.body):
                faults.append(f"{coding} {path}: GET {get}, HEAD {head}")
    test.report.none("HEAD has the fields of GET, Content-Length too", faults)


def ranges(test):
    content = test.documents.content[PATH]
    for coding in MADE:
        test.asker.coded("/" + PATH, coding, content)
    plain = test.client.ask("/" + PATH)
    tag, coded_tag = plain.field("ETag"), test.client.ask("/" + PATH, "gzip").field("ETag")
    test.report.equal("the file itself has ranges", "bytes", plain.field("Accept-Ranges"))
    faults = []
    for codings in ("gzip", "gzip, deflate, br, zstd", "gzip;q=1, identity;q=0.1"):
        for text, first, last in (("bytes=0-99", 0, 99), ("bytes=-50", len(content) - 50, len(content) - 1),
                                  ("bytes=5000-", 5000, len(content) - 1), ("bytes=0-", 0, len(content) - 1)):
            answer = test.client.ask("/" + PATH, codings, Range=text)
            where = f"bytes {first}-{last}/{len(content)}"
            if (answer.status, answer.coding, answer.field("Content-Range"), answer.body, answer.varies,
                    answer.field("ETag")) != (206, None, where, content[first:last + 1], True, tag):
                faults.append(f"{codings}, {text}: {answer}")
        answer = test.client.ask("/" + PATH, codings, Range="bytes=99999999-")
        if answer.status != 416 or answer.field("Content-Range") != f"bytes */{len(content)}":
            faults.append(f"{codings}, beyond the end: {answer}")
    test.report.none("Range beside Accept-Encoding: ranges of the file itself", faults)
    answer = test.client.ask("/" + PATH, "gzip", Range="bytes=0-9", If_Range=tag)
    test.report.equal("If-Range with the file's tag", (206, content[:10]), (answer.status, answer.body))
    answer = test.client.ask("/" + PATH, "gzip", Range="bytes=0-9", If_Range=coded_tag)
    test.report.ok(answer.status == 200 and not fault_of(answer, content, ["gzip"]),
                   "If-Range with the tag of a coded form: the whole", repr(answer))
    answer = test.client.ask("/" + PATH, "gzip, identity;q=0", Range="bytes=0-9")
    test.report.ok(answer.status == 200 and answer.coding == "gzip" and not fault_of(answer, content, ["gzip"]),
                   "nothing but gzip, and a range: the whole of it", repr(answer))
    answer = test.client.ask("/" + PATH, "gzip", Range="bytes=0-9,100-109")
    test.report.ok(answer.status == 206 and answer.coding is None and
                   content[:10] in answer.body and content[100:110] in answer.body,
                   "several ranges are the file's, too", repr(answer))


def counters(test):
    """Each answer that tells of a coded form is counted once, under its name."""
    content = test.documents.content[PATH]
    for coding in MADE:
        tag = test.asker.coded("/" + PATH, coding, content).field("ETag")
        before = test.counters()
        for _ in range(5):
            test.client.ask("/" + PATH, coding)
        for _ in range(3):
            test.client.ask("/" + PATH, coding, method="HEAD")
        for _ in range(2):
            test.client.ask("/" + PATH, coding, If_None_Match=tag)
        test.client.ask("/" + PATH)
        test.client.ask("/" + PATH, coding, Range="bytes=0-1")
        after = test.counters()
        grown = {name: after[name] - before[name] for name in after if name.startswith("coded_")}
        wanted = {name: 10 if name == f"coded_{coding}" else 0 for name in grown}
        test.report.equal(f"coded_{coding} after 5 GET, 3 HEAD, 2 that were 304", wanted, grown)
        test.report.equal("none of these was made anew: cache_fills", 0,
                          after["cache_fills"] - before["cache_fills"])
        test.report.ok(after["cache_hits"] - before["cache_hits"] >= 12, "all were hits",
                       f"{before['cache_hits']} to {after['cache_hits']}")
    before = test.counters()
    path = test.documents.add("counted.txt", content[:10000])
    time.sleep(0.1)
    test.asker.coded("/" + path, "gzip", test.documents.content[path])
    test.report.ok(test.counters()["cache_fills"] > before["cache_fills"],
                   "what was not there yet is a fill", str(test.counters()))
