#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""many_links.py DIRECTORY COUNT: makes a directory with entries named 0, 1, 2, ..., which
are hard links to as few files as the file system lets them be."""

import os
import sys

directory, count = sys.argv[1], int(sys.argv[2])
os.mkdir(directory)
os.chdir(directory)
first = None
for number in range(count):
    name = str(number)
    try:
        if first is None:
            raise OSError
        os.link(first, name)
    except OSError:  # none to link to, or it has as many links as it may
        os.close(os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644))
        first = name
