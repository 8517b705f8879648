// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/jhash.h>
#include <linux/minmax.h>
#include <linux/rhashtable.h>

#include "cache/cache_table.h"
#include "cache/content.h"
#include "core/stats.h"

/* How many that are in use the hand passes over at once: it moves under a spinlock. */
#define KTCP_CACHE_PASSED 32

/* What a content may take beyond its size: that part of it, and a page. */
#define KTCP_CACHE_SLACK 4

/* How many are taken out at once. */
#define KTCP_CACHE_BATCH 16

static u32 ktcp_cache_hash_key(const void *data, u32 size, u32 seed)
{
	const struct ktcp_answer_key *key = data;

	return jhash(key->path, key->size, seed ^ key->root ^ key->rendering << 8);
}

static u32 ktcp_cache_hash(const void *data, u32 size, u32 seed)
{
	const struct ktcp_answer *answer = data;

	return ktcp_cache_hash_key(&answer->key, size, seed);
}

static int ktcp_cache_compare(struct rhashtable_compare_arg *arg, const void *object)
{
	const struct ktcp_answer *answer = object;

	return !ktcp_answer_key_equal(arg->key, &answer->key);
}

/*
 * The seed is random, and the kernel's for each table: nobody knows which names share a
 * chain. Who found out nevertheless could only have names not be kept: the table refuses
 * to make a chain long.
 */
static const struct rhashtable_params ktcp_cache_params = {
	.head_offset = offsetof(struct ktcp_answer, node),
	.hashfn = ktcp_cache_hash_key,
	.obj_hashfn = ktcp_cache_hash,
	.obj_cmpfn = ktcp_cache_compare,
	.automatic_shrinking = true,
};

int ktcp_cache_table_start(struct ktcp_cache *cache)
{
	spin_lock_init(&cache->lock);
	INIT_LIST_HEAD(&cache->clock);
	return rhashtable_init(&cache->table, &ktcp_cache_params);
}

void ktcp_cache_table_stop(struct ktcp_cache *cache)
{
	rhashtable_destroy(&cache->table);
}

struct ktcp_answer *ktcp_cache_look_up(struct ktcp_cache *cache,
				       const struct ktcp_answer_key *key)
{
	return rhashtable_lookup(&cache->table, key, ktcp_cache_params);
}

/* Under the lock: the table's reference becomes the caller's. */
static void ktcp_cache_take_out(struct ktcp_cache *cache, struct ktcp_answer *answer,
				struct list_head *out)
{
	rhashtable_remove_fast(&cache->table, &answer->node, ktcp_cache_params);
	answer->kept = false;
	list_move_tail(&answer->clock, out);
	atomic_dec(&cache->budget->answers);
}

/* Outside the lock, though it would not sleep: pages are freed. */
static void ktcp_cache_give_up(struct list_head *out)
{
	struct ktcp_answer *answer, *next;

	list_for_each_entry_safe(answer, next, out, clock) {
		list_del_init(&answer->clock);
		ktcp_answer_put(answer);
	}
}

/* Under the lock, and the circle is not empty. */
static struct ktcp_answer *ktcp_cache_victim(struct ktcp_cache *cache)
{
	struct ktcp_answer *answer;
	int passed;

	for (passed = 0;; passed++) {
		answer = list_first_entry(&cache->clock, struct ktcp_answer, clock);
		if (!READ_ONCE(answer->referenced) || passed == KTCP_CACHE_PASSED)
			return answer;
		WRITE_ONCE(answer->referenced, false);
		list_rotate_left(&cache->clock);
	}
}

/* Under the lock. */
static void ktcp_cache_evict_one(struct ktcp_cache *cache, struct list_head *out)
{
	ktcp_cache_take_out(cache, ktcp_cache_victim(cache), out);
	ktcp_stats_count_cache(KTCP_COUNT_cache_evictions);
}

bool ktcp_cache_insert(struct ktcp_cache *cache, struct ktcp_answer *answer)
{
	struct ktcp_answer *old;
	LIST_HEAD(out);
	bool kept;

	spin_lock(&cache->lock);
	old = rhashtable_lookup_fast(&cache->table, &answer->key, ktcp_cache_params);
	if (old)
		ktcp_cache_take_out(cache, old, &out);
	while (atomic_read(&cache->budget->answers) >= cache->budget->most &&
	       !list_empty(&cache->clock))
		ktcp_cache_evict_one(cache, &out);
	kept = !rhashtable_insert_fast(&cache->table, &answer->node, ktcp_cache_params);
	if (kept) {
		refcount_inc(&answer->references);
		answer->kept = true;
		list_add_tail(&answer->clock, &cache->clock);
		atomic_inc(&cache->budget->answers);
	}
	spin_unlock(&cache->lock);
	ktcp_cache_give_up(&out);
	return kept;
}

void ktcp_cache_remove(struct ktcp_cache *cache, struct ktcp_answer *answer)
{
	LIST_HEAD(out);

	spin_lock(&cache->lock);
	if (answer->kept)
		ktcp_cache_take_out(cache, answer, &out);
	spin_unlock(&cache->lock);
	ktcp_cache_give_up(&out);
}

u64 ktcp_cache_evict(struct ktcp_cache *cache, u64 size)
{
	u64 given_up = 0;
	bool left = true;

	while (left && given_up < size) {
		LIST_HEAD(out);
		int i;

		spin_lock(&cache->lock);
		for (i = 0; i < KTCP_CACHE_BATCH && given_up < size; i++) {
			left = !list_empty(&cache->clock);
			if (!left)
				break;
			ktcp_cache_evict_one(cache, &out);
			given_up += ktcp_answer_weight(
				list_last_entry(&out, struct ktcp_answer, clock));
		}
		spin_unlock(&cache->lock);
		ktcp_cache_give_up(&out);
	}
	return given_up;
}

/*
 * What is given up may be in use still, or wait for a grace period. So this tries once,
 * for as much as is missing: else whoever holds on to a lot would have all else go.
 */
void ktcp_cache_make_room(struct ktcp_cache *cache, u64 size)
{
	u64 used = ktcp_budget_used(cache->budget);

	if (used + size > cache->budget->limit)
		ktcp_cache_evict(cache, min(used + size - cache->budget->limit, used));
}

struct ktcp_content *ktcp_cache_make_content(struct ktcp_cache *cache, u64 size)
{
	ktcp_cache_make_room(cache, size + size / KTCP_CACHE_SLACK + PAGE_SIZE);
	return ktcp_content_create(cache->budget, size);
}
