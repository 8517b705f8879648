// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// From a request's path to what it names beneath its root, by the cache or by a walk.

#include <linux/cred.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/stat.h>

#include "compat.h"
#include "cache/answer.h"
#include "cache/cache.h"
#include "cache/mark.h"
#include "core/connection.h"
#include "core/directory.h"
#include "core/files.h"
#include "core/roots.h"
#include "core/server.h"
#include "core/walk.h"

/* A reader of other people's files: no access times, no waiting for a lease. */
#define KTCP_OPEN_FLAGS (O_RDONLY | O_LARGEFILE | O_NOATIME | O_NONBLOCK)

/*
 * Files are closed by __fput_sync(): a kernel thread's fput() leaves the closing to
 * one work item of the whole machine's, and clients could open faster than it closes.
 */

/* Of procfs, sysfs and their like, by the mark that nothing else has. */
static bool ktcp_files_is_made_up(const struct path *path)
{
	return path->dentry->d_sb->s_iflags & SB_I_NOEXEC;
}

/* Opens what a walk has found, if it is of a kind that is served. */
struct file *ktcp_files_open_path(const struct ktcp_roots *roots, const struct path *path)
{
	umode_t mode = d_backing_inode(path->dentry)->i_mode;
	struct file *file;
	int ret;

	/* Opening a FIFO or a device would have an effect already. So can files that
	 * are made up as they are read; and they have no size that could be told. */
	if (!S_ISDIR(mode) && (!S_ISREG(mode) || ktcp_files_is_made_up(path)))
		return ERR_PTR(-EACCES);
	ret = path_permission(path, MAY_READ | MAY_OPEN);
	if (ret)
		return ERR_PTR(ret);
	file = dentry_open(path, KTCP_OPEN_FLAGS, roots->cred);
	if (IS_ERR(file) || S_ISDIR(mode))
		return file;
	/* What has only a read() for user space cannot be read from in here. */
	if (!file->f_op->read_iter || file->f_op->read) {
		__fput_sync(file);
		return ERR_PTR(-EACCES);
	}
	return file;
}

/* What the file system says, since on a network one the inode may be out of date. */
static int ktcp_files_ask(const struct path *path, struct ktcp_resource *resource)
{
	struct kstat stat;
	int ret;

	ret = vfs_getattr(path, &stat, STATX_TYPE | STATX_SIZE | STATX_MTIME | STATX_INO,
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

void ktcp_files_describe_inode(const struct inode *inode, struct ktcp_resource *resource)
{
	struct timespec64 modified = ktcp_compat_inode_mtime(inode);
	struct ktcp_mark mark;

	resource->status = S_ISDIR(inode->i_mode) ? KTCP_RESOURCE_DIRECTORY : KTCP_RESOURCE_FILE;
	resource->size = i_size_read(inode);
	resource->modified_seconds = modified.tv_sec;
	resource->modified_ns = modified.tv_nsec;
	resource->inode = inode->i_ino;
	ktcp_mark_take(&mark, inode);
	resource->unsettled = S_ISREG(inode->i_mode) && !ktcp_mark_is_settled(&mark, inode);
}

int ktcp_files_describe(const struct path *path, struct ktcp_resource *resource)
{
	if (!ktcp_walk_is_local(path->dentry))
		return ktcp_files_ask(path, resource);
	ktcp_files_describe_inode(d_backing_inode(path->dentry), resource);
	return 0;
}

enum ktcp_resource_status ktcp_files_status(int error)
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

/* By the names, with the loader's permissions. */
static struct file *ktcp_files_open(const struct ktcp_roots *roots, const struct path *root,
				    const struct ktcp_resource_request *request)
{
	const struct cred *cred;
	struct file *file;
	struct path path;
	int ret;

	if (!root)
		return ERR_PTR(-ENOENT);
	cred = override_creds(roots->cred);
	ret = ktcp_walk(roots, root, request->path, &path);
	if (ret) {
		file = ERR_PTR(ret);
	} else {
		file = ktcp_files_open_path(roots, &path);
		path_put(&path);
	}
	revert_creds(cred);
	return file;
}

void ktcp_files_find(struct ktcp_connection *connection,
		     const struct ktcp_resource_request *request, struct ktcp_resource *resource)
{
	const struct path *root = ktcp_roots_find(connection->roots, request->root);
	struct file *file = ktcp_files_open(connection->roots, root, request);
	int ret = PTR_ERR_OR_ZERO(file);

	*resource = (struct ktcp_resource){ .coding = KTCP_CODING_IDENTITY };
	if (!ret) {
		ret = ktcp_files_describe(&file->f_path, resource);
		if (ret) {
			__fput_sync(file);
		} else {
			connection->file = file;
			connection->root = root;
		}
	}
	if (ret)
		resource->status = ktcp_files_status(ret);
}

bool ktcp_files_resolve_atomic(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_resource_request request = protocol->resource_request(connection->session);
	struct ktcp_resource resource;

	/* What was begun in process context, or is waited for there, ends there: else it
	 * would be taken for a part of the next request. */
	if (connection->fill || !list_empty_careful(&connection->awaiting))
		return false;
	if (!ktcp_cache_get(connection, &request, &resource))
		return false;
	connection->verdict = protocol->resource(connection->session, &resource,
						 &connection->now);
	return true;
}

enum ktcp_found ktcp_files_resolve(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_resource_request request = protocol->resource_request(connection->session);
	struct ktcp_resource resource;
	enum ktcp_found found = ktcp_cache_find(connection, &request, &resource);

	if (found == KTCP_FOUND)
		connection->verdict = protocol->resource(connection->session, &resource,
							 &connection->now);
	return found;
}

int ktcp_files_open_directory(struct ktcp_connection *connection)
{
	struct file *file;

	if (!connection->answer)
		return 0;
	file = dentry_open(&connection->answer->path, KTCP_OPEN_FLAGS | O_DIRECTORY,
			   connection->roots->cred);
	if (IS_ERR(file))
		return PTR_ERR(file);
	ktcp_cache_put(connection);
	connection->file = file;
	return 0;
}

void ktcp_files_release(struct ktcp_connection *connection)
{
	ktcp_directory_stop(connection);
	if (connection->answer)
		ktcp_cache_put(connection);
	else if (connection->file)
		__fput_sync(connection->file);
	connection->file = NULL;
}
