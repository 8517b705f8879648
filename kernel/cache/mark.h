/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What of an inode changes with each change of its bytes: whether anybody has it open for
 * writing, its ctime, its size. Bytes that were read while a mark held, before and after,
 * are the file's as long as it holds, if the mark was settled when reading began.
 *
 * Writes through a mapping that is held open show by the first of the three; after that,
 * by the ctime: but not on tmpfs, which does not date them (ktcp_mark_is_dated()).
 */
#ifndef KTCP_CACHE_MARK_H
#define KTCP_CACHE_MARK_H

#include <linux/atomic.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <linux/time64.h>
#include <linux/types.h>

#include "compat.h"

struct ktcp_mark {
	struct timespec64 changed;
	u64 size;
};

static inline void ktcp_mark_take(struct ktcp_mark *mark, const struct inode *inode)
{
	mark->changed = ktcp_compat_inode_ctime(inode);
	mark->size = i_size_read(inode);
}

/* Has anybody opened it for writing? */
static inline bool ktcp_mark_is_written(const struct inode *inode)
{
	return atomic_read(&inode->i_writecount) > 0;
}

/* Under rcu_read_lock(), or with a reference to the inode. Does not sleep. */
static inline bool ktcp_mark_holds(const struct ktcp_mark *mark, const struct inode *inode)
{
	struct timespec64 changed;

	if (ktcp_mark_is_written(inode))
		return false;
	changed = ktcp_compat_inode_ctime(inode);
	return timespec64_equal(&changed, &mark->changed) && i_size_read(inode) == mark->size;
}

/* Will each change from now on get another ctime? */
bool ktcp_mark_is_settled(const struct ktcp_mark *mark, const struct inode *inode);

/* May its bytes be read now, to be kept if the mark still holds after that? */
bool ktcp_mark_may_be_read(const struct ktcp_mark *mark, const struct inode *inode);

/* Does the file system date what is written through a mapping? */
static inline bool ktcp_mark_is_dated(const struct inode *inode)
{
	return inode->i_sb->s_magic != TMPFS_MAGIC && inode->i_sb->s_magic != RAMFS_MAGIC;
}

#endif
