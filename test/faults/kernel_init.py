# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: insmod, with one allocation after the other failing."""
import errno
import time

from kernel_module import allocated
from kernel_test import Test

LOADER_STRIDE = 20
# What insmod may say: TCP tells of no memory for a port by the last of these.
SAYS = (errno.ENOMEM, errno.ENFILE, errno.EAGAIN, errno.ENOENT, errno.ENOBUFS, errno.EADDRINUSE)


class Init(Test):
    def run(self):
        self.try_to("a clean insmod", lambda: self.module.load(self.parameters)[0])
        self.play(self.folder(), True)
        self.try_to("rmmod", self.module.unload)
        memory = None
        ours = spared = others = tried = 0
        began = time.monotonic()
        nth, stride = 1 - LOADER_STRIDE, LOADER_STRIDE
        in_loader = 0  # the last one that was certainly
        while True:
            nth += stride
            tried += 1
            self.where = f"insmod, allocation {nth}"
            self.log.news()
            self.log.mark("on")
            error, fired = self.module.load(self.parameters, nth)
            self.log.mark("off")
            said = [line for line in self.log.news() if line.startswith(f"{self.module.name}: ")
                    and "loading out-of-tree" not in line]
            if stride > 1 and (not fired or (error and said)):
                # Its own init has begun since the last step: from there one by one.
                if error == 0:
                    self.try_to("rmmod", self.module.unload)
                nth, stride = in_loader, 1
                continue
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
                ours += 1
            else:
                others += 1
                in_loader = nth
            self.nothing_left()
            if tried == 10:
                memory = allocated()
        grown = allocated() - memory if memory else 0
        if grown > 4096:
            self.complain(f"{grown} KiB more than at the beginning")
        print(f"figure: insmod {self.module.name}, {self.model}: {ours + spared + others} of {nth - 1} "
              f"allocations failed, one an insmod: {others} in the kernel's loader, {ours} told of "
              f"by the module, {spared} spared it; {grown} KiB grown; {time.monotonic() - began:.0f} s")
