// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// What the cache does by itself: it gives up what has ceased to be true, so that a deleted
// file gives its space back, and whatever the kernel wants when memory is short.

#include <linux/err.h>
#include <linux/rcupdate.h>
#include <linux/rhashtable.h>
#include <linux/sched.h>
#include <linux/workqueue.h>

#include "cache/cache_table.h"
#include "cache/shown.h"

#define KTCP_CACHE_SWEEP_PERIOD (2 * HZ)

/* How many are looked at without a pause. */
#define KTCP_CACHE_SWEEP_BATCH 64

static void ktcp_cache_sweep(struct work_struct *work)
{
	struct ktcp_cache *cache =
		container_of(to_delayed_work(work), struct ktcp_cache, sweep_work);
	struct rhashtable_iter iter;
	struct ktcp_answer *answer;
	unsigned int seen = 0;

	rhashtable_walk_enter(&cache->table, &iter);
	rhashtable_walk_start(&iter);	/* an RCU read section */
	while ((answer = rhashtable_walk_next(&iter))) {
		if (IS_ERR(answer))	/* the table is being resized: some are seen twice */
			continue;
		seen += 1 + (answer->shown ? answer->shown->count / KTCP_CACHE_SWEEP_BATCH : 0);
		/* Its end may sleep, so not in here; the walk finds its place again. */
		if (ktcp_answer_look(answer) != KTCP_ANSWER_STALE ||
		    !refcount_inc_not_zero(&answer->references))
			answer = NULL;
		if (!answer && seen < KTCP_CACHE_SWEEP_BATCH)
			continue;
		rhashtable_walk_stop(&iter);
		if (answer) {
			ktcp_cache_remove(cache, answer);
			ktcp_answer_put(answer);
		}
		cond_resched();
		seen = 0;
		rhashtable_walk_start(&iter);
	}
	rhashtable_walk_stop(&iter);
	rhashtable_walk_exit(&iter);
	if (atomic_read(&cache->budget->answers))
		ktcp_cache_sweep_soon(cache);
}

void ktcp_cache_sweep_soon(struct ktcp_cache *cache)
{
	if (!delayed_work_pending(&cache->sweep_work))
		queue_delayed_work(cache->release_queue, &cache->sweep_work,
				   KTCP_CACHE_SWEEP_PERIOD);
}

static struct ktcp_cache *ktcp_cache_of_shrinker(struct shrinker *shrinker)
{
	return container_of(ktcp_compat_shrinker_owner(shrinker), struct ktcp_cache, shrinker);
}

/* In pages, as they differ so much in what they take. */
static unsigned long ktcp_cache_count(struct shrinker *shrinker, struct shrink_control *control)
{
	struct ktcp_cache *cache = ktcp_cache_of_shrinker(shrinker);

	if (!atomic_read(&cache->budget->answers))
		return 0;
	return DIV_ROUND_UP_ULL(ktcp_budget_used(cache->budget), PAGE_SIZE);
}

/* Takes a spinlock at most, whatever the one who wants memory holds; files are let go of
 * elsewhere, and later. */
static unsigned long ktcp_cache_scan(struct shrinker *shrinker, struct shrink_control *control)
{
	struct ktcp_cache *cache = ktcp_cache_of_shrinker(shrinker);
	u64 given_up = ktcp_cache_evict(cache, (u64)control->nr_to_scan * PAGE_SIZE);

	return given_up ? DIV_ROUND_UP_ULL(given_up, PAGE_SIZE) : SHRINK_STOP;
}

int ktcp_cache_upkeep_start(struct ktcp_cache *cache)
{
	INIT_DELAYED_WORK(&cache->sweep_work, ktcp_cache_sweep);
	return ktcp_compat_shrinker_register(&cache->shrinker, KBUILD_MODNAME "-cache",
					     ktcp_cache_count, ktcp_cache_scan);
}

void ktcp_cache_upkeep_stop(struct ktcp_cache *cache)
{
	ktcp_compat_shrinker_unregister(&cache->shrinker);
	cancel_delayed_work_sync(&cache->sweep_work);
}
