#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""htstress against a server that misbehaves by script: every request must be counted, as what it was.

usage: htstress_answers_test.py PATH-OF-HTSTRESS [TEST...]
"""

import tempfile
import zlib

from htstress_case import HELLO, Case, Result, Server, always, answer, end, main, once, reset


class Answers(Case):
    """One kind of answer after the other, on new and on kept connections."""

    def check(self, handle, good, *arguments, modes=((), ("-k",), ("-k", "-p", "3")),
              connections=3, **kinds):
        for mode in modes:
            with self.subTest(mode=mode), Server(handle) as server:
                self.expect(self.run_on(server, "-n", "12", "-c", str(connections), *mode,
                                        *arguments),
                            good, **kinds)

    def test_shorter_than_announced(self):
        self.check(once(HELLO[:-1]), 0, body=12)

    def test_longer_than_announced(self):
        self.check(once(HELLO + b"!"), 0, body=12, modes=((), ("-k",)))

    def test_longer_afterwards(self):
        self.check(once(HELLO, b"more", pause=0.05), 0, body=12, modes=((),))

    def test_closed_without_an_answer(self):
        self.check(once(), 0, reset=12)

    def test_reset_in_the_body(self):
        def handle(_, connection, requests):
            requests.next()
            connection.sendall(HELLO[:-5])
            reset(connection)
        self.check(handle, 0, reset=12)

    def test_reset_at_once(self):
        self.check(lambda _, connection, requests: reset(connection), 0, reset=12)

    def test_silence(self):
        def handle(_, connection, requests):
            requests.next()
            connection.recv(1 << 20)
            connection.recv(1)
        self.check(handle, 0, "--timeout", "300ms", connections=6, timeout=12)

    def test_silence_in_the_body(self):
        def handle(_, connection, requests):
            requests.next()
            connection.sendall(HELLO[:-5])
            while connection.recv(1 << 20):
                pass
        self.check(handle, 0, "--timeout", "200ms", connections=6, timeout=12)

    def test_answer_without_the_end_of_the_connection(self):
        def handle(_, connection, requests):
            requests.next()
            connection.sendall(HELLO)
            connection.recv(1)
        self.check(handle, 0, "--timeout", "200ms", connections=12, modes=((),),
                   timeout=12)

    def test_byte_by_byte(self):
        chunked = (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                   b"5;x=y\r\nHello\r\n7\r\n World!\r\n0\r\nA: b\r\n\r\n")
        for data in (HELLO, chunked):
            def handle(_, connection, requests, data=data):
                for _ in requests:
                    for i in range(len(data)):
                        connection.sendall(data[i:i + 1])
                    end(connection)
                    return
            self.check(handle, 12, "--length", "12", "--checksum",
                       f"crc32:{zlib.crc32(b'Hello World!'):x}")

    def test_interim_answers(self):
        self.check(once(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 2 +
                        b"HTTP/1.1 100 Continue\r\n\r\n" + HELLO), 12)

    def test_bad_chunks(self):
        head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        for body in (b"x\r\n", b"5\r\nHello!\r\n", b"fffffffffffffffff\r\n", b"\r\n", b"5\nHello"):
            self.check(once(head + body), 0, body=12)

    def test_endless_head(self):
        def handle(_, connection, requests):
            requests.next()
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X: " + b"y" * 1000 + b"\r\n")
        self.check(handle, 0, body=12)

    def test_ends_with_the_connection(self):
        self.check(once(b"HTTP/1.0 200 OK\r\n\r\n" + b"x" * 1000), 12, "--length", "1000")

    def test_statuses(self):
        for status in ("404 Not Found", "503 Busy"):
            self.check(always(answer(status=status)), 0, modes=(("-k",), ("-k", "-p", "5")),
                       status=12)
            self.check(once(answer(status=status)), 0, modes=((),), status=12)
        self.check(once(b"HTTP/1.1 204 No Content\r\n\r\n"), 12)
        self.check(once(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"), 12)
        self.check(once(answer(status="302 Found")), 12)

    def test_head(self):
        head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
        self.check(always(head), 12, "-m", "HEAD", modes=(("-k",), ("-k", "-p", "4")))
        # What comes behind it is too much.
        self.check(once(head + b"x" * 1000), 0, "-m", "HEAD", modes=((),), body=12)

    def test_range(self):
        part = answer(b"Hell", "206 Partial Content", ["Content-Range: bytes 0-3/12"])
        with Server(always(part)) as server:
            result = self.run_on(server, "-k", "-n", "10", "--range", "0-3", "--length", "4")
            self.expect(result, 10)
            self.assertIn(b"Range: bytes=0-3\r\n", server.requests[0])
        with Server(always(HELLO)) as server:
            result = self.run_on(server, "-k", "-n", "10", "--range", "0-3")
            self.expect(result, 0, status=10)
            self.assertIn("206", result.err)

    def test_verification(self):
        count = iter(range(1000))

        def handle(_, connection, requests):
            for _ in requests:
                connection.sendall(answer(b"odd!" if next(count) % 10 == 9 else b"even"))
        with Server(handle) as server:
            for arguments in (["--verify"], ["--checksum", f"crc32:{zlib.crc32(b'even'):08X}"]):
                self.expect(self.run_on(server, "-k", "-n", "50", "-p", "3", *arguments),
                            45, body=5)
            self.expect(self.run_on(server, "-k", "-n", "20", "--length", "4"), 20)
            self.expect(self.run_on(server, "-k", "-n", "20", "--length", "5"), 0, body=20)


class Mixed(Case):
    def write(self, lines):
        file = tempfile.NamedTemporaryFile("w", suffix=".urls")
        self.addCleanup(file.close)
        file.write(lines)
        file.flush()
        return file.name

    @staticmethod
    def handle(_, connection, requests):
        for request in requests:
            match request.split(b" ")[1]:
                case b"/good":
                    connection.sendall(HELLO)
                case b"/missing":
                    connection.sendall(answer(status="404 Not Found"))
                case b"/short":
                    connection.sendall(HELLO[:-1])
                    end(connection)
                    return
                case b"/reset":
                    reset(connection)
                    return
                case b"/silent":
                    while connection.recv(65536):
                        pass
                    return
            if b" HTTP/1.0\r\n" in request:
                return

    def test_every_kind_by_its_weight(self):
        urls = self.write("# what comes\n5 /good\n4 /missing\n\n3 /short\n2\t/reset\n/silent\n")
        for mode in ((), ("-k",)):
            with self.subTest(mode=mode), Server(self.handle) as server:
                result = self.run_on(server, "--urls", urls, "-n", "60", "-c", "4", "-t", "2",
                                     "--timeout", "0.5", *mode, path="/not-asked-for")
                self.expect(result, 20, status=16, body=12, reset=8, timeout=4)
                if not mode:
                    self.assertEqual(server.paths(), {"/good": 20, "/missing": 16, "/short": 12,
                                                      "/reset": 8, "/silent": 4})

    def test_failures_do_not_spread_to_requests_behind(self):
        urls = self.write("5 /good\n4 /missing\n3 /short\n2 /reset\n")
        with Server(self.handle) as server:
            result = self.run_on(server, "--urls", urls, "-n", "140", "-c", "3", "-k", "-p", "5")
            self.expect(result, 50, status=40, body=30, reset=20)

    def test_hosts_of_a_file(self):
        with Server(always(HELLO)) as server:
            here = f"http://127.0.0.1:{server.port}"
            urls = self.write(f"3 {here}/a?b\r\n{here}\n")
            self.expect(Result("-k", "-n", "40", "--urls", urls), 40)
            self.assertEqual(server.paths(), {"/a?b": 30, "/": 10})
        for lines, told in ((f"/a\n{here}1/b\n", "line 2: "), ("/a\n\nx y /b\n", "line 3: "),
                            ("0 /a\n", "line 1: the weight"), ("5\n", "line 1: a weight without"),
                            ("# nothing\n", "no URL"), ("/a\nindex.html\n", "line 2: ")):
            result = Result("-n", "1", "--urls", self.write(lines), f"{here}/")
            self.assertEqual(result.code, 2, lines)
            self.assertIn(told, result.err)
        self.assertEqual(Result("--urls", self.write("/a\n")).code, 2)
        self.assertEqual(Result("--urls", "/does/not/exist", "localhost/").code, 2)


if __name__ == "__main__":
    main()
