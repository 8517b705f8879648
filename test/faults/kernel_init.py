# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: insmod, with one allocation after the other failing."""
import errno
import time

import alloc_sites
from kernel_module import allocated
from kernel_test import Test

SETTLED = 10  # lives, after which what is kept once has been made
# What insmod may say: TCP tells of no memory for a port by the last of these.
SAYS = (errno.ENOMEM, errno.ENFILE, errno.EAGAIN, errno.ENOENT, errno.ENOBUFS, errno.EADDRINUSE)


class Init(Test):
    def own_allocations(self):
        """(number of the first allocation of an insmod that is made when the loader has called the
        module's init, of the last of all)."""
        plenty = 1_000_000
        _, _, left = self.module.load(self.parameters, plenty)
        self.try_to("rmmod", self.module.unload)
        in_loader, within = 1, plenty - left
        last = within
        self.where = "looking for where init begins"
        while within - in_loader > 1:
            middle = (in_loader + within) // 2
            self.log.mark("on")
            with alloc_sites.InitsBegun() as begun:
                error, _, _ = self.module.load(self.parameters, middle)
            self.log.mark("off")
            if error == 0:
                self.try_to("rmmod", self.module.unload)
            if begun():
                within = middle
            else:
                in_loader = middle
        return within, last

    def run(self):
        self.try_to("a clean insmod", lambda: self.module.load(self.parameters)[0])
        self.play(self.folder(), True)
        self.try_to("rmmod", self.module.unload)
        first, last = self.own_allocations()
        memory = None
        told = unsaid = spared = 0
        nth = first - 1
        began = time.monotonic()
        while True:
            nth += 1
            self.where = f"insmod, allocation {nth}"
            self.log.news()
            self.log.mark("on")
            error, fired, _ = self.module.load(self.parameters, nth)
            self.log.mark("off")
            said = [line for line in self.log.news() if line.startswith(f"{self.module.name}: ")
                    and "loading out-of-tree" not in line]
            if not fired:
                if error:
                    self.complain(f"without a fault: {errno.errorcode[error]}")
                else:
                    self.play(self.folder(), True)
                    self.try_to("rmmod", self.module.unload)
                break
            if error == 0:
                spared += 1
                if spared % 8 == 1:
                    self.play(self.folder(), True)
                self.try_to("rmmod", self.module.unload)
            elif error not in SAYS:
                self.complain(f"insmod says {errno.errorcode[error]}")
            elif said:
                told += 1
            else:
                unsaid += 1
            self.nothing_left()
            if nth == first + SETTLED:
                memory = allocated()
        if memory is None or nth < last - last // 10:
            self.complain(f"{nth - first} allocations are too few to be all of them")
            return
        grown = allocated() - memory
        if grown > 4096:
            self.complain(f"{grown} KiB more than after the first {SETTLED}")
        print(f"figure: insmod {self.module.name}, {self.model}: each of {nth - first} allocations failed "
              f"once: {told} were told of by the module, {unsaid} ended insmod without a word of its "
              f"own, {spared} spared it; {grown} KiB grown; {time.monotonic() - began:.0f} s")
