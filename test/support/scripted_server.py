# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A TCP server that does to each client what a test wants, right or wrong."""

import socket
import threading


class ScriptedServer:
    """Accepts until it is left; runs handle(server, connection) in a thread for each client, or for
    one client at a time. OSError ends a connection and nothing else."""

    def __init__(self, handle, family=socket.AF_INET, path=None, one_at_a_time=False):
        self.handle = handle
        self.one_at_a_time = one_at_a_time
        self.accepted = 0
        if path:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
        else:
            self.listener = socket.socket(family)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            # Both are inherited by what is accepted.
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_OOBINLINE, 1)
            self.listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
            self.port = self.listener.getsockname()[1]
            self.address = f"127.0.0.1:{self.port}"
        self.listener.listen(2048)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            if self.one_at_a_time:
                self.serve(connection)
            else:
                threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection):
        try:
            self.handle(self, connection)
        except OSError:
            pass
        finally:
            connection.close()

    def stop(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()
