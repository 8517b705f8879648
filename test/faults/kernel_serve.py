# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: allocations that fail while clients ask."""
import os
import shutil
import time

import alloc_sites
import fault_inject
from kernel_test import Test

CACHES = ["skbuff_head_cache", "skbuff_fclone_cache", "TCP", "TCPv6", "request_sock_TCP",
          "request_sock_TCPv6", "sock_inode_cache", "dentry", "filp"]
AT_MOST_WRONG = 20  # then it is clear enough


class Serve(Test):
    def __init__(self, arguments):
        super().__init__(arguments)
        self.caches = CACHES + [f"{self.module.name}_connection", f"{self.module.name}_buffer"]
        self.injected = 0
        self.hit = {}  # way: how many allocations failed

    def sites(self):
        """Where the module asks for memory, as seen while clients ask."""
        with alloc_sites.Recording() as recording:
            self.play(self.folder(), True)
        return alloc_sites.sites(recording, self.module.functions())

    def at_sites(self, sites, times):
        """(name, how to make allocations fail so), each of which is taken in turn."""
        for kind, name, address in sites:
            yield (f"{kind} below {name}", kind, times,
                   lambda k=kind, a=address: fault_inject.below(k, a, a + 1, times, 100))

    def elsewhere(self):
        for kind in fault_inject.ALLOCATORS:
            for times, probability in ((1, 100), (3, 30), (10, 5)):
                yield (f"{kind} in the kernel's threads, {times}", kind, times,
                       lambda k=kind, t=times, p=probability: fault_inject.in_threads(k, t, p))
        for cache in self.caches:
            def choose(cache=cache, times=3):
                if fault_inject.choose_cache(cache, True):
                    fault_inject.in_cache(times, 30)
            yield f"failslab of {cache}", "failslab", 3, choose

    def fail_once(self, name, kind, times, start):
        """How many allocations failed."""
        def stop():
            count = times - fault_inject.left(kind) if fault_inject.probability(kind) else 0
            fault_inject.off(kind)
            for cache in self.caches:
                fault_inject.choose_cache(cache, False)
            return count
        return self.play_failing(name, start, stop)

    def play_failing(self, name, start, stop):
        """What stop() returns: how many failures there were."""
        self.where = f"serving, {name}"
        folder = self.folder()
        self.log.mark("on")
        start()
        self.play(folder, False)
        count = stop()
        self.log.mark("off")
        if count:
            self.injected += count
            self.hit[name] = self.hit.get(name, 0) + count
            self.calm(folder)
        shutil.rmtree(os.path.join(self.root, folder), ignore_errors=True)
        return count

    def calm(self, folder):
        """Without a fault there is no error, and nothing is torn."""
        before = dict(self.script.outcomes)
        self.play(folder, False)
        for name in ("error", "ended"):
            if self.script.outcomes[name] != before[name]:
                self.complain(f"without a fault: {self.script.outcomes[name] - before[name]} {name}")

    def take(self, ways, until):
        """Takes each way until the time is up: how many were taken."""
        taken = 0
        for way in ways:
            if time.monotonic() > until or self.failed > AT_MOST_WRONG:
                break
            taken += 1
            self.fail_once(*way)
        return taken

    def begin(self):
        self.where = "before"
        self.try_to("insmod", lambda: self.module.load(self.parameters)[0])
        self.play(self.folder(), True)
        self.play(self.folder(), True)

    def run(self):
        self.begin()
        sites = self.sites() if fault_inject.knows_stacks() else []
        began = time.monotonic()
        until = began + self.seconds
        taken = self.take(self.at_sites(sites, 1), until)
        failed_at = len(self.hit)
        turns = 1
        self.take(self.elsewhere(), until)
        # One may be made up for where several are not.
        while time.monotonic() < until and self.failed <= AT_MOST_WRONG:
            turns += 1
            self.take(self.at_sites(sites, 2 ** turns), until)
            self.take(self.elsewhere(), until)
        self.afterwards()
        print(f"figure: serving, {self.module.name}, {self.model}: of {len(sites)} calls that lead to "
              f"an allocation {taken} were tried and {failed_at} had one fail; {self.injected} failed "
              f"in all, {turns} turns; {self.outcome(began)}")
        tried = [name for name, *_ in self.at_sites(sites[:taken], 1)]
        print("#   none failed:", ", ".join(name for name in tried if name not in self.hit) or "-")
        self.must_have_failed()

    def outcome(self, began):
        outcomes = ", ".join(f"{count} {name}" for name, count in self.script.outcomes.items())
        return f"answers {outcomes}, nothing and no reset sent {self.excused}; {time.monotonic() - began:.0f} s"

    def must_have_failed(self):
        if self.injected == 0:
            self.complain("no fault was injected")

    def afterwards(self):
        self.where = "after all faults"
        time.sleep(3)  # what failed is tried again when its answer has aged
        self.play(self.folder(), True)
        self.play(self.folder(), True)
        for _ in range(300):
            stats = self.module.stats()
            if stats["open"] == 0:
                break
            time.sleep(0.1)
        if stats["open"]:
            self.complain(f"{stats['open']} connections although no client is there")
        self.try_to("rmmod", self.module.unload)
        self.nothing_left()
