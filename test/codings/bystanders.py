# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""While a large file is being compressed, others are served; and of many who want the same,
each gets it right."""

import threading
import time

from client import Client
from documents import text
from judge import fault_of


class Bystander(threading.Thread):
    """Asks for something small, again and again, and notes how long that takes."""

    def __init__(self, address):
        super().__init__()
        self.client = Client(address)
        self.times, self.faults, self.ends = [], [], threading.Event()

    def run(self):
        while not self.ends.is_set():
            begin = time.monotonic()
            answer = self.client.ask("/kinds/page.css")
            self.times.append((begin, time.monotonic() - begin))
            if answer.status != 200:
                self.faults.append(answer)
        self.client.close()

    def slowest(self, begin, end):
        """Of those that were begun in that time, in milliseconds."""
        return max((1000 * took for at, took in self.times if begin <= at <= end), default=0.0)


def large_file(test):
    """One that the server is allowed to compress, by either library."""
    size, bound = test.options.large, test.options.bound
    makes_zstd = not test.options.zstd_max or size <= test.zstd_most
    for coding in ("gzip", "zstd") if makes_zstd else ("gzip",):
        path = test.documents.add(f"large-{coding}.txt", text(size, 77))
        content = test.documents.content[path]
        test.client.ask("/" + path)
        time.sleep(0.2)  # so that its date lies in the past
        one = Bystander(test.address)
        one.start()
        time.sleep(1)
        begin = time.monotonic()
        answer = test.asker.coded("/" + path, coding, content)
        end = time.monotonic()
        one.ends.set()
        one.join()
        during = sorted(took for at, took in one.times if begin <= at <= end)
        test.report.ok(answer.coding == coding, f"{size} bytes by {coding} come", repr(answer))
        test.report.none("others are answered meanwhile", one.faults)
        alone, slowest = one.slowest(begin - 1, begin), one.slowest(begin, end)
        most = 1000 * during[len(during) * 99 // 100] if during else 0
        print(f"figure: {size} bytes by {coding} and decoding took {end - begin:.2f} s; meanwhile "
              f"{len(during)} other requests, 99 % within {most:.1f} ms, the slowest {slowest:.1f} ms "
              f"({alone:.1f} ms before)")
        # On a machine that has other things to do, everything may take longer: but nobody
        # may wait for the whole.
        limit = max(bound, 500 * (end - begin))
        test.report.ok(len(during) >= 20 and slowest <= limit,
                       f"none of these waited for more than {bound} ms, or half of that",
                       f"{slowest:.1f} ms, {len(during)} requests")
        test.documents.remove(path)


def crowd(test):
    """All ask for one form of one file at the same moment, when it is not there yet."""
    size, count = min(test.options.large, 4 << 20), 16
    path = test.documents.add("crowd.json", text(size, 78))
    content = test.documents.content[path]
    time.sleep(0.2)
    before = test.counters()
    start = threading.Barrier(count)
    faults = []

    def ask(codings):
        one = Client(test.address)
        start.wait()
        for _ in range(3):
            fault = fault_of(one.ask("/" + path, codings), content, ["gzip"])
            if fault:
                faults.append(fault)
        one.close()

    # Some take the file itself instead, some wait.
    crowds = [threading.Thread(target=ask, args=(("gzip", "gzip, identity;q=0")[i % 2],))
              for i in range(count)]
    for one in crowds:
        one.start()
    for one in crowds:
        one.join()
    test.report.none(f"{count} clients who want {size} bytes by gzip at once: 3 answers each", faults)
    fills = test.counters()["cache_fills"] - before["cache_fills"]
    print(f"figure: {fills} fills for {count} clients")
    test.report.ok(fills <= test.fills_at_once, "it was not made for each of them", f"{fills} fills")
