// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/bitops.h>
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "cache/answer.h"
#include "cache/budget.h"
#include "cache/cache_table.h"
#include "cache/content.h"
#include "cache/shown.h"
#include "cache/siblings.h"

static void ktcp_answer_release(struct work_struct *work);

struct ktcp_answer *ktcp_answer_create(struct ktcp_cache *cache, const struct ktcp_answer_key *key,
				       const struct path *path, const struct ktcp_trail *trail)
{
	size_t steps = trail->count * sizeof(trail->steps[0]);
	struct ktcp_answer *answer;
	size_t size = kmalloc_size_roundup(sizeof(*answer) + steps + key->size);
	/* What is pinned is no memory of ours, but nobody can have it back because of us. */
	size_t charged = size + sizeof(struct dentry);
	char *place;

	if (!ktcp_budget_charge(cache->budget, charged))
		return NULL;
	answer = kmalloc(size, GFP_KERNEL | __GFP_NOWARN);
	if (!answer) {
		ktcp_budget_release(cache->budget, charged);
		return NULL;
	}
	memset(answer, 0, sizeof(*answer));
	memcpy(answer->steps, trail->steps, steps);
	answer->step_count = trail->count;
	place = (char *)answer->steps + steps;
	memcpy(place, key->path, key->size);
	answer->key = *key;
	answer->key.path = place;
	answer->path = *path;
	path_get(&answer->path);
	answer->cache = cache;
	answer->charged = charged;
	INIT_LIST_HEAD(&answer->clock);
	INIT_RCU_WORK(&answer->release, ktcp_answer_release);
	refcount_set(&answer->references, 1);
	return answer;
}

/*
 * Whether a sibling may be given depends on the original's dates, and what it is called
 * by on its size, also where the original's bytes are not kept, and whoever writes to it.
 */
static bool ktcp_answer_is_unchanged(const struct ktcp_answer *answer)
{
	const struct inode *inode;
	struct timespec64 changed;

	if (answer->marked || !answer->step_count || !answer->siblings->count)
		return true;
	inode = answer->steps[0].inode;
	changed = ktcp_compat_inode_ctime(inode);
	return timespec64_equal(&changed, &answer->mark.changed) &&
	       i_size_read(inode) == answer->mark.size;
}

enum ktcp_answer_state ktcp_answer_look(const struct ktcp_answer *answer)
{
	if (answer->marked && !ktcp_mark_holds(&answer->mark, answer->steps[0].inode))
		return KTCP_ANSWER_STALE;
	if (!ktcp_trail_holds(answer->steps, answer->step_count))
		return KTCP_ANSWER_STALE;
	if (answer->siblings && (!ktcp_siblings_hold(answer->siblings) ||
				 !ktcp_answer_is_unchanged(answer)))
		return KTCP_ANSWER_STALE;
	if (answer->shown && !ktcp_shown_holds(answer->shown))
		return KTCP_ANSWER_STALE;
	if (time_before(jiffies, READ_ONCE(answer->until)))
		return KTCP_ANSWER_HOLDS;
	return answer->step_count ? KTCP_ANSWER_AGED : KTCP_ANSWER_STALE;
}

static const struct ktcp_representation *ktcp_answer_in(const struct ktcp_answer *answer, u8 coding)
{
	/* What is read of one that was added has been written before. */
	return smp_load_acquire(&answer->representations[coding]);
}

const struct ktcp_representation *ktcp_answer_select(const struct ktcp_answer *answer,
						     const u8 *codings, u8 *make)
{
	unsigned int i;

	for (i = 0; codings[i] != KTCP_CODING_END; i++) {
		const struct ktcp_representation *representation;

		if (codings[i] >= KTCP_CODINGS)
			continue;
		representation = ktcp_answer_in(answer, codings[i]);
		if (representation)
			return representation;
		if (READ_ONCE(answer->codable) & BIT(codings[i])) {
			*make = codings[i];
			return NULL;
		}
	}
	return ktcp_answer_in(answer, KTCP_CODING_IDENTITY);
}

const struct ktcp_representation *ktcp_answer_select_ready(const struct ktcp_answer *answer,
							   const u8 *codings)
{
	unsigned int i;

	for (i = 0; codings[i] != KTCP_CODING_END; i++) {
		const struct ktcp_representation *representation =
			codings[i] < KTCP_CODINGS ? ktcp_answer_in(answer, codings[i]) : NULL;

		if (representation)
			return representation;
	}
	return NULL;
}

/* In this order: who moves it back at this moment comes last. */
void ktcp_answer_coding_failed(struct ktcp_answer *answer, u8 coding)
{
	clear_bit(coding, &answer->codable);
	set_bit(coding, &answer->failed);
}

void ktcp_answer_retry_codings(struct ktcp_answer *answer)
{
	unsigned int coding;

	for_each_set_bit(coding, &answer->failed, KTCP_CODINGS)
		if (test_and_clear_bit(coding, &answer->failed))
			set_bit(coding, &answer->codable);
}

void ktcp_answer_add(struct ktcp_answer *answer, struct ktcp_representation *representation)
{
	u8 coding = representation->resource.coding;

	/* Two may have made it: the first one stays, as it may be in use already. */
	if (cmpxchg_release(&answer->representations[coding], NULL, representation))
		ktcp_representation_free(representation);
	clear_bit(coding, &answer->codable);
}

size_t ktcp_answer_weight(const struct ktcp_answer *answer)
{
	size_t weight = answer->charged + (answer->shown ? answer->shown->charged : 0);
	unsigned int i;

	for (i = 0; i < KTCP_CODINGS; i++) {
		const struct ktcp_representation *representation = ktcp_answer_in(answer, i);

		if (representation)
			weight += representation->charged +
				  (representation->content ? representation->content->charged : 0);
	}
	return weight;
}

/* After a grace period, so that nobody still looks at it in the table. */
static void ktcp_answer_release(struct work_struct *work)
{
	struct ktcp_answer *answer = container_of(to_rcu_work(work), struct ktcp_answer, release);
	unsigned int i;

	for (i = 0; i < KTCP_CODINGS; i++)
		ktcp_representation_free(answer->representations[i]);
	ktcp_shown_free(answer->shown);
	if (answer->siblings) {
		ktcp_siblings_release(answer->siblings);
		kfree(answer->siblings);
	}
	path_put(&answer->path);
	ktcp_budget_release(answer->cache->budget, answer->charged);
	kfree(answer);
}

/*
 * The bytes, which are most of it, go at once, so that others may take their room: with
 * the last reference nobody can get at them any more, since whoever finds the answer in
 * the table needs a reference before he looks into its representations' contents.
 */
void ktcp_answer_put(struct ktcp_answer *answer)
{
	unsigned int i;

	if (!refcount_dec_and_test(&answer->references))
		return;
	for (i = 0; i < KTCP_CODINGS; i++) {
		struct ktcp_representation *representation = answer->representations[i];

		if (!representation)
			continue;
		ktcp_content_put(representation->content);
		representation->content = NULL;
	}
	queue_rcu_work(answer->cache->release_queue, &answer->release);
}
