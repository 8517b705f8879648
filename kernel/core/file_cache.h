/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * Opened files by the root and the path that were asked for, kept for a moment: to walk a path,
 * and to open and close a file, costs more than all else that a small request
 * takes.
 *
 * Nothing stale is ever served from here. An entry holds, beside the file, what
 * the walk to it depended on: for the file and for each directory up to the root,
 * the dentry's sequence count (which every rename, removal and replacement
 * changes), whether something is mounted there, and what permission depends on.
 * A hit compares all of that, as the kernel's own RCU walk does; any difference
 * is a miss, and the path is walked anew. What is read comes from the page cache
 * of the very file.
 *
 * Paths that go by a symbolic link, leave the root's mount, or lie on a file
 * system whose names can change behind the dcache (network, overlay) are not
 * kept; nor are files below a directory with a POSIX ACL.
 */
#ifndef KTCP_CORE_FILE_CACHE_H
#define KTCP_CORE_FILE_CACHE_H

#include <linux/spinlock.h>
#include <linux/types.h>
#include <linux/workqueue.h>

struct file;
struct path;
struct ktcp_cached_file;

#define KTCP_FILE_CACHE_SETS 64
#define KTCP_FILE_CACHE_WAYS 4

/* Paths that share a hash value. Read under RCU, written under the lock. */
struct ktcp_file_cache_set {
	spinlock_t lock;
	struct ktcp_cached_file __rcu *ways[KTCP_FILE_CACHE_WAYS];
} ____cacheline_aligned_in_smp;

/* Part of a set of roots (roots.h); used by connections' drivers, and by sweep_work. */
struct ktcp_file_cache {
	struct ktcp_file_cache_set sets[KTCP_FILE_CACHE_SETS];
	/* Drops what is old, so that a deleted file gives its space back;
	 * pending only while there are entries. */
	struct delayed_work sweep_work;
};

void ktcp_file_cache_start(struct ktcp_file_cache *cache);
/* When no connection is left. May sleep. */
void ktcp_file_cache_stop(struct ktcp_file_cache *cache);

/*
 * The opened regular file that @name (@size bytes) names beneath the root of that
 * number, with a reference for the caller; NULL if that is not known. Does not sleep.
 */
struct file *ktcp_file_cache_get(struct ktcp_file_cache *cache, u32 number, const char *name,
				 size_t size);

/*
 * Offers the file that a walk from @root, which has that number, along @name has led
 * to, opened with the permission to read it. The caller's reference stays the
 * caller's. May sleep.
 */
void ktcp_file_cache_put(struct ktcp_file_cache *cache, u32 number, const struct path *root,
			 const char *name, size_t size, struct file *file);

#endif
