# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""In the VM: what the two phases of kernel_faults.py share."""
import errno
import os
import shutil
import time

import echo_script
import http_script
from http_script import Silence, Wrong
from kernel_module import Log, Module, slab_objects

SCRATCH = "/tmp/ktcp-faults"
AT_MOST_EXCUSED = 5  # of hundreds of times that clients ask, while both a FIN and its reset fail
PORT = 8081


def resets_unsent():
    """How many resets TCP had no memory for, of all sockets so far."""
    with open("/proc/net/netstat", encoding="ascii") as file:
        lines = [line.split() for line in file if line.startswith("TcpExt:")]
    return int(lines[1][lines[0].index("TCPAbortFailed")])


class Test:
    def __init__(self, arguments):
        self.model, _, bench = arguments.model.partition("/")
        self.module = Module(arguments.module)
        self.seconds = arguments.seconds
        self.parameters = [f"port={PORT}", f"model={self.model}"]
        if bench:
            self.parameters.append(f"bench={bench}")
        self.http = self.module.name == "khttpd"
        self.root = os.path.join(SCRATCH, "root")
        shutil.rmtree(SCRATCH, ignore_errors=True)
        os.makedirs(self.root)
        if self.http:
            self.parameters += [f"WWWROOT={self.root}", "cache_file_size=65536",
                                "max_per_address=1000"]
        self.script_of = http_script if self.http else echo_script
        self.script = self.script_of.Script(PORT)
        self.log = Log()
        self.folders = 0
        self.failed = 0
        self.excused = 0
        self.where = ""

    def complain(self, what):
        self.failed += 1
        print(f"not ok - {self.module.name}, {self.model}, {self.where}: {what}", flush=True)

    def folder(self):
        self.folders += 1
        name = f"r{self.folders:06}"
        self.script_of.make_folder(self.root, name)
        time.sleep(0.03)  # what is younger than a tick of the clock is not kept
        return name

    def try_to(self, what, action):
        for _ in range(50):
            error = action()
            if error == 0:
                return True
            time.sleep(0.1)
        self.complain(f"{what}: {errno.errorcode[error]}")
        return False

    def play(self, folder, strict):
        unsent = resets_unsent()
        try:
            self.script.play(folder, strict)
        except Silence as silence:
            # A reset that TCP has no memory for, either, is not sent twice: nothing can tell the peer.
            if strict or resets_unsent() == unsent:
                self.complain(str(silence))
                return False
            self.script.outcomes["ended"] += 1
            self.excused += 1
            if self.excused > AT_MOST_EXCUSED:
                self.complain(f"{self.excused} times nothing came, nor an end, though a reset was unsent each time")
        except (Wrong, OSError) as wrong:
            self.complain(str(wrong))
            return False
        return True

    def nothing_left(self):
        """Of a module that is not loaded, or was not."""
        if self.module.loaded():
            self.complain("the module is there although it was not to be")
            self.try_to("rmmod", self.module.unload)
        if self.listening():
            self.complain("its port is listened on although it is not there")
        if slab_objects(f"{self.module.name}_"):
            self.complain("its slab caches are there although it is not")

    @staticmethod
    def listening():
        text = open("/proc/net/tcp").read() + open("/proc/net/tcp6").read()
        return any(words[1].endswith(f":{PORT:04X}") and words[3] == "0A"
                   for words in map(str.split, text.splitlines()))
