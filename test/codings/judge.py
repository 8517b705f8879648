# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What every answer must be, whatever the server has made by then; and the report."""

import time

from client import decode


class Report:
    def __init__(self):
        self.passed = self.failed = 0

    def ok(self, good, what, why=""):
        print(f"{'ok' if good else 'not ok'} - {what}" + (f": {why}" if why and not good else ""),
              flush=True)
        if good:
            self.passed += 1
        else:
            self.failed += 1
        return good

    def equal(self, what, wanted, got):
        return self.ok(wanted == got, what, f"expected {wanted!r}, got {got!r}")

    def none(self, what, faults):
        """Of many things that were looked at, these are wrong."""
        return self.ok(not faults, what, f"{len(faults)}: " + "; ".join(map(str, faults[:5])))

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed or not self.passed else 0


def fault_of(answer, content, accepted):
    """Why the answer is none to a GET of a file with that content, by a client that takes
    these codings and identity; "" if it is one."""
    if answer.status != 200:
        return f"status {answer.status}"
    if answer.coding is not None and answer.coding not in accepted:
        return f"coding {answer.coding}, asked for {accepted}"
    length = answer.field("Content-Length")
    if length is not None and int(length) != len(answer.body):
        return f"Content-Length {length} of {len(answer.body)} bytes"
    try:
        decoded = decode(answer.coding, answer.body)
    except Exception as error:  # whatever a decoder raises
        return f"{answer.coding} cannot be decoded: {error}"
    if decoded != content:
        return f"{answer.coding}: {len(decoded)} bytes that are not the file's {len(content)}"
    if answer.coding is not None and not answer.varies:
        return f"{answer.coding} without Vary: {answer.field('Vary')}"
    if answer.coding is not None and answer.field("Accept-Ranges") == "bytes":
        return "ranges of a coded form"
    return ""


class Asker:
    """Asks until the server had time to make what is asked for, and finds no fault with any
    answer on the way. A file that was written just now may not be kept at first."""

    def __init__(self, client, patience):
        self.client, self.patience = client, patience
        self.faults = []

    def coded(self, target, coding, content, **fields):
        """The first answer in that coding, or the last one."""
        until = time.monotonic() + self.patience
        while True:
            answer = self.client.ask(target, coding, **fields)
            fault = fault_of(answer, content, [coding])
            if fault:
                self.faults.append(f"{target}: {fault}")
            if answer.coding == coding or fault or time.monotonic() > until:
                return answer
            time.sleep(0.02)
