#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""churner.py FOLDER: always changes something among the same sixty files and ten folders, in each
way that there is, so that there is never more of it than in the beginning. Until SIGTERM."""

import os
import pathlib
import random
import sys
import time

FILES = 60
FOLDERS = 10
PAUSE = 0.05


def contents(number):
    line = f"{number} {random.getrandbits(64):016x} some text that a coding makes shorter\n"
    return line * random.choice((1, 20, 400))


def change(folder, number):
    path = folder / f"file-{number}.txt"
    way = random.randrange(6)
    if way == 0:  # anew, under the old name
        new = folder / f".new-{number}"
        new.write_text(contents(number))
        new.rename(path)
    elif way == 1:  # in its place
        path.write_text(contents(number))
    elif way == 2:
        path.unlink(missing_ok=True)
    elif way == 3:  # with another
        other = folder / f"file-{random.randrange(FILES)}.txt"
        if path.exists():
            path.rename(other)
    elif way == 4 and path.exists():
        os.truncate(path, random.choice((0, 1, 5000)))
    elif way == 5:
        place = folder / f"folder-{number % FOLDERS}"
        if place.exists():
            place.rmdir()
        else:
            place.mkdir()


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    for number in range(FILES):
        (folder / f"file-{number}.txt").write_text(contents(number))
    while True:
        change(folder, random.randrange(FILES))
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
