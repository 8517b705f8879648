# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Files NAME.gz, NAME.br and NAME.zst beside NAME: what stands there is what is sent, as
long as it is a file, and not older. They hold another text here, so that it is seen who
made the bytes."""

import os
import shutil
import time

import client as clients
from client import encode
from documents import text
from judge import fault_of

NOW = int(time.time()) - 3600
ENDS = {"gzip": ".gz", "zstd": ".zst", "br": ".br"}


def asks(test, path, coding, content, coded):
    """"" or what was wrong: three times in a row on one connection, the first that begins
    after the change included."""
    for nth in range(3):
        answer = test.client.ask("/" + path, coding)
        fault = fault_of(answer, content, [coding])
        if fault or (coded is not None and coded != (answer.coding is not None)):
            return f"request {nth + 1}: {fault or answer}"
        if coded and not answer.varies:
            return f"request {nth + 1}: no Vary"
    return ""


def one_coding(test, coding):
    docs, end = test.documents, ENDS[coding]
    folder = f"siblings-{coding}"
    path = f"{folder}/page.html"
    sibling = path + end
    own, other, third = text(6000, 1), text(7000, 2), text(5000, 3)
    docs.add(path, own)
    docs.date(path, NOW)
    made = coding != "br"  # br is never made by the server

    def sees(what, content, coded):
        test.report.equal(f"{coding} sibling {what}", "", asks(test, path, coding, content, coded))

    def plain_is(what, content):
        answer = test.client.ask("/" + path)
        test.report.equal(f"{coding} sibling {what}: the file itself", "", fault_of(answer, content, []))

    if made:
        test.asker.coded("/" + path, coding, own)
    sees("absent", own, None)
    docs.add(sibling, encode(coding, other))
    docs.date(sibling, NOW + 10)
    sees("appears", other, True)
    plain_is("appears", own)
    answer = test.client.ask("/" + path)
    test.report.ok(answer.varies, f"{coding} sibling: Vary on the file itself, too", repr(answer))
    docs.add(sibling, encode(coding, third))
    docs.date(sibling, NOW + 20)
    sees("changed", third, True)
    with open(docs.path(sibling), "r+b") as out:
        out.write(encode(coding, other))
        out.truncate()
    docs.date(sibling, NOW + 30)
    sees("rewritten in place", other, True)
    docs.date(sibling, NOW)
    sees("exactly as old as the file", other, True)
    docs.date(sibling, NOW - 1)
    sees("a second older", own, None)
    os.utime(docs.path(sibling), ns=(NOW * 10**9, NOW * 10**9 - 1))
    sees("a nanosecond older", own, None)
    docs.date(sibling, NOW + 1)
    sees("newer again", other, True)
    docs.add(path, third)
    docs.date(path, NOW + 40)
    sees("overtaken by the file", third, None)
    docs.date(path, NOW)
    sees("whose file was dated back", other, True)
    docs.remove(sibling)
    sees("removed", third, None)
    os.mkdir(docs.path(sibling))
    sees("a directory", third, None)
    os.rmdir(docs.path(sibling))
    outside = os.path.join(os.path.dirname(docs.root), "outside" + end)
    with open(outside, "wb") as out:
        out.write(encode(coding, b"outside of the root " * 100))
    os.symlink(outside, docs.path(sibling))
    sees("a link out of the root", third, None)
    os.unlink(docs.path(sibling))
    os.symlink("../../outside" + end, docs.path(sibling))
    sees("a relative link out of the root", third, None)
    os.unlink(docs.path(sibling))
    os.mkfifo(docs.path(sibling))
    sees("a FIFO", third, None)
    os.unlink(docs.path(sibling))
    docs.add(sibling, encode(coding, other))
    docs.date(sibling, NOW + 50)
    sees("there again", other, True)
    validators(test, coding, path, other)
    by_itself(test, coding, sibling)
    shutil.rmtree(docs.path(folder))
    for name in (path, sibling):
        docs.content.pop(name)


def validators(test, coding, path, content):
    get = test.client.ask("/" + path, coding)
    plain = test.client.ask("/" + path)
    tag = get.field("ETag")
    test.report.ok(tag and tag != plain.field("ETag"), f"{coding} sibling: a tag of its own", repr(get))
    answer = test.client.ask("/" + path, coding, If_None_Match=tag)
    test.report.ok((answer.status, answer.field("ETag"), answer.varies) == (304, tag, True),
                   f"{coding} sibling: 304", repr(answer))
    head = test.client.ask("/" + path, coding, method="HEAD")
    test.report.equal(f"{coding} sibling: HEAD's length", get.field("Content-Length"),
                      head.field("Content-Length"))
    answer = test.client.ask("/" + path, coding, Range="bytes=0-9")
    test.report.ok(answer.status == 206 and answer.coding is None and answer.body == plain.body[:10],
                   f"{coding} sibling: ranges are of the file", repr(answer))
    counter = f"coded_{coding}"
    before = test.counters()[counter]
    for _ in range(4):
        test.client.ask("/" + path, coding)
    test.report.equal(f"{counter} counts siblings", 4, test.counters()[counter] - before)
    test.report.equal(f"{coding} sibling, a client of HTTP/1.0", "",
                      fault_of(test.client.ask_old("/" + path, coding), content, [coding]))


def by_itself(test, coding, sibling):
    """By its own name it is a file like any other, and in no coding."""
    for codings in (None, coding):
        answer = test.client.ask("/" + sibling, codings)
        test.report.ok(answer.coding is None and answer.body == test.documents.content[sibling],
                       f"{sibling} by its own name, Accept-Encoding {codings}", repr(answer))


def of_other_files(test):
    """Siblings of index pages, of files that are too large to be coded, and of two codings."""
    docs = test.documents
    page = text(4000, 11)
    docs.add("front/index.html", text(5000, 12))
    docs.add("front/index.html.gz", encode("gzip", page))
    test.report.equal("a sibling of an index page", "", asks(test, "front/", "gzip", page, True))
    large = docs.add("large.txt", text(test.most + 5000, 13))
    docs.add(large + ".gz", encode("gzip", docs.content[large]))
    test.report.equal("a sibling of what is too large to be coded", "",
                      asks(test, large, "gzip", docs.content[large], True))
    both = docs.add("both.css", text(4000, 14))
    forms = {coding: text(4000, 20 + i) for i, coding in enumerate(("gzip", "zstd"))}
    for coding, content in forms.items():
        docs.add(both + ENDS[coding], encode(coding, content))
    for coding, content in forms.items():
        test.report.equal(f"two siblings, {coding} is liked", "",
                          asks(test, both, coding, content, True))
    answer = test.client.ask("/" + both, "gzip;q=0.5, zstd;q=0.9")
    test.report.equal("two siblings, the one that is liked better", "zstd", answer.coding)
    answer = test.client.ask("/" + both)
    test.report.equal("two siblings, none is asked for", "", fault_of(answer, docs.content[both], []))


def by_gzip(test):
    one_coding(test, "gzip")


def by_zstd(test):
    one_coding(test, "zstd")


def by_br(test):
    if clients.brotli is None:
        test.report.ok(False, "python3-brotli is not installed: scripts/setup check")
    else:
        one_coding(test, "br")
