/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * How much answers that are kept may take, all together. Memory is charged before it is
 * allocated, and until it is freed, whoever still uses it.
 */
#ifndef KTCP_CACHE_BUDGET_H
#define KTCP_CACHE_BUDGET_H

#include <linux/atomic.h>
#include <linux/types.h>

/* Part of its server, so that it is longer there than all that is charged to it, and than
 * whoever asks for statistics. */
struct ktcp_budget {
	u64 limit;		/* bytes */
	atomic64_t used;	/* not above the limit for longer than it takes to say no */
	unsigned int most;	/* answers */
	atomic_t answers;	/* that are kept now */
};

static inline void ktcp_budget_start(struct ktcp_budget *budget, u64 limit, unsigned int most)
{
	budget->limit = limit;
	budget->most = most;
	atomic64_set(&budget->used, 0);
	atomic_set(&budget->answers, 0);
}

/* False: there is no room for so much. Any context. */
static inline bool ktcp_budget_charge(struct ktcp_budget *budget, size_t size)
{
	if (atomic64_add_return(size, &budget->used) <= budget->limit)
		return true;
	atomic64_sub(size, &budget->used);
	return false;
}

static inline void ktcp_budget_release(struct ktcp_budget *budget, size_t size)
{
	atomic64_sub(size, &budget->used);
}

static inline u64 ktcp_budget_used(const struct ktcp_budget *budget)
{
	return atomic64_read(&budget->used);
}

#endif
