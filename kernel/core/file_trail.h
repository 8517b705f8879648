/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * What the way from a root down to a file depended on, and whether it is still
 * so: the proof by which file_cache.c trusts an entry.
 */
#ifndef KTCP_CORE_FILE_TRAIL_H
#define KTCP_CORE_FILE_TRAIL_H

#include <linux/fs.h>
#include <linux/types.h>
#include <linux/uidgid.h>

struct dentry;
struct file;
struct path;

/* Deeper files are not kept. */
#define KTCP_TRAIL_STEPS 12

/* One of the file and its ancestors, as it was when the trail was recorded. */
struct ktcp_trail_step {
	const struct dentry *dentry;	/* no reference: see ktcp_file_trail_holds() */
	const struct inode *inode;
	unsigned int sequence;		/* the dentry's d_seq */
	umode_t mode;
	kuid_t uid;
	kgid_t gid;
};

/* Constant once recorded. The first step is the file, the last one the root. */
struct ktcp_file_trail {
	unsigned int count;
	struct ktcp_trail_step steps[KTCP_TRAIL_STEPS];
};

/*
 * Records the trail of @file, if from @root the components of @name lead to it
 * and to nothing else; false if they do not, or if that could change unnoticed.
 */
bool ktcp_file_trail_record(struct ktcp_file_trail *trail, const struct path *root,
			    const char *name, size_t size, struct file *file);

/*
 * Is everything as it was recorded? The caller holds rcu_read_lock() and a
 * reference to the file. Does not sleep; takes no lock.
 */
bool ktcp_file_trail_holds(const struct ktcp_file_trail *trail);

#endif
