/* SPDX-License-Identifier: GPL-2.0-only OR MIT */
#ifndef KTCP_CORE_FILES_H
#define KTCP_CORE_FILES_H

#include <linux/types.h>

#include <ktcp/protocol.h>

#include "cache/cache.h"

struct file;
struct inode;
struct ktcp_connection;
struct ktcp_roots;
struct path;

/*
 * Answers KTCP_WANT_RESOURCE. May sleep for as long as the file system wants. FOUND: the
 * session has a new verdict. MORE: call again, after others; LATER: the connection waits
 * (until the model's wake()), and then call again.
 */
enum ktcp_found ktcp_files_resolve(struct ktcp_connection *connection);

/* The same by what is kept; false: that takes ktcp_files_resolve(). Does not sleep. */
bool ktcp_files_resolve_atomic(struct ktcp_connection *connection);

/* Lets go of the current resource, if there is one. What is kept, in any context; what is
 * the connection's own may sleep. */
void ktcp_files_release(struct ktcp_connection *connection);

/*
 * The current resource is a directory, of which entries are wanted: it becomes an opened
 * one of the connection's own, as it was no more than found. 0 or a negative errno; the
 * caller has put on the roots' credentials. May sleep.
 */
int ktcp_files_open_directory(struct ktcp_connection *connection);

/* ---- For the cache ---------------------------------------------------------------- */

/* Finds it by a walk alone, and makes what is found the connection's own. May sleep. */
void ktcp_files_find(struct ktcp_connection *connection,
		     const struct ktcp_resource_request *request, struct ktcp_resource *resource);

/* Opens what a walk has found, if it is of a kind that is served, with the permissions
 * that the caller has put on; or an error pointer. May sleep. */
struct file *ktcp_files_open_path(const struct ktcp_roots *roots, const struct path *path);

/* Says in @resource what it is: status, size, times, inode; 0 or a negative errno. May
 * sleep. The second does not, and is for local file systems. */
int ktcp_files_describe(const struct path *path, struct ktcp_resource *resource);
void ktcp_files_describe_inode(const struct inode *inode, struct ktcp_resource *resource);

/* How an error of a walk is told to the protocol. */
enum ktcp_resource_status ktcp_files_status(int error);

#endif
