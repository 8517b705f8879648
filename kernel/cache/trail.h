/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the way from a root down to a file, a directory, or a name that is not there
 * depended on, and whether it is still so: the proof by which the cache trusts an answer
 * about names (cache.h). For the end of the way and each directory up to the root that is
 * the dentry's sequence count (which every rename, removal, replacement and creation
 * changes), whether something is mounted there, and what permission depends on.
 *
 * Ways that go by a symbolic link, leave the root's mount, or lie on a file system whose
 * names can change behind the dcache (network, overlay) leave no trail; nor do those
 * below a directory with a POSIX ACL.
 */
#ifndef KTCP_CACHE_TRAIL_H
#define KTCP_CACHE_TRAIL_H

#include <linux/fs.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct dentry;
struct path;

/* Deeper ones leave none. */
#define KTCP_TRAIL_STEPS 12

/* The end of the way or one of the directories above, as it was when recorded. */
struct ktcp_trail_step {
	const struct dentry *dentry;	/* no reference: see ktcp_trail_holds() */
	const struct inode *inode;	/* NULL: there was no such name */
	unsigned int sequence;		/* the dentry's d_seq */
	umode_t mode;
	kuid_t uid;
	kgid_t gid;
};

/* Constant once recorded. The first step is the end of the way, the last one the root. */
struct ktcp_trail {
	unsigned int count;
	struct ktcp_trail_step steps[KTCP_TRAIL_STEPS];
};

/*
 * Records the trail of @end, which may be negative, if from @root the components of @name
 * (@size bytes) lead to it and to nothing else, and it may be read; false if not, or if
 * that could change unnoticed. Its owner keeps a reference to the dentry of @end.
 */
bool ktcp_trail_record(struct ktcp_trail *trail, const struct path *root, const char *name,
		       size_t size, const struct path *end);

/*
 * Is everything as it was recorded? The caller holds rcu_read_lock(), and was given the
 * first dentry's reference. Does not sleep; takes no lock.
 */
bool ktcp_trail_holds(const struct ktcp_trail_step *steps, unsigned int count);

#endif
