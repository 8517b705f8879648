// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From a path to a dentry, beneath the root.
//
// Confinement is the kernel's: the walk starts at the root's own struct path and
// is scoped to it (LOOKUP_BENEATH), so that neither ".." nor a symbolic link,
// absolute or relative, nor a magic link of procfs, nor a rename at the wrong
// moment leads out of it. No path is ever pasted together.

#include <linux/errno.h>
#include <linux/namei.h>

#include "compat.h"
#include "core/server.h"
#include "core/walk.h"

#define KTCP_WALK_FLAGS (LOOKUP_FOLLOW | LOOKUP_BENEATH | LOOKUP_NO_MAGICLINKS)

/* A scoped walk past ".." gives up when something was renamed meanwhile. */
#define KTCP_WALK_TRIES 3

int ktcp_walk(const struct ktcp_server *server, const char *name, struct path *path)
{
	int tries, ret = -EAGAIN;

	for (tries = KTCP_WALK_TRIES; tries && ret == -EAGAIN; tries--)
		ret = vfs_path_lookup(server->root.dentry, server->root.mnt, name,
				      KTCP_WALK_FLAGS, path);
	return ret;
}
