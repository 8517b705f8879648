# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The driver's side of fault_order.hh: names the call that is to fail, and sees whether it came."""
import mmap
import os
import pathlib
import re
import struct

_TEXT = (pathlib.Path(__file__).parent / "fault_order.hh").read_text()
_LIST = re.search(r"define KTCP_FAULT_KINDS\(X\)(.*?)\n\n", _TEXT, re.S).group(1)
KINDS = {name: i + 1 for i, name in enumerate(re.findall(r"X\((\w+)\)", _LIST))}
_FRAMES = 32
_HEAD = struct.Struct("<IiqII")
_BASE = _HEAD.size
_CALLS = _BASE + 8 + 8 * _FRAMES
_SIZE = _CALLS + 8 * 64


class FaultOrder:
    def __init__(self, path):
        self.path = path
        with open(path, "wb") as file:
            file.truncate(_SIZE)
        fd = os.open(path, os.O_RDWR)
        self.page = mmap.mmap(fd, _SIZE)
        os.close(fd)

    def clear(self):
        self.page[:] = bytes(_SIZE)

    def arm(self, kind, error, nth):
        """The nth call of this kind from now fails with this errno."""
        struct.pack_into("<I", self.page, 0, 0)
        struct.pack_into("<iqII", self.page, 4, error, nth, 0, 0)
        struct.pack_into("<I", self.page, 0, KINDS[kind])

    def disarm(self):
        struct.pack_into("<I", self.page, 0, 0)

    def fired(self):
        return struct.unpack_from("<I", self.page, 16)[0] != 0

    def stack(self):
        """Return addresses within the program, from its base on, the innermost first."""
        count = struct.unpack_from("<I", self.page, 20)[0]
        base = struct.unpack_from("<Q", self.page, _BASE)[0]
        frames = struct.unpack_from(f"<{min(count, _FRAMES)}Q", self.page, _BASE + 8)
        return tuple(frame - base for frame in frames if 0 <= frame - base < 1 << 28)

    def calls(self):
        """How many there have been, by kind."""
        counts = struct.unpack_from("<64Q", self.page, _CALLS)
        return {name: counts[number] for name, number in KINDS.items()}
