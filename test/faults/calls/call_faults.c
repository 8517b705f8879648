// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * Makes a kernel function fail when a given module calls it: it is not run, and the caller gets
 * what was ordered. The kernel's own fail_function knows few functions, and not who calls.
 *
 *   echo "kernel_accept -12 khttpd 3 2" >/sys/module/call_faults/parameters/order
 *
 * The fourth and the fifth call of khttpd's from now on return -12 (also as a pointer; 0 is NULL).
 * An empty order ends it. parameters/failed: how many have failed since the order.
 */
#include <linux/kallsyms.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/string.h>

/* Where a call that is not to be run goes instead. */
void call_faults_return(void);
asm(".pushsection .text\n"
    ".type call_faults_return, @function\n"
    "call_faults_return:\n"
    "	ret\n"
    "	int3\n"
    ".size call_faults_return, . - call_faults_return\n"
    ".popsection\n");

static char symbol[KSYM_NAME_LEN];
static char caller[MODULE_NAME_LEN + 2]; /* as sprint_symbol() puts it: [name] */
static long value;
static atomic_t skip, times;
static atomic_t failed = ATOMIC_INIT(0);

static int before_call(struct kprobe *probe, struct pt_regs *regs)
{
	char name[KSYM_SYMBOL_LEN];

	/* At a function's entry the return address is on top of the stack. */
	sprint_symbol(name, *(unsigned long *)regs->sp);
	if (!strstr(name, caller))
		return 0;
	if (atomic_dec_if_positive(&skip) >= 0)
		return 0;
	if (atomic_dec_if_positive(&times) < 0)
		return 0;
	atomic_inc(&failed);
	regs_set_return_value(regs, value);
	instruction_pointer_set(regs, (unsigned long)call_faults_return);
	return 1;
}
NOKPROBE_SYMBOL(before_call);

static struct kprobe probe;
static bool armed;
static DEFINE_MUTEX(orders);

static void disarm(void)
{
	if (armed)
		unregister_kprobe(&probe);
	armed = false;
}

static int order_set(const char *text, const struct kernel_param *parameter)
{
	char who[MODULE_NAME_LEN];
	int first, count, error = 0;

	mutex_lock(&orders);
	disarm();
	if (skip_spaces(text)[0] == '\0')
		goto out;
	/* The widths are KSYM_NAME_LEN and MODULE_NAME_LEN at least in every kernel. */
	if (sscanf(text, "%127s %ld %55s %d %d", symbol, &value, who, &first, &count) != 5) {
		error = -EINVAL;
		goto out;
	}
	snprintf(caller, sizeof(caller), "[%s]", who);
	atomic_set(&skip, first);
	atomic_set(&times, count);
	atomic_set(&failed, 0);
	probe = (struct kprobe){ .symbol_name = symbol, .pre_handler = before_call };
	error = register_kprobe(&probe);
	armed = !error;
out:
	mutex_unlock(&orders);
	return error;
}

static const struct kernel_param_ops order_ops = { .set = order_set };
module_param_cb(order, &order_ops, NULL, 0200);

static int failed_get(char *buffer, const struct kernel_param *parameter)
{
	return sysfs_emit(buffer, "%d\n", atomic_read(&failed));
}

/* insmod sets what it is given, whatever the permissions are. */
static int failed_set(const char *text, const struct kernel_param *parameter)
{
	return -EINVAL;
}

static const struct kernel_param_ops failed_ops = { .set = failed_set, .get = failed_get };
module_param_cb(failed, &failed_ops, NULL, 0444);

static int __init call_faults_init(void)
{
	return 0;
}
module_init(call_faults_init);

static void __exit call_faults_exit(void)
{
	mutex_lock(&orders);
	disarm();
	mutex_unlock(&orders);
}
module_exit(call_faults_exit);

MODULE_LICENSE("Dual MIT/GPL");
MODULE_DESCRIPTION("Kernel calls of a module that fail as ordered");
