// SPDX-License-Identifier: GPL-2.0-only OR MIT
/* Faults that must be found: where a comment says "sparse:" or "analyze:", by it and in these words. */
#include <linux/module.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>

struct fault {
	int number;
};

static DEFINE_SPINLOCK(fault_lock);
static int __rcu *fault_shared;

int fault_visible; /* sparse: was not declared */
void fault_endian(__be16 *out, u16 in);
int fault_lock_kept(int early);
int fault_rcu(void);
int fault_user(int __user *pointer);
int fault_leak(size_t size);
void fault_twice(size_t size);
int fault_after(void);
void fault_unchecked(void);
int fault_unset(int set);
int fault_no_queue(int early);

void fault_endian(__be16 *out, u16 in)
{
	*out = in; /* sparse: incorrect type in assignment */
}

int fault_lock_kept(int early) /* sparse: context imbalance */
{
	spin_lock(&fault_lock);
	if (early)
		return 1;
	spin_unlock(&fault_lock);
	return 0;
}

int fault_rcu(void)
{
	return *fault_shared; /* sparse: dereference of noderef */
}

int fault_user(int __user *pointer)
{
	return *pointer; /* sparse: dereference of noderef */
}

int fault_leak(size_t size)
{
	struct fault *fault = kzalloc(size, GFP_KERNEL);

	if (!fault)
		return -ENOMEM;
	if (fault->number) /* analyze: leak of */
		return -EINVAL;
	kfree(fault);
	return 0;
}

void fault_twice(size_t size)
{
	void *memory = kvmalloc(size, GFP_KERNEL);

	kvfree(memory);
	kvfree(memory); /* analyze: double-'kvfree' */
}

int fault_after(void)
{
	struct fault *fault = kmalloc(sizeof(*fault), GFP_KERNEL);

	if (!fault)
		return -ENOMEM;
	kfree(fault);
	return fault->number; /* analyze: use after 'kfree' */
}

void fault_unchecked(void)
{
	struct fault *fault = kmalloc(sizeof(*fault), GFP_KERNEL);

	fault->number = 1; /* analyze: possibly-NULL */
	kfree(fault);
}

int fault_unset(int set)
{
	int value;

	if (set)
		value = set;
	return value; /* analyze: use of uninitialized value */
}

int fault_no_queue(int early)
{
	struct workqueue_struct *queue = alloc_workqueue("fault", 0, 0);

	if (!queue)
		return -ENOMEM;
	if (early) /* analyze: leak of */
		return -EINVAL;
	destroy_workqueue(queue);
	return 0;
}

MODULE_DESCRIPTION("faults, to be found and never to be loaded");
MODULE_LICENSE("Dual MIT/GPL");
