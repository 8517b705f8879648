#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""htstress against a server that misbehaves by script: connections that fail, end, or cannot be had.

usage: htstress_connections_test.py PATH-OF-HTSTRESS [TEST...]
"""

import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

from htstress_case import HELLO, Case, Result, Server, always, answer, main, once, program, reset


class Connections(Case):
    def test_refused(self):
        with Server(always(HELLO)) as server:
            pass
        for mode in ((), ("-k", "-p", "4"), ("-R", "500")):
            result = self.run_on(server, "-n", "30", "-c", "4", "-t", "2", *mode)
            self.expect(result, 0, connect=30)
            self.assertIn("Connection refused", result.err)

    def test_slow_accept(self):
        with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
            def serve(_):
                time.sleep(0.5)
                for _ in range(20):
                    connection, _ = listener.accept()
                    connection.recv(65536)
                    connection.sendall(HELLO)
                    connection.close()
            result = Result("-n", "20", "-c", "10", f"127.0.0.1:{listener.getsockname()[1]}/",
                            at=serve)
        self.expect(result, 20)
        self.assertGreater(result.json["latency_us"]["max"], 300e3)

    def test_connect_time_out(self):
        # A queue of one that nobody takes from: later handshakes are left without an answer.
        with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
            port = listener.getsockname()[1]
            crowd = [socket.socket() for _ in range(3)]
            for client in crowd:
                client.setblocking(False)
                client.connect_ex(("127.0.0.1", port))
            time.sleep(0.1)
            result = Result("-n", "3", "-c", "3", "--connect-timeout", "0.4", "--timeout", "50",
                            f"127.0.0.1:{port}/")
            self.expect(result, 0, timeout=3)
            self.assertIn("connect 127.0.0.1", result.err)
            for client in crowd:
                client.close()

    def test_unix_socket_with_a_small_backlog(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "socket")
            with socket.socket(socket.AF_UNIX) as listener:
                listener.bind(path)
                listener.listen(1)

                def serve(_):
                    for _ in range(20):
                        connection, _ = listener.accept()
                        connection.recv(65536)
                        connection.sendall(HELLO)
                        connection.close()
                result = Result("-n", "20", "-c", "10", "-u", path, "localhost/",
                                at=lambda process: (time.sleep(0.5), serve(process)))
                self.expect(result, 20)
                self.assertGreater(result.json["backlog_waits"], 8)
                self.assertIn("backlog was full", result.err)

    def test_ipv6(self):
        with Server(always(HELLO), family=socket.AF_INET6) as server:
            self.expect(Result("-k", "-p", "2", "-n", "20", f"[::1]:{server.port}/x"), 20)
            self.assertIn(f"Host: [::1]:{server.port}\r\n".encode(), server.requests[0])

    def test_closed_between_requests(self):
        """The fourth request of each connection is read and not answered."""
        def handle(_, connection, requests):
            for _ in range(3):
                requests.next()
                connection.sendall(HELLO)
            requests.next()
        with Server(handle) as server:
            result = self.run_on(server, "-k", "-n", "12")
            self.expect(result, 12)
            self.assertEqual(result.json["reconnects"], 3)
        with Server(handle) as server:
            # Nobody knows whether it was done: it is not made again.
            self.expect(self.run_on(server, "-k", "-n", "12", "--data", "x=1"), 9, reset=3)
            self.assertEqual(len(server.requests), 12)
            self.assertTrue(all(r.startswith(b"POST / ") and r.endswith(
                b"Content-Length: 3\r\n\r\nx=1") for r in server.requests))

    def test_large_requests_ahead(self):
        """More is sent than the socket takes at once, and not read until later."""
        with tempfile.NamedTemporaryFile() as body:
            body.write(b"x" * 3_000_000)
            body.flush()

            def handle(_, connection, requests):
                time.sleep(0.3)
                for request in requests:
                    connection.sendall(HELLO if request.endswith(b"x" * 3_000_000)
                                       else answer(status="400 Bad"))
            with Server(handle) as server:
                self.expect(self.run_on(server, "-k", "-p", "3", "-n", "6", "-m", "PUT",
                                        "--data-file", body.name), 6)


def in_own_network(test):
    """Runs a test of this file in a network namespace of its own; false if there can be none."""
    command = ["unshare", "--user", "--map-root-user", "--net"]
    if subprocess.run([*command, "true"], capture_output=True, check=False).returncode:
        return None
    done = subprocess.run([*command, sys.executable, os.path.abspath(__file__), program(), test],
                          capture_output=True, text=True, timeout=60, check=False,
                          env={**os.environ, "HTSTRESS_TEST_OWN_NETWORK": "1"})
    return done.returncode, done.stdout + done.stderr


class Ports(Case):
    """This machine's own lack of ports is not the server's fault."""

    def test_too_few_ports(self):
        result = in_own_network("Ports.too_few_ports")
        if result is None:
            self.skipTest("no namespaces for this user")
        self.assertEqual(result[0], 0, result[1])

    def too_few_ports(self):
        self.assertIn("HTSTRESS_TEST_OWN_NETWORK", os.environ)
        up = struct.pack("16sh14x", b"lo", 0x49)
        with socket.socket() as any_socket:
            import fcntl  # pylint: disable=import-outside-toplevel
            fcntl.ioctl(any_socket, 0x8914, up)  # SIOCSIFFLAGS: up, loopback, running
        answering = threading.Event()

        def handle(_, connection, requests):
            requests.next()
            answering.wait()
            connection.sendall(HELLO)
        with Server(handle, family=socket.AF_INET6) as server:
            with open("/proc/sys/net/ipv4/ip_local_port_range", "w", encoding="ascii") as file:
                file.write("20000 20005")  # of an odd number the kernel may leave out one
            url = f"[::1]:{server.port}/"
            result = Result("-n", "9", "-c", "9", "--timeout", "1s", "--connect-timeout", "400ms",
                            url)
            self.expect(result, 0, timeout=6, connect=3)
            self.assertIn("run out of ports", result.err)
            self.assertIn("tcp_tw_reuse", result.err)
            # When ports become free, nothing is lost.
            result = Result("-n", "9", "-c", "9", url,
                            at=lambda _: (time.sleep(0.5), answering.set()))
            self.expect(result, 9)
            self.assertGreater(result.json["port_waits"], 0)
            self.assertIn("no free port", result.err)


class Pipelining(Case):
    DEPTH = 8

    def test_order_and_depth(self):
        """Nothing is answered before as many requests came as may be sent ahead."""
        def handle(_, connection, requests):
            while True:
                batch = [requests.next() for _ in range(self.DEPTH)]
                if None in batch:
                    return
                connection.sendall(b"".join(answer(r.split(b" ")[1] * 3) for r in batch))
        with tempfile.NamedTemporaryFile("w") as file:
            file.write("".join(f"/{'x' * i}\n" for i in range(1, 6)))
            file.flush()
            with Server(handle) as server:
                result = self.run_on(server, "-k", "-p", str(self.DEPTH), "-c", "2", "-n", "160",
                                     "--urls", file.name, "--verify")
                self.expect(result, 160)
                self.assertEqual(server.accepted, 2)
                self.assertEqual(set(server.paths().values()), {32})

            def swapped(_, connection, requests):
                while (first := requests.next()) and (second := requests.next()):
                    for r in (second, first):
                        connection.sendall(answer(r.split(b" ")[1] * 3))
            with Server(swapped) as server:
                result = self.run_on(server, "-k", "-p", "2", "-n", "160", "--urls", file.name,
                                     "--verify")
                self.assertGreater(result.kinds()["body"], 0)

    def test_fewer_calls(self):
        """What can go at once goes in one piece: the server reads whole batches."""
        reads = []

        def handle(_, connection, requests):
            while piece := connection.recv(1 << 20):
                reads.append(piece.count(b"\r\n\r\n"))
                connection.sendall(HELLO * reads[-1])
        with Server(handle) as server:
            self.expect(self.run_on(server, "-k", "-p", "16", "-n", "800"), 800)
        self.assertEqual(sum(reads), 800)
        self.assertGreater(800 / len(reads), 8)


if __name__ == "__main__":
    main()
