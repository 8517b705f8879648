// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/file.h>
#include <linux/fs.h>
#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/rcupdate.h>
#include <linux/slab.h>
#include <linux/string.h>

#include "core/file_cache.h"
#include "core/file_trail.h"

/*
 * An entry is looked at as new for so long, and swept away after twice that. It
 * bounds what a trail cannot see (a security module's labels), and how long a
 * deleted file keeps its space; nothing else depends on it.
 */
#define KTCP_FILE_CACHE_AGE (2 * HZ)

/* Constant from when it is published to when an RCU grace period has passed. */
struct ktcp_cached_file {
	struct rcu_head rcu;
	struct file *file;	/* a reference of the entry's own */
	unsigned long walked;	/* jiffies */
	struct ktcp_file_trail trail;
	u32 number;		/* of the root */
	u32 size;		/* of the name, in bytes */
	char name[];
};

static struct ktcp_file_cache_set *ktcp_file_cache_set(struct ktcp_file_cache *cache,
						       u32 number, const char *name, size_t size)
{
	return &cache->sets[jhash(name, size, number) % KTCP_FILE_CACHE_SETS];
}

static bool ktcp_cached_file_is(const struct ktcp_cached_file *entry, u32 number,
				const char *name, size_t size)
{
	return entry->size == size && entry->number == number && !memcmp(entry->name, name, size);
}

struct file *ktcp_file_cache_get(struct ktcp_file_cache *cache, u32 number, const char *name,
				 size_t size)
{
	struct ktcp_file_cache_set *set = ktcp_file_cache_set(cache, number, name, size);
	struct file *file = NULL;
	int i;

	rcu_read_lock();
	for (i = 0; i < KTCP_FILE_CACHE_WAYS; i++) {
		const struct ktcp_cached_file *entry = rcu_dereference(set->ways[i]);

		if (!entry || !ktcp_cached_file_is(entry, number, name, size))
			continue;
		if (time_before(jiffies, entry->walked + KTCP_FILE_CACHE_AGE) &&
		    ktcp_file_trail_holds(&entry->trail))
			file = get_file(entry->file);
		break;
	}
	rcu_read_unlock();
	return file;
}

/* Softirq: fput() puts the closing off to process context by itself. */
static void ktcp_cached_file_free(struct rcu_head *rcu)
{
	struct ktcp_cached_file *entry = container_of(rcu, struct ktcp_cached_file, rcu);

	fput(entry->file);
	kfree(entry);
}

/* The place for a new entry: its predecessor's, a free one, or the oldest. */
static int ktcp_file_cache_victim(struct ktcp_file_cache_set *set, u32 number, const char *name,
				  size_t size)
{
	unsigned long oldest = jiffies;
	int i, victim = 0;

	for (i = 0; i < KTCP_FILE_CACHE_WAYS; i++) {
		const struct ktcp_cached_file *entry =
			rcu_dereference_protected(set->ways[i], lockdep_is_held(&set->lock));

		if (entry && ktcp_cached_file_is(entry, number, name, size))
			return i;
	}
	for (i = 0; i < KTCP_FILE_CACHE_WAYS; i++) {
		const struct ktcp_cached_file *entry =
			rcu_dereference_protected(set->ways[i], lockdep_is_held(&set->lock));

		if (!entry)
			return i;
		if (time_before(entry->walked, oldest)) {
			oldest = entry->walked;
			victim = i;
		}
	}
	return victim;
}

static void ktcp_file_cache_replace(struct ktcp_file_cache_set *set, int way,
				    struct ktcp_cached_file *entry)
{
	struct ktcp_cached_file *old;

	old = rcu_replace_pointer(set->ways[way], entry, lockdep_is_held(&set->lock));
	if (old)
		call_rcu(&old->rcu, ktcp_cached_file_free);
}

void ktcp_file_cache_put(struct ktcp_file_cache *cache, u32 number, const struct path *root,
			 const char *name, size_t size, struct file *file)
{
	struct ktcp_file_cache_set *set = ktcp_file_cache_set(cache, number, name, size);
	struct ktcp_cached_file *entry;

	entry = kmalloc(struct_size(entry, name, size), GFP_KERNEL | __GFP_NOWARN);
	if (!entry)
		return;
	if (!ktcp_file_trail_record(&entry->trail, root, name, size, file)) {
		kfree(entry);
		return;
	}
	entry->file = get_file(file);
	entry->walked = jiffies;
	entry->number = number;
	entry->size = size;
	memcpy(entry->name, name, size);

	spin_lock(&set->lock);
	ktcp_file_cache_replace(set, ktcp_file_cache_victim(set, number, name, size), entry);
	spin_unlock(&set->lock);
	schedule_delayed_work(&cache->sweep_work, 2 * KTCP_FILE_CACHE_AGE);
}

/* Drops the entries that were walked before @limit; true if others are left. */
static bool ktcp_file_cache_drop(struct ktcp_file_cache_set *set, unsigned long limit)
{
	bool left = false;
	int i;

	spin_lock(&set->lock);
	for (i = 0; i < KTCP_FILE_CACHE_WAYS; i++) {
		const struct ktcp_cached_file *entry =
			rcu_dereference_protected(set->ways[i], lockdep_is_held(&set->lock));

		if (entry && time_before(entry->walked, limit))
			ktcp_file_cache_replace(set, i, NULL);
		else if (entry)
			left = true;
	}
	spin_unlock(&set->lock);
	return left;
}

static void ktcp_file_cache_sweep(struct work_struct *work)
{
	struct ktcp_file_cache *cache =
		container_of(to_delayed_work(work), struct ktcp_file_cache, sweep_work);
	bool left = false;
	int i;

	for (i = 0; i < KTCP_FILE_CACHE_SETS; i++)
		left |= ktcp_file_cache_drop(&cache->sets[i], jiffies - KTCP_FILE_CACHE_AGE);
	if (left)
		schedule_delayed_work(&cache->sweep_work, KTCP_FILE_CACHE_AGE);
}

void ktcp_file_cache_start(struct ktcp_file_cache *cache)
{
	int i;

	for (i = 0; i < KTCP_FILE_CACHE_SETS; i++)
		spin_lock_init(&cache->sets[i].lock);
	INIT_DELAYED_WORK(&cache->sweep_work, ktcp_file_cache_sweep);
}

/*
 * Nothing is put in any more. After the barrier the last callback has run, which
 * is text of this module's, and the last file has been given up.
 */
void ktcp_file_cache_stop(struct ktcp_file_cache *cache)
{
	int i;

	cancel_delayed_work_sync(&cache->sweep_work);
	for (i = 0; i < KTCP_FILE_CACHE_SETS; i++)
		ktcp_file_cache_drop(&cache->sets[i], jiffies + 1);
	rcu_barrier();
}
