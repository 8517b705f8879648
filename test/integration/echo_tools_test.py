#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The judges of echo servers, judged: servers that are wrong on purpose.

usage: echo_tools_test.py PATH-OF-ECHO_CHECK     (echo_starve and echo_traffic lie beside it)
"""

import os
import socket
import subprocess
import sys
import threading
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../support"))
from scripted_server import ScriptedServer  # noqa: E402, pylint: disable=wrong-import-position

PROGRAM = "echo_check"


def right(_, connection):
    while piece := connection.recv(8192):
        connection.sendall(piece)


def changed(change):
    """Echoes what change(piece, number of bytes before it) makes of each piece."""
    def serve(_, connection):
        before = 0
        while piece := connection.recv(8192):
            connection.sendall(change(piece, before))
            before += len(piece)
    return serve


def flip(at):
    def change(piece, before):
        if before <= at < before + len(piece):
            piece = bytearray(piece)
            piece[at - before] ^= 1
        return bytes(piece)
    return change


def drops_what_waits_at_the_end(_, connection):
    """Echoes each piece when the next one comes, and so never the last."""
    held = b""
    while piece := connection.recv(8192):
        connection.sendall(held)
        held = piece


def never_ends_its_side(_, connection):
    right(None, connection)
    threading.Event().wait(20)


def ends_before_all_is_sent(_, connection):
    """At the client's FIN whatever TCP has not taken yet is dropped."""
    # Little room, so that there is something to drop on a slow machine too.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    waiting = b""
    connection.setblocking(False)
    while True:
        try:
            piece = connection.recv(8192)
            if not piece:
                return
            waiting += piece
        except BlockingIOError:
            pass
        try:
            waiting = waiting[connection.send(waiting):]
        except BlockingIOError:
            pass


def takes_all_there_is(_, connection):
    """Receives without end, while a second thread sends: no back-pressure."""
    pieces, more = [], threading.Semaphore(0)

    def send():
        try:
            while more.acquire() and (piece := pieces.pop(0)):
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
            more.release()
    finally:
        pieces.append(b"")
        more.release()
        sender.join()


def ends_at_a_reset(server, connection):
    try:
        right(server, connection)
    except ConnectionError:
        server.stop()


def ends_at_an_urgent_byte(_, connection):
    """Waits for more for ever once there was one."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 0)
    while piece := connection.recv(8192):
        try:
            if connection.recv(1, socket.MSG_OOB | socket.MSG_DONTWAIT):
                threading.Event().wait(20)
        except (BlockingIOError, OSError):
            pass
        connection.sendall(piece)


class EchoCheck(unittest.TestCase):
    def verdicts(self, serve, *arguments, one_at_a_time=False):
        with ScriptedServer(serve, one_at_a_time=one_at_a_time) as server:
            done = subprocess.run(
                [PROGRAM, server.address, "--patience", "1", "--clients", "300", "--bytes", "3M",
                 *arguments], capture_output=True, text=True, timeout=100, check=False)
        lines = done.stdout.splitlines()
        verdict = {}
        for line in lines:
            for word in ("ok - ", "not ok - "):
                if line.startswith(word):
                    verdict[line[len(word):].split(":")[0]] = word == "ok - "
        passed = sum(verdict.values())
        if done.returncode != 2:
            self.assertEqual(lines[-1], f"{passed} passed, {len(verdict) - passed} failed")
            self.assertEqual(done.returncode, 0 if passed == len(verdict) else 1)
        return done, {name for name, good in verdict.items() if not good}, set(verdict)

    def assert_noticed(self, serve, *cases, one_at_a_time=False):
        """By each of these cases."""
        done, bad, played = self.verdicts(serve, "--only", ",".join(cases),
                                          one_at_a_time=one_at_a_time)
        self.assertEqual(played, set(cases))
        self.assertEqual(bad, set(cases), done.stdout + done.stderr)

    def test_a_right_server_passes(self):
        done, bad, played = self.verdicts(right, "--patience", "10")
        self.assertEqual(bad, set(), done.stdout + done.stderr)
        self.assertEqual(len(played), 18)

    def test_one_client_at_a_time_passes_if_that_is_what_it_is_to_do(self):
        done, bad, played = self.verdicts(right, "--patience", "10", "--at-once", "1",
                                          one_at_a_time=True)
        self.assertEqual(bad, set(), done.stdout + done.stderr)
        self.assertEqual(len(played), 17)  # silent clients would keep it from all others

    def test_one_client_at_a_time_is_noticed_otherwise(self):
        self.assert_noticed(right, "sizes", "reset", "deaf", "silent", "crowd", one_at_a_time=True)

    def test_text_up_to_a_nul(self):
        self.assert_noticed(changed(lambda piece, _: piece.split(b"\0")[0]), "nul", "values",
                            "sizes", "large")

    def test_512_bytes_whatever_came(self):
        self.assert_noticed(changed(lambda piece, _: piece[:512].ljust(512, b"\0")), "one-byte",
                            "nul", "messages", "large", "crowd")

    def test_a_byte_changed(self):
        self.assert_noticed(changed(flip(0)), "one-byte", "nul", "values", "sizes", "messages",
                            "byte-by-byte", "pieces", "large", "half-close", "half-close-unread",
                            "reset", "urgent", "deaf", "slow-reader", "silent", "crowd")
        self.assert_noticed(changed(flip(3 * 1024 * 1024 - 1)), "large")

    def test_a_high_bit_lost(self):
        self.assert_noticed(changed(lambda piece, _: bytes(b & 127 for b in piece)), "values",
                            "one-byte", "large")

    def test_bytes_twice(self):
        self.assert_noticed(changed(lambda piece, _: piece * 2), "one-byte", "large", "crowd")

    def test_bytes_lost(self):
        self.assert_noticed(changed(lambda piece, before: piece[:100] if before else piece),
                            "large", "half-close", "slow-reader", "deaf")

    def test_a_banner(self):
        def serve(_, connection):
            connection.sendall(b"welcome")
            right(_, connection)
        self.assert_noticed(serve, "empty", "one-byte", "crowd")

    def test_the_tail_dropped_at_the_end(self):
        self.assert_noticed(drops_what_waits_at_the_end, "one-byte", "messages", "large",
                            "half-close", "half-close-unread")

    def test_the_end_before_all_is_sent(self):
        self.assert_noticed(ends_before_all_is_sent, "half-close-unread")

    def test_no_end(self):
        self.assert_noticed(never_ends_its_side, "empty", "half-close", "large", "crowd")

    def test_an_end_too_early(self):
        def serve(_, connection):
            connection.sendall(connection.recv(8192))
        self.assert_noticed(serve, "messages", "large", "slow-reader")

    def test_a_buffer_without_bound(self):
        self.assert_noticed(takes_all_there_is, "deaf")

    def test_a_reset_ends_the_server(self):
        self.assert_noticed(ends_at_a_reset, "reset")

    def test_an_urgent_byte_stops_it(self):
        self.assert_noticed(ends_at_an_urgent_byte, "urgent")

    def test_nobody_listens(self):
        with ScriptedServer(right) as server:
            address = server.address
        done = subprocess.run([PROGRAM, address, "--only", "one-byte"], capture_output=True,
                              text=True, timeout=60, check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("not ok - one-byte", done.stdout)

    def test_wrong_command_lines(self):
        for arguments in ([], ["localhost"], ["localhost:1", "--only", "no-such-case"],
                          ["localhost:1", "--bytes", "many"], ["localhost:1", "--patience", "0"]):
            done = subprocess.run([PROGRAM, *arguments], capture_output=True, text=True,
                                  timeout=10, check=False)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertNotEqual(done.stderr, "")


class OtherTools(unittest.TestCase):
    def status(self, tool, serve, *arguments, one_at_a_time=False):
        with ScriptedServer(serve, one_at_a_time=one_at_a_time) as server:
            done = subprocess.run(
                [os.path.join(os.path.dirname(PROGRAM), tool), server.address, *arguments],
                capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, done.stdout

    def test_starving(self):
        short = ("--patience", "500")
        status, out = self.status("echo_starve", right, *short, "--at-least", "1", "--at-most",
                                  "1", one_at_a_time=True)
        self.assertEqual(status, 0, out)
        self.assertIn("figure: server: with 1 silent clients a new one is not served", out)
        self.assertEqual(self.status("echo_starve", right, *short, "--at-least", "2", "--at-most",
                                     "9", one_at_a_time=True)[0], 1)
        self.assertEqual(self.status("echo_starve", right, *short, one_at_a_time=True)[0], 1)

    def test_no_starving(self):
        short = ("--patience", "3000", "--most", "30")
        self.assertEqual(self.status("echo_starve", right, *short)[0], 0)
        self.assertEqual(self.status("echo_starve", right, *short, "--at-most", "20")[0], 1)
        self.assertEqual(self.status("echo_starve", right, *short, "--threads", "1")[0], 1)

    def test_traffic(self):
        self.assertEqual(self.status("echo_traffic", right, "--seconds", "1")[0], 0)
        status, out = self.status("echo_traffic", changed(flip(100)), "--seconds", "1")
        self.assertEqual(status, 1, out)
        self.assertIn("came back changed", out)
        status, out = self.status("echo_traffic", lambda _, connection: connection.recv(1),
                                  "--seconds", "1")
        self.assertEqual(status, 1, out)


if __name__ == "__main__":
    if len(sys.argv) > 1 and not sys.argv[1].startswith("-"):
        PROGRAM = sys.argv.pop(1)
    unittest.main()
