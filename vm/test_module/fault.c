// SPDX-License-Identifier: GPL-2.0-only OR MIT
/*
 * A module at fault on purpose: vm/test loads it to see that a kernel's report
 * about a module is found, and makes the run fail. Which fault is a parameter;
 * all but the first two take a debug kernel to be noticed.
 */
#include <linux/bug.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>

static char *kind = "warning";
module_param(kind, charp, 0444);
MODULE_PARM_DESC(kind, "warning, oops, sleep, order, rcu, freed, bounds, timer, shift or leak");

/* Not static, so that the compiler cannot reason about them. */
void *fault_pointer;
int fault_number = 40;

static void fault_warning(void)
{
	WARN(1, "fault: a warning asked for by vm/test\n");
}

static void fault_oops(void)
{
	/* Nothing is mapped there. */
	fault_pointer = (void *)16;
	fault_number += READ_ONCE(*(int *)fault_pointer);
}

/* A mutex is taken where nobody may sleep. */
static void fault_sleep(void)
{
	static DEFINE_SPINLOCK(spinning);
	static DEFINE_MUTEX(sleeping);

	spin_lock(&spinning);
	mutex_lock(&sleeping);
	mutex_unlock(&sleeping);
	spin_unlock(&spinning);
}

/* Two locks, one after the other, and the other way round. */
static void fault_order(void)
{
	static DEFINE_MUTEX(one);
	static DEFINE_MUTEX(two);

	mutex_lock(&one);
	mutex_lock(&two);
	mutex_unlock(&two);
	mutex_unlock(&one);
	mutex_lock(&two);
	mutex_lock(&one);
	mutex_unlock(&one);
	mutex_unlock(&two);
}

/* Reads what RCU protects without being a reader. */
static void fault_rcu(void)
{
	static int __rcu *published;

	fault_pointer = rcu_dereference(published);
}

static void fault_freed(void)
{
	fault_pointer = kzalloc(100, GFP_KERNEL);
	kfree(fault_pointer);
	fault_number += READ_ONCE(*((char *)fault_pointer + 50));
	fault_pointer = NULL;
}

static void fault_bounds(void)
{
	fault_pointer = kzalloc(100, GFP_KERNEL);
	if (fault_pointer)
		WRITE_ONCE(*((char *)fault_pointer + 100), 1);
	kfree(fault_pointer);
	fault_pointer = NULL;
}

static void fault_fired(struct timer_list *timer)
{
}

/* Frees a timer that is to fire in a minute. */
static void fault_timer(void)
{
	struct timer_list *timer = kzalloc(sizeof(*timer), GFP_KERNEL);

	if (!timer)
		return;
	timer_setup(timer, fault_fired, 0);
	mod_timer(timer, jiffies + 60 * HZ);
	kfree(timer);
}

static void fault_shift(void)
{
	fault_number = 1 << READ_ONCE(fault_number);
}

static void fault_leak(void)
{
	int i;

	/* Several, since a pointer may survive by chance where the search looks. */
	for (i = 0; i < 10; i++)
		fault_pointer = kzalloc(100, GFP_KERNEL);
	fault_pointer = NULL;
}

static const struct {
	const char *kind;
	void (*commit)(void);
} faults[] = {
	{ "warning", fault_warning }, { "sleep", fault_sleep }, { "order", fault_order },
	{ "rcu", fault_rcu },	      { "freed", fault_freed }, { "bounds", fault_bounds },
	{ "timer", fault_timer },     { "shift", fault_shift }, { "leak", fault_leak },
	{ "oops", fault_oops },
};

static int __init fault_init(void)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(faults); i++) {
		if (strcmp(kind, faults[i].kind) == 0) {
			faults[i].commit();
			return 0;
		}
	}
	return -EINVAL;
}

static void __exit fault_exit(void)
{
}

module_init(fault_init);
module_exit(fault_exit);
MODULE_DESCRIPTION("is at fault when loaded, to test the scan of kernel logs");
MODULE_LICENSE("Dual MIT/GPL");
