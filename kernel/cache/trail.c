// SPDX-License-Identifier: GPL-2.0-only OR MIT

#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/path.h>
#include <linux/posix_acl.h>
#include <linux/rcupdate.h>
#include <linux/seqlock.h>
#include <linux/string.h>

#include "compat.h"
#include "cache/trail.h"
#include "core/walk.h"

/*
 * Permission hangs on mode and owner, which a step remembers, and on an ACL,
 * which it would be hard to remember: a step with one is never trusted. One that
 * was not loaded when permission was asked for did not matter then, and setting
 * one loads it.
 */
static bool ktcp_trail_has_acl(const struct inode *inode)
{
#ifdef CONFIG_FS_POSIX_ACL
	const struct posix_acl *acl = READ_ONCE(inode->i_acl);

	return acl && !is_uncached_acl((struct posix_acl *)acl);
#else
	return false;
#endif
}

static bool ktcp_trail_step_holds(const struct ktcp_trail_step *step, bool is_root)
{
	const struct dentry *dentry = step->dentry;
	const struct inode *inode = step->inode;

	if (inode && (READ_ONCE(inode->i_mode) != step->mode || !uid_eq(inode->i_uid, step->uid) ||
		      !gid_eq(inode->i_gid, step->gid) || ktcp_trail_has_acl(inode)))
		return false;
	/* The root is where walks begin: a mount on top of it is not seen. */
	if (!is_root && READ_ONCE(dentry->d_flags) & DCACHE_MANAGED_DENTRY)
		return false;
	/* Last, so that what was read above is of the dentry that was meant. */
	return !read_seqcount_retry(&dentry->d_seq, step->sequence);
}

/*
 * From the end upwards, and no further than to the first difference. As long as a
 * dentry's sequence count stands, its parent is the one that was recorded, and pinned
 * by it; and a parent that is lost in just this moment is freed after the RCU read
 * section that we are in. So is the first one, when its reference is given back.
 */
bool ktcp_trail_holds(const struct ktcp_trail_step *steps, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!ktcp_trail_step_holds(&steps[i], i + 1 == count))
			return false;
	return true;
}

/* Takes the last component off @name, if it is the dentry's own name. */
static bool ktcp_trail_strip_name(const struct dentry *dentry, unsigned int sequence,
				  const char *name, size_t *size)
{
	size_t start = *size, length = dentry->d_name.len;
	const unsigned char *text = READ_ONCE(dentry->d_name.name);

	/* Length and text belong together; the text outlives a rename by RCU. */
	if (read_seqcount_retry(&dentry->d_seq, sequence))
		return false;
	while (start && name[start - 1] != '/')
		start--;
	if (*size - start != length || memcmp(name + start, text, length))
		return false;
	*size = start ? start - 1 : 0;
	return true;
}

static void ktcp_trail_step_record(struct ktcp_trail_step *step, const struct dentry *dentry)
{
	const struct inode *inode;

	step->dentry = dentry;
	step->sequence = read_seqcount_begin(&dentry->d_seq);
	inode = d_inode_rcu(dentry);
	step->inode = inode;
	if (!inode)
		return;
	step->mode = READ_ONCE(inode->i_mode);
	step->uid = inode->i_uid;
	step->gid = inode->i_gid;
}

static bool ktcp_trail_climb(struct ktcp_trail *trail, const struct dentry *root,
			     const char *name, size_t size, const struct dentry *dentry)
{
	for (trail->count = 0; trail->count < KTCP_TRAIL_STEPS;) {
		struct ktcp_trail_step *step = &trail->steps[trail->count++];

		ktcp_trail_step_record(step, dentry);
		if (!ktcp_walk_is_local(dentry) || (!step->inode && trail->count > 1))
			return false;
		if (dentry == root)
			return size == 0;
		if (IS_ROOT(dentry) || d_unhashed(dentry) ||
		    !ktcp_trail_strip_name(dentry, step->sequence, name, &size))
			return false;
		dentry = READ_ONCE(dentry->d_parent);
	}
	return false;
}

/*
 * Permission is asked once more, of the inodes that were recorded: when the walk
 * asked, one may have had another mode. As in the kernel's RCU walk, without
 * sleeping; a file system that would have to sleep for it is not remembered.
 */
static bool ktcp_trail_is_permitted(const struct ktcp_trail *trail, struct vfsmount *mnt)
{
	unsigned int i;

	for (i = 0; i < trail->count; i++) {
		const struct inode *inode = trail->steps[i].inode;

		if (inode && ktcp_compat_inode_permission(mnt, inode, (i ? MAY_EXEC : MAY_READ) |
								      MAY_NOT_BLOCK))
			return false;
	}
	return true;
}

bool ktcp_trail_record(struct ktcp_trail *trail, const struct path *root, const char *name,
		       size_t size, const struct path *end)
{
	bool recorded;

	if (end->mnt != root->mnt)
		return false;
	rcu_read_lock();
	/* The last look shows that all steps held at one and the same time. */
	recorded = ktcp_trail_climb(trail, root->dentry, name, size, end->dentry) &&
		   ktcp_trail_is_permitted(trail, root->mnt) &&
		   ktcp_trail_holds(trail->steps, trail->count);
	rcu_read_unlock();
	return recorded;
}
