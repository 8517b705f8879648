// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/fs.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/path.h>
#include <linux/slab.h>
#include <linux/string.h>

#include <ktcp/protocol.h>

#include "compat.h"
#include "cache/budget.h"
#include "cache/shown.h"
#include "core/walk.h"

/* What is pinned for each entry, beside its line in the table. */
#define KTCP_SHOWN_PINNED (sizeof(struct dentry) + sizeof(struct inode))

static bool ktcp_shown_charge(struct ktcp_shown *shown, size_t size)
{
	if (!ktcp_budget_charge(shown->budget, size))
		return false;
	shown->charged += size;
	return true;
}

static void ktcp_shown_discharge(struct ktcp_shown *shown, size_t size)
{
	ktcp_budget_release(shown->budget, size);
	shown->charged -= size;
}

struct ktcp_shown *ktcp_shown_create(struct inode *directory, struct ktcp_budget *budget)
{
	struct ktcp_shown *shown = kzalloc(sizeof(*shown), GFP_KERNEL | __GFP_NOWARN);

	if (!shown)
		return NULL;
	shown->budget = budget;
	if (!ktcp_shown_charge(shown, sizeof(*shown))) {
		kfree(shown);
		return NULL;
	}
	ihold(directory);
	shown->directory = directory;
	ktcp_mark_take(&shown->mark, directory);
	return shown;
}

static bool ktcp_shown_grow(struct ktcp_shown *shown, unsigned int room)
{
	struct ktcp_shown_entry *entries;

	if (!ktcp_shown_charge(shown, room * sizeof(*entries)))
		return false;
	entries = kvmalloc_array(room, sizeof(*entries), GFP_KERNEL | __GFP_NOWARN);
	if (!entries) {
		ktcp_shown_discharge(shown, room * sizeof(*entries));
		return false;
	}
	if (shown->count)
		memcpy(entries, shown->entries, shown->count * sizeof(*entries));
	kvfree(shown->entries);
	ktcp_shown_discharge(shown, shown->room * sizeof(*entries));
	shown->entries = entries;
	shown->room = room;
	return true;
}

int ktcp_shown_reserve(struct ktcp_shown *shown, unsigned int count)
{
	unsigned int needed = shown->count + count;

	if (needed > KTCP_SHOWN_MOST)
		return -E2BIG;
	if (needed > shown->room && !ktcp_shown_grow(shown, max(needed, shown->room * 3 / 2)))
		return -ENOMEM;
	return ktcp_shown_charge(shown, count * KTCP_SHOWN_PINNED) ? 0 : -ENOMEM;
}

static __always_inline bool ktcp_shown_entry_holds(const struct ktcp_shown_entry *entry)
{
	return !(READ_ONCE(entry->dentry->d_flags) & DCACHE_MANAGED_DENTRY) &&
	       i_size_read(entry->inode) == entry->size &&
	       ktcp_compat_inode_mtime(entry->inode).tv_sec == entry->modified_seconds;
}

bool ktcp_shown_add(struct ktcp_shown *shown, const struct path *path,
		    const struct ktcp_entry *entry)
{
	const struct ktcp_shown_entry line = {
		.dentry = path->dentry,
		.inode = d_backing_inode(path->dentry),
		.modified_seconds = entry->modified_seconds,
		.size = entry->size,
	};

	if (!ktcp_walk_is_local(path->dentry) || !ktcp_shown_entry_holds(&line))
		return false;
	shown->entries[shown->count++] = line;
	return true;
}

bool ktcp_shown_holds(const struct ktcp_shown *shown)
{
	const struct ktcp_shown_entry *entry = shown->entries, *end = entry + shown->count;

	if (!ktcp_mark_holds(&shown->mark, shown->directory))
		return false;
	for (; entry < end; entry++)
		if (!ktcp_shown_entry_holds(entry))
			return false;
	return true;
}

void ktcp_shown_free(struct ktcp_shown *shown)
{
	if (!shown)
		return;
	while (shown->count)
		dput(shown->entries[--shown->count].dentry);
	kvfree(shown->entries);
	iput(shown->directory);
	ktcp_budget_release(shown->budget, shown->charged);
	kfree(shown);
}
