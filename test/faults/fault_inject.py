# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: the kernel's own fault injection (Documentation/fault-injection)."""
import os
import re

DEBUG = "/sys/kernel/debug"
ALLOCATORS = ["failslab", "fail_page_alloc"]


def _write(name, value):
    path = os.path.join(DEBUG, name)
    if os.path.exists(path):
        with open(path, "w") as file:
            file.write(f"{value}\n")


def _read(name):
    with open(os.path.join(DEBUG, name)) as file:
        return file.read().strip()


def _kmemleaks_own():
    """(start, end) of where kmemleak asks for memory of its own, at each allocation of others."""
    with open("/proc/kallsyms") as file:
        symbols = sorted((int(words[0], 16), words[2]) for words in map(str.split, file)
                         if words[1] in "tT")
    for place, (address, name) in enumerate(symbols):
        if re.fullmatch("(__)?create_object", name):
            return address, symbols[place + 1][0]
    return 0, 0


def prepare():
    """False if the kernel has none."""
    if not os.path.isdir(f"{DEBUG}/failslab"):
        os.system(f"mount -t debugfs none {DEBUG} 2>/dev/null")
    # It bears such a failure, and another allocation is spared the one that was meant for it.
    spared = _kmemleaks_own()
    for kind in os.listdir(DEBUG):
        if kind.startswith("fail"):
            off(kind)
            _write(f"{kind}/verbose", 0)
            _write(f"{kind}/task-filter", "N")
            _write(f"{kind}/ignore-gfp-wait", "N")
            _write(f"{kind}/ignore-gfp-highmem", "N")
            _write(f"{kind}/min-order", 0)
            _write(f"{kind}/stacktrace-depth", 32)
            _write(f"{kind}/reject-start", hex(spared[0]))
            _write(f"{kind}/reject-end", hex(spared[1]))
    # Else fail-nth counts these as well: of the loader's copies of what insmod gives it.
    _write("fail_usercopy/require-start", 1)
    _write("fail_usercopy/require-end", 2)
    return os.path.exists(f"{DEBUG}/failslab")


def knows_stacks():
    return os.path.exists(f"{DEBUG}/failslab/require-start")


def off(kind):
    _write(f"{kind}/probability", 0)
    _write(f"{kind}/times", 0)
    _write(f"{kind}/task-filter", "N")
    _write(f"{kind}/cache-filter", "N")
    _write(f"{kind}/require-start", 0)
    _write(f"{kind}/require-end", hex((1 << 64) - 1))


def _on(kind, times, probability):
    _write(f"{kind}/interval", 1)
    _write(f"{kind}/times", times)
    _write(f"{kind}/probability", probability)


def below(kind, start, end, times, probability):
    """Up to so many allocations fail below a function that lies from start to end."""
    _write(f"{kind}/require-start", hex(start))
    _write(f"{kind}/require-end", hex(end))
    _on(kind, times, probability)


def in_threads(kind, times, probability):
    """Up to so many allocations of the kernel's own threads fail."""
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/stat") as file:
                parent = file.read().rsplit(")", 1)[1].split()[1]
            if pid == "2" or parent == "2":  # kthreadd, whose children get it from it
                with open(f"/proc/{pid}/make-it-fail", "w") as file:
                    file.write("1")
        except OSError:
            pass  # it has ended
    _write(f"{kind}/task-filter", "Y")
    _on(kind, times, probability)


def choose_cache(name, chosen):
    """Is it one whose objects in_cache() makes fail? False if there is no such cache."""
    try:
        with open(f"/sys/kernel/slab/{name}/failslab", "w") as file:
            file.write("1" if chosen else "0")
    except OSError:
        return False
    return True


def in_cache(times, probability):
    """Up to so many objects of the chosen caches fail, whoever asks, in softirq as well."""
    _write("failslab/cache-filter", "Y")
    _on("failslab", times, probability)


def probability(kind):
    return int(_read(f"{kind}/probability"))


def left(kind):
    return int(_read(f"{kind}/times"))
