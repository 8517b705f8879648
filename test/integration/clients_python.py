#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""clients_python.py URL TREE: what http.client and urllib of python's library do with a
server of the conformance tree, which TREE is. Prints "ok - ..." or "not ok - ...", and
fails if one is."""

import http.client
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request

url, tree = sys.argv[1].rstrip("/"), sys.argv[2]
server = urllib.parse.urlsplit(url).netloc
failures = 0


def judge(what, expected, got):
    global failures
    good = expected == got
    failures += not good
    print(f"ok - {what}" if good else f"not ok - {what}: expected {expected!r:.200}, got {got!r:.200}")


def content(name):
    with open(os.path.join(tree, name), "rb") as file:
        return file.read()


def one_connection():
    connection = http.client.HTTPConnection(server, timeout=60)

    def ask(method, target, fields=None):
        connection.request(method, target, headers=fields or {})
        response = connection.getresponse()
        return response, response.read()

    response, body = ask("GET", "/hello.txt")
    own = connection.sock.getsockname()
    judge("http.client: a file", (200, content("hello.txt")), (response.status, body))
    tag, date = response.getheader("ETag"), response.getheader("Last-Modified")

    response, body = ask("HEAD", "/1m.bin")
    judge("http.client: HEAD", (200, "1048576", b""),
          (response.status, response.getheader("Content-Length"), body))

    whole = content("1m.bin")
    response, body = ask("GET", "/1m.bin", {"Range": "bytes=70000-169999"})
    judge("http.client: Range", (206, "bytes 70000-169999/1048576", whole[70000:170000]),
          (response.status, response.getheader("Content-Range"), body))
    response, body = ask("GET", "/1m.bin", {"Range": "bytes=-5", "If-Range": '"another"'})
    judge("http.client: If-Range of another one: the whole", (200, whole), (response.status, body))

    for name, value in ("If-None-Match", tag), ("If-Modified-Since", date):
        response, body = ask("GET", "/hello.txt", {name: value})
        judge(f"http.client: {name}", (304, b"", tag),
              (response.status, body, response.getheader("ETag")))
    response, body = ask("GET", "/hello.txt", {"If-Match": '"another"'})
    judge("http.client: If-Match of another one", 412, response.status)

    response, body = ask("GET", "/many/")
    # Its length is known where it is kept; else it comes in chunks.
    length = response.getheader("Content-Length")
    judge("http.client: a listing",
          (200, "chunked" if length is None else None, length and str(len(body)), 500),
          (response.status, response.getheader("Transfer-Encoding"), length,
           body.count(b'href="entry-')))
    response, body = ask("GET", "/many/", {"Accept": "application/json"})
    text = body.decode()
    names = sorted(name for name in os.listdir(os.path.join(tree, "many")))
    judge("http.client: the same as JSON", (200, names), (response.status, names_of(text)))
    response, body = ask("GET", "/odd/", {"Accept": "application/json"})
    shown = [name for name in os.listdir(os.path.join(tree, "odd")) if not name.startswith(".")]
    judge("http.client: a listing of odd names is JSON", len(shown), len(names_of(body.decode())))

    response, body = ask("GET", "/nowhere")
    judge("http.client: what is not there", (404, len(body)),
          (response.status, int(response.getheader("Content-Length"))))
    response, body = ask("POST", "/hello.txt", None)
    judge("http.client: POST", (405, True), (response.status, "GET" in response.getheader("Allow", "")))
    judge("http.client: all over one connection", own, connection.sock.getsockname())
    connection.close()


def names_of(text):
    return sorted(entry["name"] for entry in json.loads(text))


def by_urllib():
    with urllib.request.urlopen(url + "/site", timeout=60) as response:
        judge("urllib: a redirect is followed", (url + "/site/", content("site/index.html")),
              (response.url, response.read()))
    with urllib.request.urlopen(url + "/64k.bin", timeout=60) as response:
        judge("urllib: a file", content("64k.bin"), response.read())
    request = urllib.request.Request(url + "/64k.bin", headers={"Range": "bytes=65000-"})
    with urllib.request.urlopen(request, timeout=60) as response:
        judge("urllib: Range", (206, content("64k.bin")[65000:]), (response.status, response.read()))
    with urllib.request.urlopen(url + "/many/", timeout=60) as response:
        judge("urllib: a listing", 500, response.read().count(b'href="entry-'))
    try:
        urllib.request.urlopen(url + "/nowhere", timeout=60)
        judge("urllib: what is not there", 404, 200)
    except urllib.error.HTTPError as error:
        judge("urllib: what is not there", 404, error.code)
    odd = os.fsencode(os.path.join(tree, "odd"))
    for name in os.listdir(odd):
        path = os.path.join(odd, name)
        if os.path.isfile(path):
            with urllib.request.urlopen(f"{url}/odd/{urllib.parse.quote_from_bytes(name)}",
                                        timeout=60) as response, open(path, "rb") as file:
                judge(f"urllib: {name!r}", file.read(), response.read())


one_connection()
by_urllib()
sys.exit(failures > 0)
