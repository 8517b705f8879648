// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// What a symbolic link in a listing leads to. A walk that may go anywhere beneath a
// root has to begin at the root, so the way from there is found first: upwards, by
// the dentries, of which any may be renamed meanwhile. Then the walk ends elsewhere
// beneath the root, or nowhere, and the listing tells of an entry as it never was;
// asked for by its name, it is walked to again.

#include <linux/dcache.h>
#include <linux/errno.h>
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/path.h>
#include <linux/string.h>

#include "core/buffers.h"
#include "core/link.h"
#include "core/roots.h"
#include "core/walk.h"

/* The end of a buffer, filled from behind. */
struct ktcp_way {
	char *start;
	size_t room;
};

/* Puts @name and a '/' before what is there. */
static bool ktcp_way_prepend(struct ktcp_way *way, const char *name, size_t size)
{
	if (size + 1 > way->room)
		return false;
	way->room -= size + 1;
	way->start -= size + 1;
	memcpy(way->start, name, size);
	way->start[size] = '/';
	return true;
}

/* One step up, the name that leads down again before @way; false: there is none. */
static bool ktcp_way_climb(struct ktcp_way *way, struct path *at)
{
	struct name_snapshot name;
	struct dentry *parent;
	bool fits;

	if (at->dentry == at->mnt->mnt_root)
		return follow_up(at);
	take_dentry_name_snapshot(&name, at->dentry);
	fits = ktcp_way_prepend(way, name.name.name, name.name.len);
	release_dentry_name_snapshot(&name);
	parent = dget_parent(at->dentry);
	dput(at->dentry);
	at->dentry = parent;
	return fits;
}

static bool ktcp_way_find(struct ktcp_way *way, const struct path *root,
			  const struct path *directory)
{
	struct path at = *directory;
	bool found;

	path_get(&at);
	while (!(found = path_equal(&at, root)))
		if (IS_ROOT(at.dentry) && at.dentry != at.mnt->mnt_root)
			break;
		else if (!ktcp_way_climb(way, &at))
			break;
	path_put(&at);
	return found;
}

int ktcp_link_follow(const struct ktcp_roots *roots, const struct path *root,
		     const struct path *directory, const char *name, struct path *path)
{
	size_t size = strlen(name) + 1;
	struct ktcp_way way;
	char *buffer;
	int ret = -ENOENT;

	if (roots->symlinks == KTCP_SYMLINKS_NONE)
		return -ELOOP;
	buffer = ktcp_buffer_acquire(false);
	if (!buffer)
		return -ENOMEM;
	way.room = KTCP_BUFFER_SIZE - size;
	way.start = buffer + way.room;
	memcpy(way.start, name, size);
	if (ktcp_way_find(&way, root, directory))
		ret = ktcp_walk(roots, root, way.start, path);
	ktcp_buffer_release(buffer, false);
	return ret;
}
