# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""The known differences, test/peers/expected: a line for each case that nginx or Apache
answers otherwise than ours, with the class that doc/peers.md explains."""

import re

SAME = "="
UNKNOWN = "?"


class Differences:
    def __init__(self, path, peers):
        self.peers = peers
        self.rows = {}  # case: (class, [ours, then each peer's])
        try:
            with open(path, encoding="utf-8") as lines:
                for number, line in enumerate(lines, 1):
                    line = line.rstrip("\n")
                    if not line or line.startswith("#"):
                        continue
                    cells = [cell.strip() for cell in line.split("|")]
                    if len(cells) != 3 + len(peers):
                        raise RuntimeError(f"{path}:{number}: not CASE | CLASS | OURS | "
                                           + " | ".join(peers).upper())
                    self.rows[cells[0]] = (cells[1], cells[2:])
        except FileNotFoundError:
            pass

    def class_of(self, case):
        return self.rows[case][0] if case in self.rows else ""

    def cells(self, row):
        return [row["ours"]] + [SAME if row[peer] == row["ours"] else row[peer]
                                for peer in self.peers]

    def expected(self, case):
        return self.rows[case][1][1:] if case in self.rows else [SAME] * len(self.peers)

    def surprises(self, outcomes):
        return [case for case, row in outcomes.items()
                if self.cells(row)[1:] != self.expected(case)]

    def complaints(self, outcomes, complete):
        texts = []
        for case in self.surprises(outcomes):
            cells = self.cells(outcomes[case])
            pairs = zip(self.peers, cells[1:], self.expected(case))
            texts += [f"{case}: ours '{cells[0]}', {peer} '{is_now}', expected '{was}'"
                      for peer, is_now, was in pairs if is_now != was]
        if complete:
            texts += [f"{case}: there is no such case any more"
                      for case in self.rows if case not in outcomes]
        return texts

    def unexplained(self, path):
        # A row of a table for each class: | `class` | ...
        with open(path, encoding="utf-8") as text:
            explained = set(re.findall(r"^\| `([a-z0-9-]+)` \|", text.read(), re.MULTILINE))
        used = {row[0] for row in self.rows.values()}
        return ([f"the class '{name}' is not explained in {path}"
                 for name in sorted(used - explained)] +
                [f"{path} explains '{name}', of which there is no case"
                 for name in sorted(explained - used)])

    def accept(self, outcomes, complete):
        if complete:
            self.rows = {case: row for case, row in self.rows.items() if case in outcomes}
        for case, row in outcomes.items():
            cells = self.cells(row)
            if all(cell == SAME for cell in cells[1:]):
                self.rows.pop(case, None)
            else:
                self.rows[case] = (self.class_of(case) or UNKNOWN, cells)

    def write(self, path, versions):
        lines = sorted((name, case, cells) for case, (name, cells) in self.rows.items())
        with open(path, "w", encoding="utf-8") as out:
            out.write("# SPDX-License-Identifier: MIT OR GPL-2.0-only\n#\n"
                      "# Where nginx " + versions["nginx"] + " and Apache " + versions["apache"] +
                      " do otherwise than ours: the statuses in order, how the\n"
                      "# connection ended, and (!) what the case asks for and was not so. '=': as "
                      "ours. doc/peers.md\n# explains the classes. test/peers/run --accept writes "
                      "this anew.\n#\n# CASE | CLASS | OURS | NGINX | APACHE\n")
            for name, case, cells in lines:
                out.write(" | ".join([case, name] + cells) + "\n")
