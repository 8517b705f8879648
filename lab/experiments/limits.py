# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""As many open files as may be had; each side on its processor."""

import os
import resource


def pin(side):
    """This process, if it is told by CLIENT_CPU and SERVER_CPU (lab/lib/script.sh) where that side runs."""
    cpu = os.environ.get(f"{side.upper()}_CPU")
    if cpu:
        os.sched_setaffinity(0, {int(cpu)})


def raise_descriptors(wanted):
    """Root may raise the hard limit too (up to fs.nr_open); others the soft one up to it."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    for number in (wanted, hard):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (number, max(number, hard)))
            return
        except (ValueError, OSError):
            continue
