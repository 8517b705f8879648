# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What is asked of user-http-server in one round, and what may be answered: while a call fails,
the right answer, or one that says that something failed, or the connection's end, but never
other bytes; without one, exactly what was answered at the beginning."""
import contextlib
import errno
import gzip
import os
import re
import socket
import zlib

PATIENCE = 30  # s without a byte: the server hangs

MTIME = 1_700_000_000
SMALL = b"twelve bytes"
PAGE = b"".join(b"<p>line %d of a page that repeats itself a great deal</p>\n" % i
                for i in range(400))
LARGE = bytes(range(256)) * 1200
STYLE = b"p { margin: 0 }\n" * 100
NAMES = ["large.bin", "page.html", "small.txt", "style.css", "style.css.gz", "sub"]
OPTIONS = ["--cache-file-size", "65536", "--max-per-address", "1000", "--drain-timeout", "10000"]


def make_folder(root, name):
    """A folder that nobody has asked for yet: all of it has to be looked up and made."""
    folder = os.path.join(root, name)
    os.makedirs(os.path.join(folder, "sub"))
    os.makedirs(os.path.join(folder, "links"))
    for file, content in (("small.txt", SMALL), ("page.html", PAGE), ("large.bin", LARGE),
                          ("style.css", STYLE), ("style.css.gz", gzip.compress(STYLE, mtime=0))):
        with open(os.path.join(folder, file), "wb") as out:
            out.write(content)
    # A listing with a link is streamed each time.
    os.symlink("../small.txt", os.path.join(folder, "links", "to-small"))
    with open(os.path.join(folder, "links", "plain"), "wb") as out:
        out.write(SMALL)
    for place, folders, files in os.walk(folder, topdown=False):
        for entry in files + folders:
            os.utime(os.path.join(place, entry), (MTIME, MTIME), follow_symlinks=False)
    os.utime(folder, (MTIME, MTIME))


# name, request line and fields after it, kind of content
REQUESTS = [
    ("small", "GET /{}/small.txt", "", "small"),
    ("page as gzip", "GET /{}/page.html", "Accept-Encoding: gzip\r\n", "page"),
    ("page as zstd", "GET /{}/page.html", "Accept-Encoding: zstd\r\n", "page"),
    ("listing", "GET /{}/", "Accept: text/html\r\n", "listing"),
    ("coded listing", "GET /{}/", "Accept: text/html\r\nAccept-Encoding: gzip\r\n", "listing"),
    ("streamed listing", "GET /{}/links/", "Accept: application/json\r\n", "links"),
    ("gzip sibling", "GET /{}/style.css", "Accept-Encoding: gzip\r\n", "style"),
    ("large", "GET /{}/large.bin", "", "large"),
    ("range of large", "GET /{}/large.bin", "Range: bytes=100000-250000\r\n", "range"),
    ("head", "HEAD /{}/page.html", "", "none"),
    ("not found", "GET /{}/absent", "", "404"),
    ("post", "POST /{}/small.txt", "Content-Length: 5\r\n", "405"),
    ("redirect", "GET /{}/sub", "", "301"),
    ("page", "GET /{}/page.html", "", "page"),
]
BODIES = {"small": SMALL, "page": PAGE, "large": LARGE, "style": STYLE, "none": b"",
          "range": LARGE[100000:250001]}


def request(line, fields, folder, more=""):
    body = "hello" if line.startswith("POST") else ""
    return f"{line.format(folder)} HTTP/1.1\r\nHost: test\r\n{fields}{more}\r\n{body}".encode()


class Torn(Exception):
    """The connection ended before the answer did."""


class Wrong(Exception):
    """What no server may answer, whatever failed."""


class Silence(Wrong):
    """Nothing came, nor an end."""


class Client:
    def __init__(self, port):
        self.buffer = b""
        self.socket = None
        try:
            self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        except OSError:
            pass  # the next read tells

    def send(self, data):
        try:
            if self.socket:
                self.socket.sendall(data)
        except OSError as error:
            if error.errno in (errno.ENOMEM, errno.ENOBUFS):
                # In a VM what fails may be this side's: then no answer will come.
                self.close()
                self.socket = None
            # Else the next read tells.

    def _more(self):
        """False at a FIN."""
        if not self.socket:
            raise Torn("no connection")
        try:
            data = self.socket.recv(1 << 18)
        except TimeoutError:
            raise Silence(f"no answer in {PATIENCE} s, nor an end") from None
        except OSError as error:
            raise Torn(f"reset: {error}") from None
        self.buffer += data
        return bool(data)

    def _until(self, size):
        while len(self.buffer) < size:
            if not self._more():
                raise Torn("ended within an answer")

    def _line(self):
        while b"\n" not in self.buffer:
            if not self._more():
                raise Torn("ended within an answer")
        line, _, self.buffer = self.buffer.partition(b"\n")
        return line

    def answer(self, bodiless=False):
        """(status, head, body); the body is whole by its framing."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                raise Torn("no answer" if not self.buffer else "ended within a head")
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        if not head.startswith(b"HTTP/1.1 "):
            raise Wrong(f"no status line: {head[:60]!r}")
        status = int(head[9:12])
        fields = dict(re.findall(rb"\r\n([^:\r\n]+): ([^\r\n]*)", head))
        if bodiless or status in (304, 204):
            body = b""
        elif fields.get(b"Transfer-Encoding") == b"chunked":
            body = b""
            while size := int(self._line(), 16):
                self._until(size + 2)
                body += self.buffer[:size]
                self.buffer = self.buffer[size + 2:]
            self._line()
        elif b"Content-Length" in fields:
            size = int(fields[b"Content-Length"])
            self._until(size)
            body, self.buffer = self.buffer[:size], self.buffer[size:]
        else:
            # Delimited by the end alone: a FIN says that this is all of it.
            while self._more():
                pass
            body, self.buffer = self.buffer, b""
        return status, head, body

    def close(self):
        if self.socket:
            self.socket.close()


def plain(head, body, where):
    coding = re.search(rb"\r\nContent-Encoding: (\w+)", head)
    if not coding:
        return body
    try:
        if coding.group(1) == b"gzip":
            return gzip.decompress(body)
        if coding.group(1) == b"deflate":
            return zlib.decompress(body)
    except (OSError, EOFError, zlib.error) as error:
        raise Wrong(f"{where}: it is no {coding.group(1).decode()}: {error}") from None
    return None  # zstd: compared with the first answer


def normal(got, folder, where):
    """An answer as it is in each round: without the folder's name, and what follows from that."""
    status, head, body = got
    changing = rb"Date|ETag"
    if b"\r\nContent-Encoding: gzip" in head:
        body = plain(head, body, where)
        changing += rb"|Content-Length"
    head = re.sub(rb"\r\n(" + changing + rb"): [^\r\n]*", b"", head)
    return status, head.replace(folder.encode(), b"FOLDER"), body.replace(folder.encode(), b"FOLDER")


def listed(body, where):
    """The names that a listing shows; it must have come to its end."""
    if body.startswith(b"<!DOCTYPE"):
        if not body.endswith(b"</html>\n"):
            raise Wrong(f"{where}: a listing without its end looks whole")
        names = re.findall(rb'<a href="([^"?]*)"', body)
    else:
        if not body.endswith(b"]\n"):
            raise Wrong(f"{where}: a listing without its end looks whole")
        names = re.findall(rb'"href":"([^"]*)"', body)
    return sorted(name.rstrip(b"/") for name in names)


class Script:
    def __init__(self, port):
        self.port = port
        self.known = {}  # what is answered when nothing fails
        self.outcomes = {"right": 0, "error": 0, "ended": 0}
        self.clients = []

    def _judge(self, where, kind, got, folder, strict):
        status, head, body = got
        if where not in self.known:
            if not strict:
                raise AssertionError("the first round must be without faults")
            self.known[where] = normal(got, folder, where)
        known = self.known[where]
        if strict:
            if normal(got, folder, where) != known:
                raise Wrong(f"{where}: another answer than at the beginning:\n{head.decode()}\n"
                            f"({len(body)} bytes) instead of\n{known[1].decode()}\n({len(known[2])} bytes)")
        elif 500 <= status <= 599:
            self.outcomes["error"] += 1
            return
        elif status != known[0]:
            raise Wrong(f"{where}: status {status} instead of {known[0]}, or 500")
        if kind in BODIES:
            content = plain(head, body, where)
            if content is None:
                if body != known[2]:
                    raise Wrong(f"{where}: other bytes in zstd")
            elif content != BODIES[kind]:
                raise Wrong(f"{where}: other bytes: {len(content)} instead of {len(BODIES[kind])}")
        elif kind in ("listing", "links"):
            names = listed(plain(head, body, where), where)
            if kind == "listing" and names != sorted([b".."] * (b".." in names) + [b"links"] +
                                                     [n.encode() for n in NAMES]):
                raise Wrong(f"{where}: lists {names}")
            if kind == "links" and [n for n in names if n != b".."] != [b"plain", b"to-small"]:
                raise Wrong(f"{where}: lists {names}")
        self.outcomes["right"] += 1

    def _ask(self, client, where, line, fields, kind, folder, strict):
        """The client to go on with: another one if this one's connection has ended."""
        # That a kept connection was closed meanwhile is no fault of this request.
        for _ in range(2):
            if client is None:
                client = Client(self.port)
                self.clients.append(client)
            client.send(request(line, fields, folder))
            with self._may_be_torn(where, strict):
                self._judge(where, kind, client.answer(line.startswith("HEAD")), folder, strict)
                return client
            client.close()
            client = None
        return None

    def play(self, folder, strict):
        """All of it once; raises Wrong."""
        try:
            self._play(folder, strict)
        finally:
            for client in self.clients:
                client.close()
            self.clients = []

    def _play(self, folder, strict):
        client = None
        for name, line, fields, kind in REQUESTS:
            client = self._ask(client, name, line, fields, kind, folder, strict)
        if client:
            client.close()
        self._pipeline(folder, strict)
        self._old(folder, strict)
        self._crowd(folder, strict)

    @contextlib.contextmanager
    def _may_be_torn(self, what, strict):
        """Where a call fails a connection may end at any place; elsewhere it may not."""
        try:
            yield
        except Torn as torn:
            if strict:
                raise Wrong(f"{what}: {torn}") from None
            self.outcomes["ended"] += 1

    def _pipeline(self, folder, strict):
        client = Client(self.port)
        self.clients.append(client)
        chosen = [REQUESTS[i] for i in (0, 3, 7, 10, 0)]
        client.send(b"".join(request(line, fields, folder) for _, line, fields, _ in chosen))
        with self._may_be_torn("pipelined", strict):
            for name, line, _, kind in chosen:
                self._judge(name, kind, client.answer(), folder, strict)
        client.close()

    def _old(self, folder, strict):
        """HTTP/1.0: where no length is told, only a FIN may end what is whole."""
        client = Client(self.port)
        self.clients.append(client)
        client.send(f"GET /{folder}/links/ HTTP/1.0\r\n\r\n".encode())
        with self._may_be_torn("listing in 1.0", strict):
            self._judge("listing in 1.0", "links", client.answer(), folder, strict)
        client.close()

    def _crowd(self, folder, strict):
        crowd = [Client(self.port) for _ in range(6)]
        self.clients += crowd
        for client in crowd:
            client.send(request("GET /{}/small.txt", "", folder, "Connection: close\r\n"))
        for client in crowd:
            with self._may_be_torn("one of many", strict):
                self._judge("small, one of many", "small", client.answer(), folder, strict)
            client.close()
