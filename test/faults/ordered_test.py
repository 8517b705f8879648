#!/usr/bin/env python3
# SPDX-License-Identifier: MIT OR GPL-2.0-only
"""What ordered.py takes out of a log, and above all what it does not."""
import unittest

from ordered import without_ordered

COMPLAINT = """\
python3: vmalloc error: size 16384, page order 0, failed to allocate pages, mode:0xdc2(GFP_KERNEL)
CPU: 1 PID: 212 Comm: python3 Tainted: G O 6.1.192-debug #1
Call Trace:
 <TASK>
 dump_stack_lvl+0x5a/0x85
 warn_alloc+0x12d/0x1b0
 __vmalloc_node_range+0x5c2/0x8a0
 {}+0x1b3/0x2f0
 </TASK>
Mem-Info:
active_anon:0 inactive_anon:1024
0 pages reserved"""
CACHE = """\
kmem_cache_create_usercopy(khttpd_buffer) failed with error -12
Call Trace:
 <TASK>
 dump_stack+0x10/0x12
 kmem_cache_create+0x16/0x20
 ktcp_buffers_create+0x27/0x40 [khttpd]
 do_one_initcall+0xc4/0x380
 </TASK>"""
ON, OFF = "ktcp-faults: on", "ktcp-faults: off"


def log(*parts):
    return "\n".join(parts).splitlines()


class Ordered(unittest.TestCase):
    def left(self, *parts):
        kept, count = without_ordered(log(*parts))
        return sum("Call Trace:" in line for line in kept), count

    def test_what_was_ordered_goes(self):
        for who in ("load_module", "kernel_read_file", "copy_process", "dup_task_struct"):
            self.assertEqual(self.left(ON, COMPLAINT.format(who), OFF), (0, 1))

    def test_a_cache_that_was_not_to_be_goes(self):
        self.assertEqual(self.left(ON, CACHE, OFF), (0, 1))
        self.assertEqual(self.left(CACHE), (1, 0))
        self.assertEqual(self.left(ON, CACHE.replace("-12", "-22"), OFF), (0, 1))
        self.assertEqual(self.left(ON, CACHE.replace("-12", "-17"), OFF), (1, 0))

    def test_only_the_stacks_head_goes(self):
        text = log(ON, COMPLAINT.format("load_module"), OFF)
        self.assertEqual([line for line in text if line != "Call Trace:"], without_ordered(text)[0])

    def test_what_was_not_ordered_stays(self):
        self.assertEqual(self.left(COMPLAINT.format("load_module")), (1, 0))
        self.assertEqual(self.left(ON, OFF, COMPLAINT.format("load_module")), (1, 0))

    def test_a_modules_own_stays(self):
        self.assertEqual(self.left(ON, COMPLAINT.format("khttpd_fill_begin"), OFF), (1, 0))

    def test_a_modules_init_stays(self):
        stack = "khttpd_init+0x1/0x2\n do_one_initcall+0x1/0x2\n do_init_module+0x1/0x2\n load_module"
        self.assertEqual(self.left(ON, COMPLAINT.format(stack), OFF), (1, 0))

    def test_a_later_report_stays(self):
        other = "WARNING: CPU: 0 PID: 1\nCall Trace:\n load_module+0x1/0x2"
        self.assertEqual(self.left(ON, COMPLAINT.format("load_module"), other, OFF), (1, 1))
        self.assertEqual(self.left(ON, other, OFF), (1, 0))

    def test_a_report_in_between_stays(self):
        lines = log(ON, COMPLAINT.format("load_module"), OFF)
        lines.insert(5, "BUG: KASAN: use-after-free in x")
        self.assertIn("BUG: KASAN: use-after-free in x", without_ordered(lines)[0])

    def test_the_loader_of_a_later_stack_is_no_excuse(self):
        self.assertEqual(self.left(ON, COMPLAINT.format("ktcp_content_new"),
                                   COMPLAINT.format("load_module"), OFF), (1, 1))


if __name__ == "__main__":
    unittest.main()
