#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Makes each call of a server for memory or the kernel's services fail once, in turn, with each
error that it may fail by, and judges what becomes of the server and its clients.

  fault_run.py start|serve http|echo PROGRAM MODEL [--every N] [--seed N] [--kind KIND]...

start: while the server starts: it must end with a message and a status, or serve.
serve: while clients ask: nobody gets wrong bytes, the next request is answered as ever, no
descriptor, connection or byte is lost, nothing spins, hangs or dies.
--every N takes every N-th of all faults (kind, n-th call, error), another N-th for each seed."""
import argparse
import errno
import os
import shutil
import subprocess
import sys
import tempfile
import time

import echo_script
import http_script
from errors import ERRORS
from fault_order import FaultOrder
from http_script import Wrong
from servers import Server

SCALED = {"thread-pool": "8", "prefork": "4", "select": "1", "poll": "1", "epoll-lt": "1",
          "epoll-et": "1", "io_uring": "1"}
FAILED_START = 1, 2


class Run:
    def __init__(self, arguments, scratch):
        self.arguments = arguments
        self.kinds = arguments.kind or list(ERRORS)
        self.scratch = scratch
        self.script_of = http_script if arguments.protocol == "http" else echo_script
        self.order = FaultOrder(os.path.join(scratch, "order"))
        self.log = os.path.join(scratch, "log")
        self.options = ["--model", arguments.model, *self.script_of.OPTIONS]
        if arguments.model in SCALED:
            self.options += ["--threads", SCALED[arguments.model]]
        if arguments.protocol == "http":
            self.root = os.path.join(scratch, "root")
            os.makedirs(self.root)
            self.options += ["--root", self.root]
        else:
            self.root = None
        self.folders = 0
        self.injected = 0
        self.sites = set()
        self.faults = []

    # ---- Helpers

    def folder(self):
        self.folders += 1
        name = f"r{self.folders:06}"
        self.script_of.make_folder(self.root, name)
        # What is younger than a tick of the clock is not kept.
        return name

    def start(self):
        return Server(self.arguments.program, self.options, self.order, self.log)

    def chosen(self, index):
        return (index + self.arguments.seed) % self.arguments.every == 0

    def complain(self, what, where):
        self.faults.append(what)
        print(f"not ok - {self.arguments.protocol}, {self.arguments.model}, {where}: {what}")
        for line in self.symbols()[:14]:
            print(f"#     {line}")
        sys.stdout.flush()

    def symbols(self):
        stack = [hex(address - 1) for address in self.order.stack()]
        if not stack:
            return []
        text = subprocess.run(["addr2line", "-Cfspe", self.arguments.program, *stack],
                              capture_output=True, text=True, check=False).stdout
        return [line[:150] for line in text.splitlines() if "interposer" not in line]

    def note(self, kind):
        self.injected += 1
        self.sites.add((kind, self.order.stack()[:8]))

    # ---- While it starts

    def count_start(self):
        self.order.clear()
        server = self.start()
        calls = self.order.calls()
        if server.port is None:
            raise SystemExit(f"the server does not start:\n{server.text()}")
        self.script = self.script_of.Script(server.port)
        self.script.play(self.folder(), True)
        status = server.stop()
        if status != 0:
            raise SystemExit(f"without a fault the server ends with {status}:\n{server.text()}")
        return calls

    def run_start(self):
        calls = self.count_start()
        index = 0
        for kind in self.kinds:
            for nth in range(1, calls[kind] + 1):
                for error in ERRORS[kind]:
                    index += 1
                    if self.chosen(index):
                        self.fail_start(kind, nth, error)

    def fail_start(self, kind, nth, error):
        self.order.clear()
        self.order.arm(kind, error, nth)
        where = f"start, {kind} {nth}, {errno.errorcode[error]}"
        server = self.start()
        if not self.order.fired() and server.port is None:
            server.stop()
            return self.complain(f"did not start, though no call had failed:\n{server.text()}", where)
        self.note(kind)
        if server.port is None and server.running():
            server.stop()
            return self.complain("hangs", where)
        if server.port is not None:
            try:
                # It goes on to start its threads: it may still end.
                if self.order.fired():
                    self.script.port = server.port
                    self.script.play(self.folder(), False)
                    self.script.play(self.folder(), True)
            except Wrong as wrong:
                server.stop()
                return self.complain(str(wrong), where)
            except ConnectionError as refused:
                try:
                    server.process.wait(10)
                except subprocess.TimeoutExpired:
                    server.stop()
                    return self.complain(f"does not serve: {refused}", where)
        ended = not server.running()
        status = server.stop()
        text = server.text()
        if status is None:
            return self.complain("does not end", where)
        if "Sanitizer" in text or "runtime error" in text:
            return self.complain(f"status {status}:\n{text[:3000]}", where)
        if ended and status not in FAILED_START:
            return self.complain(f"ended with status {status}: {text[:500]!r}", where)
        if ended and f"user-{self.arguments.protocol}-server: " not in text.replace(
                "listening on port", "") and "--" not in text:
            return self.complain(f"ended without a message: {text!r}", where)
        if not ended and status != 0:
            return self.complain(f"ended with status {status} at SIGTERM: {text[:500]!r}", where)
        return None

    # ---- While clients ask

    def run_serve(self):
        self.order.clear()
        self.server = self.start()
        if self.server.port is None:
            raise SystemExit(f"the server does not start:\n{self.server.text()}")
        self.script = self.script_of.Script(self.server.port)
        for _ in range(2):
            self.play_twice()
        self.rest()
        self.base = self.state()
        before = self.order.calls()
        self.play_twice()
        self.rest()
        counted = {kind: count - before[kind] for kind, count in self.order.calls().items()}
        index = 0
        for kind in self.kinds:
            # What does not come each time ends it: timers, and who is first to be ready.
            for nth in range(1, counted[kind] + 1):
                for error in ERRORS[kind]:
                    index += 1
                    if self.chosen(index) and not self.fail_serve(kind, nth, error):
                        return
        self.end()

    def play_twice(self):
        folder = self.folder()
        settle()
        self.script.play(folder, True)
        self.script.play(folder, True)

    def state(self):
        sockets, _ = self.server.descriptors()
        return sockets, len(self.server.children())

    def rest(self):
        """Until the server has noticed that all clients have gone, and rests."""
        give_up = time.monotonic() + 30
        quiet = 0
        last = None
        while time.monotonic() < give_up:
            now = sum(self.order.calls().values())
            calm = last is not None and now - last < 20
            if calm and (not hasattr(self, "base") or self.state() == self.base):
                quiet += 1
                if quiet == 2:
                    return
            else:
                quiet = 0
            last = now
            time.sleep(0.002 if hasattr(self, "base") else 0.05)
        if hasattr(self, "base") and self.state() != self.base:
            raise Wrong(f"sockets and children are {self.state()} instead of {self.base}")
        raise Wrong("it does not come to rest: it makes calls without end")

    def fail_serve(self, kind, nth, error):
        """False if the server cannot be used any more."""
        where = f"serving, {kind} {nth}, {errno.errorcode[error]}"
        folder = self.folder()
        settle()
        self.order.arm(kind, error, nth)
        try:
            self.script.play(folder, False)
            self.rest()
            fired = self.order.fired()
            self.order.disarm()
            if fired:
                self.note(kind)
                self.script.play(folder, True)
                self.rest()
        except (Wrong, ConnectionError) as wrong:
            self.order.disarm()
            self.complain(str(wrong), where)
            time.sleep(0.1)
            if len(self.faults) >= self.arguments.most_faults:
                self.server.stop()
                print(f"#     {self.server.text()[:6000]}")
                return False
            if not self.server.running() or "come to rest" in str(wrong) or \
                    "instead of" in str(wrong) and "children" in str(wrong) or \
                    "nor an end" in str(wrong):
                status = self.server.stop()
                print(f"#     the server: status {status}: {self.server.text()[:6000]}")
                self.order.clear()
                del self.base
                self.server = self.start()
                self.script.port = self.server.port
                self.play_twice()
                self.rest()
                self.base = self.state()
        finally:
            if self.root:
                shutil.rmtree(os.path.join(self.root, folder), ignore_errors=True)
        return True

    def end(self):
        counters = self.server.ask_counters()
        if counters.get("connections", 0) != 0 or not counters:
            self.complain(f"at the end: {counters}", "end")
        status = self.server.stop()
        text = self.server.text()
        # In a model with processes one that could not start or go on has failed, and says so.
        cut = self.arguments.model in ("fork", "prefork") and "have been cut off" in text
        if status != 0 or "Sanitizer" in text or "runtime error" in text or \
                ("have been cut off" in text and not cut):
            self.complain(f"ended with status {status}:\n{text[:6000]}", "end")


def settle():
    time.sleep(0.012)


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phase", choices=("start", "serve"))
    parser.add_argument("protocol", choices=("http", "echo"))
    parser.add_argument("program")
    parser.add_argument("model")
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", action="append", choices=list(ERRORS))
    parser.add_argument("--most-faults", type=int, default=20)
    arguments = parser.parse_args()
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ktcp-faults.") as scratch:
        run = Run(arguments, scratch)
        if arguments.phase == "start":
            run.run_start()
        else:
            run.run_serve()
    outcomes = ", ".join(f"{count} {name}" for name, count in run.script.outcomes.items())
    print(f"figure: {arguments.phase}, {arguments.protocol}, {arguments.model}: {run.injected} faults "
          f"at {len(run.sites)} sites; answers {outcomes}; {time.monotonic() - began:.0f} s")
    if run.injected == 0:
        print("not ok - no fault was injected")
    return 1 if run.faults or run.injected == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
