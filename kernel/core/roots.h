/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
/*
 * The directories that requests are looked up in, by number, and the rules for it:
 * one object, made whole and never changed until it goes. A connection takes hold of
 * its server's when it begins, together with the protocol's configuration, which
 * numbers the roots; so another pair can take its place between two connections.
 */
#ifndef KTCP_CORE_ROOTS_H
#define KTCP_CORE_ROOTS_H

#include <linux/path.h>
#include <linux/types.h>

#include <ktcp/host.h>

#include "cache/cache_table.h"

struct cred;
struct ktcp_server;

struct ktcp_roots {
	/* Of whoever loaded the module; what they may not read is not served. */
	const struct cred *cred;
	enum ktcp_symlinks symlinks;
	unsigned int walk_flags;	/* LOOKUP_*, by that rule */
	/* The one thing in here that changes, under locks of its own. */
	struct ktcp_cache cache;
	unsigned int count;
	struct path paths[];		/* no dentry: there is none of that number */
};

/* Takes hold of the directories of the server's options, and of the caller's credentials;
 * or an error pointer, and a line in the log. May sleep. */
struct ktcp_roots *ktcp_roots_open(struct ktcp_server *server);
/* When nobody uses it any more. May sleep. */
void ktcp_roots_close(struct ktcp_roots *roots);

/* The root of that number, or NULL. */
static inline const struct path *ktcp_roots_find(const struct ktcp_roots *roots, u32 number)
{
	return number < roots->count && roots->paths[number].dentry ? &roots->paths[number] : NULL;
}

#endif
