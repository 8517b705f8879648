// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// That a name is not there is proved by a dentry as well: by one without an inode, which
// every way of creating the name would have to change. A walk does not tell of it.

#include <linux/dcache.h>
#include <linux/err.h>
#include <linux/mount.h>
#include <linux/path.h>
#include <linux/string.h>

#include "compat.h"
#include "cache/absence.h"
#include "cache/trail.h"
#include "core/walk.h"

bool ktcp_absence_find(const struct path *root, const char *name, size_t size,
		       struct path *path, size_t *found)
{
	struct dentry *at = dget(root->dentry);
	const char *end = name + size, *next = name;
	int steps;

	for (steps = 1; steps < KTCP_TRAIL_STEPS && next < end; steps++) {
		const char *slash = memchr(next, '/', end - next) ?: end;
		struct dentry *child;

		if (!d_is_dir(at) || !ktcp_walk_is_local(at))
			break;
		child = ktcp_compat_lookup_one(at, next, slash - next);
		dput(at);
		if (IS_ERR(child))
			return false;
		at = child;
		if (d_is_negative(at)) {
			path->mnt = mntget(root->mnt);
			path->dentry = at;
			*found = slash - name;
			return true;
		}
		next = slash + 1;
	}
	dput(at);
	return false;
}
