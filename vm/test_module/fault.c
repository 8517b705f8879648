// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A module at fault on purpose: vm/test loads it to see that a kernel's report
 * about a module is found, and makes the run fail.
 */
#include <linux/bug.h>
#include <linux/module.h>

static int __init fault_init(void)
{
	WARN(1, "fault: a warning asked for by vm/test\n");
	return 0;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_DESCRIPTION("warns when loaded, to test the scan of kernel logs");
MODULE_LICENSE("Dual MIT/GPL");
