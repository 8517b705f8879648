#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""usage: ordered.py <console.log >the-same-without-what-was-ordered

The kernel complains, with a stack, when memory fails as it was told to: vmalloc if it is the loader or a
new thread that asked, and kmem_cache_create() always. This takes the heads of those stacks ("Call
Trace:") out of a log, so that vm/scan_log judges the rest; and nothing else: only between the marks that
the tests write to the log, only after the line that says so, only one for each, and only if the stack
is of those, not vmalloc's of a module. All other lines stay, those of another processor's report in
between as well."""
import re
import sys

MARK = re.compile(r"ktcp-faults: (on|off)\b")
# -22: of a name that could not be copied, the kernel says that it is empty.
COMPLAINT = re.compile(r"vmalloc error: size \d+, |kmem_cache_create_usercopy\(\w+\) failed with error -(12|22)$")
STACK = re.compile(r"(?<!\w)Call Trace:")
# The first function of these in a stack, from the complaint outwards, is who asked.
ASKED = re.compile(r" (kmem_cache_create|kernel_read_file|load_module|copy_process|dup_task_struct|"
                   r"do_one_initcall|do_init_module)\+0x")
STACK_END = re.compile(r"</TASK>|Mem-Info|---\[|Call Trace:")


def without_ordered(lines):
    """The lines, and how many complaints were taken out."""
    kept, left_out = [], 0
    ordered = waiting = False
    for number, line in enumerate(lines):
        mark = MARK.search(line)
        if mark:
            ordered, waiting = mark.group(1) == "on", False
        elif ordered and COMPLAINT.search(line):
            waiting = True
        elif waiting and STACK.search(line):
            waiting = False
            if asked_for_it(lines[number + 1:number + 60]):
                left_out += 1
                continue
        kept.append(line)
    return kept, left_out


def asked_for_it(stack):
    for line in stack:
        if STACK_END.search(line):
            return False
        asked = ASKED.search(line)
        if asked:
            return not asked.group(1).startswith("do_")
    return False


def main():
    lines = sys.stdin.buffer.read().decode(errors="replace").splitlines()
    kept, left_out = without_ordered(lines)
    print("\n".join(kept))
    print(f"# {left_out} complaints of failures that were ordered are left out", file=sys.stderr)


if __name__ == "__main__":
    main()
