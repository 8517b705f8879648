// SPDX-License-Identifier: GPL-2.0-only OR MIT

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cred.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/namei.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "core/roots.h"
#include "core/server.h"
#include "core/walk.h"

static int ktcp_roots_look_up(const char *directory, struct path *path)
{
	int ret = kern_path(directory, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, path);

	if (!ret)
		return 0;
	pr_err("cannot serve '%s': %s (%d)\n", directory,
	       ret == -ENOTDIR ? "not a directory" :
	       ret == -ENOENT ? "no such directory" : "cannot be looked up", ret);
	/* insmod takes ENOENT for a missing symbol, and says so. */
	return ret == -ENOENT ? -EINVAL : ret;
}

static void ktcp_roots_put(struct ktcp_roots *roots)
{
	unsigned int i;

	for (i = 0; i < roots->count; i++)
		if (roots->paths[i].dentry)
			path_put(&roots->paths[i]);
	put_cred(roots->cred);
	kfree(roots);
}

struct ktcp_roots *ktcp_roots_open(struct ktcp_server *server)
{
	const struct ktcp_server_options *options = &server->options;
	struct ktcp_roots *roots;
	unsigned int i;
	int ret;

	roots = kzalloc(struct_size(roots, paths, options->directory_count), GFP_KERNEL);
	if (!roots)
		return ERR_PTR(-ENOMEM);
	roots->symlinks = options->symlinks;
	roots->walk_flags = ktcp_walk_flags(options->symlinks);
	roots->cred = get_current_cred();
	roots->count = options->directory_count;
	for (i = 0; i < roots->count; i++) {
		ret = options->directories[i] ?
			ktcp_roots_look_up(options->directories[i], &roots->paths[i]) : 0;
		if (ret)
			goto err;
	}
	ret = ktcp_cache_start(&roots->cache, server);
	if (ret)
		goto err;
	return roots;

err:
	ktcp_roots_put(roots);
	return ERR_PTR(ret);
}

/*
 * What a kernel thread closes without waiting is closed by a work item of the kernel's;
 * what that has not taken up yet is closed here, so that the roots' file systems can be
 * unmounted soon.
 */
void ktcp_roots_close(struct ktcp_roots *roots)
{
	ktcp_cache_stop(&roots->cache);
	ktcp_roots_put(roots);
	flush_delayed_fput();
}
