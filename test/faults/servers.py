# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A server with the fault-injecting C library, and what the system says of its process."""
import ctypes
import os
import re
import signal
import subprocess
import time

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


def _die_with_us():
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


START_LIMIT = 60  # s, of a busy machine


class Server:
    """Started; `port` is None if it ended before it listened."""

    def __init__(self, program, options, order, log):
        environment = dict(os.environ, KTCP_FAULTS=order.path)
        # The program's own malloc comes first; and what fails is to be seen by the program.
        environment["ASAN_OPTIONS"] = ("detect_leaks=1:exitcode=86:allocator_may_return_null=1:"
                                       "detect_stack_use_after_return=0")
        environment["UBSAN_OPTIONS"] = "print_stacktrace=1"
        environment.pop("LD_PRELOAD", None)
        self.log = log
        with open(log, "wb") as file:
            self.process = subprocess.Popen([program, "--port", "0", "--listen", "127.0.0.1",
                                             *options], stderr=file, stdout=file,
                                            stdin=subprocess.DEVNULL, env=environment,
                                            preexec_fn=_die_with_us)
        self.pid = self.process.pid
        self.port = None
        give_up = time.monotonic() + START_LIMIT
        while self.port is None and time.monotonic() < give_up:
            ended = self.process.poll() is not None
            found = re.search(r"listening on port (\d+)", self.text())
            if found:
                self.port = int(found.group(1))
            elif ended:
                return
            else:
                time.sleep(0.002)

    def text(self):
        with open(self.log, errors="replace") as file:
            return file.read()

    def running(self):
        return self.process.poll() is None

    def descriptors(self):
        """How many sockets and other descriptors its main process has."""
        sockets = others = 0
        for name in os.listdir(f"/proc/{self.pid}/fd"):
            try:
                target = os.readlink(f"/proc/{self.pid}/fd/{name}")
            except OSError:
                continue
            if target.startswith("socket:"):
                sockets += 1
            else:
                others += 1
        return sockets, others

    def children(self):
        with open(f"/proc/{self.pid}/task/{self.pid}/children") as file:
            pids = file.read().split()
        # Of a model's loop, which is another thread.
        for task in os.listdir(f"/proc/{self.pid}/task"):
            if int(task) != self.pid:
                try:
                    with open(f"/proc/{self.pid}/task/{task}/children") as file:
                        pids += file.read().split()
                except OSError:
                    pass
        return pids

    def cpu(self):
        """Processor time of it and its children now, s."""
        total = 0
        for pid in [self.pid, *self.children()]:
            try:
                with open(f"/proc/{pid}/stat") as file:
                    fields = file.read().rsplit(")", 1)[1].split()
                total += int(fields[11]) + int(fields[12])
            except OSError:
                pass
        return total / os.sysconf("SC_CLK_TCK")

    def ask_counters(self):
        """What it answers to SIGUSR1, as a dict."""
        before = len(self.text())
        self.process.send_signal(signal.SIGUSR1)
        give_up = time.monotonic() + 20
        while time.monotonic() < give_up and self.running():
            found = re.search(r": (connections \d+ .*)\n", self.text()[before:])
            if found:
                words = found.group(1).split()
                return dict(zip(words[::2], map(int, words[1::2])))
            time.sleep(0.01)
        return {}

    def stop(self):
        """SIGTERM; its exit status, or None if it had to be killed."""
        if self.running():
            self.process.terminate()
        try:
            return self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return None
