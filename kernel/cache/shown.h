/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What a listing that is kept says of a directory and its entries, to be compared with what
 * is so now. The directory's mark changes with each entry that comes, goes, or gets another
 * name. What is told of an entry lies in its inode, which is pinned by its dentry.
 */
#ifndef KTCP_CACHE_SHOWN_H
#define KTCP_CACHE_SHOWN_H

#include <linux/types.h>

#include "cache/mark.h"

struct dentry;
struct inode;
struct ktcp_budget;
struct ktcp_entry;
struct path;

/* Longer listings are not kept: at each hit the entries are all looked at. */
#define KTCP_SHOWN_MOST 4096u

struct ktcp_shown_entry {
	struct dentry *dentry;	/* a reference; positive */
	const struct inode *inode;
	s64 modified_seconds;
	u64 size;
};

/* Constant once the listing is kept. */
struct ktcp_shown {
	struct inode *directory;	/* a reference */
	struct ktcp_mark mark;
	struct ktcp_budget *budget;	/* that it is charged to, with what it pins */
	size_t charged;
	unsigned int count;
	unsigned int room;
	struct ktcp_shown_entry *entries;
};

/* Of a directory whose entries are going to be read. NULL: no memory, or no room. */
struct ktcp_shown *ktcp_shown_create(struct inode *directory, struct ktcp_budget *budget);

/* Is there room for @count more? Charged, if there is; -E2BIG: there are too many;
 * -ENOMEM. May sleep. */
int ktcp_shown_reserve(struct ktcp_shown *shown, unsigned int count);

/*
 * Adds what is told of the entry at @path, for which there must be room, and takes over
 * the reference to its dentry. False, and it does not, if its inode says something else,
 * or is not all there is to it.
 */
bool ktcp_shown_add(struct ktcp_shown *shown, const struct path *path,
		    const struct ktcp_entry *entry);

/*
 * Would the directory be listed as it was? (If its trail holds, which is not looked at
 * here.) The caller holds rcu_read_lock(). Any context but hard interrupts; does not
 * sleep; takes about 15 instructions for each entry.
 */
bool ktcp_shown_holds(const struct ktcp_shown *shown);

/* Gives back what it was charged to the budget. NULL is fine. May sleep. */
void ktcp_shown_free(struct ktcp_shown *shown);

#endif
