// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From a path to a dentry, beneath a root.
//
// Confinement is the kernel's: the walk starts at the root's own struct path and
// is scoped to it, so that neither ".." nor a symbolic link, absolute or relative,
// nor a magic link of procfs, nor a rename at the wrong moment leads out of it. No
// path is ever pasted together.
//
// vfs_path_lookup() makes the root both where the walk begins and the process's root
// for its time, so LOOKUP_IN_ROOT has an absolute link, and ".." at the top, end up
// there, as after chroot(2); LOOKUP_BENEATH refuses both (EXDEV). Either way the
// kernel looks once more, after the walk, whether what it found is below the root.

#include <linux/errno.h>
#include <linux/namei.h>

#include "compat.h"
#include "core/roots.h"
#include "core/walk.h"

/* A scoped walk past ".." gives up when anything was renamed or mounted meanwhile,
 * anywhere: so it may take some tries while somebody does nothing else. */
#define KTCP_WALK_TRIES 50

unsigned int ktcp_walk_flags(enum ktcp_symlinks symlinks)
{
	/* A link at the end of a path is one of its links, to be followed or refused. */
	const unsigned int always = LOOKUP_FOLLOW | LOOKUP_NO_MAGICLINKS;

	switch (symlinks) {
	case KTCP_SYMLINKS_IN_ROOT:
		return always | LOOKUP_IN_ROOT;
	case KTCP_SYMLINKS_NONE:
		return always | LOOKUP_BENEATH | LOOKUP_NO_SYMLINKS;
	default:
		return always | LOOKUP_BENEATH;
	}
}

int ktcp_walk(const struct ktcp_roots *roots, const struct path *root, const char *name,
	      struct path *path)
{
	int tries, ret = -EAGAIN;

	for (tries = KTCP_WALK_TRIES; tries && ret == -EAGAIN; tries--)
		ret = vfs_path_lookup(root->dentry, root->mnt, name, roots->walk_flags, path);
	return ret;
}
