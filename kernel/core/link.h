/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_LINK_H
#define KTCP_CORE_LINK_H

struct ktcp_roots;
struct path;

/*
 * Where the symbolic link @name in @directory, beneath @root, leads by the roots' rule;
 * takes a reference. A negative errno if nowhere, or nowhere that is served. The
 * caller has put on the roots' credentials. May sleep.
 */
int ktcp_link_follow(const struct ktcp_roots *roots, const struct path *root,
		     const struct path *directory, const char *name, struct path *path);

#endif
