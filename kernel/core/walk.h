/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_WALK_H
#define KTCP_CORE_WALK_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>

struct ktcp_server;

/*
 * Finds what a request's path names beneath the server's root, and takes a
 * reference. Runs with the server's credentials; may sleep.
 */
int ktcp_walk(const struct ktcp_server *server, const char *name, struct path *path);

/*
 * Is the dcache all there is to the file system's names? Then a dentry found in
 * it is the truth; on a network file system it is what was true a while ago.
 */
static inline bool ktcp_walk_is_local(const struct dentry *dentry)
{
	const struct super_block *sb = dentry->d_sb;

	if (dentry->d_flags & (DCACHE_OP_REVALIDATE | DCACHE_OP_WEAK_REVALIDATE))
		return false;
	return sb->s_type->fs_flags & FS_REQUIRES_DEV || sb->s_magic == TMPFS_MAGIC ||
	       sb->s_magic == RAMFS_MAGIC;
}

#endif
