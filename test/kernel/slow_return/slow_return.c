// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Holds up who returns from a function of the kernel or of a module, so that a race whose window
 * is a few instructions long is one of milliseconds: insmod slow_return.ko function=NAME
 * microseconds=N every=N, for each N-th return. It waits without sleeping, as the caller may be
 * in a softirq or hold a lock. parameters/slowed: how many have been held up.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/atomic.h>
#include <linux/delay.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/sysfs.h>

/* More at once would be a stall, and the watchdogs' business. */
#define SLOW_RETURN_MOST 20000

static char *function = "";
module_param(function, charp, 0444);
static unsigned int microseconds = 1000;
module_param(microseconds, uint, 0444);
static unsigned int every = 1;
module_param(every, uint, 0444);

static atomic_t returned = ATOMIC_INIT(0);
static atomic_t slowed = ATOMIC_INIT(0);

static int slowed_get(char *buffer, const struct kernel_param *parameter)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&slowed));
}

/* insmod sets what it is given, whatever the permissions are. */
static int slowed_set(const char *text, const struct kernel_param *parameter)
{
	return -EINVAL;
}

static const struct kernel_param_ops slowed_ops = { .set = slowed_set, .get = slowed_get };
module_param_cb(slowed, &slowed_ops, NULL, 0444);

static int on_return(struct kretprobe_instance *instance, struct pt_regs *regs)
{
	if ((unsigned int)atomic_inc_return(&returned) % every)
		return 0;
	atomic_inc(&slowed);
	udelay(microseconds % 1000);
	mdelay(microseconds / 1000);
	return 0;
}

static struct kretprobe probe = { .handler = on_return };

static int __init slow_return_init(void)
{
	int error;

	if (!every || microseconds > SLOW_RETURN_MOST) {
		pr_err("every is 1 or more, microseconds %d at most\n", SLOW_RETURN_MOST);
		return -EINVAL;
	}
	probe.kp.symbol_name = function;
	error = register_kretprobe(&probe);
	if (error)
		pr_err("function=%s cannot be probed: error %d\n", function, error);
	return error;
}
module_init(slow_return_init);

static void __exit slow_return_exit(void)
{
	unregister_kretprobe(&probe);
}
module_exit(slow_return_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Returns from a function that take their time");
