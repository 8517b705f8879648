#!/usr/bin/python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""lint_responses.py HOST:PORT: responses of every kind that a server of the conformance
cases' tree gives, read by httplint (found by PYTHONPATH). Prints what it finds wrong."""

import http.client
import sys
import time

from httplint.message import HttpRequestLinter, HttpResponseLinter
from httplint.note import levels

TAG = "{tag}"  # stands for the ETag of the first response
REQUESTS = [
    ("a file", "GET", "/hello.txt", {}),
    ("HEAD", "HEAD", "/hello.txt", {}),
    ("an empty file", "GET", "/empty.txt", {}),
    ("a page", "GET", "/page.html", {}),
    ("a picture", "GET", "/picture.png", {}),
    ("a type unknown", "GET", "/unknown.ktcp-suffix", {}),
    ("an index page", "GET", "/site/", {}),
    ("a listing", "GET", "/plain/", {"Accept": "text/html"}),
    ("a listing as JSON", "GET", "/plain/", {"Accept": "application/json"}),
    ("HEAD of a listing", "HEAD", "/plain/", {}),
    ("a redirect", "GET", "/plain", {}),
    ("not modified", "GET", "/hello.txt", {"If-None-Match": TAG}),
    ("not modified since", "GET", "/hello.txt", {"If-Modified-Since": "Tue, 14 Nov 2023 22:13:20 GMT"}),
    ("a condition that fails", "GET", "/hello.txt", {"If-Match": '"other"'}),
    ("a range", "GET", "/4k.bin", {"Range": "bytes=0-99"}),
    ("two ranges", "GET", "/4k.bin", {"Range": "bytes=0-99,200-299"}),
    ("a range behind the end", "GET", "/4k.bin", {"Range": "bytes=9999-"}),
    ("what is not there", "GET", "/nowhere", {}),
    ("what is forbidden", "GET", "/links/out-absolute", {}),
    ("a method that is refused", "POST", "/hello.txt", {"Content-Length": "0"}),
    ("a method unknown", "BREW", "/hello.txt", {}),
    ("OPTIONS", "OPTIONS", "/hello.txt", {}),
    ("OPTIONS *", "OPTIONS", "*", {}),
    ("an expectation", "GET", "/hello.txt", {"Expect": "tea"}),
    ("a bad target", "GET", "/%00", {}),
]


def ask(address, method, target, fields):
    """(response, content, when)"""
    connection = http.client.HTTPConnection(address, timeout=20)
    when = time.time()
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in fields.items():
        connection.putheader(name, value)
    connection.endheaders()
    response = connection.getresponse()
    content = response.read()
    connection.close()
    return response, content, when


def lint(address, method, target, fields):
    """The notes on the response, and its ETag."""
    response, content, when = ask(address, method, target, fields)
    request = HttpRequestLinter(start_time=when)
    request.process_request_topline(method.encode(), f"http://{address}{target}".encode(), b"HTTP/1.1")
    request.process_headers([(name.encode(), value.encode()) for name, value in fields.items()])
    request.finish_content(True, [])
    linter = HttpResponseLinter(start_time=when, _related=request,
                                no_content=method == "HEAD" or response.status == 304)
    linter.process_response_topline(b"HTTP/1.1", str(response.status).encode(), response.reason.encode())
    # http.client has undone the chunks, which httplint would look for.
    linter.process_headers([(name.encode("latin-1"), value.encode("latin-1"))
                            for name, value in response.getheaders()])
    linter.feed_content(content)
    linter.finish_content(True, [])
    return response.status, list(linter.notes), response.getheader("ETag", "")


def main():
    address = sys.argv[1]
    tag, bad, warnings = "", 0, 0
    for what, method, target, fields in REQUESTS:
        sent = {name: value.replace(TAG, tag) for name, value in fields.items()}
        status, notes, got = lint(address, method, target, sent)
        tag = tag or got
        for note in notes:
            if note.level in (levels.BAD, levels.WARN):
                print(f"{note.level.value}: {what} ({status}): {note.summary}")
        bad += sum(note.level == levels.BAD for note in notes)
        warnings += sum(note.level == levels.WARN for note in notes)
    print(f"{len(REQUESTS)} responses, {bad} bad, {warnings} warnings")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
