/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CACHE_ABSENCE_H
#define KTCP_CACHE_ABSENCE_H

#include <linux/types.h>

struct path;

/*
 * What a walk from @root along @name (@size bytes) comes to nothing at: the negative
 * dentry of the first component that is not there, in @path, with a reference; *found is
 * how many bytes of the name lead to it. False if the way is not a plain one, down from
 * directory to directory, or something is there after all. By the caller's permission.
 * May sleep.
 */
bool ktcp_absence_find(const struct path *root, const char *name, size_t size,
		       struct path *path, size_t *found);

#endif
