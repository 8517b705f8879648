# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The same for user-echo-server: what comes back is what was sent, as far as it comes."""
import selectors
import socket
import time

from http_script import PATIENCE, Silence, Wrong

OPTIONS = ["--max-per-address", "1000", "--drain-timeout", "10000"]


def make_folder(root, name):
    del root, name


def payload(size):
    return bytes((i * 7 + i // 251) % 256 for i in range(size))


SIZES = [1, 5000, 300_000]
PAYLOADS = [payload(size) for size in SIZES]


class Script:
    def __init__(self, port):
        self.port = port
        self.outcomes = {"right": 0, "error": 0, "ended": 0}

    def play(self, folder, strict):
        del folder
        for data in PAYLOADS:
            self._echo([self._connect(strict)], data, strict)
        self._echo([self._connect(strict) for _ in range(6)], PAYLOADS[1], strict)

    def _connect(self, strict):
        try:
            return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)
        except OSError as error:
            if strict or isinstance(error, TimeoutError):
                raise Wrong(f"no connection: {error}") from None
            self.outcomes["ended"] += 1
            return None

    def _echo(self, sockets, data, strict):
        state = {}
        selector = selectors.DefaultSelector()
        for one in filter(None, sockets):
            one.setblocking(False)
            state[one] = [0, 0]
            selector.register(one, selectors.EVENT_READ | selectors.EVENT_WRITE)
        moved = time.monotonic()
        try:
            while state:
                for key, events in selector.select(1):
                    moved = time.monotonic()
                    one = key.fileobj
                    try:
                        if events & selectors.EVENT_WRITE:
                            state[one][0] += one.send(data[state[one][0]:])
                            if state[one][0] == len(data):
                                one.shutdown(socket.SHUT_WR)
                                selector.modify(one, selectors.EVENT_READ)
                        if events & selectors.EVENT_READ:
                            got = one.recv(1 << 18)
                            at = state[one][1]
                            if got != data[at:at + len(got)]:
                                raise Wrong(f"other bytes came back, from {at} on")
                            state[one][1] += len(got)
                            if got:
                                continue
                            if state[one][1] != len(data):
                                raise ConnectionError(f"FIN after {state[one][1]} of {len(data)} bytes")
                            self.outcomes["right"] += 1
                            selector.unregister(one)
                            one.close()
                            del state[one]
                    except BlockingIOError:
                        pass
                    except OSError as error:
                        if strict:
                            raise Wrong(f"{len(data)} bytes: {error}") from None
                        self.outcomes["ended"] += 1
                        selector.unregister(one)
                        one.close()
                        state.pop(one, None)
                if time.monotonic() - moved > PATIENCE:
                    raise Silence(f"nothing came for {PATIENCE} s, nor an end")
        finally:
            for one in state:
                one.close()
            selector.close()
