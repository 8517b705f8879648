#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The judge is judged: torture_traffic must notice what a server does wrong, and nothing else.

usage: traffic_test.py TORTURE_TRAFFIC
"""
import socket
import struct
import subprocess
import sys
import threading
import unittest

PROGRAM = sys.argv.pop(1) if len(sys.argv) > 1 else "torture_traffic"
RESET = struct.pack("ii", 1, 0)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n"


class Server:
    """Serves each connection by a function of its own thread."""

    def __init__(self, serve):
        self.serve = serve
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.run, args=(connection,), daemon=True).start()

    def run(self, connection):
        with connection:
            try:
                self.serve(connection)
            except OSError:
                pass  # a client's reset

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()


def echo(change=lambda data, number: data):
    def serve(connection):
        number = 0
        while data := connection.recv(65536):
            number += 1
            connection.sendall(change(data, number))

    return serve


def sink(taken):
    """Takes all that comes and says nothing; adds up in taken[0]."""

    def serve(connection):
        while data := connection.recv(65536):
            taken[0] += len(data)

    return serve


def web(answer):
    """answer(connection, path) for each request; false ends the connection."""

    def serve(connection):
        buffer = b""
        while True:
            while b"\r\n\r\n" not in buffer:
                data = connection.recv(65536)
                if not data:
                    return
                buffer += data
            head, _, buffer = buffer.partition(b"\r\n\r\n")
            if not answer(connection, head.split(b" ")[1].decode()):
                return

    return serve


def good(connection, path):
    if path == "/is-not-there":
        connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
    else:
        body = path.encode() * 100
        connection.sendall(HEAD % len(body) + body)
    return True


def reset_in_the_middle(connection, path):
    connection.sendall(HEAD % 100 + b"x")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    return False


def end_in_the_middle(connection, path):
    connection.sendall(HEAD % 100 + b"x")
    return False


def other_each_time():
    counter = iter(range(1, 1 << 30))

    def answer(connection, path):
        if path == "/is-not-there":
            return good(connection, path)
        body = b"%010d" % next(counter)
        connection.sendall(HEAD % len(body) + body)
        return True

    return answer


def everything_is_there(connection, path):
    connection.sendall(HEAD % 2 + b"ok")
    return True


class Traffic(unittest.TestCase):
    def judge(self, protocol, serve, manners):
        with Server(serve) as server:
            done = subprocess.run(
                [PROGRAM, protocol, server.address, "--manners", manners, "--seconds", "1"],
                capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout + done.stderr

    def passes(self, *what):
        status, said = self.judge(*what)
        self.assertEqual(status, 0, said)

    def fails(self, why, *what):
        status, said = self.judge(*what)
        self.assertEqual(status, 1, said)
        self.assertIn(why, said)

    def test_good_servers_pass(self):
        self.passes("echo", echo(), "idle,slow,mid-body,mid-send,half-closed,reset,crowd,busy")
        self.passes("http", web(good), "idle,slow,mid-head,mid-body,mid-send,half-closed,reset,busy")

    def test_a_reset_is_no_fault(self):
        self.passes("http", web(reset_in_the_middle), "busy,half-closed")
        self.passes("echo", lambda c: (c.recv(1), c.setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, RESET)), "busy")

    def test_changed_bytes(self):
        def change(data, number):
            return data if number % 5 else data[:-1] + bytes([data[-1] ^ 1])

        self.fails("came back changed", "echo", echo(change), "mid-body")
        self.fails("came back changed", "echo", echo(change), "busy")

    def test_bytes_that_nobody_sent(self):
        self.fails("more came back", "echo", echo(lambda data, number: data + data), "busy")

    def test_a_fin_in_the_middle(self):
        self.fails("a FIN in the middle", "http", web(end_in_the_middle), "busy")

    def test_other_bytes_each_time(self):
        self.fails("had other bytes before", "http", web(other_each_time()), "busy")

    def test_a_wrong_status(self):
        self.fails("/is-not-there: 200", "http", web(everything_is_there), "busy")

    # One that stops short of that leaves a server with nothing to wait for.
    def test_mid_send_sends_as_long_as_something_is_taken(self):
        taken = [0]
        self.passes("echo", sink(taken), "mid-send")
        self.assertGreater(taken[0], 1 << 20)

    def test_nobody_there(self):
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))  # and never listens
        with listener:
            done = subprocess.run(
                [PROGRAM, "echo", "127.0.0.1:%d" % listener.getsockname()[1], "--seconds", "1"],
                capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1] + ["-v"])
