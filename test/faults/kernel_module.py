# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: a module loaded by the bare system call, and what the kernel says of it."""
import ctypes
import os
import re
import time

_LIBC = ctypes.CDLL(None, use_errno=True)
_FINIT_MODULE, _DELETE_MODULE = 313, 176


def call(number, *arguments):
    """The errno; 0 if all is well."""
    return 0 if _LIBC.syscall(number, *arguments) == 0 else ctypes.get_errno()


class Module:
    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(path).removesuffix(".ko").replace("-", "_")
        self.fd = os.open(path, os.O_RDONLY)

    def load(self, parameters, failing=0):
        """(errno, has the failing-th allocation of this been made to fail?, how many more of them
        it would have taken)"""
        text = ctypes.c_char_p(" ".join(parameters).encode())
        nth = os.open("/proc/thread-self/fail-nth", os.O_RDWR)
        os.write(nth, str(failing).encode())
        error = call(_FINIT_MODULE, ctypes.c_int(self.fd), text, ctypes.c_int(0))
        try:
            left = int(os.pread(nth, 20, 0))
        except OSError:
            left = 1  # copying the answer was the next that could fail
        if failing:
            try:
                os.pwrite(nth, b"0", 0)
            except OSError:
                pass  # the same
        os.close(nth)
        return error, failing != 0 and left == 0, left

    def unload(self):
        return call(_DELETE_MODULE, ctypes.c_char_p(self.name.encode()), ctypes.c_int(os.O_NONBLOCK))

    def loaded(self):
        return os.path.exists(f"/sys/module/{self.name}")

    def stats(self):
        with open(f"/sys/module/{self.name}/parameters/stats") as file:
            return dict((name, int(value)) for name, value in (line.split() for line in file))

    def functions(self):
        """(name, address, end) of those in its text."""
        symbols = []
        with open("/proc/kallsyms") as file:
            for line in file:
                found = re.match(rf"(\w+) [tT] (\S+)\t\[{self.name}\]", line)
                if found:
                    symbols.append((int(found.group(1), 16), found.group(2)))
        symbols.sort()
        with open(f"/sys/module/{self.name}/sections/.text") as file:
            start = int(file.read(), 16)
        text = [(address, name) for address, name in symbols if address >= start]
        ends = [address for address, _ in text[1:]] + [text[-1][0] + 4096]
        return [(name, address, end) for (address, name), end in zip(text, ends) if end > address]


def slab_objects(prefix):
    """Objects in use of the caches whose names begin so."""
    total = 0
    with open("/proc/slabinfo") as file:
        for line in file:
            words = line.split()
            if words[0].startswith(prefix):
                total += int(words[1])
    return total


class Log:
    """What the kernel has said since the last look."""

    def __init__(self):
        self.fd = os.open("/dev/kmsg", os.O_RDONLY | os.O_NONBLOCK)
        os.lseek(self.fd, 0, os.SEEK_END)
        with open("/proc/sys/kernel/printk_devkmsg", "w") as file:
            file.write("on\n")  # all of what is written to it is to be in the log

    @staticmethod
    def mark(word):
        """For ordered.py: what is said between "on" and "off" may have been ordered."""
        with open("/dev/kmsg", "w") as file:
            file.write(f"ktcp-faults: {word}\n")

    def news(self):
        lines = []
        while True:
            try:
                lines.append(os.read(self.fd, 8192).decode(errors="replace").split(";", 1)[1].strip())
            except BlockingIOError:
                return lines
            except BrokenPipeError:
                continue  # some were overwritten


def allocated():
    """KiB that the kernel holds, once everything that can go has gone."""
    time.sleep(0.5)
    os.sync()
    with open("/proc/sys/vm/drop_caches", "w") as file:
        file.write("3")
    # KASAN keeps what was freed until its cache is shrunk.
    for cache in os.listdir("/sys/kernel/slab"):
        with open(f"/sys/kernel/slab/{cache}/shrink", "w") as file:
            file.write("1")
    with open("/proc/meminfo") as file:
        return sum(int(size) for size in re.findall(
            r"^(?:Slab|KernelStack|PageTables|Percpu|VmallocUsed): +(\d+)", file.read(), re.M))
