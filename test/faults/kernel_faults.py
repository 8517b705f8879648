#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Runs in the VM, on a kernel that can make allocations fail (6.1-debug).

  kernel_faults.py init MODULE.ko MODEL
      insmod, with the first, second, ... allocation of it failing, until one goes without a fault:
      each time it says ENOMEM or loads, leaves nothing behind, and one that loads serves. What the
      kernel's loader allocates before the module's own init begins is not counted.
  kernel_faults.py serve MODULE.ko MODEL [--seconds N]
      While clients ask, allocations fail: below each call in the module that leads to one, in turn;
      in the kernel's threads; of the slab caches that sockets, packets and the module have. Nobody
      gets wrong bytes; afterwards all is answered as before; nothing is lost, and rmmod works.
  kernel_faults.py calls MODULE.ko MODEL
      Both, with functions of the kernel's that fail when the module calls them. Wants call_faults.ko
      beside MODULE.ko."""
import argparse
import sys

import fault_inject
from kernel_calls import Calls
from kernel_init import Init
from kernel_serve import Serve

PHASES = {"init": Init, "serve": Serve, "calls": Calls}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("phase", choices=PHASES)
    parser.add_argument("module")
    parser.add_argument("model")
    parser.add_argument("--seconds", type=int, default=60)
    arguments = parser.parse_args()
    if not fault_inject.prepare():
        print("# this kernel cannot make allocations fail: left out")
        return 3
    test = PHASES[arguments.phase](arguments)
    try:
        test.run()
    finally:
        for kind in fault_inject.ALLOCATORS:
            fault_inject.off(kind)
        test.module.unload()  # if it is there still: the next test wants the port
    if not test.failed:
        print(f"ok - {arguments.phase}: {test.module.name}, {arguments.model}")
    return 1 if test.failed else 0


if __name__ == "__main__":
    sys.exit(main())
