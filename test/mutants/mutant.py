# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""A mutant: a patch that breaks one promise, and in its head, in words, what must notice."""

import dataclasses
import pathlib
import re
import shlex

KEYS = {"Fault", "Promise", "Build", "Run", "Says", "Limit"}
REQUIRED = KEYS - {"Limit"}
PRESETS = {"release", "asan"}
KERNELS = {"6.1", "6.12", "6.1-debug"}


class BadMutant(Exception):
    """A head that does not say what it must."""


@dataclasses.dataclass(frozen=True)
class Mutant:
    name: str
    area: str
    patch: pathlib.Path
    fault: str
    promises: tuple[str, ...]
    builds: tuple[tuple[str, ...], ...]  # ("asan", "engine_test"), ("modules", "6.1")
    run: str  # what must fail, by bash, in the work tree
    says: str  # a regular expression; one line of what that prints must match
    limit: int  # seconds that it may take

    @property
    def boots(self) -> bool:
        """Does it take a virtual machine?"""
        return any(build[0] == "modules" for build in self.builds)


def read(patch: pathlib.Path) -> Mutant:
    """The head is lines 'Key: value', and those that go on are indented; then the diff."""
    head: dict[str, str] = {}
    key = ""
    for line in patch.read_text().splitlines():
        if line.startswith("diff --git "):
            break
        if not line.strip():
            continue
        if line[0].isspace() and key:
            head[key] += " " + line.strip()
            continue
        key, colon, value = line.partition(":")
        if not colon or key not in KEYS or key in head:
            raise BadMutant(f"{patch}: '{line}' is no line of a head ({', '.join(sorted(KEYS))})")
        head[key] = value.strip()
    else:
        raise BadMutant(f"{patch}: there is no diff in it ('diff --git a/... b/...')")
    if missing := sorted(key for key in REQUIRED if not head.get(key)):
        raise BadMutant(f"{patch}: its head does not say: {', '.join(missing)}")
    builds = tuple(tuple(shlex.split(one)) for one in head["Build"].split(";"))
    for build in builds:
        known = KERNELS if build[:1] == ("modules",) else PRESETS
        if len(build) < 2 or (build[1] if known is KERNELS else build[0]) not in known:
            raise BadMutant(f"{patch}: Build: '{' '.join(build)}' is neither 'release TARGET...', "
                            "'asan TARGET...' nor 'modules KERNEL'")
    try:
        re.compile(head["Says"])
    except re.error as error:
        raise BadMutant(f"{patch}: Says: is no regular expression: {error}") from error
    boots = any(build[0] == "modules" for build in builds)
    return Mutant(patch.stem, patch.parent.name, patch, head["Fault"],
                  tuple(head["Promise"].split()), builds, head["Run"], head["Says"],
                  int(head.get("Limit", 900 if boots else 120)))


def read_all(folder: pathlib.Path) -> list[Mutant]:
    mutants = [read(patch) for patch in sorted(folder.glob("*/*.patch"))]
    order = ["engine", "user", "tools", "kernel"]
    mutants.sort(key=lambda one: (order.index(one.area) if one.area in order else 9, one.name))
    names = [one.name for one in mutants]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise BadMutant(f"two mutants have the name {', '.join(twice)}")
    return mutants
