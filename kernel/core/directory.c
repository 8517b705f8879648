// SPDX-License-Identifier: GPL-2.0-only OR MIT
//
// Lists the current resource, a directory, in constant memory: names are
// collected a buffer at a time, and then looked up one by one, which is not
// possible while the directory is being read, as that holds its lock.

#include <linux/cred.h>
#include <linux/fs.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include <linux/stat.h>
#include <linux/string.h>

#include "compat.h"
#include "core/buffers.h"
#include "core/connection.h"
#include "core/directory.h"
#include "core/link.h"
#include "core/roots.h"
#include "core/server.h"

/* A name in the buffer: its length, its bytes, a NUL. */
struct ktcp_name {
	u8 size;
	char text[];
};

/*
 * A listing in progress: made at the first WANT_ENTRIES, gone with the resource.
 * Where the next batch of names begins is kept in the file's own position.
 * Touched by the connection's driver only.
 */
struct ktcp_listing {
	struct dir_context context;
	char *names;		/* a buffer, full of struct ktcp_name */
	size_t used;		/* bytes of it that hold names */
	size_t next;		/* where the next name to report begins */
};

/* Called for each name with the directory locked; false ends the batch. */
static bool ktcp_directory_actor(struct dir_context *context, const char *name, int size,
				 loff_t offset, u64 inode, unsigned int type)
{
	struct ktcp_listing *listing = container_of(context, struct ktcp_listing, context);
	struct ktcp_name *entry = (struct ktcp_name *)(listing->names + listing->used);

	if (size > KTCP_NAME_MAX)
		return true;
	if (name[0] == '.' && (size == 1 || (size == 2 && name[1] == '.')))
		return true;
	if (listing->used + sizeof(*entry) + size + 1 > KTCP_BUFFER_SIZE)
		return false;
	entry->size = size;
	memcpy(entry->text, name, size);
	entry->text[size] = '\0';
	listing->used += sizeof(*entry) + size + 1;
	return true;
}

/* 0 when there are names, 1 at the end, or a negative errno. */
static int ktcp_directory_read(struct file *file, struct ktcp_listing *listing)
{
	int ret;

	listing->used = 0;
	listing->next = 0;
	ret = iterate_dir(file, &listing->context);
	if (listing->used)
		return 0;
	return ret ?: 1;
}

/* Finds what a name stands for: one component, and where it leads if it is a link. */
static int ktcp_directory_find(const struct ktcp_connection *connection, const char *name,
			       struct path *path)
{
	const struct path *directory = &connection->file->f_path;
	int ret = vfs_path_lookup(directory->dentry, directory->mnt, name, 0, path);

	if (ret || !d_is_symlink(path->dentry))
		return ret;
	path_put(path);
	return ktcp_link_follow(connection->roots, connection->root, directory, name, path);
}

static void ktcp_directory_describe(const struct ktcp_connection *connection,
				    const struct ktcp_name *name, struct ktcp_entry *entry)
{
	struct kstat stat;
	struct path path;
	int ret;

	*entry = (struct ktcp_entry){
		.name = name->text,
		.name_size = name->size,
		.kind = KTCP_ENTRY_OTHER,
	};
	if (ktcp_directory_find(connection, name->text, &path))
		return;
	ret = vfs_getattr(&path, &stat, STATX_TYPE | STATX_SIZE | STATX_MTIME,
			  AT_STATX_SYNC_AS_STAT);
	path_put(&path);
	if (ret)
		return;
	if (S_ISREG(stat.mode))
		entry->kind = KTCP_ENTRY_FILE;
	else if (S_ISDIR(stat.mode))
		entry->kind = KTCP_ENTRY_DIRECTORY;
	entry->modified_seconds = stat.mtime.tv_sec;
	entry->size = stat.size;
}

static struct ktcp_listing *ktcp_directory_start(void)
{
	struct ktcp_listing *listing = kzalloc(sizeof(*listing), GFP_KERNEL | __GFP_NOWARN);

	if (!listing)
		return NULL;
	listing->context.actor = ktcp_directory_actor;
	listing->names = ktcp_buffer_acquire(false);
	if (!listing->names) {
		kfree(listing);
		return NULL;
	}
	return listing;
}

void ktcp_directory_stop(struct ktcp_connection *connection)
{
	struct ktcp_listing *listing = connection->listing;

	if (!listing)
		return;
	ktcp_buffer_release(listing->names, false);
	kfree(listing);
	connection->listing = NULL;
}

/* One batch of names at most, so that a huge directory goes in many runs. */
static int ktcp_directory_report(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	struct ktcp_listing *listing = connection->listing;
	struct ktcp_entry entry;

	if (listing->next == listing->used) {
		int ret = ktcp_directory_read(connection->file, listing);

		if (ret)
			return ret;
	}
	/* entry() may have the resource released, and the listing with it. */
	do {
		const struct ktcp_name *name = (void *)(listing->names + listing->next);

		ktcp_directory_describe(connection, name, &entry);
		listing->next += sizeof(*name) + name->size + 1;
		connection->verdict = protocol->entry(connection->session, &entry,
						      &connection->now);
	} while (connection->verdict == KTCP_WANT_ENTRIES && listing->next < listing->used);
	return 0;
}

void ktcp_directory_list(struct ktcp_connection *connection)
{
	const struct ktcp_protocol *protocol = connection->server->options.protocol;
	const struct cred *cred = override_creds(connection->roots->cred);
	int ret = -ENOMEM;

	if (!connection->listing)
		connection->listing = ktcp_directory_start();
	if (connection->listing)
		ret = ktcp_directory_report(connection);
	revert_creds(cred);
	if (ret)
		connection->verdict = protocol->end_of_entries(connection->session, ret > 0,
							       &connection->now);
}
