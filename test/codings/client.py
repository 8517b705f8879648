# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A client that sees what comes over the wire, and decodes it as clients do."""

import http.client
import socket
import subprocess
import zlib

try:
    import brotli
except ImportError:
    brotli = None

NAMES = ("gzip", "deflate", "zstd", "br")


class Answer:
    def __init__(self, status, fields, body):
        self.status = status
        self.fields = [(name.lower(), value) for name, value in fields]
        self.body = body

    def field(self, name):
        """The value, None if there is no such field; of several ones, as RFC 9110 joins them."""
        values = [value for known, value in self.fields if known == name.lower()]
        return ", ".join(values) if values else None

    @property
    def coding(self):
        return self.field("Content-Encoding")

    @property
    def varies(self):
        """By Accept-Encoding?"""
        return "accept-encoding" in [name.strip().lower()
                                     for name in (self.field("Vary") or "").split(",")]

    def __repr__(self):
        return (f"{self.status}, Content-Encoding {self.coding}, {len(self.body)} bytes, "
                f"Vary {self.field('Vary')}, ETag {self.field('ETag')}")


class Client:
    """One connection, kept as long as the server keeps it."""

    def __init__(self, address):
        host, port = address.rsplit(":", 1)
        self.host, self.port = host, int(port)
        self.connection = http.client.HTTPConnection(self.host, self.port, timeout=40)

    def ask(self, target, codings=None, method="GET", **fields):
        """codings: the value of Accept-Encoding; None: no such field. Further fields by
        keyword, with "_" for "-"."""
        fields = {name.replace("_", "-"): value for name, value in fields.items()}
        if codings is not None:
            fields["Accept-Encoding"] = codings
        try:
            return self._ask(method, target, fields)
        except (ConnectionError, http.client.BadStatusLine):
            self.connection.close()  # it was kept for a while, and is gone: once more
            return self._ask(method, target, fields)

    def _ask(self, method, target, fields):
        self.connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in fields.items():
            self.connection.putheader(name, value)
        self.connection.endheaders()
        response = self.connection.getresponse()
        return Answer(response.status, response.getheaders(), response.read())

    def ask_old(self, target, codings=None):
        """As a client of HTTP/1.0 does, which cannot keep the connection."""
        head = f"GET {target} HTTP/1.0\r\nHost: test\r\n"
        if codings is not None:
            head += f"Accept-Encoding: {codings}\r\n"
        with socket.create_connection((self.host, self.port), timeout=40) as connection:
            connection.sendall((head + "\r\n").encode())
            with connection.makefile("rb") as stream:
                whole = stream.read()
        head, _, body = whole.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        return Answer(int(first.split()[1]), [line.split(": ", 1) for line in lines], body)

    def close(self):
        self.connection.close()


def inflate(data, window_bits):
    decoder = zlib.decompressobj(window_bits)
    out = decoder.decompress(data) + decoder.flush()
    if not decoder.eof or decoder.unused_data:
        raise ValueError("not one whole stream")
    return out


def decode(coding, data):
    """What the bytes stand for. Raises what the decoder raises; brotli may be missing."""
    if coding in (None, "identity"):
        return data
    if coding == "gzip":
        return inflate(data, 16 + zlib.MAX_WBITS)
    if coding == "deflate":
        return inflate(data, zlib.MAX_WBITS)
    if coding == "br":
        return brotli.decompress(data)
    if coding == "zstd":  # 8 MiB is the window that every client has: RFC 9659
        return subprocess.run(["zstd", "-q", "-d", "-c", "--memory=8MiB"], input=data, check=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE).stdout
    raise ValueError(f"nobody knows the coding '{coding}'")


def encode(coding, data):
    """For files that stand beside others."""
    if coding == "gzip":
        encoder = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        return encoder.compress(data) + encoder.flush()
    if coding == "br":
        return brotli.compress(data)
    return subprocess.run(["zstd", "-q", "-c"], input=data, check=True,
                          stdout=subprocess.PIPE).stdout
