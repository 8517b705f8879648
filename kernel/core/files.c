// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From a request's path to an opened file, beneath the root.

#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/printk.h>
#include <linux/stat.h>

#include "compat.h"
#include "core/connection.h"
#include "core/directory.h"
#include "core/file_cache.h"
#include "core/files.h"
#include "core/server.h"
#include "core/walk.h"

/* A reader of other people's files: no access times, no waiting for a lease. */
#define KTCP_OPEN_FLAGS (O_RDONLY | O_LARGEFILE | O_NOATIME | O_NONBLOCK)

int ktcp_files_start(struct ktcp_server *server)
{
	const char *root = server->options.root;
	int ret;

	ktcp_file_cache_start(&server->file_cache);
	if (root) {
		ret = kern_path(root, LOOKUP_FOLLOW | LOOKUP_DIRECTORY, &server->root);
		if (ret) {
			pr_err("cannot serve '%s': %s (%d)\n", root,
			       ret == -ENOTDIR ? "not a directory" :
			       ret == -ENOENT ? "no such directory" : "cannot be looked up", ret);
			/* insmod takes ENOENT for a missing symbol, and says so. */
			return ret == -ENOENT ? -EINVAL : ret;
		}
	}
	server->cred = get_current_cred();
	return 0;
}

/*
 * The files of the cache were given up in a softirq, which leaves the closing to a
 * work item of the kernel's; what has not been taken up yet is closed here, so that
 * the root's file system can be unmounted soon.
 */
void ktcp_files_stop(struct ktcp_server *server)
{
	ktcp_file_cache_stop(&server->file_cache);
	put_cred(server->cred);
	if (server->options.root)
		path_put(&server->root);
	flush_delayed_fput();
}

/*
 * Files are closed by __fput_sync(): a kernel thread's fput() leaves the closing to
 * one work item of the whole machine's, and clients could open faster than it closes.
 */

/* Opens what a walk has found, if it is of a kind that is served. */
static struct file *ktcp_files_open_path(const struct ktcp_server *server, const struct path *path)
{
	umode_t mode = d_backing_inode(path->dentry)->i_mode;
	struct file *file;
	int ret;

	/* Opening a FIFO or a device would have an effect already. */
	if (!S_ISREG(mode) && !S_ISDIR(mode))
		return ERR_PTR(-EACCES);
	ret = path_permission(path, MAY_READ | MAY_OPEN);
	if (ret)
		return ERR_PTR(ret);
	file = dentry_open(path, KTCP_OPEN_FLAGS, server->cred);
	if (IS_ERR(file) || S_ISDIR(mode))
		return file;
	/* Files of the kind that procfs has cannot be read from in here. */
	if (!file->f_op->read_iter || file->f_op->read) {
		__fput_sync(file);
		return ERR_PTR(-EACCES);
	}
	return file;
}

/* The slow way: by the names, with the loader's permissions. */
static struct file *ktcp_files_walk(struct ktcp_server *server, const char *name, size_t size)
{
	const struct cred *cred = override_creds(server->cred);
	struct file *file;
	struct path path;
	int ret;

	ret = ktcp_walk(server, name, &path);
	if (ret) {
		file = ERR_PTR(ret);
	} else {
		file = ktcp_files_open_path(server, &path);
		path_put(&path);
	}
	if (!IS_ERR(file) && S_ISREG(file_inode(file)->i_mode))
		ktcp_file_cache_put(&server->file_cache, &server->root, name, size, file);
	revert_creds(cred);
	return file;
}

static struct file *ktcp_files_open(struct ktcp_server *server, const char *name, size_t size)
{
	struct file *file;

	if (!server->options.root)
		return ERR_PTR(-ENOENT);
	file = ktcp_file_cache_get(&server->file_cache, name, size);
	return file ?: ktcp_files_walk(server, name, size);
}

/* What the file system says, since on a network one the inode may be out of date. */
static int ktcp_files_ask(struct file *file, struct ktcp_resource *resource)
{
	struct kstat stat;
	int ret;

	ret = vfs_getattr(&file->f_path, &stat, STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_INO,
			  AT_STATX_SYNC_AS_STAT);
	if (ret)
		return ret;
	resource->status = S_ISDIR(stat.mode) ? KTCP_RESOURCE_DIRECTORY : KTCP_RESOURCE_FILE;
	resource->size = stat.size;
	resource->modified_seconds = stat.mtime.tv_sec;
	resource->modified_ns = stat.mtime.tv_nsec;
	resource->inode = stat.ino;
	return 0;
}

static int ktcp_files_describe(struct file *file, struct ktcp_resource *resource)
{
	const struct inode *inode = file_inode(file);
	struct timespec64 modified;

	if (!ktcp_walk_is_local(file->f_path.dentry))
		return ktcp_files_ask(file, resource);
	modified = ktcp_compat_inode_mtime(inode);
	resource->status = S_ISDIR(inode->i_mode) ? KTCP_RESOURCE_DIRECTORY : KTCP_RESOURCE_FILE;
	resource->size = i_size_read(inode);
	resource->modified_seconds = modified.tv_sec;
	resource->modified_ns = modified.tv_nsec;
	resource->inode = inode->i_ino;
	return 0;
}

static enum ktcp_resource_status ktcp_files_status(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
	case -ENAMETOOLONG:
		return KTCP_RESOURCE_NOT_FOUND;
	case -EACCES:
	case -EPERM:
	case -EXDEV:	/* out of the root */
	case -ELOOP:
		return KTCP_RESOURCE_FORBIDDEN;
	default:
		return KTCP_RESOURCE_FAILED;
	}
}

void ktcp_files_resolve(struct ktcp_connection *connection)
{
	struct ktcp_server *server = connection->server;
	const struct ktcp_protocol *protocol = server->options.protocol;
	struct ktcp_resource_request request = protocol->resource_request(connection->session);
	struct ktcp_resource resource = {};
	struct file *file;
	int ret;

	file = ktcp_files_open(server, request.path, request.size);
	ret = PTR_ERR_OR_ZERO(file);
	if (!ret) {
		ret = ktcp_files_describe(file, &resource);
		if (ret)
			__fput_sync(file);
		else
			connection->file = file;
	}
	if (ret)
		resource.status = ktcp_files_status(ret);
	connection->verdict = protocol->resource(connection->session, &resource,
						 &connection->now);
}

void ktcp_files_release(struct ktcp_connection *connection)
{
	ktcp_directory_stop(connection);
	if (connection->file)
		__fput_sync(connection->file);
	connection->file = NULL;
}
