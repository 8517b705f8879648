#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""Asks a server for coded answers: gzip, deflate, zstd, made by it or found beside a file.

The server serves FOLDER, which this program fills, on a file system of this machine. PARTS:
  all      contents, negotiation, siblings (the default)
  large    others are served while a large file is compressed, and crowds
  off      it compresses nothing (cache_size=0, or compress_max=0)"""

import argparse
import os
import signal
import sys
import time

sys.dont_write_bytecode = True

# pylint: disable=wrong-import-position
import bystanders  # noqa: E402
import contents  # noqa: E402
import documents  # noqa: E402
import negotiation  # noqa: E402
import siblings  # noqa: E402
from client import Client  # noqa: E402
from judge import Asker, Report  # noqa: E402


class Test:
    """What the cases share."""

    def __init__(self, options):
        self.options = options
        self.address = options.address
        self.least, self.most = options.compress_min, options.compress_max
        self.zstd_most = options.zstd_max or options.compress_max
        # A request that finds a file too young to be kept makes nothing, and each worker
        # of a host may keep its own.
        self.fills_at_once = options.fills_at_once
        self.report = Report()
        self.documents = None
        self.bodies = {}  # what came, by coding, for other programs to decode
        self.client = Client(options.address)
        self.asker = Asker(self.client, options.patience)

    def counters(self):
        """Name to number, from a file of lines or from the last line of a log."""
        if self.options.signal:
            os.kill(self.options.signal, signal.SIGUSR1)
            time.sleep(0.3)
        with open(self.options.counters, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
        words = (lines[-1] if self.options.signal else " ".join(lines)).split()
        return {name: int(value) for name, value in zip(words, words[1:]) if value.isdigit()}


    def run(self, *cases):
        """One that breaks off has failed, and the next one is run."""
        for case in cases:
            try:
                case(self)
            except Exception as error:  # whatever a client or a decoder raises
                self.report.ok(False, case.__name__, f"{type(error).__name__}: {error}")
                self.client.close()


def part_all(test):
    test.documents = documents.make(test.options.folder, test.least, test.most)
    test.run(contents.not_for_those_who_never_asked, contents.each_coding, contents.public_tools,
             contents.curl_compressed, contents.other_types, contents.pointless,
             contents.old_clients, contents.listing, negotiation.weights, negotiation.validators,
             negotiation.heads, negotiation.ranges, negotiation.counters, siblings.by_gzip,
             siblings.by_zstd, siblings.by_br, siblings.of_other_files)


def part_large(test):
    test.documents = documents.Documents(test.options.folder)
    test.documents.add("kinds/page.css", documents.text(3000))
    test.run(bystanders.large_file, bystanders.crowd)


def part_off(test):
    test.documents = documents.Documents(test.options.folder)
    test.run(contents.nothing_is_coded)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("part", choices=("all", "large", "off"), nargs="?", default="all")
    parser.add_argument("--address", required=True, help="IP:PORT")
    parser.add_argument("--folder", required=True, help="what is served")
    parser.add_argument("--counters", required=True, metavar="FILE", help="name and number, in lines")
    parser.add_argument("--signal", type=int, metavar="PID",
                        help="is sent SIGUSR1 first, and FILE's last line is read")
    parser.add_argument("--compress-min", type=int, default=512, help="the server's [512]")
    parser.add_argument("--compress-max", type=int, default=1048576, help="the server's [1048576]")
    parser.add_argument("--zstd-max", type=int, default=0, metavar="BYTES",
                        help="the largest content that the server makes zstd of [any]")
    parser.add_argument("--patience", type=float, default=5, metavar="S",
                        help="until an answer must be coded [5]")
    parser.add_argument("--large", type=int, default=32 << 20, metavar="BYTES",
                        help="of the large file [33554432]")
    parser.add_argument("--bound", type=float, default=250, metavar="MS",
                        help="for others, while that is compressed [250]")
    parser.add_argument("--fills-at-once", type=int, default=4, metavar="N",
                        help="for a crowd that wants the same [4]")
    options = parser.parse_args()
    test = Test(options)
    {"all": part_all, "large": part_large, "off": part_off}[options.part](test)
    if test.asker.faults:
        test.report.none("answers while something was being made", test.asker.faults)
    return test.report.end()


if __name__ == "__main__":
    sys.exit(main())
