/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_WALK_H
#define KTCP_CORE_WALK_H

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/magic.h>

#include <ktcp/host.h>

struct ktcp_roots;

/* How walks go under a rule for symbolic links: LOOKUP_*. */
unsigned int ktcp_walk_flags(enum ktcp_symlinks symlinks);

/*
 * Finds what @name, which is relative, leads to beneath @root, one of @roots, and
 * takes a reference. The caller has put on the roots' credentials. May sleep.
 */
int ktcp_walk(const struct ktcp_roots *roots, const struct path *root, const char *name,
	      struct path *path);

/*
 * Would a walk ask the file system whether the dentry is still true? The root of one that
 * can encrypt is marked so since 6.9, like all its dentries when they are made; but only
 * those with an encrypted name keep the mark, and a root has no name.
 */
static inline bool ktcp_walk_asks(const struct dentry *dentry)
{
#ifdef CONFIG_FS_ENCRYPTION
	if (dentry == dentry->d_sb->s_root && dentry->d_sb->s_cop)
		return false;
#endif
	return dentry->d_flags & (DCACHE_OP_REVALIDATE | DCACHE_OP_WEAK_REVALIDATE);
}

/*
 * Is the dcache all there is to the file system's names? Then a dentry found in
 * it is the truth; on a network file system it is what was true a while ago.
 */
static inline bool ktcp_walk_is_local(const struct dentry *dentry)
{
	const struct super_block *sb = dentry->d_sb;

	if (ktcp_walk_asks(dentry))
		return false;
	return sb->s_type->fs_flags & FS_REQUIRES_DEV || sb->s_magic == TMPFS_MAGIC ||
	       sb->s_magic == RAMFS_MAGIC;
}

#endif
