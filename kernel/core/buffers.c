// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Most kernels are built to clear all memory that is handed out, which for a
// buffer costs more than a small request. So each CPU keeps the few buffers that
// were given back last: a busy CPU has one or two in use, over and over.

#include <linux/bottom_half.h>
#include <linux/cache.h>
#include <linux/percpu.h>
#include <linux/slab.h>

#include <ktcp/types.h>

#include "core/buffers.h"

#define KTCP_BUFFERS_SPARE 4
/* A session holds input and output. */
#define KTCP_BUFFERS_SESSION 2

/* Each CPU's own, with softirqs disabled: they use it too. */
struct ktcp_buffer_stack {
	unsigned int count;
	void *spare[KTCP_BUFFERS_SPARE];
};

static DEFINE_PER_CPU(struct ktcp_buffer_stack, ktcp_buffer_stack);

/* A cache of our own, so that unloading proves that none is missing. */
static struct kmem_cache *ktcp_buffer_cache;

int ktcp_buffers_create(void)
{
	ktcp_buffer_cache = kmem_cache_create(KBUILD_MODNAME "_buffer", KTCP_BUFFER_SIZE, 16,
					      SLAB_ACCOUNT, NULL);
	return ktcp_buffer_cache ? 0 : -ENOMEM;
}

/* Nobody acquires or releases any more. */
void ktcp_buffers_destroy(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ktcp_buffer_stack *stack = per_cpu_ptr(&ktcp_buffer_stack, cpu);

		while (stack->count)
			kmem_cache_free(ktcp_buffer_cache, stack->spare[--stack->count]);
	}
	kmem_cache_destroy(ktcp_buffer_cache);
}

static void *ktcp_buffer_pop(void)
{
	struct ktcp_buffer_stack *stack = this_cpu_ptr(&ktcp_buffer_stack);

	return stack->count ? stack->spare[--stack->count] : NULL;
}

static bool ktcp_buffer_push(void *buffer)
{
	struct ktcp_buffer_stack *stack = this_cpu_ptr(&ktcp_buffer_stack);

	if (stack->count == KTCP_BUFFERS_SPARE)
		return false;
	stack->spare[stack->count++] = buffer;
	return true;
}

bool ktcp_buffers_reserve(void)
{
	while (this_cpu_read(ktcp_buffer_stack.count) < KTCP_BUFFERS_SESSION) {
		void *buffer = kmem_cache_alloc(ktcp_buffer_cache, GFP_NOWAIT | __GFP_NOWARN);

		if (!buffer)
			return false;
		ktcp_buffer_push(buffer);
	}
	return true;
}

void *ktcp_buffer_acquire(bool atomic)
{
	gfp_t gfp = (atomic ? GFP_ATOMIC : GFP_KERNEL) | __GFP_NOWARN;
	void *buffer;

	if (!atomic)
		local_bh_disable();
	buffer = ktcp_buffer_pop();
	if (!atomic)
		local_bh_enable();
	return buffer ?: kmem_cache_alloc(ktcp_buffer_cache, gfp);
}

void ktcp_buffer_release(void *buffer, bool atomic)
{
	bool kept;

	if (!atomic)
		local_bh_disable();
	kept = ktcp_buffer_push(buffer);
	if (!atomic)
		local_bh_enable();
	if (!kept)
		kmem_cache_free(ktcp_buffer_cache, buffer);
}
